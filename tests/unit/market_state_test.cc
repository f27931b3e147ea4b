// Saving a market and loading it, at the limits of what it may hold.
#include "engine/exchange/market_state.h"

#include <gtest/gtest.h>

#include <vector>

#include "engine/exchange/exchange.h"
#include "tests/support/command_builder.h"
#include "tests/support/exchange_instances.h"

namespace hourglass::engine::test {
namespace {

using Venue = Exchange<PermissiveClearing>;

constexpr ExchangeLimits kTwoPages{.max_orders = 6,
                                   .max_level_pages = 2,
                                   .max_instruments = 1,
                                   .max_sessions = 2,
                                   .max_accounts = 2,
                                   .max_client_key_pages = 1};

std::vector<std::byte> saved(const Venue& venue) {
  StateWriter writer;
  venue.save(writer);
  return writer.take();
}

// Two pages of levels, both in use, and the one that is loaded last holds several orders.
TEST(MarketStates, LoadThoughTheirPagesAreAllTaken) {
  Venue venue(kTwoPages);
  std::uint64_t sequence = 0;
  const auto apply = [&](const Command& command) {
    ++sequence;
    for (const Event& event : venue.apply(stamped(command, sequence, sequence))) {
      ASSERT_NE(event.header().kind, EventKind::kRequestRejected);
    }
  };
  apply(define_instrument({.min_price = 1, .max_price = 1'000}));
  for (const std::uint32_t key : {1U, 2U, 3U}) {
    apply(new_order({.key = key, .side = Side::kSell, .price = 520 + key, .qty = 3}));
  }
  apply(new_order({.key = 4, .price = 500, .qty = 3}));
  ASSERT_TRUE(venue.state().books.levels().full());

  const std::vector<std::byte> bytes = saved(venue);
  Venue loaded(kTwoPages);
  StateReader reader(bytes);
  ASSERT_TRUE(loaded.load(reader));
  EXPECT_EQ(saved(loaded), bytes);
  loaded.state().audit();
}

}  // namespace
}  // namespace hourglass::engine::test

// Client keys over the end of a trading day, through the exchange (HG-MATCH-010, 047, 053).
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "engine/exchange/exchange.h"
#include "tests/support/command_builder.h"
#include "tests/support/exchange_instances.h"

namespace hourglass::engine::test {
namespace {

using Venue = Exchange<PermissiveClearing>;

constexpr ExchangeLimits kSmall{.max_orders = 10,
                                .max_level_pages = 10,
                                .max_instruments = 1,
                                .max_sessions = 3,
                                .max_accounts = 3,
                                .max_client_key_pages = 4};
constexpr std::uint32_t kKey = 7;

// A venue on its second day; one order of the first is still working: session 1 bids under kKey.
struct SecondDay {
  Venue venue{kSmall};
  std::uint64_t sequence = 0;

  SecondDay() {
    EXPECT_EQ(apply(define_instrument({})), RejectReason::kNone);
    EXPECT_EQ(enter(), RejectReason::kNone);
    EXPECT_EQ(apply(end_trading_day()), RejectReason::kNone);
  }

  RejectReason apply(const Command& command) {
    ++sequence;
    const std::span<const Event> events = venue.apply(stamped(command, sequence, sequence));
    if (events.empty() || events[0].header().kind != EventKind::kRequestRejected) {
      return RejectReason::kNone;
    }
    return events[0].as<RequestRejected>().reason;
  }
  RejectReason enter() {
    return apply(new_order(
        {.key = kKey, .price = 100, .qty = 2, .time_in_force = TimeInForce::kGoodTillCancel}));
  }
};

struct Ending {
  std::string_view name;
  Command command;
};

std::vector<Ending> endings() {
  const From other{.session = 2, .account = 2};
  // Static: of a temporary g++ 12 believes, under its sanitizers, that it was never written.
  static const MassCancelSpec kWholeSession{};
  return {
      {"cancelled", cancel_order({}, kKey)},
      {"traded", new_order({.from = other, .key = 1, .side = Side::kSell, .price = 100, .qty = 2})},
      {"cancelled with others", mass_cancel(kWholeSession)},
      {"replaced to nothing",
       replace_order({.target = kKey, .key = kKey, .qty = 2, .basis = QtyBasis::kReduceBy})},
      {"replaced and traded",
       replace_order(
           {.target = kKey, .key = kKey, .price = 100, .qty = 1, .basis = QtyBasis::kTotal})}};
}

TEST(TradingDays, KeepTheKeyOfAnOrderThatIsDoneTheDayAfterUntilThatDayEnds) {
  for (const Ending& ending : endings()) {
    SCOPED_TRACE(ending.name);
    SecondDay day;
    ASSERT_EQ(day.apply(ending.command), RejectReason::kNone);
    if (ending.name == "replaced and traded") {
      const From other{.session = 2, .account = 2};
      ASSERT_EQ(day.apply(new_order(
                    {.from = other, .key = 1, .side = Side::kSell, .price = 100, .qty = 1})),
                RejectReason::kNone);
    }
    ASSERT_EQ(day.venue.state().find_order(SessionId(1), ClientKey(kKey)), kNoSlot);
    EXPECT_EQ(day.enter(), RejectReason::kDuplicateClientKey);
    EXPECT_EQ(day.apply(end_trading_day()), RejectReason::kNone);
    EXPECT_EQ(day.enter(), RejectReason::kNone);
  }
}

TEST(TradingDays, AreTheSameAfterASnapshotInBetween) {
  for (const Ending& ending : endings()) {
    SCOPED_TRACE(ending.name);
    SecondDay day;
    StateWriter before;
    day.venue.save(before);
    Venue loaded(kSmall);
    StateReader reader(before.bytes());
    ASSERT_TRUE(loaded.load(reader));
    std::uint64_t sequence = day.sequence;
    for (const Command& command : {ending.command, end_trading_day()}) {
      ++sequence;
      day.venue.apply(stamped(command, sequence, sequence));
      loaded.apply(stamped(command, sequence, sequence));
      StateWriter expected;
      day.venue.save(expected);
      StateWriter actual;
      loaded.save(actual);
      EXPECT_EQ(actual.take(), expected.take());
    }
  }
}

}  // namespace
}  // namespace hourglass::engine::test

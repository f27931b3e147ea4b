// What rests in an exchange at the end of a run, and whether a stream fits one at all.
#pragma once

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "bench/streams/hgos_format.h"
#include "engine/exchange/market_state.h"

namespace hourglass::bench {

struct RestingOrders {
  std::uint64_t orders = 0;
  std::uint64_t qty_lots = 0;
};

inline RestingOrders resting_orders(const engine::MarketState& state, std::uint32_t symbol_count) {
  RestingOrders resting;
  for (std::uint32_t i = 0; i < symbol_count; ++i) {
    for (const engine::Side side : {engine::Side::kBuy, engine::Side::kSell}) {
      state.books.walk(engine::InstrumentId(i), side, [&](engine::Slot slot, engine::Price) {
        ++resting.orders;
        resting.qty_lots += state.open_qty(slot);
        return true;
      });
    }
  }
  return resting;
}

// The venue's limits, with the memory this stream will use in place before it is timed.
inline engine::ExchangeLimits limits_for(const StreamHeader& header) {
  engine::ExchangeLimits limits;
  limits.prefault_orders =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(header.max_live, limits.max_orders));
  limits.prefault_client_keys = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(header.max_id + 1, engine::kMaxClientKeysPerSession));
  return limits;
}

// Errors: ResourceExhausted, naming the limit.
inline absl::Status check_fits_venue(const StreamHeader& header) {
  if (header.max_id >= engine::kMaxClientKeysPerSession) {
    return absl::ResourceExhaustedError("the stream has more ids than a session has client keys");
  }
  if (header.n_symbols > engine::kMaxInstruments) {
    return absl::ResourceExhaustedError("the stream has more symbols than the venue lists");
  }
  if (std::int64_t{header.max_price_ticks} - header.min_price_ticks >= engine::kMaxPriceSpanTicks) {
    return absl::ResourceExhaustedError("the stream's prices span more ticks than a book");
  }
  return absl::OkStatus();
}

}  // namespace hourglass::bench

// Bytes that claim to be an exchange's state: whatever load() takes is sound and can be traded on.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/exchange/exchange.h"
#include "tests/support/command_builder.h"

namespace {

using namespace hourglass::engine;

constexpr ExchangeLimits kLimits{.max_orders = 64,
                                 .max_level_pages = 16,
                                 .max_instruments = 4,
                                 .max_sessions = 4,
                                 .max_accounts = 4,
                                 .max_client_key_pages = 4,
                                 .max_steps_per_apply = 8,
                                 .max_scan_per_apply = 16};
using FuzzedExchange = Exchange<PermissiveClearing>;

std::vector<std::byte> saved(const FuzzedExchange& exchange) {
  StateWriter writer;
  exchange.save(writer);
  return writer.take();
}

// Applies one command and the first few continuations of its work.
void apply(FuzzedExchange& exchange, Command command) {
  for (std::uint32_t slice = 0; slice < 64; ++slice) {
    const MarketState& state = exchange.state();
    // Stamps of a state near the end of time have no successor.
    if (state.sequence.value() + 1 == 0) return;
    command.mutable_header().sequence = next(state.sequence);
    command.mutable_header().time = state.time;
    exchange.apply(command);
    state.audit();
    if (!exchange.has_pending_work()) return;
    command = exchange.continuation();
  }
}

// Something of everything that walks the lists, the heap and the books.
void trade(FuzzedExchange& exchange) {
  for (std::uint32_t id = 0; id < kLimits.max_instruments; ++id) {
    const Instrument& terms = exchange.state().instruments[id];
    if (!terms.listed()) continue;
    const test::From from{.session = 3, .account = 3, .instrument = id};
    apply(exchange, test::set_trading_state(from, TradingState::kOpen));
    apply(exchange, test::new_order({.from = from,
                                     .key = id,
                                     .side = Side::kSell,
                                     .price = terms.band_low.value(),
                                     .qty = 5,
                                     .time_in_force = TimeInForce::kImmediateOrCancel}));
    apply(exchange, test::new_order(
                        {.from = from, .key = 4 + id, .price = terms.band_high.value(), .qty = 5}));
  }
  apply(exchange, test::advance_time());
  apply(exchange, test::session_disconnected({.session = 1}));
  apply(exchange, test::end_trading_day());
  apply(exchange, test::mass_cancel({.scope = MassCancelScope::kMarket}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  FuzzedExchange exchange(kLimits);
  StateReader reader(bytes);
  if (!exchange.load(reader)) return 0;
  exchange.state().audit();
  const std::vector<std::byte> again = saved(exchange);
  FuzzedExchange copy(kLimits);
  StateReader second(again);
  if (!copy.load(second) || saved(copy) != again) __builtin_trap();
  trade(exchange);
  return 0;
}

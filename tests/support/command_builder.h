// Short builders for commands: plain numbers with designated initialisers, the rest zero.
//
//   new_order({.key = 7, .side = Side::kSell, .price = 101, .qty = 5})
//
// The commands are not stamped; stamped() does that.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/order/command.h"

namespace hourglass::engine::test {

// Who sends a command, and about what.
struct From {
  std::uint32_t session = 1;
  std::uint32_t account = 1;
  std::uint32_t instrument = 0;
  std::uint32_t session_sequence = 0;
  std::uint32_t trader = 0;
};

template <class Body>
Body body_of(const From& from) {
  Body body{};
  body.header = make_header<Body>(SessionId(from.session), AccountId(from.account),
                                  InstrumentId(from.instrument), TraderId(from.trader),
                                  from.session_sequence);
  return body;
}

inline Command stamped(const Command& unstamped, std::uint64_t sequence, std::uint64_t time_ns) {
  Command command = unstamped;
  command.mutable_header().sequence = SequenceNumber(sequence);
  command.mutable_header().time = Timestamp(time_ns);
  return command;
}

struct NewOrderSpec {
  From from{};
  std::uint32_t key = 0;
  Side side = Side::kBuy;
  std::int64_t price = 0;
  std::int64_t qty = 0;
  std::optional<std::int64_t> display{};  // nothing: all of it
  std::int64_t min_qty = 0;
  std::uint64_t expire_time = 0;
  OrderType type = OrderType::kLimit;
  TimeInForce time_in_force = TimeInForce::kDay;
  PostOnly post_only = PostOnly::kNo;
  bool cancel_on_disconnect = false;
  std::uint32_t client = 0;
};

inline Command new_order(const NewOrderSpec& spec) {
  NewOrder body = body_of<NewOrder>(spec.from);
  body.key = ClientKey(spec.key);
  body.client = ClientCode(spec.client);
  body.price = Price(spec.price);
  body.qty = Qty(spec.qty);
  body.display_qty = Qty(spec.display.value_or(spec.qty));
  body.min_qty = Qty(spec.min_qty);
  body.expire_time = Timestamp(spec.expire_time);
  body.side = spec.side;
  body.type = spec.type;
  body.time_in_force = spec.time_in_force;
  body.post_only = spec.post_only;
  body.cancel_on_disconnect = spec.cancel_on_disconnect ? 1 : 0;
  return Command::of(body);
}

struct ReplaceSpec {
  From from{};
  std::uint32_t target = 0;
  std::uint32_t key = 0;
  Side side = Side::kBuy;
  std::int64_t price = 0;
  std::int64_t qty = 0;
  std::int64_t display = 0;  // 0: the order's own
  QtyBasis basis = QtyBasis::kTotal;
};

inline Command replace_order(const ReplaceSpec& spec) {
  ReplaceOrder body = body_of<ReplaceOrder>(spec.from);
  body.target = ClientKey(spec.target);
  body.key = ClientKey(spec.key);
  body.price = Price(spec.price);
  body.qty = Qty(spec.qty);
  body.display_qty = Qty(spec.display);
  body.side = spec.side;
  body.basis = spec.basis;
  return Command::of(body);
}

inline Command cancel_order(const From& from, std::uint32_t target) {
  CancelOrder body = body_of<CancelOrder>(from);
  body.target = ClientKey(target);
  return Command::of(body);
}

struct MassCancelSpec {
  From from{};
  MassCancelScope scope = MassCancelScope::kSession;
  bool by_instrument = false;
  std::optional<std::uint32_t> group{};
  std::optional<Side> side{};
};

inline Command mass_cancel(const MassCancelSpec& spec) {
  MassCancel body = body_of<MassCancel>(spec.from);
  body.scope = spec.scope;
  body.by_instrument = spec.by_instrument ? 1 : 0;
  body.by_group = spec.group.has_value() ? 1 : 0;
  body.group = ProductGroupId(spec.group.value_or(0));
  body.by_side = spec.side.has_value() ? 1 : 0;
  body.side = spec.side.value_or(Side::kBuy);
  return Command::of(body);
}

struct InstrumentSpec {
  From from{.session = 0, .account = 0};
  std::string_view symbol = "GPU-HOUR";
  std::int64_t tick_size_nano_usd = 10'000'000;  // a cent
  std::int64_t contract_size_gpu_hours = 1;
  std::int64_t min_price = 1;
  std::int64_t max_price = 100'000;
  std::uint32_t group = 0;
  std::uint32_t protection_ticks = 10;
  std::uint32_t increment = 1;
  std::uint32_t max_order_qty_lots = 1'000'000;
  TradingState state = TradingState::kOpen;
};

inline Command define_instrument(const InstrumentSpec& spec) {
  DefineInstrument body = body_of<DefineInstrument>(spec.from);
  std::copy_n(spec.symbol.begin(), std::min(spec.symbol.size(), body.symbol.size()),
              body.symbol.begin());
  body.tick_size_nano_usd = spec.tick_size_nano_usd;
  body.contract_size_gpu_hours = spec.contract_size_gpu_hours;
  body.min_price = Price(spec.min_price);
  body.max_price = Price(spec.max_price);
  body.group = ProductGroupId(spec.group);
  body.protection_ticks = spec.protection_ticks;
  body.price_increment_ticks = spec.increment;
  body.max_order_qty_lots = spec.max_order_qty_lots;
  body.matching_algorithm = 1;
  body.state = spec.state;
  return Command::of(body);
}

inline Command set_trading_state(const From& from, TradingState state) {
  SetTradingState body = body_of<SetTradingState>(from);
  body.state = state;
  return Command::of(body);
}

inline Command set_price_band(const From& from, std::int64_t low, std::int64_t high) {
  SetPriceBand body = body_of<SetPriceBand>(from);
  body.low = Price(low);
  body.high = Price(high);
  return Command::of(body);
}

inline Command adjust_funds(const From& from, std::int64_t amount_micro_usd) {
  AdjustFunds body = body_of<AdjustFunds>(from);
  body.amount = Money(amount_micro_usd);
  return Command::of(body);
}

inline Command continue_work(const From& from, std::uint64_t origin, std::uint64_t cursor) {
  ContinueWork body = body_of<ContinueWork>(from);
  body.origin = SequenceNumber(origin);
  body.cursor = cursor;
  return Command::of(body);
}

inline Command session_disconnected(const From& from) {
  return Command::of(body_of<SessionDisconnected>(from));
}
inline Command advance_time() {
  return Command::of(body_of<AdvanceTime>({0, 0}));
}
inline Command end_trading_day() {
  return Command::of(body_of<EndTradingDay>({0, 0}));
}
inline Command market_recovered() {
  return Command::of(body_of<MarketRecovered>({0, 0}));
}

}  // namespace hourglass::engine::test

// From a stream record to the command a door would make of it.
#pragma once

#include "bench/streams/hgos_format.h"
#include "engine/order/command.h"

namespace hourglass::bench {

// All records come from one session and account; ids are the session's client keys. A reduction
// and a requeue keep the order's id. Thread: any. Cost: a few stores.
inline void translate(const StreamOp& op, engine::Command& command) noexcept {
  using namespace engine;
  constexpr SessionId kSession(1);
  constexpr AccountId kAccount(1);
  const InstrumentId instrument(op.symbol_index);
  const ClientKey key(static_cast<std::uint32_t>(op.order_id));
  switch (op.kind) {
    case OpKind::kNew:
    case OpKind::kIoc: {
      auto& order = command.start<NewOrder>(make_header<NewOrder>(kSession, kAccount, instrument));
      order.key = key;
      order.price = Price(op.price_ticks);
      order.qty = order.display_qty = Qty(op.qty_lots);
      order.side = op.side;
      order.type = OrderType::kLimit;
      order.time_in_force =
          op.kind == OpKind::kNew ? TimeInForce::kDay : TimeInForce::kImmediateOrCancel;
      return;
    }
    case OpKind::kCancel: {
      auto& cancel =
          command.start<CancelOrder>(make_header<CancelOrder>(kSession, kAccount, instrument));
      cancel.target = key;
      return;
    }
    case OpKind::kReduce:
    case OpKind::kRequeue: {
      auto& replace =
          command.start<ReplaceOrder>(make_header<ReplaceOrder>(kSession, kAccount, instrument));
      replace.target = replace.key = key;
      replace.qty = Qty(op.qty_lots);
      replace.side = op.side;
      replace.basis = op.kind == OpKind::kReduce ? QtyBasis::kReduceBy : QtyBasis::kOpen;
      if (op.kind == OpKind::kRequeue) replace.price = Price(op.price_ticks);
      return;
    }
  }
}

// The listing of a stream's symbol: open, one tick of one lot worth a micro-USD.
inline engine::DefineInstrument listing(std::uint32_t symbol, const StreamHeader& header) noexcept {
  using namespace engine;
  DefineInstrument define{};
  define.header = make_header<DefineInstrument>(SessionId(0), AccountId(0), InstrumentId(symbol));
  define.symbol = {'S'};
  for (std::uint32_t digit = 0, rest = symbol; digit < 5; ++digit, rest /= 10) {
    define.symbol[5 - digit] = static_cast<char>('0' + rest % 10);
  }
  define.tick_size_nano_usd = 1000;
  define.contract_size_gpu_hours = 1;
  define.min_price = Price(header.min_price_ticks);
  define.max_price = Price(header.max_price_ticks);
  define.price_increment_ticks = 1;
  define.max_order_qty_lots = static_cast<std::uint32_t>(kMaxOrderQtyLots);
  define.matching_algorithm = 1;
  define.state = TradingState::kOpen;
  return define;
}

}  // namespace hourglass::bench

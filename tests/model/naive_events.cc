// The model's events: numbering (HG-MATCH-006, 007) and bytes. Every body starts as all zeros.
#include <cstring>

#include "tests/model/naive_exchange.h"

namespace hourglass::engine::test {
namespace {

std::uint32_t narrow32(std::int64_t value) {
  return static_cast<std::uint32_t>(value);
}

}  // namespace

EventHeader NaiveExchange::header(EventKind kind, InstrumentId instrument) const {
  EventHeader header{};
  header.command_sequence = now_.sequence;
  header.time = now_.time;
  header.event_number = narrow32(static_cast<std::int64_t>(events_.size()));
  header.instrument = instrument;
  header.kind = kind;
  header.version = event_layout(limits_.rule_set);
  return header;
}

void NaiveExchange::number_public(EventHeader& header) {
  header.feed_sequence = ++feed_sequence_;
  if (header.kind != EventKind::kTradingDayEnded) {
    header.instrument_sequence = ++listed(header.instrument).sequence;
  }
}

OrderRef NaiveExchange::ref(const NaiveOrder& order) {
  return OrderRef{.order_id = order.id,
                  .session = order.session,
                  .report_number = ++report_numbers_[order.session],
                  .account = order.account,
                  .key = order.key};
}

template <class Body>
void NaiveExchange::emit(const Body& body) {
  Event event{};
  std::memcpy(event.bytes.data(), &body, sizeof(body));
  events_.push_back(event);
}
template void NaiveExchange::emit(const TradingDayEnded&);
template void NaiveExchange::emit(const MassCancelDone&);

// HG-MATCH-002.
void NaiveExchange::emit_rejected(const Command& command, RejectReason reason) {
  RequestRejected rejected{};
  rejected.header = header(RequestRejected::kKind, now_.instrument);
  rejected.session = now_.session;
  if (now_.session.value() < limits_.max_sessions) {
    rejected.report_number = ++report_numbers_[now_.session];
  }
  rejected.account = now_.account;
  if (now_.kind == CommandKind::kNewOrder) rejected.key = command.as<NewOrder>().key;
  if (now_.kind == CommandKind::kReplaceOrder) rejected.key = command.as<ReplaceOrder>().key;
  if (now_.kind == CommandKind::kCancelOrder) rejected.key = command.as<CancelOrder>().target;
  rejected.session_sequence = now_.session_sequence;
  rejected.reason = reason;
  rejected.request = now_.kind;
  emit(rejected);
}

void NaiveExchange::emit_accepted(const NewOrder& command, const NaiveOrder& order) {
  OrderAccepted accepted{};
  accepted.header = header(OrderAccepted::kKind, order.instrument);
  if (order.displayed > 0) number_public(accepted.header);
  accepted.order = ref(order);
  accepted.price = Price(order.price);
  accepted.expire_time = command.expire_time;
  accepted.qty = narrow32(command.qty.value());
  accepted.display_qty = narrow32(command.display_qty.value());
  accepted.min_qty = narrow32(command.min_qty.value());
  accepted.session_sequence = now_.session_sequence;
  accepted.trader = now_.trader;
  accepted.client = command.client;
  accepted.side = command.side;
  accepted.type = command.type;
  accepted.time_in_force = command.time_in_force;
  accepted.post_only = command.post_only;
  accepted.state = OrderState::kNew;
  accepted.displayed = narrow32(order.displayed);
  emit(accepted);
}

void NaiveExchange::emit_rested(const NaiveOrder& order, bool new_tranche) {
  OrderRested rested{};
  rested.header = header(OrderRested::kKind, order.instrument);
  number_public(rested.header);
  rested.order_id = order.id;
  rested.price = Price(order.price);
  rested.qty = narrow32(order.displayed);
  rested.side = order.side;
  rested.new_tranche = new_tranche ? 1 : 0;
  emit(rested);
}

void NaiveExchange::emit_trade(const NaiveOrder& resting, const NaiveOrder& incoming,
                               std::int64_t qty) {
  Trade trade{};
  trade.header = header(Trade::kKind, resting.instrument);
  number_public(trade.header);
  trade.resting = ref(resting);
  trade.incoming = ref(incoming);
  trade.price = Price(resting.price);
  trade.match_id = MatchId(++match_id_);
  trade.qty = narrow32(qty);
  trade.resting_leaves = narrow32(resting.open);
  trade.incoming_leaves = narrow32(incoming.open);
  trade.resting_displayed = narrow32(resting.displayed);
  trade.incoming_side = incoming.side;
  trade.resting_state = resting.state;
  trade.incoming_state = incoming.state;
  emit(trade);
}

void NaiveExchange::emit_replaced(const NaiveOrder& order, const ReplaceOrder& command,
                                  bool kept_priority) {
  OrderReplaced replaced{};
  replaced.header = header(OrderReplaced::kKind, order.instrument);
  number_public(replaced.header);
  replaced.order = ref(order);
  replaced.price = Price(order.price);
  replaced.old_key = command.target;
  replaced.session_sequence = now_.session_sequence;
  replaced.qty = narrow32(order.executed + order.open);
  replaced.leaves = narrow32(order.open);
  replaced.displayed = narrow32(order.displayed);
  replaced.executed = narrow32(order.executed);
  replaced.side = order.side;
  replaced.kept_priority = kept_priority ? 1 : 0;
  replaced.state = order.state;
  emit(replaced);
}

void NaiveExchange::emit_cancelled(const NaiveOrder& order, std::int64_t displayed_removed,
                                   CancelReason reason, std::uint32_t session_sequence) {
  OrderCancelled cancelled{};
  cancelled.header = header(OrderCancelled::kKind, order.instrument);
  if (displayed_removed > 0) number_public(cancelled.header);
  cancelled.order = ref(order);
  cancelled.price = Price(order.price);
  cancelled.cancelled = narrow32(order.open);
  cancelled.displayed_removed = narrow32(displayed_removed);
  cancelled.executed = narrow32(order.executed);
  cancelled.session_sequence = session_sequence;
  cancelled.side = order.side;
  cancelled.reason = reason;
  const bool expired =
      reason == CancelReason::kDayEnded || reason == CancelReason::kGoodTillDateEnded;
  cancelled.state = expired ? OrderState::kExpired : OrderState::kCancelled;
  emit(cancelled);
}

// HG-MATCH-070.
void NaiveExchange::define(const DefineInstrument& command) {
  Instrument& instrument = instruments_[now_.instrument];
  instrument.terms = command;
  instrument.state = command.state;
  instrument.low = command.min_price.value();
  instrument.high = command.max_price.value();

  InstrumentDefined defined{};
  defined.header = header(InstrumentDefined::kKind, now_.instrument);
  number_public(defined.header);
  defined.symbol = command.symbol;
  defined.tick_size_nano_usd = command.tick_size_nano_usd;
  defined.contract_size_gpu_hours = command.contract_size_gpu_hours;
  defined.min_price = command.min_price;
  defined.max_price = command.max_price;
  defined.group = command.group;
  defined.price_increment_ticks = command.price_increment_ticks;
  defined.protection_ticks = command.protection_ticks;
  defined.max_order_qty_lots = command.max_order_qty_lots;
  defined.matching_algorithm = command.matching_algorithm;
  defined.state = command.state;
  emit(defined);
}

// HG-MATCH-071 and 054.
void NaiveExchange::set_state(InstrumentId id, TradingState state) {
  listed(id).state = state;
  TradingStateChanged changed{};
  changed.header = header(TradingStateChanged::kKind, id);
  number_public(changed.header);
  changed.state = state;
  emit(changed);
}

// HG-MATCH-072.
void NaiveExchange::set_band(const SetPriceBand& command) {
  Instrument& instrument = listed(now_.instrument);
  instrument.low = command.low.value();
  instrument.high = command.high.value();
  PriceBandChanged changed{};
  changed.header = header(PriceBandChanged::kKind, now_.instrument);
  number_public(changed.header);
  changed.low = command.low;
  changed.high = command.high;
  emit(changed);
}

// HG-MATCH-073.
void NaiveExchange::adjust_funds(const AdjustFunds& command) {
  const NaiveAdjustment done = clearing_->adjust(now_.account, command.amount);
  if (done.reason != RejectReason::kNone) return emit_rejected(Command::of(command), done.reason);
  FundsAdjusted adjusted{};
  adjusted.header = header(FundsAdjusted::kKind, InstrumentId(0));
  adjusted.session = now_.session;
  adjusted.report_number = ++report_numbers_[now_.session];
  adjusted.account = now_.account;
  adjusted.session_sequence = now_.session_sequence;
  adjusted.balance = done.balance;
  emit(adjusted);
}

}  // namespace hourglass::engine::test

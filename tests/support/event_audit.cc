#include "tests/support/event_audit.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/support/event_text.h"

namespace hourglass::engine::test {

namespace {

bool is_immediate(TimeInForce time_in_force) {
  return time_in_force == TimeInForce::kImmediateOrCancel ||
         time_in_force == TimeInForce::kFillOrKill;
}

// What an order with this tranche has in the book when it comes to rest.
std::uint32_t displayed(std::uint32_t tranche, std::uint32_t open) {
  return tranche == 0 ? open : std::min(tranche, open);
}

bool is_cut_too_fine(std::uint32_t tranche, std::uint32_t total) {
  return tranche != 0 && tranche * kMaxIcebergTranches < total;
}

}  // namespace

EventAudit::Wrong EventAudit::apply(const Command& command, std::span<const Event> events) {
  if (auto wrong = this->command(command, events); wrong.has_value()) return wrong;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const EventHeader& header = events[i].header();
    Wrong wrong;
    if (header.command_sequence != command.header().sequence ||
        header.time != command.header().time || header.event_number != i ||
        header.version != event_layout(rule_set_) || header.reserved != 0 ||
        header.last_in_command != (i + 1 == events.size() ? 1 : 0)) {
      wrong = "the header does not fit the command";
    }
    if (!wrong.has_value()) wrong = apply(command, events[i]);
    if (!wrong.has_value()) wrong = feed_book_.apply(events[i]);
    if (wrong.has_value()) return fmt::format("{}: {}", *wrong, text(events[i]));
  }
  return std::nullopt;
}

// A refusal is all its command causes, and no command is carried out while an order is on its way.
EventAudit::Wrong EventAudit::command(const Command& command, std::span<const Event> events) const {
  const auto refusals = std::count_if(events.begin(), events.end(), [](const Event& event) {
    return event.header().kind == EventKind::kRequestRejected;
  });
  if (refusals != 0) {
    return events.size() == 1 ? Wrong{} : Wrong{"a refused command has other effects"};
  }
  if (incoming_.has_value() && command.header().kind != CommandKind::kContinue) {
    return fmt::format("order {} neither rests nor has ended", incoming_->value());
  }
  return std::nullopt;
}

EventAudit::Wrong EventAudit::apply(const Command& command, const Event& event) {
  switch (event.header().kind) {
    case EventKind::kOrderAccepted: return accepted(event.as<OrderAccepted>());
    case EventKind::kTrade: return traded(event.as<Trade>());
    case EventKind::kOrderRested: return rested(event.as<OrderRested>());
    case EventKind::kOrderReplaced:
      if (command.header().kind != CommandKind::kReplaceOrder) return "a replace nobody asked for";
      return replaced(command.as<ReplaceOrder>(), event.as<OrderReplaced>());
    case EventKind::kOrderCancelled: return cancelled(event.as<OrderCancelled>());
    case EventKind::kRequestRejected: {
      const RequestRejected& rejected = event.as<RequestRejected>();
      if (rejected.report_number == 0) return std::nullopt;  // a session out of range
      return report(rejected.session, rejected.report_number);
    }
    case EventKind::kMassCancelDone:
      return report(event.as<MassCancelDone>().session, event.as<MassCancelDone>().report_number);
    case EventKind::kFundsAdjusted:
      return report(event.as<FundsAdjusted>().session, event.as<FundsAdjusted>().report_number);
    case EventKind::kInstrumentDefined:
      states_[event.header().instrument] = event.as<InstrumentDefined>().state;
      return std::nullopt;
    case EventKind::kTradingStateChanged:
      states_[event.header().instrument] = event.as<TradingStateChanged>().state;
      return std::nullopt;
    case EventKind::kTradingDayEnded:
    case EventKind::kPriceBandChanged: return std::nullopt;
  }
  return "an event of no kind";
}

bool EventAudit::is_open(InstrumentId instrument) const {
  const auto found = states_.find(instrument);
  return found != states_.end() && found->second == TradingState::kOpen;
}

EventAudit::Wrong EventAudit::accepted(const OrderAccepted& event) {
  if (!is_open(event.header.instrument)) return "an order is taken while the market is not open";
  // Sequences never repeat, so neither do the ids made of them: an order ended stays ended.
  if (event.order.order_id.value() != event.header.command_sequence.value()) {
    return "an order id that is not its command's sequence";
  }
  const std::uint32_t tranche = event.display_qty < event.qty ? event.display_qty : 0;
  if (event.qty == 0 || event.display_qty == 0 || is_cut_too_fine(tranche, event.qty)) {
    return "an empty order, or one that shows too little";
  }
  incoming_ = event.order.order_id;
  orders_[event.order.order_id] = {.side = event.side,
                                   .time_in_force = event.time_in_force,
                                   .post_only = event.post_only,
                                   .price = event.price.value(),
                                   .open = event.qty,
                                   .executed = 0,
                                   .tranche = tranche,
                                   .min_qty = event.min_qty,
                                   .met_book = false,
                                   .ref = event.order};
  if (event.displayed != 0) {
    auto wrong = comes_to_rest(event.order.order_id, event.side, event.price, event.displayed);
    if (wrong.has_value()) return wrong;
  }
  return report(event.order.session, event.order.report_number);
}

EventAudit::Wrong EventAudit::traded(const Trade& event) {
  if (!is_open(event.header.instrument)) return "a trade while the market is not open";
  if (event.match_id.value() != ++match_id_) return "match ids have a gap";
  const auto resting = orders_.find(event.resting.order_id);
  const auto incoming = orders_.find(event.incoming.order_id);
  if (resting == orders_.end() || incoming == orders_.end()) return "a trade of an order not open";
  if (incoming_ != event.incoming.order_id) return "a trade of an order that has not come in";
  if (resting->second.price != event.price.value()) return "not the resting order's price";
  if (resting->second.side == event.incoming_side || incoming->second.side != event.incoming_side) {
    return "two orders of one side trade";
  }
  if (incoming->second.post_only != PostOnly::kNo) return "a post-only order takes";
  auto wrong = fill(event.resting, event, event.resting_leaves, event.resting_state);
  if (wrong.has_value()) return wrong;
  incoming->second.met_book = true;
  if (event.incoming_leaves == 0) incoming_.reset();
  return fill(event.incoming, event, event.incoming_leaves, event.incoming_state);
}

EventAudit::Wrong EventAudit::fill(const OrderRef& ref, const Trade& event, std::uint32_t leaves,
                                   OrderState state) {
  const auto found = orders_.find(ref.order_id);
  Order& order = found->second;
  const std::int64_t price = event.price.value();
  const bool outside = order.side == Side::kBuy ? price > order.price : price < order.price;
  if (outside) return "a trade outside the order's price";
  if (ref.session != order.ref.session || ref.account != order.ref.account ||
      ref.key != order.ref.key) {
    return "a report names another owner or key";
  }
  if (event.qty == 0 || event.qty > order.open || order.open - event.qty != leaves) {
    return "lots appear or vanish in a trade";
  }
  const OrderState expected = leaves == 0 ? OrderState::kFilled : OrderState::kPartiallyFilled;
  if (state != expected) return "the state does not fit what is open";
  order.open = leaves;
  order.executed += event.qty;
  if (leaves == 0) orders_.erase(found);
  return report(ref.session, ref.report_number);
}

EventAudit::Wrong EventAudit::rested(const OrderRested& event) {
  if (!is_open(event.header.instrument)) return "an order rests while the market is not open";
  const auto found = orders_.find(event.order_id);
  if (found == orders_.end()) return "an order not open rests";
  const Order& order = found->second;
  const bool comes_in = incoming_ == event.order_id;
  if (comes_in == (event.new_tranche == 1)) return "an order rests twice, or a tranche of none";
  if (comes_in && !order.met_book && rule_set_ >= 2)
    return "an order that met nothing rests by an event of its own";
  if (event.new_tranche == 1 && order.tranche == 0)
    return "a tranche of an order that hides nothing";
  return comes_to_rest(event.order_id, event.side, event.price, event.qty);
}

// By whichever event says so.
EventAudit::Wrong EventAudit::comes_to_rest(OrderId id, Side side, Price price, std::uint32_t qty) {
  const Order& order = orders_.at(id);
  if (incoming_ == id) incoming_.reset();
  if (is_immediate(order.time_in_force)) return "an immediate order rests";
  if (order.executed < order.min_qty) return "an order rests without its minimum quantity";
  if (price.value() != order.price || side != order.side ||
      qty != displayed(order.tranche, order.open)) {
    return "what rests is not the order's";
  }
  return std::nullopt;
}

EventAudit::Wrong EventAudit::replaced(const ReplaceOrder& asked, const OrderReplaced& event) {
  if (!is_open(event.header.instrument)) return "a replace while the market is not open";
  const auto found = orders_.find(event.order.order_id);
  if (found == orders_.end()) return "a replace of an order not open";
  Order& order = found->second;
  if (event.old_key != order.ref.key || event.side != order.side ||
      event.executed != order.executed || event.qty != event.executed + event.leaves ||
      event.leaves == 0 || event.displayed > event.leaves) {
    return "the new terms do not fit the order";
  }
  std::int64_t leaves = asked.qty.value();
  if (asked.basis == QtyBasis::kTotal) leaves -= order.executed;
  if (asked.basis == QtyBasis::kReduceBy) leaves = order.open - leaves;
  const bool only_less = asked.basis == QtyBasis::kReduceBy;
  const std::int64_t price = only_less ? order.price : asked.price.value();
  std::uint32_t tranche = order.tranche;
  if (asked.display_qty != Qty(0)) {
    tranche =
        asked.display_qty < asked.qty ? static_cast<std::uint32_t>(asked.display_qty.value()) : 0;
  }
  const bool keeps = only_less || (asked.basis == QtyBasis::kTotal && price == order.price &&
                                   tranche == order.tranche && leaves <= order.open);
  const bool slid = order.post_only == PostOnly::kSlide && !keeps;
  if (event.old_key != asked.target || event.order.key != asked.key || event.leaves != leaves ||
      (event.price.value() != price && !slid) || (event.kept_priority == 1) != keeps) {
    return "the new terms are not what was asked";
  }
  if (is_cut_too_fine(tranche, event.qty)) return "a replaced order shows too little";
  order.price = event.price.value();
  order.open = event.leaves;
  order.tranche = tranche;
  order.ref = event.order;
  if (!keeps) {
    incoming_ = event.order.order_id;
    order.met_book = false;
    if (event.displayed != 0) {
      auto wrong = comes_to_rest(event.order.order_id, event.side, event.price, event.displayed);
      if (wrong.has_value()) return wrong;
    }
  }
  return report(event.order.session, event.order.report_number);
}

EventAudit::Wrong EventAudit::cancelled(const OrderCancelled& event) {
  const auto found = orders_.find(event.order.order_id);
  if (found == orders_.end()) return "a cancel of an order not open";
  const Order& order = found->second;
  const bool on_its_way = incoming_ == event.order.order_id;
  if (event.cancelled != order.open || event.executed != order.executed ||
      event.order.key != order.ref.key || event.displayed_removed > event.cancelled ||
      on_its_way != (event.displayed_removed == 0)) {
    return "the cancelled order is not what is open";
  }
  if (order.time_in_force == TimeInForce::kFillOrKill && order.executed != 0) {
    return "a fill-or-kill order is filled in part";
  }
  if (order.executed < order.min_qty &&
      (order.executed != 0 || event.reason != CancelReason::kMinQuantityUnavailable)) {
    return "an order trades less than its minimum quantity";
  }
  if (on_its_way) incoming_.reset();
  orders_.erase(found);
  return report(event.order.session, event.order.report_number);
}

// HG-MATCH-006: a session's reports are dense from 1.
EventAudit::Wrong EventAudit::report(SessionId session, std::uint32_t report_number) {
  if (report_number == ++report_numbers_[session]) return std::nullopt;
  return fmt::format("report {} of session {} after {}", report_number, session.value(),
                     report_numbers_[session] - 1);
}

}  // namespace hourglass::engine::test

#include "tests/support/event_audit.h"

#include <fmt/format.h>

#include "tests/support/event_text.h"

namespace hourglass::engine::test {

std::optional<std::string> EventAudit::apply(const Command& command,
                                             std::span<const Event> events) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    const EventHeader& header = events[i].header();
    std::optional<std::string> wrong;
    if (header.command_sequence != command.header().sequence ||
        header.time != command.header().time || header.event_number != i ||
        header.version != kLayoutVersion || header.reserved != 0 ||
        header.last_in_command != (i + 1 == events.size() ? 1 : 0)) {
      wrong = "the header does not fit the command";
    }
    if (!wrong.has_value()) wrong = apply(events[i]);
    if (!wrong.has_value()) wrong = feed_book_.apply(events[i]);
    if (wrong.has_value()) return fmt::format("{}: {}", *wrong, text(events[i]));
  }
  return std::nullopt;
}

std::optional<std::string> EventAudit::apply(const Event& event) {
  switch (event.header().kind) {
    case EventKind::kOrderAccepted: return accepted(event.as<OrderAccepted>());
    case EventKind::kTrade: return traded(event.as<Trade>());
    case EventKind::kOrderReplaced: return replaced(event.as<OrderReplaced>());
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
    case EventKind::kOrderRested:
    case EventKind::kInstrumentDefined:
    case EventKind::kTradingStateChanged:
    case EventKind::kTradingDayEnded:
    case EventKind::kPriceBandChanged: return std::nullopt;
  }
  return "an event of no kind";
}

std::optional<std::string> EventAudit::accepted(const OrderAccepted& event) {
  const bool fresh = orders_
                         .emplace(event.order.order_id, Order{.side = event.side,
                                                              .price = event.price.value(),
                                                              .open = event.qty,
                                                              .executed = 0,
                                                              .ref = event.order})
                         .second;
  if (!fresh || event.qty == 0) return "an order id a second time, or an empty order";
  return report(event.order.session, event.order.report_number);
}

std::optional<std::string> EventAudit::traded(const Trade& event) {
  if (event.match_id.value() != ++match_id_) return "match ids have a gap";
  const auto resting = orders_.find(event.resting.order_id);
  if (resting == orders_.end()) return "a trade of an order not open";
  if (resting->second.price != event.price.value()) return "not the resting order's price";
  if (resting->second.side == event.incoming_side) return "two orders of one side trade";
  auto wrong = fill(event.resting, event, event.resting_leaves, event.resting_state);
  if (wrong.has_value()) return wrong;
  return fill(event.incoming, event, event.incoming_leaves, event.incoming_state);
}

std::optional<std::string> EventAudit::fill(const OrderRef& ref, const Trade& event,
                                            std::uint32_t leaves, OrderState state) {
  const auto found = orders_.find(ref.order_id);
  if (found == orders_.end()) return "a trade of an order not open";
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

std::optional<std::string> EventAudit::replaced(const OrderReplaced& event) {
  const auto found = orders_.find(event.order.order_id);
  if (found == orders_.end()) return "a replace of an order not open";
  Order& order = found->second;
  if (event.old_key != order.ref.key || event.side != order.side ||
      event.executed != order.executed || event.qty != event.executed + event.leaves ||
      event.leaves == 0 || event.displayed > event.leaves) {
    return "the new terms do not fit the order";
  }
  if (event.kept_priority == 1 &&
      (event.leaves > order.open || event.price.value() != order.price)) {
    return "priority kept by an order that grew or moved";
  }
  order.price = event.price.value();
  order.open = event.leaves;
  order.ref = event.order;
  return report(event.order.session, event.order.report_number);
}

std::optional<std::string> EventAudit::cancelled(const OrderCancelled& event) {
  const auto found = orders_.find(event.order.order_id);
  if (found == orders_.end()) return "a cancel of an order not open";
  const Order& order = found->second;
  if (event.cancelled != order.open || event.executed != order.executed ||
      event.order.key != order.ref.key || event.displayed_removed > event.cancelled) {
    return "the cancelled order is not what is open";
  }
  orders_.erase(found);
  return report(event.order.session, event.order.report_number);
}

// HG-MATCH-006: a session's reports are dense from 1.
std::optional<std::string> EventAudit::report(SessionId session, std::uint32_t report_number) {
  if (report_number == ++report_numbers_[session]) return std::nullopt;
  return fmt::format("report {} of session {} after {}", report_number, session.value(),
                     report_numbers_[session] - 1);
}

}  // namespace hourglass::engine::test

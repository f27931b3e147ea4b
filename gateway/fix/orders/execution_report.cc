#include "gateway/fix/orders/execution_report.h"

namespace hourglass::gateway::fix {

using engine::OrderState;
using engine::OrderType;
using engine::TimeInForce;

namespace {

// One that is still under way has no id yet.
void write_order_id(const OrderView& order, MessageWriter& writer) {
  if (order.order_id == engine::OrderId(0)) {
    writer.text(37, kNoId);
  } else {
    writer.number(37, static_cast<std::int64_t>(order.order_id.value()));
  }
}

std::string_view or_none(std::string_view id) {
  return id.empty() ? kNoId : id;
}

// 1 to 18: who, how much so far, which report.
void write_ids(const OrderView& order, const engine::Instrument* instrument,
               const Execution& execution, MessageWriter& writer) {
  writer.number(1, order.account.value());
  if (order.executed == 0 || instrument == nullptr) {
    writer.number(6, 0);
  } else {
    writer.average_price(6, order.executed_ticks, order.executed, instrument->tick_size_nano_usd);
  }
  writer.text(11, or_none(execution.client_order_id));
  writer.number(14, order.executed);
  writer.text(17, execution.id);
  if (order.post_only == engine::PostOnly::kReject) writer.text(18, "6");
  if (order.post_only == engine::PostOnly::kSlide) writer.text(18, "6 R");
}

// 31 to 60: what happened to which order.
void write_terms(const OrderView& order, const engine::Instrument* instrument,
                 const Execution& execution, MessageWriter& writer) {
  const bool is_refused = order.state == OrderState::kRejected;
  if (execution.fill.has_value() && instrument != nullptr) {
    writer.price(31, execution.fill->price, instrument->tick_size_nano_usd);
    writer.number(32, execution.fill->qty);
  }
  if (is_refused) {
    writer.text(37, kNoId);
  } else {
    write_order_id(order, writer);
  }
  writer.number(38, order.qty);
  writer.character(39, fix_order_status(order.state));
  writer.character(40, fix_order_type(order.type));
  if (!execution.orig_client_order_id.empty()) writer.text(41, execution.orig_client_order_id);
  // A market order in the book has a limit; one that was refused never got it.
  if (instrument != nullptr && (order.type == OrderType::kLimit || !is_refused)) {
    writer.price(44, order.price, instrument->tick_size_nano_usd);
  }
  writer.character(54, fix_side(order.side));
  writer.text(55, instrument != nullptr ? instrument->symbol_view() : kNoSymbol);
  if (!execution.text.empty()) writer.text(58, execution.text);
  if (execution.refusal.has_value()) writer.text(58, execution.refusal->text);
  writer.character(59, fix_time_in_force(order.time_in_force));
  if (execution.time != engine::Timestamp(0)) writer.timestamp(60, execution.time);
}

// 103 to 1138: how it was asked for, what is left, and what only some reports have.
void write_rest(const OrderView& order, FixVersion version, const Execution& execution,
                MessageWriter& writer) {
  const bool hides = order.display_qty < order.qty;
  if (execution.refusal.has_value()) writer.number(103, execution.refusal->code);
  if (order.min_qty != 0) writer.number(110, order.min_qty);
  if (hides && version == FixVersion::kFix44) writer.number(111, order.display_qty);
  if (order.time_in_force == TimeInForce::kGoodTillDate) writer.timestamp(126, order.expire_time);
  writer.character(150, execution.type);
  writer.number(151, order.leaves);
  if (execution.restatement != 0) writer.number(378, execution.restatement);
  if (execution.status.has_value()) {
    const StatusEcho& echo = *execution.status;
    if (!echo.mass_status_req_id.empty()) writer.text(584, echo.mass_status_req_id);
    if (!echo.order_status_req_id.empty()) writer.text(790, echo.order_status_req_id);
  }
  if (execution.is_copy) writer.character(797, 'Y');
  if (execution.fill.has_value()) {
    const auto match_id = static_cast<std::int64_t>(execution.fill->match_id.value());
    writer.number(851, execution.fill->is_aggressor ? 2 : 1);
    if (version == FixVersion::kFix50Sp2) writer.number(880, match_id);
  }
  if (execution.status.has_value() && !execution.status->mass_status_req_id.empty()) {
    writer.number(911, execution.status->total);
    writer.character(912, execution.status->last ? 'Y' : 'N');
  }
  if (version == FixVersion::kFix50Sp2) {
    if (execution.fill.has_value()) {
      writer.character(1057, execution.fill->is_aggressor ? 'Y' : 'N');
    }
    if (hides) writer.number(1138, order.display_qty);
  }
}

void write_own_tags(FixVersion version, const Execution& execution, MessageWriter& writer) {
  if (execution.feed_sequence != 0) {
    writer.number(kFeedSequenceTag, static_cast<std::int64_t>(execution.feed_sequence));
  }
  if (execution.refusal.has_value()) writer.number(kRejectCodeTag, execution.refusal->reject_code);
  if (execution.fill.has_value() && version == FixVersion::kFix44) {
    writer.number(kMatchIdTag, static_cast<std::int64_t>(execution.fill->match_id.value()));
  }
}

// 530 of a request, in the version's own letters.
char mass_cancel_type(const engine::MassCancel& request, FixVersion version) {
  if (request.by_instrument != 0) return '1';
  if (request.by_group != 0) return version == FixVersion::kFix44 ? '3' : 'A';
  return '7';
}

}  // namespace

void write_execution_report(const OrderView& order, const engine::Instrument* instrument,
                            FixVersion version, const Execution& execution, MessageWriter& writer) {
  writer.begin("8");
  write_ids(order, instrument, execution, writer);
  write_terms(order, instrument, execution, writer);
  write_rest(order, version, execution, writer);
  write_own_tags(version, execution, writer);
}

OrderView refused_order(const engine::NewOrder& request) {
  OrderView order;
  order.session = request.header.session;
  order.key = request.key;
  order.client_order_id = request.client_order_id;
  order.account = request.header.account;
  order.instrument = request.header.instrument;
  order.side = request.side;
  order.type = request.type;
  order.time_in_force = request.time_in_force;
  order.post_only = request.post_only;
  order.state = OrderState::kRejected;
  order.price = request.price;
  order.asked_price = request.price;
  order.expire_time = request.expire_time;
  order.qty = request.qty.value();
  order.display_qty = request.display_qty.value();
  order.min_qty = request.min_qty.value();
  return order;
}

void write_cancel_reject(const CancelReject& reject, MessageWriter& writer) {
  writer.begin("9");
  writer.number(1, reject.account.value());
  writer.text(11, or_none(reject.client_order_id));
  if (reject.order != nullptr) {
    write_order_id(*reject.order, writer);
  } else {
    writer.text(37, kNoId);
  }
  const bool is_known = reject.order != nullptr;
  writer.character(39, fix_order_status(is_known ? reject.order->state : OrderState::kRejected));
  writer.text(41, or_none(reject.orig_client_order_id));
  writer.text(58, reject.refusal.text);
  writer.timestamp(60, reject.time);
  writer.number(102, reject.refusal.code);
  writer.character(434, reject.is_replace ? '2' : '1');
  writer.number(kRejectCodeTag, reject.refusal.reject_code);
}

void write_mass_cancel_report(const MassCancelReport& report, FixVersion version,
                              MessageWriter& writer) {
  const engine::MassCancel& request = *report.request;
  const auto id = static_cast<std::int64_t>(report.id.value());
  const char type = mass_cancel_type(request, version);
  writer.begin("r");
  writer.text(11, or_none(report.client_order_id));
  writer.number(37, id);
  if (request.by_side != 0) writer.character(54, fix_side(request.side));
  if (report.instrument != nullptr) writer.text(55, report.instrument->symbol_view());
  if (report.refusal.has_value()) writer.text(58, report.refusal->text);
  writer.timestamp(60, report.time);
  writer.character(530, type);
  writer.character(531, report.refusal.has_value() ? '0' : type);
  if (report.refusal.has_value()) writer.number(532, report.refusal->code);
  writer.number(533, report.affected);
  if (version == FixVersion::kFix50Sp2) writer.number(1369, id);
  if (report.refusal.has_value()) writer.number(kRejectCodeTag, report.refusal->reject_code);
}

char fix_order_status(OrderState state) noexcept {
  switch (state) {
    case OrderState::kPending: return 'A';
    case OrderState::kNew: return '0';
    case OrderState::kPartiallyFilled: return '1';
    case OrderState::kFilled: return '2';
    case OrderState::kCancelled: return '4';
    case OrderState::kExpired: return 'C';
    case OrderState::kRejected: return '8';
  }
  return '8';
}

char fix_order_type(OrderType type) noexcept {
  switch (type) {
    case OrderType::kLimit: return '2';
    case OrderType::kMarket: return '1';
    case OrderType::kMarketToLimit: return 'K';
  }
  return '2';
}

char fix_time_in_force(TimeInForce time_in_force) noexcept {
  switch (time_in_force) {
    case TimeInForce::kDay: return '0';
    case TimeInForce::kGoodTillCancel: return '1';
    case TimeInForce::kGoodTillDate: return '6';
    case TimeInForce::kImmediateOrCancel: return '3';
    case TimeInForce::kFillOrKill: return '4';
  }
  return '0';
}

char fix_side(engine::Side side) noexcept {
  return side == engine::Side::kBuy ? '1' : '2';
}

}  // namespace hourglass::gateway::fix

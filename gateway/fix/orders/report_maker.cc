#include "gateway/fix/orders/report_maker.h"

#include <algorithm>
#include <vector>

#include "engine/order/reject_reason.h"
#include "gateway/fix/orders/reject_codes.h"

namespace hourglass::gateway::fix {

using engine::CancelReason;
using engine::CommandKind;
using engine::EventKind;
using engine::OrderRef;

namespace {

RefusalCode refusal_of(engine::RejectReason reason, std::uint8_t code) {
  return {.code = code,
          .reject_code = static_cast<std::uint32_t>(reason),
          .text = engine::describe(reason).text};
}

}  // namespace

void ReportMaker::on_command(const engine::Command& command) {
  const engine::CommandHeader& header = command.header();
  if (!MemberSessions::is_fix(header.session)) return;
  MemberSession& session = sessions.find_or_add(header.session);
  const auto request = request_of(command);
  if (!request.has_value()) return;
  session.requests.add(*request);
  session.ids.note(request->client_order_id, request->key());
  if (const auto target = request->target(); target.has_value()) session.ids.pass(*target);
}

void ReportMaker::on_event(const engine::Event& event, ReportSink& sink) {
  instruments.on_event(event);
  switch (event.header().kind) {
    case EventKind::kOrderAccepted: return on_accepted(event.as<engine::OrderAccepted>(), sink);
    case EventKind::kRequestRejected: return on_rejected(event.as<engine::RequestRejected>(), sink);
    case EventKind::kTrade: return on_trade(event.as<engine::Trade>(), sink);
    case EventKind::kOrderReplaced: return on_replaced(event.as<engine::OrderReplaced>(), sink);
    case EventKind::kOrderCancelled: return on_cancelled(event.as<engine::OrderCancelled>(), sink);
    case EventKind::kMassCancelDone:
      return on_mass_cancel_done(event.as<engine::MassCancelDone>(), sink);
    case EventKind::kTradingDayEnded: return on_day_ended();
    case EventKind::kOrderRested:
    case EventKind::kInstrumentDefined:
    case EventKind::kTradingStateChanged:
    case EventKind::kPriceBandChanged:
    case EventKind::kFundsAdjusted: return;
  }
}

OrderView ReportMaker::view(OrderSlot slot) const {
  OrderView view = orders.at(slot).view();
  view.client_order_id = sessions.find(view.session)->ids.text_of(view.key);
  return view;
}

// What a request names was asked for before it, so one look from the newest back finds the order,
// however many replaces of it are under way one behind the other.
std::optional<OrderView> ReportMaker::under_way(engine::SessionId session,
                                                engine::ClientKey key) const {
  const MemberSession* const member = sessions.find(session);
  if (member == nullptr) return std::nullopt;
  const SessionRequest* newest = nullptr;  // whose key was asked for
  engine::ClientKey named = key;
  const auto& requests = member->requests.all();
  for (auto request = requests.rbegin(); request != requests.rend(); ++request) {
    if (request->key() != named) continue;
    if (newest == nullptr) newest = &*request;
    OrderView order;
    if (request->kind() == CommandKind::kNewOrder) {
      order = refused_order(request->command.as<engine::NewOrder>());
      order.state = engine::OrderState::kPending;
      order.leaves = order.qty;
    } else {
      const auto target = request->target();
      if (!target) return std::nullopt;
      const OrderSlot slot = slot_of(session, *target);
      if (slot == kNoOrderSlot) {
        named = *target;
        continue;
      }
      order = view(slot);
    }
    order.key = key;
    order.client_order_id = newest->client_order_id;
    return order;
  }
  return std::nullopt;
}

OrderSlot ReportMaker::slot_of(engine::SessionId session, engine::ClientKey key) const {
  const MemberSession* const member = sessions.find(session);
  return member == nullptr ? kNoOrderSlot : member->ids.order_of(key);
}

void ReportMaker::on_accepted(const engine::OrderAccepted& event, ReportSink& sink) {
  const OrderRef& ref = event.order;
  if (!MemberSessions::is_fix(ref.session)) return;
  MemberSession& session = sessions.find_or_add(ref.session);
  const auto request =
      session.requests.take(event.session_sequence, CommandKind::kNewOrder, CommandKind::kNewOrder);
  OrderRecord record;
  record.order_id = ref.order_id;
  record.price = event.price;
  record.asked_price =
      request.has_value() ? request->command.as<engine::NewOrder>().price : event.price;
  record.expire_time = event.expire_time;
  record.session = ref.session;
  record.key = ref.key;
  record.account = ref.account;
  record.instrument = event.header.instrument;
  record.qty = event.qty;
  record.is_iceberg = event.display_qty < event.qty;
  record.tranche = event.display_qty;
  record.min_qty = event.min_qty;
  record.side = event.side;
  record.type = event.type;
  record.time_in_force = event.time_in_force;
  record.post_only = event.post_only;
  record.state = engine::OrderState::kNew;
  const OrderSlot slot = orders.add(record, session.working);
  session.ids.set_order(ref.key, slot);
  tell(event.header, ref, slot, {.execution = {.type = exec_type::kNew}}, sink);
}

void ReportMaker::on_trade(const engine::Trade& event, ReportSink& sink) {
  fill_side(event, event.resting, Role::kResting, sink);
  fill_side(event, event.incoming, Role::kIncoming, sink);
}

void ReportMaker::fill_side(const engine::Trade& event, const OrderRef& ref, Role role,
                            ReportSink& sink) {
  const OrderSlot slot = slot_of(ref.session, ref.key);
  if (slot == kNoOrderSlot) return;
  OrderRecord& record = orders.at(slot);
  record.add_fill(event.price, event.qty);
  record.state = role == Role::kResting ? event.resting_state : event.incoming_state;
  if (!record.works()) orders.finish(slot, sessions.find(ref.session)->working);
  const Fill fill{.qty = event.qty,
                  .price = event.price,
                  .match_id = event.match_id,
                  .is_aggressor = role == Role::kIncoming};
  tell(event.header, ref, slot, {.execution = {.type = exec_type::kTrade, .fill = fill}}, sink,
       role);
}

void ReportMaker::on_replaced(const engine::OrderReplaced& event, ReportSink& sink) {
  const OrderRef& ref = event.order;
  const OrderSlot slot = slot_of(ref.session, event.old_key);
  if (slot == kNoOrderSlot) return;
  MemberSession& session = sessions.find_or_add(ref.session);
  OrderRecord& record = orders.at(slot);
  const auto request = session.requests.take(event.session_sequence, CommandKind::kReplaceOrder,
                                             CommandKind::kReplaceOrder);
  record.key = ref.key;
  record.price = event.price;
  record.qty = event.qty;
  if (request.has_value()) {
    const auto& asked = request->command.as<engine::ReplaceOrder>();
    if (asked.basis != engine::QtyBasis::kReduceBy) record.asked_price = asked.price;
    // HG-MATCH-045, 046: nothing asked keeps the tranche, the request's own quantity asks for all.
    if (event.kept_priority == 0 && asked.display_qty != engine::Qty(0)) {
      record.is_iceberg = asked.display_qty < asked.qty;
      record.tranche = static_cast<std::uint32_t>(asked.display_qty.value());
    }
  }
  session.ids.set_order(ref.key, slot);
  const engine::ClientOrderId old_text = session.ids.text_of(event.old_key);
  tell(event.header, ref, slot,
       {.execution = {.type = exec_type::kReplaced, .orig_client_order_id = old_text.view()}},
       sink);
}

void ReportMaker::on_cancelled(const engine::OrderCancelled& event, ReportSink& sink) {
  const OrderRef& ref = event.order;
  const OrderSlot slot = slot_of(ref.session, ref.key);
  if (slot == kNoOrderSlot) return;
  MemberSession& session = sessions.find_or_add(ref.session);
  std::optional<SessionRequest> request;
  if (event.session_sequence != 0 && event.reason != CancelReason::kMassCancel) {
    request = session.requests.take(event.session_sequence, CommandKind::kCancelOrder,
                                    CommandKind::kReplaceOrder);
  }
  orders.at(slot).state = event.state;
  orders.finish(slot, session.working);
  const bool expired = event.state == engine::OrderState::kExpired;
  Report report{.execution = {.type = expired ? exec_type::kExpired : exec_type::kCancelled}};
  Execution& execution = report.execution;
  execution.text = cancel_text(event.reason, event.session_sequence != 0);
  const engine::ClientOrderId own_text = session.ids.text_of(ref.key);
  if (!request.has_value()) {
    report.unasked = event.reason;
  } else {
    execution.client_order_id = request->client_order_id.view();
    execution.orig_client_order_id = own_text.view();
    // HG-MATCH-044: the new key is used, and names what became of the order.
    if (request->kind() == CommandKind::kReplaceOrder) {
      session.ids.set_order(request->command.as<engine::ReplaceOrder>().key, slot);
    }
  }
  tell(event.header, ref, slot, report, sink);
}

void ReportMaker::on_mass_cancel_done(const engine::MassCancelDone& event, ReportSink& sink) {
  MemberSession* const session = sessions.find(event.session);
  if (session == nullptr) return;
  const auto request = session->requests.take(event.session_sequence, CommandKind::kMassCancel,
                                              CommandKind::kSessionDisconnected);
  const auto version = sink.version(event.session);
  if (!request.has_value() || request->kind() != CommandKind::kMassCancel || !version) return;
  const auto& asked = request->command.as<engine::MassCancel>();
  // The venue's own, of a removed member's orders.
  if (asked.header.session_sequence == 0) return;
  const MassCancelReport report{
      .client_order_id = request->client_order_id.view(),
      .id = event.origin,
      .request = &asked,
      .instrument = asked.by_instrument != 0 ? instruments.find(asked.header.instrument) : nullptr,
      .affected = event.cancelled_count,
      .time = event.header.time,
      .refusal = std::nullopt};
  write_mass_cancel_report(report, *version, writer_);
  sink.report(event.session, event.report_number, writer_);
}

void ReportMaker::on_rejected(const engine::RequestRejected& event, ReportSink& sink) {
  MemberSession* const session = sessions.find(event.session);
  if (session == nullptr) return;
  const auto request = session->requests.take(event.session_sequence, event.request, event.request);
  if (!request.has_value() || event.report_number == 0) return;
  switch (event.request) {
    case CommandKind::kNewOrder:
      return refuse_order(event, request->command.as<engine::NewOrder>(), sink);
    case CommandKind::kReplaceOrder:
    case CommandKind::kCancelOrder: return refuse_change(event, *request, sink);
    case CommandKind::kMassCancel: return refuse_mass_cancel(event, *request, sink);
    case CommandKind::kContinue:
    case CommandKind::kSessionDisconnected:
    case CommandKind::kDefineInstrument:
    case CommandKind::kSetTradingState:
    case CommandKind::kAdvanceTime:
    case CommandKind::kEndTradingDay:
    case CommandKind::kMarketRecovered:
    case CommandKind::kSetPriceBand:
    case CommandKind::kAdjustFunds: return;
  }
}

void ReportMaker::refuse_order(const engine::RequestRejected& event,
                               const engine::NewOrder& request, ReportSink& sink) {
  set_execution_id(event.header, Role::kIncoming);
  Report report{.order = refused_order(request),
                .number = event.report_number,
                .execution = {.type = exec_type::kRejected,
                              .id = execution_id_,
                              .client_order_id = request.client_order_id.view(),
                              .time = event.header.time},
                .refused = event.reason};
  hand_out(report, sink);
}

void ReportMaker::refuse_change(const engine::RequestRejected& event, const SessionRequest& request,
                                ReportSink& sink) {
  const auto version = sink.version(event.session);
  if (!version.has_value()) return;
  const bool is_replace = request.kind() == CommandKind::kReplaceOrder;
  const engine::ClientKey target = request.target().value_or(event.key);
  const OrderSlot slot = slot_of(event.session, target);
  std::optional<OrderView> order;
  if (slot != kNoOrderSlot) order = view(slot);
  std::uint8_t code = codes_of(event.reason).cancel.in(*version);
  if (event.reason == engine::RejectReason::kUnknownOrder && slot != kNoOrderSlot &&
      !orders.at(slot).works()) {
    code = kTooLateCode;
  }
  const engine::ClientOrderId target_text = sessions.find(event.session)->ids.text_of(target);
  write_cancel_reject({.client_order_id = request.client_order_id.view(),
                       .orig_client_order_id = target_text.view(),
                       .order = order.has_value() ? &*order : nullptr,
                       .account = event.account,
                       .is_replace = is_replace,
                       .time = event.header.time,
                       .refusal = refusal_of(event.reason, code)},
                      writer_);
  sink.report(event.session, event.report_number, writer_);
}

void ReportMaker::refuse_mass_cancel(const engine::RequestRejected& event,
                                     const SessionRequest& request, ReportSink& sink) {
  const auto version = sink.version(event.session);
  if (!version.has_value()) return;
  const auto& asked = request.command.as<engine::MassCancel>();
  write_mass_cancel_report(
      {.client_order_id = request.client_order_id.view(),
       .id = event.header.command_sequence,
       .request = &asked,
       .instrument = asked.by_instrument != 0 ? instruments.find(asked.header.instrument) : nullptr,
       .affected = 0,
       .time = event.header.time,
       .refusal = refusal_of(event.reason, mass_cancel_code(event.reason))},
      *version, writer_);
  sink.report(event.session, event.report_number, writer_);
}

void ReportMaker::on_day_ended() {
  std::vector<SessionIds::Kept> kept;
  for (const auto& session : sessions.all()) {
    if (session == nullptr) continue;
    kept.clear();
    for (OrderSlot slot = session->working.first; slot != kNoOrderSlot;
         slot = orders.at(slot).next) {
      const engine::ClientKey key = orders.at(slot).key;
      kept.push_back({.text = session->ids.text_of(key), .key = key, .order = slot});
    }
    // The core answers what is under way in the new day.
    for (const SessionRequest& request : session->requests.all()) {
      kept.push_back({.text = request.client_order_id, .key = request.key()});
      kept.push_back({.text = {}, .key = request.target()});
    }
    session->ids.start_day(kept);
  }
  orders.forget_done();
}

void ReportMaker::tell(const engine::EventHeader& header, const OrderRef& ref, OrderSlot slot,
                       Report report, ReportSink& sink, Role role) {
  report.order = view(slot);
  report.number = ref.report_number;
  set_execution_id(header, role);
  Execution& execution = report.execution;
  execution.id = execution_id_;
  if (execution.client_order_id.empty()) {
    execution.client_order_id = report.order.client_order_id.view();
  }
  execution.time = header.time;
  execution.feed_sequence = header.feed_sequence;
  hand_out(report, sink);
}

// Copies are counted whoever wants them: the count is a function of history alone.
void ReportMaker::hand_out(Report& report, ReportSink& sink) {
  const OrderView& order = report.order;
  if (const auto version = sink.version(order.session); version.has_value()) {
    write(report, *version);
    sink.report(order.session, report.number, writer_);
  }
  ++copies_;
  report.execution.is_copy = true;
  for (const FixVersion version : {FixVersion::kFix44, FixVersion::kFix50Sp2}) {
    if (!sink.wants_copies(order.account, version)) continue;
    write(report, version);
    sink.copy(
        {.session = order.session, .account = order.account, .version = version, .number = copies_},
        writer_);
  }
}

void ReportMaker::write(const Report& report, FixVersion version) {
  Execution execution = report.execution;
  if (report.unasked.has_value()) {
    execution.restatement = restatement_code(*report.unasked, version);
  }
  if (report.refused.has_value()) {
    execution.refusal = refusal_of(*report.refused, codes_of(*report.refused).order.in(version));
  }
  const OrderView& order = report.order;
  write_execution_report(order, instruments.find(order.instrument), version, execution, writer_);
}

void ReportMaker::set_execution_id(const engine::EventHeader& header, Role role) {
  execution_id_.clear();
  execution_id_ += std::to_string(header.command_sequence.value());
  execution_id_ += '.';
  execution_id_ += std::to_string(header.event_number);
  if (role == Role::kResting) execution_id_ += ".R";
}

std::string_view cancel_text(CancelReason reason, bool asked) noexcept {
  switch (reason) {
    case CancelReason::kByClient: return {};
    case CancelReason::kImmediateRemainder: return "rest of an immediate-or-cancel order";
    case CancelReason::kFillOrKillUnfilled: return "fill-or-kill could not be filled";
    case CancelReason::kMinQuantityUnavailable: return "minimum quantity not available";
    case CancelReason::kReplacedBelowExecuted: return "replaced to no more than was executed";
    case CancelReason::kMassCancel:
      return asked ? "mass cancel" : "mass cancel by another session or the venue";
    case CancelReason::kConnectionLost: return "connection lost";
    case CancelReason::kDayEnded: return "trading day ended";
    case CancelReason::kGoodTillDateEnded: return "good-till-date reached";
    case CancelReason::kByOperator: return "by the venue";
  }
  return {};
}

}  // namespace hourglass::gateway::fix

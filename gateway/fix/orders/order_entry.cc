#include "gateway/fix/orders/order_entry.h"

#include <algorithm>

#include "fmt/format.h"
#include "gateway/fix/orders/business_reject.h"
#include "gateway/fix/orders/reject_codes.h"
#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {

using engine::AccountId;
using engine::ClientOrderId;
using engine::Command;
using engine::InstrumentId;
using engine::SessionId;
using engine::TraderId;

namespace {

constexpr std::int32_t kOrdRejUnknownSymbol = 1;
constexpr std::int32_t kOrdRejUnknownOrder = 5;
constexpr std::int32_t kOrdRejDuplicate = 6;
constexpr std::int32_t kOrdRejStale = 8;
constexpr std::int32_t kOrdRejUnknownAccount = 15;
constexpr std::int32_t kOrdRejOther = 99;

constexpr std::uint32_t kFirstDoorReject = 1000;
constexpr char kToReplace = '2';
constexpr char kToCancel = '1';

// 103 of a refusal: the table's where it is one of the core's reasons.
std::int32_t order_code(const DoorRefusal& refusal, FixVersion version) {
  if (refusal.code >= kFirstDoorReject) return refusal.ord_rej_reason;
  return codes_of(static_cast<engine::RejectReason>(refusal.code)).order.in(version);
}

// 102: 1 unknown order and 6 duplicate ClOrdID are the door's own.
std::int32_t cancel_code(const DoorRefusal& refusal, FixVersion version) {
  if (refusal.code < kFirstDoorReject) {
    return codes_of(static_cast<engine::RejectReason>(refusal.code)).cancel.in(version);
  }
  if (refusal.code == static_cast<std::uint32_t>(DoorReject::kUnknownOrder)) return 1;
  return refusal.ord_rej_reason == kOrdRejDuplicate ? kOrdRejDuplicate : kOrdRejOther;
}

std::uint32_t sequence_of(const Fields& fields) {
  return static_cast<std::uint32_t>(parse_number(fields.value(kMsgSeqNum)).value_or(0));
}

// SenderSubID (50), where it is a number, is the trader the member registered.
TraderId trader_of(const Fields& fields) {
  const auto number = parse_number(fields.value(kSenderSubId));
  return TraderId(
      number && *number > 0 && *number <= UINT32_MAX ? static_cast<std::uint32_t>(*number) : 0);
}

template <class Body>
engine::CommandHeader header_of(const DoorSession& session, const Fields& fields, AccountId account,
                                InstrumentId instrument) {
  return engine::make_header<Body>(session.id(), account, instrument, trader_of(fields),
                                   sequence_of(fields));
}

// The first field whose value is longer than answers give back, or 0. Text is not given back, and
// passwords have bounds of their own.
std::uint32_t too_long(const Fields& fields) {
  for (const Field& field : fields.all()) {
    if (field.value.size() <= kMaxValueBytes || field.tag == kText) continue;
    if (field.tag != kPassword && field.tag != kNewPassword) return field.tag;
  }
  return 0;
}

bool is_stale(const DoorSession& session, const Fields& fields) {
  if (fields.value(kPossDupFlag) != "Y") return false;
  const auto sent = parse_utc_timestamp(fields.value(kOrigSendingTime));
  return !sent || *sent + kStaleAfterNs < session.now_ns();
}

}  // namespace

// QuickFIX's own 35=j would not say which request it is about (379).
Judgement OrderEntry::on_message(DoorSession& session, const Fields& fields, std::string_view) {
  const Judgement judgement = take(session, fields);
  if (judgement.disposition != Disposition::kFieldMissing) return judgement;
  const std::string text = fmt::format("Conditionally Required Field Missing ({})", judgement.tag);
  write_business_reject(fields, {.reason = kBusinessFieldMissing, .text = text}, writer_);
  session.send_application(writer_);
  return {Disposition::kTaken, 0};
}

Judgement OrderEntry::take(DoorSession& session, const Fields& fields) {
  const std::string_view type = fields.value(kMsgType);
  if (const std::uint32_t tag = too_long(fields); tag != 0) {
    return {Disposition::kWrongValue, static_cast<std::int32_t>(tag)};
  }
  if (is_barred(session, fields)) return {Disposition::kTaken, 0};
  if (type == "D") return new_order(session, fields);
  if (type == "F") return cancel(session, fields);
  if (type == "G") return replace(session, fields);
  if (type == "q") return mass_cancel(session, fields);
  if (!passes(session, fields, session.queries)) return {Disposition::kTaken, 0};
  if (type == "H") return questions_.order_status(session, fields);
  const bool is_long = type == "AF" || post_trade_.waits_for_answer(session, fields);
  if (is_long && is_answering(session, fields)) return {Disposition::kTaken, 0};
  if (type == "AF") return questions_.mass_status(session, fields);
  if (type == "x") return questions_.security_list(session, fields);
  if (type == "c") return questions_.security_definition(session, fields);
  if (type == "e") return market_.status.security_status(session, fields);
  if (type == "g") return market_.status.session_status(session, fields);
  if (type == "V") return market_.streams.request(session, fields);
  if (type == "BE" && users_ != nullptr) return users_->on_message(session, fields);
  return post_trade_.on_message(session, fields)
      .value_or(Judgement{Disposition::kUnsupportedType, 0});
}

void OrderEntry::on_logon(DoorSession& session) {
  market_.forget(session.id());
}

// Design, 10, 9: what asked for it is cancelled by a command, so that a replay cancels the same.
void OrderEntry::on_logout(DoorSession& session, bool lost) {
  questions_.forget(session);
  market_.forget(session.id());
  post_trade_.on_logout(session);
  if (!lost || ingress_ == nullptr || session.member().drop_copy) return;
  engine::SessionDisconnected command{};
  command.header =
      engine::make_header<engine::SessionDisconnected>(session.id(), AccountId(0), InstrumentId(0));
  push_end(session, Command::of(command));
}

// Nobody could cancel them any more. What is under way comes before this command.
void OrderEntry::on_removed(DoorSession& session) {
  if (ingress_ == nullptr || session.member().drop_copy) return;
  if (!session.has_in_flight() && !reports_.has_working(session.id())) return;
  push_end(session, Command::of(cancel_all(session.id())));
}

// It counts as under way from now on, so that the next Logon waits for what becomes of it.
void OrderEntry::push_end(DoorSession& session, const Command& command) {
  session.pushed(0);
  ends_.push_back(command);
  retry_ends();
}

void OrderEntry::retry_ends() {
  std::size_t pushed = 0;
  while (pushed < ends_.size() && ingress_ != nullptr &&
         ingress_->try_push(ends_[pushed]) == engine::PushResult::kPushed) {
    ++pushed;
  }
  ends_.erase(ends_.begin(), ends_.begin() + static_cast<std::ptrdiff_t>(pushed));
}

bool OrderEntry::is_barred(DoorSession& session, const Fields& fields) {
  const std::string_view type = fields.value(kMsgType);
  const bool is_order = type == "D" || type == "F" || type == "G" || type == "q";
  if (!is_order || !session.member().drop_copy) return false;
  if (!passes(session, fields, session.orders)) return true;
  reject_business(session, fields, kBusinessNotAuthorized, DoorReject::kUnknownAccount,
                  "a drop copy session sends no orders");
  return true;
}

// The last one before the Logout is refused like those before it; what comes behind the Logout was
// sent before the member had it, and is passed over.
bool OrderEntry::passes(DoorSession& session, const Fields& fields, Throttle& throttle) {
  constexpr std::string_view kText = "too many messages a second";
  const Throttle::Answer answer = throttle.take(session.now_ns());
  if (answer == Throttle::Answer::kPass) return true;
  if (session.is_being_logged_out()) return false;
  reject_business(session, fields, kBusinessOther, DoorReject::kThrottled, kText);
  if (answer == Throttle::Answer::kLogOut) session.log_out(std::string(kText));
  return false;
}

Checked OrderEntry::check_id(DoorSession& session, const Fields& fields) {
  const std::string_view id = fields.value(kClOrdId);
  if (!ClientOrderId::from(id)) {
    return refusal(DoorReject::kClOrdIdForm, kOrdRejOther,
                   "ClOrdID (11) is 1 to 20 printable characters without blanks");
  }
  if (reports_.was_used(session.id(), id)) {
    return refusal(DoorReject::kDuplicateClOrdId, kOrdRejDuplicate, "this ClOrdID was used today");
  }
  if (reports_.is_full(session.id())) {
    return refusal(DoorReject::kIdsUsedUp, kOrdRejOther, "no order ids are left for today");
  }
  if (is_stale(session, fields)) {
    return refusal(DoorReject::kStale, kOrdRejStale,
                   "sent again too long after it was first sent (43=Y)");
  }
  return std::nullopt;
}

Checked OrderEntry::find_account(DoorSession& session, const Fields& fields, AccountId& account) {
  const std::vector<std::uint32_t>& own = session.member().accounts;
  const auto text = fields.find(kAccount);
  if (!text && !own.empty()) {
    account = AccountId(own.front());
    return std::nullopt;
  }
  const auto number = parse_number(text.value_or(""));
  const bool is_own = number && std::find(own.begin(), own.end(), *number) != own.end();
  if (!is_own) {
    return refusal(DoorReject::kUnknownAccount, kOrdRejUnknownAccount,
                   "this session may not trade for this account");
  }
  account = AccountId(static_cast<std::uint32_t>(*number));
  return std::nullopt;
}

Checked OrderEntry::push(DoorSession& session, const Command& command) {
  if (ingress_ == nullptr || ingress_->try_push(command) != engine::PushResult::kPushed) {
    return refusal(DoorReject::kNotAvailable, kOrdRejOther,
                   "the market does not take requests now");
  }
  reports_.on_command(command);
  session.pushed(command.header().session_sequence);
  return std::nullopt;
}

Judgement OrderEntry::new_order(DoorSession& session, const Fields& fields) {
  if (!passes(session, fields, session.orders)) return {Disposition::kTaken, 0};
  if (fields.value(40) == "2" && !fields.find(44)) return {Disposition::kFieldMissing, 44};
  engine::NewOrder order{};
  AccountId account(0);
  InstrumentId id;
  const engine::Instrument* instrument = reports_.find_instrument(fields.value(kSymbol), id);
  // An order that may have been sent before is answered by how it stands (FIX 97=Y).
  const auto known = reports_.key_of(session.id(), fields.value(kClOrdId));
  if (fields.value(kPossResend) == "Y" && known) return questions_.order_status(session, fields);
  Checked refused = check_id(session, fields);
  if (!refused && instrument == nullptr) {
    refused = refusal(DoorReject::kUnknownSymbol, kOrdRejUnknownSymbol, "no such contract");
  }
  if (!refused) refused = find_account(session, fields, account);
  if (!refused) {
    refused = read_order(fields, *instrument, session.member().cancel_on_disconnect, order);
  }
  const engine::ClientKey key = reports_.next_key(session.id());
  if (!refused) {
    order.header = header_of<engine::NewOrder>(session, fields, account, id);
    order.key = key;
    order.client_order_id = *ClientOrderId::from(fields.value(kClOrdId));
    refused = push(session, Command::of(order));
  }
  if (refused) refuse_order(session, fields, *refused);
  return {Disposition::kTaken, 0};
}

Judgement OrderEntry::replace(DoorSession& session, const Fields& fields) {
  if (!passes(session, fields, session.orders)) return {Disposition::kTaken, 0};
  if (!fields.find(44)) return {Disposition::kFieldMissing, 44};
  Checked refused = check_id(session, fields);
  const auto target = reports_.key_of(session.id(), fields.value(kOrigClOrdId));
  const auto order = target ? reports_.order(session.id(), *target) : std::nullopt;
  if (!refused && !order) {
    refused = refusal(DoorReject::kUnknownOrder, kOrdRejUnknownOrder,
                      "no order of this session has this OrigClOrdID");
  }
  engine::ReplaceOrder replace{};
  InstrumentId id;
  const engine::Instrument* instrument = reports_.find_instrument(fields.value(kSymbol), id);
  if (!refused && instrument == nullptr) {
    refused = refusal(DoorReject::kUnknownSymbol, kOrdRejUnknownSymbol, "no such contract");
  }
  AccountId account(0);
  if (!refused && fields.find(kAccount)) refused = find_account(session, fields, account);
  if (!refused && !fields.find(kAccount)) account = order->account;
  if (!refused) refused = read_replace(fields, *instrument, replace);
  const engine::ClientKey key = reports_.next_key(session.id());
  if (!refused) {
    replace.header = header_of<engine::ReplaceOrder>(session, fields, account, id);
    replace.target = *target;
    replace.key = key;
    replace.client_order_id = *ClientOrderId::from(fields.value(kClOrdId));
    refused = push(session, Command::of(replace));
  }
  if (refused) refuse_change(session, fields, kToReplace, *refused);
  return {Disposition::kTaken, 0};
}

Judgement OrderEntry::cancel(DoorSession& session, const Fields& fields) {
  if (!passes(session, fields, session.cancels)) return {Disposition::kTaken, 0};
  Checked refused = check_id(session, fields);
  // A cancel does no harm late.
  if (refused && refused->code == static_cast<std::uint32_t>(DoorReject::kStale)) refused.reset();
  const auto target = reports_.key_of(session.id(), fields.value(kOrigClOrdId));
  const auto order = target ? reports_.order(session.id(), *target) : std::nullopt;
  if (!refused && !order) {
    refused = refusal(DoorReject::kUnknownOrder, kOrdRejUnknownOrder,
                      "no order of this session has this OrigClOrdID");
  }
  AccountId account(0);
  if (!refused && fields.find(kAccount)) refused = find_account(session, fields, account);
  if (!refused && !fields.find(kAccount)) account = order->account;
  if (!refused) {
    InstrumentId id = order->instrument;
    if (reports_.find_instrument(fields.value(kSymbol), id) == nullptr) {
      refused = refusal(DoorReject::kUnknownSymbol, kOrdRejUnknownSymbol, "no such contract");
    } else {
      engine::CancelOrder cancel{};
      cancel.header = header_of<engine::CancelOrder>(session, fields, account, id);
      cancel.target = *target;
      cancel.client_order_id = *ClientOrderId::from(fields.value(kClOrdId));
      refused = push(session, Command::of(cancel));
    }
  }
  if (refused) refuse_change(session, fields, kToCancel, *refused);
  return {Disposition::kTaken, 0};
}

// 530: 7 all of the session's orders, 1 those in one contract; 54 narrows either.
Judgement OrderEntry::mass_cancel(DoorSession& session, const Fields& fields) {
  if (!passes(session, fields, session.cancels)) return {Disposition::kTaken, 0};
  const std::string_view type = fields.value(kMassCancelRequestType);
  if (type != "1" && type != "7") return {Disposition::kWrongValue, kMassCancelRequestType};
  engine::MassCancel cancel{};
  InstrumentId id(0);
  Checked refused = check_id(session, fields);
  if (refused && refused->code == static_cast<std::uint32_t>(DoorReject::kStale)) refused.reset();
  if (type == "1") {
    if (!fields.find(kSymbol)) return {Disposition::kFieldMissing, kSymbol};
    cancel.by_instrument = 1;
    if (!refused && reports_.find_instrument(fields.value(kSymbol), id) == nullptr) {
      refused = refusal(DoorReject::kUnknownSymbol, kOrdRejUnknownSymbol, "no such contract");
    }
  }
  if (fields.find(kSide)) {
    const auto side = read_side(fields.value(kSide));
    if (!side) return {Disposition::kWrongValue, kSide};
    cancel.by_side = 1;
    cancel.side = *side;
  }
  if (!refused) {
    cancel.header = header_of<engine::MassCancel>(session, fields, AccountId(0), id);
    cancel.scope = engine::MassCancelScope::kSession;
    refused = push(session, Command::of(cancel));
    if (!refused) {
      reports_.name_request(session.id(), cancel.header.session_sequence, fields.value(kClOrdId));
    }
  }
  if (!refused) return {Disposition::kTaken, 0};
  // A copy with a value in any case, which g++ 12 does not see otherwise.
  const DoorRefusal why = refused.value_or(DoorRefusal{});
  writer_.begin("r");
  writer_.text(37, "NONE").text(kClOrdId, fields.value(kClOrdId)).text(530, type);
  writer_.character(531, '0');
  writer_.number(532, why.ord_rej_reason == kOrdRejUnknownSymbol ? 1 : 99);
  writer_.text(kText, why.text);
  // No report of the core's stands behind it, but 5.0 SP2 asks for an id.
  if (session.version() == FixVersion::kFix50Sp2) writer_.text(kMassActionReportId, kNoId);
  writer_.number(kRejectCode, why.code);
  session.send_application(writer_);
  return {Disposition::kTaken, 0};
}

bool OrderEntry::is_answering(DoorSession& session, const Fields& fields) {
  if (!questions_.is_answering(session) && !post_trade_.is_answering(session)) return false;
  reject_business(session, fields, kBusinessNotAvailable, DoorReject::kNotAvailable,
                  "the answer to the last 35=AF, AD or AN is still on its way");
  return true;
}

void OrderEntry::refuse_order(DoorSession& session, const Fields& fields,
                              const DoorRefusal& refusal) {
  // FIX 4.4 has no 103=18; what it lacks is "other", with the text and the code.
  writer_.begin("8");
  writer_.text(37, "NONE").text(17, fmt::format("R{}.{}", session.now_ns(), ++refusals_));
  writer_.text(kClOrdId, fields.value(kClOrdId));
  writer_.character(150, '8').character(39, '8').number(103,
                                                        order_code(refusal, session.version()));
  if (const auto account = fields.find(kAccount)) writer_.text(kAccount, *account);
  writer_.text(kSymbol, fields.value(kSymbol)).text(kSide, fields.value(kSide));
  writer_.text(kOrderQty, fields.value(kOrderQty)).text(40, fields.value(40));
  writer_.number(151, 0).number(14, 0).number(6, 0);
  writer_.timestamp(60, engine::Timestamp(session.now_ns()));
  writer_.text(kText, refusal.text).number(kRejectCode, refusal.code);
  session.send_application(writer_);
}

void OrderEntry::refuse_change(DoorSession& session, const Fields& fields, char response_to,
                               const DoorRefusal& refusal) {
  const auto target = reports_.key_of(session.id(), fields.value(kOrigClOrdId));
  const auto order = target ? reports_.order(session.id(), *target) : std::nullopt;
  writer_.begin("9");
  writer_.text(37, order ? fmt::format("{}", order->order_id.value()) : "NONE");
  writer_.text(kClOrdId, fields.value(kClOrdId));
  writer_.text(kOrigClOrdId, fields.value(kOrigClOrdId));
  writer_.character(39, order ? fix_order_status(order->state) : '8').character(434, response_to);
  writer_.number(102, cancel_code(refusal, session.version()))
      .timestamp(60, engine::Timestamp(session.now_ns()));
  writer_.text(kText, refusal.text).number(kRejectCode, refusal.code);
  session.send_application(writer_);
}

void OrderEntry::reject_business(DoorSession& session, const Fields& fields, std::int32_t reason,
                                 DoorReject code, std::string_view text) {
  write_business_reject(
      fields, {.reason = reason, .text = text, .code = static_cast<std::uint32_t>(code)}, writer_);
  session.send_application(writer_);
}

}  // namespace hourglass::gateway::fix

// Exchange: which command goes where, and what every command is checked for. Part of exchange.h.
#pragma once

#include "engine/exchange/exchange.h"

namespace hourglass::engine {

template <Clearing C>
std::span<const Event> Exchange<C>::apply(const Command& command) noexcept {
  const CommandHeader& header = command.header();
  HG_ASSERT(header.sequence > state_.sequence, header.sequence, state_.sequence);
  HG_ASSERT(header.time >= state_.time, header.time, state_.time);
  current_sequence_for_assert = header.sequence.value();
  state_.events.begin(header);
  const RejectReason reason = dispatch(command);
  if (reason != RejectReason::kNone) reject(command, reason);
  state_.sequence = header.sequence;
  state_.time = header.time;
#ifdef HOURGLASS_SLOW_CHECKS
  state_.audit();
#endif
  return state_.events.finish();
}

template <Clearing C>
RejectReason Exchange<C>::dispatch(const Command& command) noexcept {
  switch (command.header().kind) {
    case CommandKind::kNewOrder: return enter(command);
    case CommandKind::kReplaceOrder: return change(command);
    case CommandKind::kCancelOrder: return run(command, &Exchange::cancel);
    case CommandKind::kMassCancel: return run(command, &Exchange::mass_cancel);
    case CommandKind::kContinue: return run(command, &Exchange::resume);
    case CommandKind::kSessionDisconnected: return run(command, &Exchange::disconnect);
    case CommandKind::kDefineInstrument: return run(command, &Exchange::define);
    case CommandKind::kSetTradingState: return run(command, &Exchange::set_state);
    case CommandKind::kAdvanceTime: return run(command, &Exchange::advance_time);
    case CommandKind::kEndTradingDay: return run(command, &Exchange::end_day);
    case CommandKind::kMarketRecovered: return run(command, &Exchange::recover);
    case CommandKind::kSetPriceBand: return run(command, &Exchange::set_band);
    case CommandKind::kAdjustFunds: return run(command, &Exchange::adjust_funds);
  }
  return RejectReason::kUnknownKind;
}

// A kind's own checks, then its rule.
template <Clearing C>
template <class Body>
[[gnu::always_inline]] inline RejectReason Exchange<C>::run(
    const Command& command, RejectReason (Exchange::*rule)(const Body&) noexcept) noexcept {
  const Body& body = command.as<Body>();
  if (const auto reason = check_message(body); reason != RejectReason::kNone) return reason;
  return (this->*rule)(body);
}

// Everything before what the command names: HG-MATCH-003, 004, 005.
template <Clearing C>
template <class Body>
[[gnu::always_inline]] inline RejectReason Exchange<C>::check_message(
    const Body& body) const noexcept {
  const CommandHeader& header = body.header;
  if (header.version != kLayoutVersion) return RejectReason::kUnknownVersion;
  if (header.reserved != 0 || !is_well_formed(body)) return RejectReason::kMalformed;
  // A continuation is checked against the work before the numbers in its header (precedence).
  if constexpr (std::is_same_v<Body, ContinueWork>) return RejectReason::kNone;
  if (has_pending_work()) return RejectReason::kWorkPending;
  if (header.session.value() >= state_.limits.max_sessions) {
    return RejectReason::kSessionOutOfRange;
  }
  if (header.account.value() >= state_.limits.max_accounts) {
    return RejectReason::kAccountOutOfRange;
  }
  return RejectReason::kNone;
}

// What both short ways (plain_order.h) ask before they look anything up: no work is pending, and
// every number in the command is an index of something. Where not, the long way says why.
template <Clearing C>
[[gnu::always_inline]] inline bool Exchange<C>::may_go_short(const CommandHeader& header,
                                                             ClientKey key) const noexcept {
  const ExchangeLimits& limits = state_.limits;
  return !has_pending_work() && header.session.value() < limits.max_sessions &&
         header.account.value() < limits.max_accounts &&
         header.instrument.value() < limits.max_instruments &&
         key.value() < kMaxClientKeysPerSession;
}

template <Clearing C>
[[gnu::noinline]] void Exchange<C>::reject(const Command& command, RejectReason reason) noexcept {
  const CommandHeader& header = command.header();
  auto& event = state_.events.template add_private<RequestRejected>(header.instrument);
  event.session = header.session;
  if (header.session.value() < state_.limits.max_sessions) {
    event.report_number = next_report(header.session);
  }
  event.account = header.account;
  event.session_sequence = header.session_sequence;
  event.reason = reason;
  event.request = header.kind;
  switch (header.kind) {
    case CommandKind::kNewOrder: event.key = command.as<NewOrder>().key; break;
    case CommandKind::kReplaceOrder: event.key = command.as<ReplaceOrder>().key; break;
    case CommandKind::kCancelOrder: event.key = command.as<CancelOrder>().target; break;
    case CommandKind::kMassCancel:
    case CommandKind::kContinue:
    case CommandKind::kSessionDisconnected:
    case CommandKind::kDefineInstrument:
    case CommandKind::kSetTradingState:
    case CommandKind::kAdvanceTime:
    case CommandKind::kEndTradingDay:
    case CommandKind::kMarketRecovered:
    case CommandKind::kSetPriceBand:
    case CommandKind::kAdjustFunds: break;
  }
}

template <Clearing C>
RejectReason Exchange<C>::resume(const ContinueWork& command) noexcept {
  const PendingWork work = state_.work;
  if (!has_pending_work() || command.origin != work.origin || command.cursor != work.steps_done) {
    return RejectReason::kStaleContinuation;
  }
  if (command.header.session.value() >= state_.limits.max_sessions) {
    return RejectReason::kSessionOutOfRange;
  }
  if (command.header.account.value() >= state_.limits.max_accounts) {
    return RejectReason::kAccountOutOfRange;
  }
  switch (work.kind) {
    case WorkKind::kNone: break;
    case WorkKind::kMatch:
      end_work();
      meet_book(state_.incoming, work.origin, work.steps_done);
      break;
    case WorkKind::kMassCancel: run_mass_cancel(); break;
    case WorkKind::kEndDay: run_end_day(); break;
    case WorkKind::kExpire: run_expiry(); break;
    case WorkKind::kRecover: run_recovery(); break;
  }
  return RejectReason::kNone;
}

template <Clearing C>
Command Exchange<C>::continuation() const noexcept {
  HG_ASSERT(has_pending_work());
  ContinueWork body{};
  body.header = make_header<ContinueWork>(SessionId(0), AccountId(0), InstrumentId(0));
  body.origin = state_.work.origin;
  body.cursor = state_.work.steps_done;
  return Command::of(body);
}

}  // namespace hourglass::engine

// Exchange: which command goes where, and what every command is checked for. Part of exchange.h.
#pragma once

#include "engine/base/prefetch.h"
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
  if (const auto reason = check_message(command); reason != RejectReason::kNone) return reason;
  switch (command.header().kind) {
    case CommandKind::kNewOrder: return submit(command.as<NewOrder>());
    case CommandKind::kReplaceOrder: return replace(command.as<ReplaceOrder>());
    case CommandKind::kCancelOrder: return cancel(command.as<CancelOrder>());
    case CommandKind::kMassCancel: return mass_cancel(command.as<MassCancel>());
    case CommandKind::kContinue: return resume(command.as<ContinueWork>());
    case CommandKind::kSessionDisconnected: return disconnect(command.as<SessionDisconnected>());
    case CommandKind::kDefineInstrument: return define(command.as<DefineInstrument>());
    case CommandKind::kSetTradingState: return set_state(command.as<SetTradingState>());
    case CommandKind::kAdvanceTime: return advance_time(command.as<AdvanceTime>());
    case CommandKind::kEndTradingDay: return end_day(command.as<EndTradingDay>());
    case CommandKind::kMarketRecovered: return recover(command.as<MarketRecovered>());
    case CommandKind::kSetPriceBand: return set_band(command.as<SetPriceBand>());
    case CommandKind::kAdjustFunds: return adjust_funds(command);
  }
  return RejectReason::kUnknownKind;
}

// Everything before what the command names: HG-MATCH-003, 004, 005.
template <Clearing C>
RejectReason Exchange<C>::check_message(const Command& command) const noexcept {
  const CommandHeader& header = command.header();
  if (command_bytes(header.kind) == 0) return RejectReason::kUnknownKind;
  if (header.version != kLayoutVersion) return RejectReason::kUnknownVersion;
  const bool well_formed = [&] {
    switch (header.kind) {
      case CommandKind::kNewOrder: return is_well_formed(command.as<NewOrder>());
      case CommandKind::kReplaceOrder: return is_well_formed(command.as<ReplaceOrder>());
      case CommandKind::kCancelOrder: return is_well_formed(command.as<CancelOrder>());
      case CommandKind::kMassCancel: return is_well_formed(command.as<MassCancel>());
      case CommandKind::kContinue: return is_well_formed(command.as<ContinueWork>());
      case CommandKind::kSessionDisconnected:
        return is_well_formed(command.as<SessionDisconnected>());
      case CommandKind::kDefineInstrument: return is_well_formed(command.as<DefineInstrument>());
      case CommandKind::kSetTradingState: return is_well_formed(command.as<SetTradingState>());
      case CommandKind::kAdvanceTime: return is_well_formed(command.as<AdvanceTime>());
      case CommandKind::kEndTradingDay: return is_well_formed(command.as<EndTradingDay>());
      case CommandKind::kMarketRecovered: return is_well_formed(command.as<MarketRecovered>());
      case CommandKind::kSetPriceBand: return is_well_formed(command.as<SetPriceBand>());
      case CommandKind::kAdjustFunds: return is_well_formed(command.as<AdjustFunds>());
    }
    return false;
  }();
  if (!well_formed || header.reserved != 0) return RejectReason::kMalformed;
  if (has_pending_work() && header.kind != CommandKind::kContinue) {
    return RejectReason::kWorkPending;
  }
  return check_header(header);
}

template <Clearing C>
RejectReason Exchange<C>::check_header(const CommandHeader& header) const noexcept {
  // A continuation is checked against the work before the numbers in its header (precedence).
  if (header.kind == CommandKind::kContinue) return RejectReason::kNone;
  if (header.session.value() >= state_.limits.max_sessions) {
    return RejectReason::kSessionOutOfRange;
  }
  if (header.account.value() >= state_.limits.max_accounts) {
    return RejectReason::kAccountOutOfRange;
  }
  return RejectReason::kNone;
}

template <Clearing C>
void Exchange<C>::reject(const Command& command, RejectReason reason) noexcept {
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
  const PendingWork& work = state_.work;
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
    case WorkKind::kMatch: run_match(); break;
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

template <Clearing C>
void Exchange<C>::prefetch_key(const Command& command) const noexcept {
  const CommandHeader& header = command.header();
  if (header.session.value() >= state_.limits.max_sessions ||
      header.instrument.value() >= state_.limits.max_instruments) {
    return;
  }
  switch (header.kind) {
    case CommandKind::kNewOrder: {
      const auto& order = command.as<NewOrder>();
      if (order.side > Side::kSell || !instrument(header.instrument).listed()) return;
      state_.books.prefetch_price(header.instrument, order.side, order.price);
      return;
    }
    case CommandKind::kReplaceOrder: {
      const auto& order = command.as<ReplaceOrder>();
      if (order.side > Side::kSell || !instrument(header.instrument).listed()) return;
      if (order.target.value() >= kMaxClientKeysPerSession) return;
      state_.books.prefetch_price(header.instrument, order.side, order.price);
      state_.keys.prefetch(header.session, order.target);
      return;
    }
    case CommandKind::kCancelOrder: {
      const ClientKey target = command.as<CancelOrder>().target;
      if (target.value() >= kMaxClientKeysPerSession) return;
      state_.keys.prefetch(header.session, target);
      return;
    }
    default: return;  // rare kinds are not worth a hint
  }
}

// The slot a cancel or replace will touch, or kNoSlot. Hints only: liveness is not checked.
inline Slot hinted_slot(const MarketState& state, const Command& command) noexcept {
  const CommandHeader& header = command.header();
  if (header.session.value() >= state.limits.max_sessions) return kNoSlot;
  ClientKey target;
  if (header.kind == CommandKind::kCancelOrder) {
    target = command.as<CancelOrder>().target;
  } else if (header.kind == CommandKind::kReplaceOrder) {
    target = command.as<ReplaceOrder>().target;
  } else {
    return kNoSlot;
  }
  if (target.value() >= kMaxClientKeysPerSession) return kNoSlot;
  return state.keys.find(header.session, target).slot;
}

template <Clearing C>
void Exchange<C>::prefetch_order(const Command& command) const noexcept {
  const Slot slot = hinted_slot(state_, command);
  if (slot == kNoSlot) return;
  state_.books.orders().prefetch(slot);
  prefetch_line(&state_.records[slot]);
}

template <Clearing C>
void Exchange<C>::prefetch_links(const Command& command) const noexcept {
  const Slot slot = hinted_slot(state_, command);
  if (slot == kNoSlot) return;
  state_.books.prefetch_links(slot);
  const OrderRecord& record = state_.records[slot];
  prefetch_line(&state_.records[record.session_prev]);
  prefetch_line(&state_.records[record.session_next]);
}

}  // namespace hourglass::engine

// Exchange: work over many orders, definitions and funds. Part of exchange.h. RULES.md 5 to 7.
#pragma once

#include "engine/exchange/exchange.h"

namespace hourglass::engine {

template <Clearing C>
void Exchange<C>::begin_work(WorkKind kind, const CommandHeader& header) noexcept {
  state_.work = PendingWork{};
  state_.work.kind = kind;
  state_.work.origin = header.sequence;
}

template <Clearing C>
RejectReason Exchange<C>::mass_cancel(const MassCancel& c) noexcept {
  if (c.by_instrument != 0 && (c.header.instrument.value() >= state_.limits.max_instruments ||
                               !instrument(c.header.instrument).listed())) {
    return RejectReason::kUnknownInstrument;
  }
  std::uint32_t first = c.header.session.value();
  std::uint32_t end = first + 1;
  if (c.scope == MassCancelScope::kAccount) {
    first = c.header.account.value();
    end = first + 1;
  } else if (c.scope == MassCancelScope::kMarket) {
    first = 0;
    end = state_.limits.max_sessions;
  }
  state_.sweep = {.next_list = first,
                  .end_list = end,
                  .next = kNoSlot,
                  .by_account = c.scope == MassCancelScope::kAccount,
                  .by_instrument = c.by_instrument != 0,
                  .by_group = c.by_group != 0,
                  .by_side = c.by_side != 0,
                  .disconnect_only = false,
                  .day_only = false,
                  .side = c.side,
                  .reason = CancelReason::kMassCancel,
                  .instrument = c.header.instrument,
                  .group = c.group,
                  .asked_by = c.header.session,
                  .account = c.header.account,
                  .session_sequence = c.header.session_sequence};
  begin_work(WorkKind::kMassCancel, c.header);
  run_mass_cancel();
  return RejectReason::kNone;
}

template <Clearing C>
RejectReason Exchange<C>::disconnect(const SessionDisconnected& c) noexcept {
  state_.sweep = Sweep{};
  state_.sweep.next_list = c.header.session.value();
  state_.sweep.end_list = c.header.session.value() + 1;
  state_.sweep.disconnect_only = true;
  state_.sweep.reason = CancelReason::kConnectionLost;
  state_.sweep.asked_by = c.header.session;
  state_.sweep.account = c.header.account;
  state_.sweep.session_sequence = c.header.session_sequence;
  begin_work(WorkKind::kMassCancel, c.header);
  run_mass_cancel();
  return RejectReason::kNone;
}

template <Clearing C>
void Exchange<C>::run_mass_cancel() noexcept {
  if (!run_sweep()) return;
  const Sweep& sweep = state_.sweep;
  auto& event = state_.events.template add_private<MassCancelDone>(InstrumentId(0));
  event.session = sweep.asked_by;
  event.report_number = next_report(sweep.asked_by);
  event.origin = state_.work.origin;
  event.cancelled_count = static_cast<std::uint32_t>(state_.work.steps_done);
  event.session_sequence = sweep.session_sequence;
  end_work();
}

template <Clearing C>
RejectReason Exchange<C>::end_day(const EndTradingDay& c) noexcept {
  state_.sweep = Sweep{};
  state_.sweep.end_list = state_.limits.max_sessions;
  state_.sweep.day_only = true;
  state_.sweep.reason = CancelReason::kDayEnded;
  begin_work(WorkKind::kEndDay, c.header);
  run_end_day();
  return RejectReason::kNone;
}

template <Clearing C>
void Exchange<C>::run_end_day() noexcept {
  if (!run_sweep()) return;
  state_.keys.end_day();
  state_.last_of_yesterday = OrderId(state_.sequence.value());
  auto& event = state_.events.template add_public<TradingDayEnded>();
  event.expired_count = state_.work.steps_done;
  end_work();
}

// One slice of the sweep: true when all lists are done (HG-MATCH-050, 060).
template <Clearing C>
bool Exchange<C>::run_sweep() noexcept {
  Sweep& sweep = state_.sweep;
  std::uint32_t steps = 0;
  std::uint32_t visited = 0;
  for (;;) {  // ends: each round visits an order or takes one of finitely many lists
    while (sweep.next == kNoSlot) {
      if (sweep.next_list == sweep.end_list) return true;
      const std::uint32_t list = sweep.next_list++;
      sweep.next = sweep.by_account ? state_.accounts[list].orders.first
                                    : state_.sessions[list].orders.first;
    }
    if (steps == state_.limits.max_steps_per_apply || visited == state_.limits.max_scan_per_apply) {
      return false;
    }
    const Slot slot = sweep.next;
    const OrderRecord& record = state_.records[slot];
    sweep.next = sweep.by_account ? record.account_next : record.session_next;
    ++visited;
    if (!sweep_takes(slot)) continue;
    const bool asked =
        sweep.reason == CancelReason::kMassCancel && record.session == sweep.asked_by;
    cancel_order(slot, sweep.reason, asked ? sweep.session_sequence : 0);
    ++steps;
    ++state_.work.steps_done;
  }
}

template <Clearing C>
bool Exchange<C>::sweep_takes(Slot slot) const noexcept {
  const Sweep& sweep = state_.sweep;
  const OrderRecord& record = state_.records[slot];
  const Instrument& terms = instrument(record.instrument);
  if (sweep.day_only) return record.time_in_force == TimeInForce::kDay;
  if (terms.state == TradingState::kClosed) return false;
  if (sweep.disconnect_only) return record.cancel_on_disconnect != 0;
  if (sweep.by_instrument && record.instrument != sweep.instrument) return false;
  if (sweep.by_group && terms.group != sweep.group) return false;
  return !sweep.by_side || record.side == sweep.side;
}

template <Clearing C>
RejectReason Exchange<C>::advance_time(const AdvanceTime& c) noexcept {
  begin_work(WorkKind::kExpire, c.header);
  state_.work.until = c.header.time;
  run_expiry();
  return RejectReason::kNone;
}

template <Clearing C>
void Exchange<C>::run_expiry() noexcept {
  std::uint32_t steps = 0;
  while (!state_.expiries.empty()) {  // bounded: each round takes one order off
    const Slot slot = state_.expiries.top();
    if (state_.extras[slot].expire_time > state_.work.until) break;
    if (steps == state_.limits.max_steps_per_apply || steps == state_.limits.max_scan_per_apply) {
      return;
    }
    cancel_order(slot, CancelReason::kGoodTillDateEnded, 0);
    ++steps;
    ++state_.work.steps_done;
  }
  end_work();
}

template <Clearing C>
RejectReason Exchange<C>::recover(const MarketRecovered& c) noexcept {
  begin_work(WorkKind::kRecover, c.header);
  run_recovery();
  return RejectReason::kNone;
}

template <Clearing C>
void Exchange<C>::run_recovery() noexcept {
  std::uint32_t steps = 0;
  for (; state_.work.next_instrument < state_.limits.max_instruments;
       ++state_.work.next_instrument) {
    const InstrumentId id(state_.work.next_instrument);
    if (instrument(id).state != TradingState::kOpen) continue;
    if (steps == state_.limits.max_steps_per_apply) return;
    change_state(id, TradingState::kPause);
    ++steps;
    ++state_.work.steps_done;
  }
  end_work();
}

template <Clearing C>
void Exchange<C>::change_state(InstrumentId id, TradingState state) noexcept {
  instrument(id).state = state;
  auto& event = state_.events.template add_public<TradingStateChanged>(id, instrument(id));
  event.state = state;
}

// HG-MATCH-070.
template <Clearing C>
RejectReason Exchange<C>::define(const DefineInstrument& c) noexcept {
  const InstrumentId id = c.header.instrument;
  if (c.matching_algorithm != kPriceTimeAlgorithm) return RejectReason::kUnsupportedAlgorithm;
  if (id.value() >= state_.limits.max_instruments) return RejectReason::kInstrumentLimitReached;
  if (instrument(id).listed()) return RejectReason::kInstrumentExists;
  const auto terms = make_instrument(c);
  if (!terms) return RejectReason::kDefinitionInvalid;
  if (!state_.books.open(id, terms->min_price, terms->max_price)) {
    return RejectReason::kInstrumentLimitReached;
  }
  instrument(id) = *terms;
  auto& event = state_.events.template add_public<InstrumentDefined>(id, instrument(id));
  event.symbol = c.symbol;
  event.tick_size_nano_usd = c.tick_size_nano_usd;
  event.contract_size_gpu_hours = c.contract_size_gpu_hours;
  event.min_price = c.min_price;
  event.max_price = c.max_price;
  event.group = c.group;
  event.price_increment_ticks = c.price_increment_ticks;
  event.protection_ticks = c.protection_ticks;
  event.max_order_qty_lots = c.max_order_qty_lots;
  event.matching_algorithm = c.matching_algorithm;
  event.state = c.state;
  return RejectReason::kNone;
}

template <Clearing C>
RejectReason Exchange<C>::set_state(const SetTradingState& c) noexcept {
  if (c.header.instrument.value() >= state_.limits.max_instruments ||
      !instrument(c.header.instrument).listed()) {
    return RejectReason::kUnknownInstrument;
  }
  change_state(c.header.instrument, c.state);
  return RejectReason::kNone;
}

// HG-MATCH-072.
template <Clearing C>
RejectReason Exchange<C>::set_band(const SetPriceBand& c) noexcept {
  const InstrumentId id = c.header.instrument;
  if (id.value() >= state_.limits.max_instruments || !instrument(id).listed()) {
    return RejectReason::kUnknownInstrument;
  }
  Instrument& terms = instrument(id);
  if (c.low > c.high || !terms.in_range(c.low) || !terms.in_range(c.high)) {
    return RejectReason::kDefinitionInvalid;
  }
  terms.band_low = c.low;
  terms.band_high = c.high;
  auto& event = state_.events.template add_public<PriceBandChanged>(id, terms);
  event.low = c.low;
  event.high = c.high;
  return RejectReason::kNone;
}

template <Clearing C>
RejectReason Exchange<C>::adjust_funds(const AdjustFunds& c) noexcept {
  const ClearingOutcome outcome = clearing_.apply(Command::of(c));
  if (outcome.reason != RejectReason::kNone) return outcome.reason;
  const CommandHeader& header = c.header;
  auto& event = state_.events.template add_private<FundsAdjusted>(InstrumentId(0));
  event.session = header.session;
  event.report_number = next_report(header.session);
  event.account = header.account;
  event.session_sequence = header.session_sequence;
  event.balance = outcome.balance;
  return RejectReason::kNone;
}

}  // namespace hourglass::engine

// Matching and bulk work (RULES.md sections 3, 5 and 6), in slices of bounded size.
#include <algorithm>

#include "tests/model/naive_exchange.h"

namespace hourglass::engine::test {

void NaiveExchange::start(Work work) {
  work_ = std::move(work);
  run_slice();
}

// HG-MATCH-060: one slice; the work stays where it is when more is to do.
void NaiveExchange::run_slice() {
  if (work_->incoming.has_value()) {
    if (!match_slice()) return;
    finish_match();
  } else if (work_->origin.header().kind == CommandKind::kMarketRecovered) {
    if (!pause_slice()) return;
  } else {
    if (!bulk_slice()) return;
    finish_bulk();
  }
  work_.reset();
}

// HG-MATCH-030. Returns whether the match is over.
bool NaiveExchange::match_slice() {
  NaiveOrder& incoming = *work_->incoming;
  std::uint32_t steps = 0;
  while (incoming.open > 0 && reaches(listed(incoming.instrument), incoming.side, incoming.price)) {
    if (steps == limits_.max_steps_per_apply) return false;
    trade_with_oldest(incoming);
    ++steps;
    ++work_->steps;
  }
  return true;
}

// HG-MATCH-030 to 032: one trade with the oldest order of the best opposite level.
void NaiveExchange::trade_with_oldest(NaiveOrder& incoming) {
  Instrument& instrument = listed(incoming.instrument);
  const Side other = opposite(incoming.side);
  const std::int64_t price = *best(instrument, other);
  Level& level = instrument.levels[index_of(other)].at(price);
  NaiveOrder& resting = orders_.at(level.front());
  const std::int64_t qty = std::min(incoming.open, resting.displayed);
  for (NaiveOrder* order : {&resting, &incoming}) {
    clearing_->trade(exposure(*order, qty), price);
    order->open -= qty;
    order->executed += qty;
    order->state = order->open == 0 ? OrderState::kFilled : OrderState::kPartiallyFilled;
  }
  resting.displayed -= qty;
  emit_trade(resting, incoming, qty);

  if (resting.displayed > 0) return;
  if (resting.open > 0) {
    level.pop_front();
    level.push_back(resting.id);
    resting.displayed = std::min(*resting.tranche, resting.open);
    emit_rested(resting, true);
    return;
  }
  leave_level(resting);
  live_keys_.erase({resting.session, resting.key});
  orders_.erase(resting.id);
}

// HG-MATCH-028 and 046: what is left after the match.
void NaiveExchange::finish_match() {
  NaiveOrder incoming = *work_->incoming;
  if (incoming.open == 0) return;
  if (incoming.time_in_force == TimeInForce::kImmediateOrCancel) {
    clearing_->release(exposure(incoming, incoming.open));
    return emit_cancelled(incoming, 0, CancelReason::kImmediateRemainder, 0);
  }
  put_in_book(incoming);
  emit_rested(incoming, false);
}

// HG-MATCH-050 to 053. Returns whether every order was visited.
bool NaiveExchange::bulk_slice() {
  const std::uint64_t steps_before = work_->steps;
  std::uint32_t visits = 0;
  while (!work_->to_visit.empty()) {
    if (work_->steps - steps_before == limits_.max_steps_per_apply) return false;
    if (visits == limits_.max_scan_per_apply) return false;
    visit(orders_.at(work_->to_visit.front()));
    work_->to_visit.pop_front();
    ++visits;
  }
  return true;
}

// Takes the order off if the work's command covers it.
void NaiveExchange::visit(const NaiveOrder& order) {
  const CommandHeader& asked = work_->origin.header();
  std::optional<CancelReason> reason;
  std::uint32_t session_sequence = 0;
  if (asked.kind == CommandKind::kMassCancel) {
    if (mass_cancel_covers(work_->origin.as<MassCancel>(), order)) {
      reason = CancelReason::kMassCancel;
      if (order.session == asked.session) session_sequence = asked.session_sequence;
    }
  } else if (asked.kind == CommandKind::kSessionDisconnected) {
    if (order.session == asked.session && order.cancel_on_disconnect &&
        listed(order.instrument).state != TradingState::kClosed) {
      reason = CancelReason::kConnectionLost;
    }
  } else if (asked.kind == CommandKind::kEndTradingDay) {
    if (order.time_in_force == TimeInForce::kDay) reason = CancelReason::kDayEnded;
  } else {
    reason = CancelReason::kGoodTillDateEnded;
  }
  if (!reason.has_value()) return;
  take_off(order.id, *reason, session_sequence);
  ++work_->steps;
  ++work_->order_count;
}

void NaiveExchange::finish_bulk() {
  const CommandHeader& asked = work_->origin.header();
  if (asked.kind == CommandKind::kEndTradingDay) {
    used_keys_.clear();
    for (const auto& [key, id] : live_keys_) use_key(key);
    TradingDayEnded ended{};
    ended.header = header(TradingDayEnded::kKind, InstrumentId(0));
    number_public(ended.header);
    ended.expired_count = work_->order_count;
    emit(ended);
  } else if (asked.kind != CommandKind::kAdvanceTime) {
    MassCancelDone done{};
    done.header = header(MassCancelDone::kKind, InstrumentId(0));
    done.session = asked.session;
    done.report_number = ++report_numbers_[asked.session];
    done.origin = asked.sequence;
    done.cancelled_count = work_->order_count;
    done.session_sequence = asked.session_sequence;
    emit(done);
  }
}

// HG-MATCH-054. Returns whether every instrument is paused.
bool NaiveExchange::pause_slice() {
  std::uint32_t steps = 0;
  while (!work_->to_pause.empty()) {
    if (steps == limits_.max_steps_per_apply) return false;
    set_state(work_->to_pause.front(), TradingState::kPause);
    work_->to_pause.pop_front();
    ++steps;
    ++work_->steps;
  }
  return true;
}

// All orders that bulk work of this command walks: sessions ascending, the oldest order id first.
std::deque<OrderId> NaiveExchange::orders_walked_by(const Command& command) const {
  const CommandHeader& asked = command.header();
  const bool one_session = asked.kind == CommandKind::kSessionDisconnected ||
                           (asked.kind == CommandKind::kMassCancel &&
                            command.as<MassCancel>().scope == MassCancelScope::kSession);
  const bool one_account = asked.kind == CommandKind::kMassCancel &&
                           command.as<MassCancel>().scope == MassCancelScope::kAccount;
  std::vector<std::pair<SessionId, OrderId>> sorted;
  for (const auto& [id, order] : orders_) {
    if (one_session && order.session != asked.session) continue;
    if (one_account && order.account != asked.account) continue;
    // An account's orders stand in one list, whichever sessions sent them.
    sorted.emplace_back(one_account ? SessionId(0) : order.session, id);
  }
  std::sort(sorted.begin(), sorted.end());
  std::deque<OrderId> ids;
  for (const auto& [session, id] : sorted) ids.push_back(id);
  return ids;
}

std::deque<OrderId> NaiveExchange::orders_expiring_until(Timestamp time) const {
  std::vector<std::pair<Timestamp, OrderId>> sorted;
  for (const auto& [id, order] : orders_) {
    if (order.time_in_force == TimeInForce::kGoodTillDate && order.expire_time <= time) {
      sorted.emplace_back(order.expire_time, id);
    }
  }
  std::sort(sorted.begin(), sorted.end());
  std::deque<OrderId> ids;
  for (const auto& [expire_time, id] : sorted) ids.push_back(id);
  return ids;
}

bool NaiveExchange::mass_cancel_covers(const MassCancel& command, const NaiveOrder& order) const {
  const CommandHeader& asked = command.header;
  const Instrument& instrument = listed(order.instrument);
  if (command.scope == MassCancelScope::kSession && order.session != asked.session) return false;
  if (command.scope == MassCancelScope::kAccount && order.account != asked.account) return false;
  if (command.by_instrument == 1 && order.instrument != asked.instrument) return false;
  if (command.by_group == 1 && instrument.terms.group != command.group) return false;
  if (command.by_side == 1 && order.side != command.side) return false;
  return instrument.state != TradingState::kClosed;
}

}  // namespace hourglass::engine::test

#include "tests/model/naive_exchange.h"

#include <algorithm>

namespace hourglass::engine::test {

NaiveExchange::NaiveExchange(const NaiveLimits& limits, std::unique_ptr<NaiveClearing> clearing)
    : limits_(limits), clearing_(std::move(clearing)) {}

std::vector<Event> NaiveExchange::apply(const Command& command) {
  now_ = command.header();
  plan_ = {};
  events_.clear();
  const RejectReason reason = check(command);
  if (reason == RejectReason::kNone) {
    carry_out(command);
  } else {
    emit_rejected(command, reason);
  }
  if (!events_.empty()) {
    EventHeader last = events_.back().header();
    last.last_in_command = 1;
    std::memcpy(events_.back().bytes.data(), &last, sizeof(last));
  }
  return std::move(events_);
}

std::optional<Command> NaiveExchange::pending() const {
  if (!work_.has_value()) return std::nullopt;
  return Command::of(
      ContinueWork{.header = make_header<ContinueWork>(SessionId(0), AccountId(0), InstrumentId(0)),
                   .origin = work_->origin.header().sequence,
                   .cursor = work_->steps,
                   .reserved = 0});
}

void NaiveExchange::carry_out(const Command& command) {
  switch (command.header().kind) {
    case CommandKind::kNewOrder: return enter(command);
    case CommandKind::kReplaceOrder: return replace(command);
    case CommandKind::kCancelOrder: return cancel(command.as<CancelOrder>());
    case CommandKind::kContinue: return run_slice();
    case CommandKind::kDefineInstrument: return define(command.as<DefineInstrument>());
    case CommandKind::kSetTradingState:
      return set_state(now_.instrument, command.as<SetTradingState>().state);
    case CommandKind::kSetPriceBand: return set_band(command.as<SetPriceBand>());
    case CommandKind::kAdjustFunds: return adjust_funds(command.as<AdjustFunds>());
    case CommandKind::kMassCancel:
    case CommandKind::kSessionDisconnected:
    case CommandKind::kEndTradingDay:
    case CommandKind::kAdvanceTime:
    case CommandKind::kMarketRecovered: {
      Work work;
      work.origin = command;
      if (now_.kind == CommandKind::kAdvanceTime) {
        work.to_visit = orders_expiring_until(now_.time);
      } else if (now_.kind == CommandKind::kMarketRecovered) {
        for (const auto& [id, instrument] : instruments_) {
          if (instrument.state == TradingState::kOpen) work.to_pause.push_back(id);
        }
      } else {
        work.to_visit = orders_walked_by(command);
      }
      return start(std::move(work));
    }
  }
}

// HG-MATCH-025 to 028.
void NaiveExchange::enter(const Command& command) {
  const NewOrder& request = command.as<NewOrder>();
  NaiveOrder order;
  order.id = OrderId(now_.sequence.value());
  order.session = now_.session;
  order.account = now_.account;
  order.instrument = now_.instrument;
  order.key = request.key;
  order.side = request.side;
  order.time_in_force = request.time_in_force;
  order.post_only = request.post_only;
  order.cancel_on_disconnect = request.cancel_on_disconnect == 1;
  order.expire_time = request.expire_time;
  order.price = plan_.price;
  order.open = request.qty.value();
  if (request.display_qty < request.qty) order.tranche = request.display_qty.value();

  use_key({order.session, order.key});
  const bool rests = plan_.enough && rests_untraded(order);
  if (rests) put_in_book(order);
  emit_accepted(request, order);
  if (rests) return clearing_->hold(exposure(order, order.open));
  if (!plan_.enough) {
    emit_cancelled(order, 0,
                   request.time_in_force == TimeInForce::kFillOrKill
                       ? CancelReason::kFillOrKillUnfilled
                       : CancelReason::kMinQuantityUnavailable,
                   0);
    return;
  }
  clearing_->hold(exposure(order, order.open));
  Work work;
  work.origin = command;
  work.incoming = order;
  start(std::move(work));
}

// HG-MATCH-041.
void NaiveExchange::cancel(const CancelOrder& command) {
  take_off(live_keys_.at({now_.session, command.target}), CancelReason::kByClient,
           now_.session_sequence);
}

// HG-MATCH-043 to 047.
void NaiveExchange::replace(const Command& command) {
  const ReplaceOrder& request = command.as<ReplaceOrder>();
  const OrderId id = live_keys_.at({now_.session, request.target});
  use_key({now_.session, request.key});
  if (plan_.deletes) {
    const CancelReason reason = request.basis == QtyBasis::kReduceBy
                                    ? CancelReason::kByClient
                                    : CancelReason::kReplacedBelowExecuted;
    return take_off(id, reason, now_.session_sequence);
  }

  NaiveOrder& order = orders_.at(id);
  live_keys_.erase({order.session, order.key});
  if (plan_.keeps_priority) {
    clearing_->release(exposure(order, order.open - plan_.open));
    order.key = request.key;
    order.open = plan_.open;
    order.displayed = std::min(order.displayed, order.open);
    live_keys_[{order.session, order.key}] = id;
    return emit_replaced(order, request, true);
  }

  NaiveOrder incoming = order;
  leave_level(order);
  orders_.erase(id);
  clearing_->release(exposure(incoming, incoming.open));
  incoming.key = request.key;
  incoming.price = plan_.price;
  incoming.open = plan_.open;
  incoming.displayed = 0;
  incoming.tranche = plan_.tranche;
  clearing_->hold(exposure(incoming, incoming.open));
  const bool rests = rests_untraded(incoming);
  if (rests) put_in_book(incoming);
  emit_replaced(incoming, request, false);
  if (rests) return;
  Work work;
  work.origin = command;
  work.incoming = incoming;
  start(std::move(work));
}

void NaiveExchange::use_key(Key key) {
  if (used_keys_.insert(key).second) {
    ++key_pages_[{key.first, key.second.value() / kClientKeysPerPage}];
  }
}

std::optional<std::int64_t> NaiveExchange::best(const Instrument& instrument, Side side) const {
  const auto& levels = instrument.levels[index_of(side)];
  if (levels.empty()) return std::nullopt;
  return side == Side::kBuy ? levels.rbegin()->first : levels.begin()->first;
}

// Whether an order of `side` working at `price` would trade with the other side's best.
bool NaiveExchange::reaches(const Instrument& instrument, Side side, std::int64_t price) const {
  const std::optional<std::int64_t> against = best(instrument, opposite(side));
  if (!against.has_value()) return false;
  return side == Side::kBuy ? price >= *against : price <= *against;
}

std::vector<std::pair<std::int64_t, const NaiveExchange::Level*>> NaiveExchange::levels_reached(
    InstrumentId instrument, Side side, std::int64_t price) const {
  std::vector<std::pair<std::int64_t, const Level*>> reached;
  for (const auto& [level_price, level] : listed(instrument).levels[index_of(opposite(side))]) {
    const bool trades = side == Side::kBuy ? level_price <= price : level_price >= price;
    if (trades) reached.emplace_back(level_price, &level);
  }
  if (side == Side::kSell) std::reverse(reached.begin(), reached.end());
  return reached;
}

// HG-MATCH-025, 046: whether the order goes into the book without meeting it, and says so at once.
bool NaiveExchange::rests_untraded(const NaiveOrder& order) const {
  return limits_.rule_set >= 2 && order.time_in_force != TimeInForce::kImmediateOrCancel &&
         !reaches(listed(order.instrument), order.side, order.price);
}

void NaiveExchange::put_in_book(NaiveOrder& order) {
  order.displayed = order.tranche.has_value() ? std::min(*order.tranche, order.open) : order.open;
  listed(order.instrument).levels[index_of(order.side)][order.price].push_back(order.id);
  live_keys_[{order.session, order.key}] = order.id;
  orders_[order.id] = order;
}

void NaiveExchange::leave_level(const NaiveOrder& order) {
  auto& levels = listed(order.instrument).levels[index_of(order.side)];
  Level& level = levels.at(order.price);
  level.remove(order.id);
  if (level.empty()) levels.erase(order.price);
}

// A working order leaves the book without trading.
void NaiveExchange::take_off(OrderId id, CancelReason reason, std::uint32_t session_sequence) {
  const NaiveOrder order = orders_.at(id);
  leave_level(order);
  live_keys_.erase({order.session, order.key});
  orders_.erase(id);
  clearing_->release(exposure(order, order.open));
  emit_cancelled(order, order.displayed, reason, session_sequence);
}

NaiveExposure NaiveExchange::exposure(const NaiveOrder& order, std::int64_t qty) const {
  return NaiveExposure{.account = order.account,
                       .price_ticks = order.price,
                       .qty_lots = qty,
                       .tick_value_micro_usd = tick_value_micro_usd(order.instrument)};
}

std::vector<InstrumentId> NaiveExchange::instruments() const {
  std::vector<InstrumentId> ids;
  for (const auto& [id, instrument] : instruments_) ids.push_back(id);
  return ids;
}

TradingState NaiveExchange::trading_state(InstrumentId instrument) const {
  return listed(instrument).state;
}

std::int64_t NaiveExchange::tick_value_micro_usd(InstrumentId instrument) const {
  const DefineInstrument& terms = listed(instrument).terms;
  return static_cast<std::int64_t>(
      mul_wide(terms.tick_size_nano_usd, terms.contract_size_gpu_hours) / 1000);
}

std::vector<NaiveOrder> NaiveExchange::live_orders() const {
  std::vector<NaiveOrder> live;
  for (const auto& [id, order] : orders_) live.push_back(order);
  return live;
}

std::vector<NaiveLevel> NaiveExchange::levels(InstrumentId instrument, Side side) const {
  std::vector<NaiveLevel> levels;
  for (const auto& [price, ids] : listed(instrument).levels[index_of(side)]) {
    NaiveLevel level{.price = price, .orders = {}};
    for (const OrderId id : ids) level.orders.push_back(orders_.at(id));
    levels.push_back(std::move(level));
  }
  if (side == Side::kBuy) std::reverse(levels.begin(), levels.end());
  return levels;
}

}  // namespace hourglass::engine::test

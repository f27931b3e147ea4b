#include "gateway/fix/post_trade/account_ledger.h"

#include <algorithm>

namespace hourglass::gateway::fix {

using engine::AccountId;
using engine::EventKind;
using engine::InstrumentId;
using engine::Int128;
using engine::Side;

namespace {

// What FundedLimit holds for so many lots at that price: their value, whichever side.
Int128 value_of(engine::Price price, std::uint32_t qty, engine::Money tick_value) {
  const Int128 value = engine::notional(price, qty, tick_value);
  return value < 0 ? -value : value;
}

}  // namespace

void AccountLedger::on_event(const engine::Event& event, const engine::Instrument* instrument) {
  const EventKind kind = event.header().kind;
  if (kind == EventKind::kTradingDayEnded) return end_day();
  if (kind == EventKind::kFundsAdjusted) {
    const auto& adjusted = event.as<engine::FundsAdjusted>();
    AccountFunds& funds = accounts_[adjusted.account.value()].funds;
    funds.paid_in = adjusted.balance.value();
    funds.is_known = true;
    return;
  }
  if (instrument == nullptr) return;
  if (kind == EventKind::kTrade) return on_trade(event.as<engine::Trade>(), *instrument);
  if (kind == EventKind::kOrderAccepted) {
    const auto& accepted = event.as<engine::OrderAccepted>();
    working_[accepted.order.order_id.value()] = {.limit = accepted.price, .leaves = accepted.qty};
    accounts_[accepted.order.account.value()].funds.held +=
        value_of(accepted.price, accepted.qty, instrument->tick_value);
  }
  if (kind == EventKind::kOrderReplaced) {
    on_replaced(event.as<engine::OrderReplaced>(), instrument->tick_value);
  }
  if (kind == EventKind::kOrderCancelled) {
    const auto& cancelled = event.as<engine::OrderCancelled>();
    const auto order = working_.find(cancelled.order.order_id.value());
    if (order == working_.end()) return;
    accounts_[cancelled.order.account.value()].funds.held -=
        value_of(order->second.limit, order->second.leaves, instrument->tick_value);
    working_.erase(order);
  }
}

void AccountLedger::on_replaced(const engine::OrderReplaced& event, engine::Money tick_value) {
  const auto order = working_.find(event.order.order_id.value());
  if (order == working_.end()) return;
  accounts_[event.order.account.value()].funds.held +=
      value_of(event.price, event.leaves, tick_value) -
      value_of(order->second.limit, order->second.leaves, tick_value);
  order->second = {.limit = event.price, .leaves = event.leaves};
}

void AccountLedger::on_trade(const engine::Trade& event, const engine::Instrument& instrument) {
  last_prices_[event.header.instrument.value()].now = event.price;
  fill(event, event.resting, engine::opposite(event.incoming_side), event.resting_leaves,
       instrument.tick_value);
  fill(event, event.incoming, event.incoming_side, event.incoming_leaves, instrument.tick_value);
}

void AccountLedger::fill(const engine::Trade& event, const engine::OrderRef& ref, Side side,
                         std::uint32_t leaves, engine::Money tick_value) {
  Account& account = accounts_[ref.account.value()];
  AccountPosition& held = position(account, event.header.instrument);
  const Int128 value = engine::notional(event.price, event.qty, tick_value);
  if (side == Side::kBuy) {
    held.bought += event.qty;
    held.cash -= value;
  } else {
    held.sold += event.qty;
    held.cash += value;
  }
  account.funds.used += value < 0 ? -value : value;
  const auto order = working_.find(ref.order_id.value());
  if (order == working_.end()) return;
  account.funds.held -= value_of(order->second.limit, event.qty, tick_value);
  order->second.leaves = leaves;
  if (leaves == 0) working_.erase(order);
}

AccountPosition& AccountLedger::position(Account& account, InstrumentId id) {
  const auto at =
      std::ranges::lower_bound(account.positions, id.value(), {},
                               [](const AccountPosition& held) { return held.instrument.value(); });
  if (at != account.positions.end() && at->instrument == id) return *at;
  return *account.positions.insert(at, AccountPosition{.instrument = id});
}

void AccountLedger::end_day() {
  for (auto& [number, account] : accounts_) {
    for (AccountPosition& held : account.positions) {
      held.at_day_begin = held.net();
      held.bought = held.sold = 0;
    }
  }
  for (auto& [id, prices] : last_prices_) prices.before_today = prices.now;
}

std::span<const AccountPosition> AccountLedger::positions(AccountId account) const {
  const auto found = accounts_.find(account.value());
  if (found == accounts_.end()) return {};
  return found->second.positions;
}

AccountFunds AccountLedger::funds(AccountId account) const {
  const auto found = accounts_.find(account.value());
  return found == accounts_.end() ? AccountFunds{} : found->second.funds;
}

AccountLedger::LastPrices AccountLedger::last_prices(InstrumentId id) const {
  const auto found = last_prices_.find(id.value());
  return found == last_prices_.end() ? LastPrices{} : found->second;
}

}  // namespace hourglass::gateway::fix

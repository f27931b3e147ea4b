#include "risk/clearing/funded_limit.h"

namespace hourglass::risk {

using engine::Int128;
using engine::RejectReason;

// Holds what `intent` needs after `freed` of the present holds is given up, or changes nothing.
RejectReason FundedLimit::hold(Account& a, const engine::OrderIntent& intent,
                               Int128 freed) noexcept {
  if (a.is_known == 0) return RejectReason::kAccountUnknown;
  const Int128 needed = value(intent.price, intent.qty, intent.tick_value);
  if (needed > kMaxNotionalMicroUsd) return RejectReason::kNotionalOutOfRange;
  if (a.funds - (a.held - freed) - a.used < needed) return RejectReason::kInsufficientFunds;
  a.held += needed - freed;
  return RejectReason::kNone;
}

RejectReason FundedLimit::reserve(const engine::OrderIntent& intent) noexcept {
  return hold(account(intent.account), intent, 0);
}

RejectReason FundedLimit::replace(const engine::OrderIntent& held,
                                  const engine::OrderIntent& with) noexcept {
  HG_ASSERT(held.account == with.account, held.account, with.account);
  return hold(account(with.account), with, value(held.price, held.qty, held.tick_value));
}

void FundedLimit::release(const engine::OrderIntent& intent) noexcept {
  Account& a = account(intent.account);
  a.held -= value(intent.price, intent.qty, intent.tick_value);
  HG_ASSERT(a.held >= 0, intent.account);
}

void FundedLimit::settle(engine::AccountId id, Int128 held, Int128 used) noexcept {
  Account& a = account(id);
  a.held -= held;
  a.used += used;
  HG_ASSERT(a.held >= 0, id);
}

void FundedLimit::on_trade(const engine::ClearingTrade& trade) noexcept {
  const Int128 traded = value(trade.price, trade.qty, trade.tick_value);
  settle(trade.resting_account, value(trade.resting_limit, trade.qty, trade.tick_value), traded);
  settle(trade.incoming_account, value(trade.incoming_limit, trade.qty, trade.tick_value), traded);
}

engine::ClearingOutcome FundedLimit::apply(const engine::Command& command) noexcept {
  const auto& adjust = command.as<engine::AdjustFunds>();
  const std::int64_t amount = adjust.amount.value();
  Account& a = account(adjust.header.account);
  if (amount < 0 && a.is_known == 0) {
    return {.reason = RejectReason::kAccountUnknown, .balance = {}};
  }
  if (amount == 0 || amount > kMaxAdjustmentMicroUsd || amount < -kMaxAdjustmentMicroUsd) {
    return {.reason = RejectReason::kAmountInvalid, .balance = {}};
  }
  if (amount < 0 && a.funds - a.held - a.used < -amount) {
    return {.reason = RejectReason::kInsufficientFunds, .balance = {}};
  }
  if (a.funds + amount > kMaxNotionalMicroUsd) {
    return {.reason = RejectReason::kAmountInvalid, .balance = {}};
  }
  a.is_known = 1;
  a.funds += amount;
  return {.reason = RejectReason::kNone,
          .balance = engine::Money(static_cast<std::int64_t>(a.funds))};
}

void FundedLimit::save(engine::StateWriter& writer) const {
  std::uint64_t known = 0;
  for (std::uint64_t i = 0; i < accounts_.size(); ++i) known += accounts_[i].is_known;
  writer.put(known);
  for (std::uint64_t i = 0; i < accounts_.size(); ++i) {
    if (accounts_[i].is_known == 0) continue;
    writer.put(i);
    writer.put(accounts_[i]);
  }
}

bool FundedLimit::load(engine::StateReader& reader) {
  for (auto n = reader.get<std::uint64_t>(); n != 0 && reader.ok(); --n) {
    const auto index = reader.get<std::uint64_t>();
    const auto saved = reader.get<Account>();
    if (!reader.ok() || index >= accounts_.size() || saved.is_known != 1 || saved.held < 0 ||
        saved.reserved != 0) {
      return false;
    }
    accounts_[index] = saved;
  }
  return reader.ok();
}

}  // namespace hourglass::risk

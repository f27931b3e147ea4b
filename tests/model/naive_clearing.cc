#include "tests/model/naive_clearing.h"

namespace hourglass::engine::test {
namespace {

constexpr std::int64_t kMaxAmount = std::int64_t{1} << 53;
constexpr std::int64_t kMaxNotional = std::int64_t{1} << 62;

bool amount_valid(Money amount) {
  return amount.value() != 0 && amount.value() >= -kMaxAmount && amount.value() <= kMaxAmount;
}

}  // namespace

Int128 NaiveExposure::notional_micro_usd() const {
  const Int128 distance = price_ticks < 0 ? -Int128{price_ticks} : Int128{price_ticks};
  return distance * qty_lots * tick_value_micro_usd;
}

RejectReason PermissiveClearing::check(const NaiveExposure&,
                                       const std::optional<NaiveExposure>&) const {
  return RejectReason::kNone;
}
void PermissiveClearing::hold(const NaiveExposure&) {}
void PermissiveClearing::release(const NaiveExposure&) {}
void PermissiveClearing::trade(const NaiveExposure&, std::int64_t) {}

NaiveAdjustment PermissiveClearing::adjust(AccountId, Money amount) {
  return {RejectReason::kNone, amount};
}

RejectReason FundedClearing::check(const NaiveExposure& wanted,
                                   const std::optional<NaiveExposure>& released) const {
  const auto found = accounts_.find(wanted.account);
  if (found == accounts_.end()) return RejectReason::kAccountUnknown;
  const Int128 needed = wanted.notional_micro_usd();
  if (needed > kMaxNotional) return RejectReason::kNotionalOutOfRange;
  const Account& account = found->second;
  Int128 free = account.funds - account.held - account.used;
  if (released.has_value()) free += released->notional_micro_usd();
  return free < needed ? RejectReason::kInsufficientFunds : RejectReason::kNone;
}

void FundedClearing::hold(const NaiveExposure& exposure) {
  accounts_[exposure.account].held += exposure.notional_micro_usd();
}

void FundedClearing::release(const NaiveExposure& exposure) {
  accounts_[exposure.account].held -= exposure.notional_micro_usd();
}

void FundedClearing::trade(const NaiveExposure& held, std::int64_t trade_price_ticks) {
  release(held);
  NaiveExposure traded = held;
  traded.price_ticks = trade_price_ticks;
  accounts_[held.account].used += traded.notional_micro_usd();
}

NaiveAdjustment FundedClearing::adjust(AccountId account, Money amount) {
  const auto found = accounts_.find(account);
  if (found == accounts_.end() && amount.value() < 0) return {RejectReason::kAccountUnknown, {}};
  if (!amount_valid(amount)) return {RejectReason::kAmountInvalid, {}};
  if (amount.value() < 0) {
    const Account& known = found->second;
    if (known.funds - known.held - known.used < -Int128{amount.value()}) {
      return {RejectReason::kInsufficientFunds, {}};
    }
  }
  Account& account_now = accounts_[account];
  account_now.funds += amount.value();
  return {RejectReason::kNone, Money(static_cast<std::int64_t>(account_now.funds))};
}

}  // namespace hourglass::engine::test

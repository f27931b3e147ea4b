// FundedLimit: the simplest clearing to trade on: nobody orders for more than was paid in.
//
// Every account pays in first. A working order holds its whole value at its limit, whichever side;
// a trade turns that hold into used funds at the trade price. There is no netting, no margin and
// no profit yet: the ledger and the margin module replace it behind the same seam.
//
// A trade at a better price than the limit of a sale (or below zero, of a purchase) is worth more
// than was held for it. It cannot fail any more, so the account may stand below zero by that
// improvement; until funds come in, it can then only cancel and reduce.
#pragma once

#include <cstdint>

#include "engine/base/assert.h"
#include "engine/base/checked.h"
#include "engine/base/fixed_array.h"
#include "engine/base/limits.h"
#include "engine/order/clearing.h"

namespace hourglass::risk {

// Largest adjustment and largest value of one order, micro-USD.
inline constexpr std::int64_t kMaxAdjustmentMicroUsd = std::int64_t{1} << 53;
inline constexpr std::int64_t kMaxNotionalMicroUsd = std::int64_t{1} << 62;

// Thread: engine. Cost: constant, no allocation after construction. Totals are 128 bits.
class FundedLimit {
 public:
  explicit FundedLimit(std::uint32_t max_accounts = engine::kMaxAccounts) noexcept
      : accounts_(max_accounts) {}

  // Errors: kAccountUnknown, kNotionalOutOfRange, kInsufficientFunds; state unchanged.
  engine::RejectReason reserve(const engine::OrderIntent& intent) noexcept;
  // Errors: as reserve(); state unchanged.
  engine::RejectReason replace(const engine::OrderIntent& held,
                               const engine::OrderIntent& with) noexcept;
  void release(const engine::OrderIntent& intent) noexcept;
  void on_trade(const engine::ClearingTrade& trade) noexcept;
  // AdjustFunds. Errors: kAccountUnknown (withdrawal), kAmountInvalid, kInsufficientFunds.
  engine::ClearingOutcome apply(const engine::Command& command) noexcept;
  bool next_follow_up(engine::Command&) noexcept { return false; }

  void save(engine::StateWriter& writer) const;
  [[nodiscard]] bool load(engine::StateReader& reader);

 private:
  // Zero until the first deposit.
  struct Account {
    engine::Int128 funds;  // paid in less paid out
    engine::Int128 held;   // value of working orders
    engine::Int128 used;   // value of trades
    std::uint64_t is_known;
    std::uint64_t reserved;
  };

  static engine::Int128 value(engine::Price price, std::uint32_t qty,
                              engine::Money tick_value) noexcept {
    const engine::Int128 signed_value = engine::mul_wide(price.value(), qty) * tick_value.value();
    return signed_value < 0 ? -signed_value : signed_value;
  }
  Account& account(engine::AccountId id) noexcept {
    HG_ASSERT(id.value() < accounts_.size(), id);
    return accounts_[id.value()];
  }
  engine::RejectReason hold(Account& a, const engine::OrderIntent& intent,
                            engine::Int128 freed) noexcept;
  void settle(engine::AccountId id, engine::Int128 held, engine::Int128 used) noexcept;

  engine::FixedArray<Account> accounts_;
};
static_assert(engine::Clearing<FundedLimit>);

}  // namespace hourglass::risk

// The plain model's clearing: who may take on how much.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "engine/base/checked.h"
#include "engine/base/types.h"
#include "engine/order/reject_reason.h"

namespace hourglass::engine::test {

// Some lots of one account at one price. Its notional is |price| x qty x tick value, micro-USD.
struct NaiveExposure {
  AccountId account;
  std::int64_t price_ticks = 0;
  std::int64_t qty_lots = 0;
  std::int64_t tick_value_micro_usd = 0;

  [[nodiscard]] Int128 notional_micro_usd() const;
};

struct NaiveAdjustment {
  RejectReason reason = RejectReason::kNone;
  Money balance;
};

// What the model asks of clearing. check() changes nothing; the others cannot fail.
class NaiveClearing {
 public:
  virtual ~NaiveClearing() = default;
  // Whether `wanted` could be held once `released` were given back.
  [[nodiscard]] virtual RejectReason check(const NaiveExposure& wanted,
                                           const std::optional<NaiveExposure>& released) const = 0;
  virtual void hold(const NaiveExposure& exposure) = 0;
  virtual void release(const NaiveExposure& exposure) = 0;
  // `held` is what the traded lots held: the order's own working price, the traded quantity.
  virtual void trade(const NaiveExposure& held, std::int64_t trade_price_ticks) = 0;
  virtual NaiveAdjustment adjust(AccountId account, Money amount) = 0;
};

// Everybody may do everything; it keeps no balances and answers with the amount.
class PermissiveClearing final : public NaiveClearing {
 public:
  [[nodiscard]] RejectReason check(const NaiveExposure& wanted,
                                   const std::optional<NaiveExposure>& released) const override;
  void hold(const NaiveExposure& exposure) override;
  void release(const NaiveExposure& exposure) override;
  void trade(const NaiveExposure& held, std::int64_t trade_price_ticks) override;
  NaiveAdjustment adjust(AccountId account, Money amount) override;
};

// Orders hold their whole notional; trades use it up for good.
class FundedClearing final : public NaiveClearing {
 public:
  struct Account {
    Int128 funds = 0;
    Int128 held = 0;
    Int128 used = 0;
  };

  [[nodiscard]] RejectReason check(const NaiveExposure& wanted,
                                   const std::optional<NaiveExposure>& released) const override;
  void hold(const NaiveExposure& exposure) override;
  void release(const NaiveExposure& exposure) override;
  void trade(const NaiveExposure& held, std::int64_t trade_price_ticks) override;
  NaiveAdjustment adjust(AccountId account, Money amount) override;

  [[nodiscard]] const std::map<AccountId, Account>& accounts() const { return accounts_; }

 private:
  std::map<AccountId, Account> accounts_;
};

}  // namespace hourglass::engine::test

// AccountLedger: what trades, working orders and payments made of each account.
//
// Followed from the events alone, so that a member is never told more than what is durable: the
// exchange itself may be ahead. What it counts is what FundedLimit (risk/clearing) keeps, whose
// sums it reaches by the same steps; positions nobody else keeps yet.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/base/checked.h"
#include "engine/base/types.h"
#include "engine/contract/instrument.h"
#include "engine/order/event.h"

namespace hourglass::gateway::fix {

// What an account has of one contract. Units: lots, micro-USD. Lots stay far below 2^63: the engine
// trades fewer than 2^31 at a time.
struct AccountPosition {
  engine::InstrumentId instrument;
  std::int64_t at_day_begin = 0;  // bought less sold, before the trading day
  std::int64_t bought = 0;        // in the trading day
  std::int64_t sold = 0;
  engine::Int128 cash = 0;  // what sales brought less what purchases cost, since the first trade

  [[nodiscard]] std::int64_t net() const noexcept { return at_day_begin + bought - sold; }
  // Whether there is nothing to tell of it today.
  [[nodiscard]] bool is_empty() const noexcept {
    return at_day_begin == 0 && bought == 0 && sold == 0;
  }
};

// An account's money as FundedLimit counts it. Units: micro-USD.
struct AccountFunds {
  engine::Int128 paid_in = 0;  // less paid out
  engine::Int128 held = 0;     // value of its working orders at their limits
  engine::Int128 used = 0;     // value of its trades
  bool is_known = false;       // paid in once

  [[nodiscard]] engine::Int128 free() const noexcept { return paid_in - held - used; }
};

// Thread: one. Memory: some 80 bytes a contract an account ever traded, 40 a working order, of any
// session.
class AccountLedger {
 public:
  // An event of the market; `instrument` is the one its header names, or null where that is not
  // listed. Cost: a few hash look-ups; at the day's end one step for each position.
  void on_event(const engine::Event& event, const engine::Instrument* instrument);

  // Ascending by contract; the ones without lots among them.
  [[nodiscard]] std::span<const AccountPosition> positions(engine::AccountId account) const;
  [[nodiscard]] AccountFunds funds(engine::AccountId account) const;

  // The contract's last trade price, and that before the trading day; nothing where there is none.
  struct LastPrices {
    std::optional<engine::Price> now;
    std::optional<engine::Price> before_today;
  };
  [[nodiscard]] LastPrices last_prices(engine::InstrumentId id) const;

 private:
  struct Account {
    AccountFunds funds;
    std::vector<AccountPosition> positions;
  };
  // What an order holds funds for.
  struct Working {
    engine::Price limit;
    std::uint32_t leaves = 0;
  };

  void on_trade(const engine::Trade& event, const engine::Instrument& instrument);
  void on_replaced(const engine::OrderReplaced& event, engine::Money tick_value);
  // One side of a trade.
  void fill(const engine::Trade& event, const engine::OrderRef& ref, engine::Side side,
            std::uint32_t leaves, engine::Money tick_value);
  AccountPosition& position(Account& account, engine::InstrumentId id);
  void end_day();

  absl::flat_hash_map<std::uint32_t, Account> accounts_;
  absl::flat_hash_map<std::uint64_t, Working> working_;  // by order id
  absl::flat_hash_map<std::uint32_t, LastPrices> last_prices_;
};

}  // namespace hourglass::gateway::fix

// CollateralReports: an account's money: paid in, held for orders, used by trades, and what is
// left.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/fix/door/door_session.h"
#include "gateway/fix/post_trade/account_ledger.h"

namespace hourglass::gateway::fix {

// Own tags of 35=BA.
inline constexpr std::uint32_t kHeldForOrdersTag = 25032;
inline constexpr std::uint32_t kUsedByTradesTag = 25033;

// Thread: the door's.
class CollateralReports {
 public:
  explicit CollateralReports(const AccountLedger& ledger) : ledger_(ledger) {}

  // 35=BB: answered by a 35=BA for each account, or by a 35=BG that refuses.
  Judgement request(DoorSession& session, const Fields& fields);

 private:
  void refuse(DoorSession& session, const Fields& fields, std::int32_t result,
              std::string_view text);

  const AccountLedger& ledger_;
  std::uint64_t reports_made_ = 0;  // makes their ids differ
  MessageWriter writer_;
};

}  // namespace hourglass::gateway::fix

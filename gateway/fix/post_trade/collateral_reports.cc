#include "gateway/fix/post_trade/collateral_reports.h"

#include <utility>
#include <vector>

#include "fmt/format.h"
#include "gateway/fix/post_trade/request_terms.h"
#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {

using engine::AccountId;

namespace {

// 946 CollInquiryResult.
constexpr std::int32_t kNotAuthorized = 9;
constexpr std::int32_t kOther = 99;
constexpr std::int64_t kRejected = 4;  // 945
constexpr std::int64_t kAssigned = 3;  // 910

}  // namespace

Judgement CollateralReports::request(DoorSession& session, const Fields& fields) {
  const auto wanted = accounts_of(session, fields);
  if (!wanted) {
    refuse(session, fields, kNotAuthorized, "this account is none of the session's");
    return {Disposition::kTaken, 0};
  }
  std::vector<std::pair<AccountId, AccountFunds>> known;
  for (const AccountId account : *wanted) {
    const AccountFunds funds = ledger_.funds(account);
    if (funds.is_known) known.emplace_back(account, funds);
  }
  if (known.empty()) {
    refuse(session, fields, kOther, "nothing was ever paid into the account");
    return {Disposition::kTaken, 0};
  }
  for (const auto& [account, funds] : known) {
    const bool is_last = account == known.back().first;
    writer_.begin("BA");
    writer_.number(kAccount, account.value()).text(15, "USD");
    writer_.text(715, utc_date_text(session.now_ns()));
    writer_.text(899, usd_text(funds.free()));
    writer_.text(900, usd_text(funds.paid_in - funds.used));
    writer_.text(901, usd_text(funds.paid_in));
    writer_.text(908, fmt::format("B{}.{}", session.now_ns(), ++reports_made_));
    writer_.text(kCollInquiryId, fields.value(kCollInquiryId)).number(910, kAssigned);
    writer_.number(911, static_cast<std::int64_t>(known.size()));
    writer_.character(912, is_last ? 'Y' : 'N');
    writer_.text(kHeldForOrdersTag, usd_text(funds.held));
    writer_.text(kUsedByTradesTag, usd_text(funds.used));
    session.send_application(writer_);
  }
  return {Disposition::kTaken, 0};
}

void CollateralReports::refuse(DoorSession& session, const Fields& fields, std::int32_t result,
                               std::string_view text) {
  writer_.begin("BG");
  writer_.text(kAccount, fields.value(kAccount)).text(kText, text);
  writer_.text(kCollInquiryId, fields.value(kCollInquiryId));
  writer_.number(945, kRejected).number(946, result);
  session.send_application(writer_);
}

}  // namespace hourglass::gateway::fix

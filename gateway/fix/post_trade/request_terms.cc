#include "gateway/fix/post_trade/request_terms.h"

#include <algorithm>

#include "fmt/format.h"
#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {

using engine::AccountId;
using engine::Int128;

namespace {

constexpr std::int64_t kMicroPerUsd = 1'000'000;
constexpr std::size_t kDateChars = 8;

}  // namespace

bool has_account(const DoorSession& session, AccountId account) {
  return std::ranges::find(session.member().accounts, account.value()) !=
         session.member().accounts.end();
}

std::optional<std::vector<AccountId>> accounts_of(const DoorSession& session,
                                                  const Fields& fields) {
  std::vector<AccountId> accounts;
  const auto text = fields.find(kAccount);
  if (!text) {
    for (const std::uint32_t own : session.member().accounts) accounts.emplace_back(own);
    return accounts;
  }
  const auto number = parse_number(*text);
  if (!number || *number < 0 || *number > UINT32_MAX) return std::nullopt;
  const AccountId account(static_cast<std::uint32_t>(*number));
  if (!has_account(session, account)) return std::nullopt;
  accounts.push_back(account);
  return accounts;
}

std::string usd_text(Int128 micro_usd) {
  const bool is_negative = micro_usd < 0;
  const auto size = static_cast<engine::UInt128>(is_negative ? -micro_usd : micro_usd);
  std::string text = fmt::format("{}{}", is_negative ? "-" : "", size / kMicroPerUsd);
  auto part = static_cast<std::uint32_t>(size % kMicroPerUsd);
  if (part == 0) return text;
  std::string digits = fmt::format("{:06}", part);
  digits.erase(digits.find_last_not_of('0') + 1);
  return fmt::format("{}.{}", text, digits);
}

std::string utc_date_text(std::uint64_t time_ns) {
  std::string text;
  append_utc_timestamp(text, time_ns, Precision::kSeconds);
  text.resize(kDateChars);
  return text;
}

}  // namespace hourglass::gateway::fix

#include "gateway/fix/post_trade/subscriptions.h"

#include <algorithm>

namespace hourglass::gateway::fix {

using engine::AccountId;

bool Subscriptions::add(const Subscription& wanted, std::span<const AccountId> accounts) {
  remove(*wanted.session, wanted.request_id);
  std::vector<Entry>& entries = by_session_[wanted.session->id().value()];
  if (entries.size() >= kMaxSubscriptionsPerSession) return false;
  entries.push_back(
      {.request_id = wanted.request_id, .accounts = {accounts.begin(), accounts.end()}});
  for (const AccountId account : accounts) by_account_[account.value()].push_back(wanted);
  return true;
}

bool Subscriptions::remove(const DoorSession& session, std::string_view request_id) {
  const auto found = by_session_.find(session.id().value());
  if (found == by_session_.end()) return false;
  std::vector<Entry>& entries = found->second;
  const auto entry = std::ranges::find(entries, request_id, &Entry::request_id);
  if (entry == entries.end()) return false;
  for (const AccountId account : entry->accounts) {
    std::erase_if(by_account_[account.value()], [&](const Subscription& one) {
      return one.session == &session && one.request_id == request_id;
    });
  }
  entries.erase(entry);
  return true;
}

void Subscriptions::forget(const DoorSession& session) {
  const auto found = by_session_.find(session.id().value());
  if (found == by_session_.end()) return;
  for (const Entry& entry : found->second) {
    for (const AccountId account : entry.accounts) {
      std::erase_if(by_account_[account.value()],
                    [&](const Subscription& one) { return one.session == &session; });
    }
  }
  by_session_.erase(found);
}

std::span<const Subscription> Subscriptions::of(AccountId account) const {
  const auto found = by_account_.find(account.value());
  if (found == by_account_.end()) return {};
  return found->second;
}

}  // namespace hourglass::gateway::fix

#include "gateway/fix/members/failed_logons.h"

#include "gateway/fix/members/member_list.h"

namespace hourglass::gateway::fix {

bool FailedLogons::is_banned(std::string_view comp_id, std::uint64_t now_ns) {
  const auto at = records_.find(std::string(comp_id));
  if (at != records_.end()) return now_ns < at->second.banned_until_ns;
  if (records_.size() < kMaxMembers) return false;
  forget_stale(now_ns);
  return records_.size() >= kMaxMembers;
}

void FailedLogons::record_failure(std::string_view comp_id, std::uint64_t now_ns) {
  if (is_banned(comp_id, now_ns)) return;
  Record& record = records_[std::string(comp_id)];
  while (!record.failures_ns.empty() && record.failures_ns.front() + kFailedLogonSpanNs < now_ns) {
    record.failures_ns.pop_front();
  }
  record.failures_ns.push_back(now_ns);
  if (record.failures_ns.size() < kMaxFailedLogons) return;
  record.failures_ns.clear();
  record.banned_until_ns = now_ns + kLogonBanNs;
}

void FailedLogons::record_success(std::string_view comp_id) {
  records_.erase(std::string(comp_id));
}

void FailedLogons::forget_stale(std::uint64_t now_ns) {
  std::erase_if(records_, [now_ns](const auto& entry) {
    const Record& record = entry.second;
    const bool has_recent =
        !record.failures_ns.empty() && record.failures_ns.back() + kFailedLogonSpanNs >= now_ns;
    return !has_recent && record.banned_until_ns <= now_ns;
  });
}

}  // namespace hourglass::gateway::fix

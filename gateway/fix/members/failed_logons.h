// FailedLogons: which sessions failed to log on so often that their next attempts are not looked
// at.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace hourglass::gateway::fix {

// LMAX's ban: this many failures in a row within kFailedLogonSpanNs, and attempts are refused for
// kLogonBanNs.
inline constexpr std::uint32_t kMaxFailedLogons = 5;
inline constexpr std::uint64_t kFailedLogonSpanNs = 60'000'000'000;
inline constexpr std::uint64_t kLogonBanNs = 15'000'000'000;

// Times are the venue's clock's, handed in; one that goes back only makes a ban longer. Bounded: at
// most kMaxMembers sessions are watched; where there is no room for one more, it is banned.
// Thread: one. Cost: constant, but for a pass over all when they are kMaxMembers.
class FailedLogons {
 public:
  // Whether an attempt of `comp_id` at `now_ns` is to be refused unseen.
  [[nodiscard]] bool is_banned(std::string_view comp_id, std::uint64_t now_ns);
  // Counts a failure. Not to be called for attempts refused unseen: a ban ends by itself.
  void record_failure(std::string_view comp_id, std::uint64_t now_ns);
  // Forgets the failures before a success.
  void record_success(std::string_view comp_id);

 private:
  struct Record {
    std::deque<std::uint64_t> failures_ns;  // of the last span, oldest first
    std::uint64_t banned_until_ns = 0;
  };

  void forget_stale(std::uint64_t now_ns);

  std::unordered_map<std::string, Record> records_;
};

}  // namespace hourglass::gateway::fix

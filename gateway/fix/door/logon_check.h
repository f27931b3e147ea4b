// What is asked of a Logon before anything of it reaches the session layer.
#pragma once

#include <string_view>

#include "gateway/fix/members/member_list.h"
#include "gateway/fix/wire/fields.h"

namespace hourglass::gateway::fix {

// HeartBtInt (108), in seconds.
inline constexpr std::int64_t kMinHeartbeatSeconds = 5;
inline constexpr std::int64_t kMaxHeartbeatSeconds = 60;

struct LogonVerdict {
  std::string_view reason;  // empty: let it on
  bool silent = false;      // the peer is not told: it may be anybody
};

// Judges a connection's first message; `member` is who its 49 names, or null. `any_heartbeat`: for
// conformance tests. Thread: any, pure. Source: HG-FIX-001 to 005.
[[nodiscard]] LogonVerdict check_logon(const Fields& fields, std::string_view venue,
                                       const Member* member, bool any_heartbeat);

}  // namespace hourglass::gateway::fix

// What is asked of a Logon before anything of it reaches the session layer.
#pragma once

#include <string_view>

#include "gateway/fix/members/member_list.h"
#include "gateway/fix/wire/fields.h"

namespace hourglass::gateway::fix {

// HeartBtInt (108), in seconds.
inline constexpr std::int64_t kMinHeartbeatSeconds = 5;
inline constexpr std::int64_t kMaxHeartbeatSeconds = 60;

struct LogonDecision {
  std::string_view reason;  // empty: let it on
  bool silent = false;      // the peer is not told: it may be anybody
};

// Most a Logon's SendingTime (52) may differ from the venue's clock, as any message's.
inline constexpr std::uint64_t kMaxLatencyNs = 120'000'000'000;

// Judges a connection's first message; `member` is who its 49 names, or null; `certificate_sha256`
// is of the TLS client certificate it came with, 64 hex digits or empty. Who lacks the certificate
// agreed is told that before anything else of the Logon is looked at: nothing is learned about the
// password, and no failure is counted, so that a stranger cannot keep the member out.
// `for_conformance` leaves to the session layer what a conformance test wants to see it judge.
// Thread: any, pure. Source: RULES_OF_ENGAGEMENT, section 3.
[[nodiscard]] LogonDecision check_logon(const Fields& fields, std::string_view venue,
                                        const Member* member, std::string_view certificate_sha256,
                                        std::uint64_t now_ns, bool for_conformance);

}  // namespace hourglass::gateway::fix

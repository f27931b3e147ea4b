// Many sessions that are logged on and silent but for their heartbeats.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace hourglass::bench {

inline constexpr std::uint32_t kIdleSessions = 1000;
// One interval, so that each session sends and gets one heartbeat in what is measured.
inline constexpr std::uint32_t kIdleSeconds = 30;
// Before, with nobody logged on: what the venue's own threads take.
inline constexpr std::uint32_t kEmptySeconds = 10;

struct IdleFigures {
  std::uint32_t sessions = 0;
  double seconds = 0;
  double logon_seconds = 0;    // one after the other, of all sessions
  double empty_cpu_share = 0;  // of the server, part of one processor, before the logons
  double cpu_share = 0;        // with all of them
  std::uint64_t heartbeats_sent = 0;
  std::uint64_t heartbeats_received = 0;
};

// Starts a durable venue in a directory of its own under `parent`, logs kIdleSessions sessions on,
// each with HeartBtInt 30, and watches the server's processor time before and after. Errors: the
// server's, FixClient's; kAborted where a session gets something else than heartbeats.
absl::StatusOr<IdleFigures> measure_idle_sessions(const std::string& parent);

}  // namespace hourglass::bench

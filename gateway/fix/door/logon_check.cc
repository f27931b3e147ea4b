#include "gateway/fix/door/logon_check.h"

namespace hourglass::gateway::fix {

LogonVerdict check_logon(const Fields& fields, std::string_view venue, const Member* member,
                         bool any_heartbeat) {
  if (fields.value(35) != "A") return {.reason = "first message is no Logon", .silent = true};
  if (member == nullptr) return {.reason = "unknown SenderCompID", .silent = true};
  if (fields.value(56) != venue) {
    return {.reason = "wrong TargetCompID", .silent = true};
  }
  const bool is_44 = member->version == FixVersion::kFix44;
  if (fields.value(8) != (is_44 ? "FIX.4.4" : "FIXT.1.1")) {
    return {.reason = "wrong BeginString", .silent = true};
  }
  if (any_heartbeat) return {};
  const auto heartbeat = parse_number(fields.value(108));
  if (!heartbeat || *heartbeat < kMinHeartbeatSeconds || *heartbeat > kMaxHeartbeatSeconds) {
    return {.reason = "HeartBtInt (108) must be from 5 to 60 seconds"};
  }
  if (!is_44 && fields.value(1137) != "9") {
    return {.reason = "DefaultApplVerID (1137) must be 9, FIX 5.0 SP2"};
  }
  const auto sequence = parse_number(fields.value(34));
  if (!sequence || *sequence < 1) return {.reason = "MsgSeqNum (34) must be a number from 1"};
  return {};
}

}  // namespace hourglass::gateway::fix

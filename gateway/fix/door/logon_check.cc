#include "gateway/fix/door/logon_check.h"

#include <cstdint>

#include "absl/strings/match.h"

namespace hourglass::gateway::fix {

LogonDecision check_logon(const Fields& fields, std::string_view venue, const Member* member,
                          std::string_view certificate_sha256, std::uint64_t now_ns,
                          bool for_conformance) {
  if (fields.value(35) != "A") return {.reason = "first message is no Logon", .silent = true};
  if (member == nullptr) return {.reason = "unknown SenderCompID", .silent = true};
  if (fields.value(56) != venue) {
    return {.reason = "wrong TargetCompID", .silent = true};
  }
  const bool is_44 = member->version == FixVersion::kFix44;
  if (fields.value(8) != (is_44 ? "FIX.4.4" : "FIXT.1.1")) {
    return {.reason = "wrong BeginString", .silent = true};
  }
  if (for_conformance) return {};
  const bool has_certificate = absl::EqualsIgnoreCase(
      member->certificate_sha256,
      absl::string_view(certificate_sha256.data(), certificate_sha256.size()));
  if (!member->certificate_sha256.empty() && !has_certificate) {
    return {.reason = "this session needs TLS with the client certificate agreed"};
  }
  const auto heartbeat = parse_number(fields.value(108));
  if (!heartbeat || *heartbeat < kMinHeartbeatSeconds || *heartbeat > kMaxHeartbeatSeconds) {
    return {.reason = "HeartBtInt (108) must be from 5 to 60 seconds"};
  }
  if (!is_44 && fields.value(1137) != "9") {
    return {.reason = "DefaultApplVerID (1137) must be 9, FIX 5.0 SP2"};
  }
  const auto sequence = parse_number(fields.value(34));
  if (!sequence || *sequence < 1 || *sequence > INT32_MAX) {
    return {.reason = "MsgSeqNum (34) must be a number from 1 to 2147483647"};
  }
  // QuickFIX looks at these only after it has reset the numbers, where that is asked for.
  const auto sent_ns = parse_utc_timestamp(fields.value(52));
  if (!sent_ns || *sent_ns + kMaxLatencyNs < now_ns || *sent_ns > now_ns + kMaxLatencyNs) {
    return {.reason = "SendingTime (52) is not within 120 seconds of the venue's clock"};
  }
  if (fields.value(43) == "Y") return {.reason = "a Logon is not sent again (43=Y)"};
  if (fields.value(98) != "0") return {.reason = "EncryptMethod (98) must be 0, none"};
  return {};
}

}  // namespace hourglass::gateway::fix

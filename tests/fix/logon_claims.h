// Logons to check, right and wrong ones, for the tests of who may log on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "gateway/fix/members/authentication.h"
#include "gateway/fix/wire/fields.h"

namespace hourglass::gateway::fix {

inline constexpr std::uint64_t kSecond = 1'000'000'000;
inline constexpr std::string_view kSent = "20261128-10:00:00.250";
inline const std::uint64_t kSentNs = parse_utc_timestamp(kSent).value();

inline const absl::Status kWrongPassword =
    absl::UnauthenticatedError("wrong user name or password");
inline const absl::Status kWrongSignature = absl::UnauthenticatedError("wrong signature");
inline const absl::Status kUsed = absl::UnauthenticatedError("this signature was used before");
inline const absl::Status kOffTime = absl::UnauthenticatedError(
    "SendingTime (52) of a signed Logon is over 5 s from the venue's clock");

// One hash for all tests: each costs 64 MiB and some tens of milliseconds.
inline const std::string& hash_of_sesame() {
  static const std::string hash = hash_password("open sesame").value();
  return hash;
}

inline const KeyPair& keys() {
  static const KeyPair pair = make_key_pair();
  return pair;
}

inline Member with_password() {
  Member member;
  member.comp_id = "DESK1";
  member.session = 4096;
  member.accounts = {11};
  member.password_hash = hash_of_sesame();
  return member;
}

inline Member with_key() {
  Member member = with_password();
  member.password_hash.clear();
  member.ed25519_public_key = keys().public_key;
  return member;
}

inline LogonClaim claim_of(std::string_view password) {
  return {.sender = "DESK1",
          .target = "HOURGLASS",
          .sequence = "1",
          .sending_time = kSent,
          .password = password,
          .received_ns = kSentNs};
}

// A claim signed by keys(); it views into `signature`.
inline LogonClaim signed_claim(std::string& signature, std::string_view sequence = "1") {
  LogonClaim claim = claim_of("");
  claim.sequence = sequence;
  signature = sign(keys().secret_key, signed_text(claim)).value();
  claim.raw_data = signature;
  return claim;
}

}  // namespace hourglass::gateway::fix

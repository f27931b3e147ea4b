// Whether a Logon comes from who it says: a password, or an Ed25519 signature over its fields.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/fix/members/member_list.h"

namespace hourglass::gateway::fix {

inline constexpr std::uint32_t kMaxPasswordBytes = 128;

// Must be called once before the others. Errors: kInternal where libsodium does not start.
[[nodiscard]] absl::Status start_cryptography();

// Argon2id in libsodium's text form, with its interactive limits. `password` is 1 to
// kMaxPasswordBytes printable ASCII characters, so that field 554 can carry it. Errors:
// kInvalidArgument for another password, kResourceExhausted without memory. Thread: any. Cost: tens
// of milliseconds, 64 MiB. Source: RFC 9106.
[[nodiscard]] absl::StatusOr<std::string> hash_password(std::string_view password);

// Fresh key pair as hex: secret (128 digits) and public (64 digits).
struct KeyPair {
  std::string secret_key;
  std::string public_key;
};
// Thread: any. The caller wipes what it need not keep.
[[nodiscard]] KeyPair make_key_pair();
// The key pair of a 32-byte seed in hex, which is what other programs store as an Ed25519 private
// key. Errors: kInvalidArgument for other text. Thread: any. Source: RFC 8032 5.1.5.
[[nodiscard]] absl::StatusOr<KeyPair> key_pair_of_seed(std::string_view seed_hex);
// Signs `text`; the result in base64 as field 96 carries it. Errors: kInvalidArgument for a key
// that is none. Thread: any. Source: RFC 8032.
[[nodiscard]] absl::StatusOr<std::string> sign(std::string_view secret_key_hex,
                                               std::string_view text);

// The fields of a Logon that bear on who sent it; views into the message.
struct LogonClaim {
  std::string_view sender{};        // 49
  std::string_view target{};        // 56
  std::string_view sequence{};      // 34
  std::string_view sending_time{};  // 52
  std::string_view username{};      // 553
  std::string_view password{};      // 554
  std::string_view raw_data{};      // 96: signature, base64
  std::uint64_t received_ns = 0;    // by the venue's clock
};

// What a signed Logon signs: "A" 49 56 34 52 with SOH between (Binance's form).
[[nodiscard]] std::string signed_text(const LogonClaim& claim);

// Most a signed Logon's 52 may differ from the venue's clock.
inline constexpr std::uint64_t kSignedLogonWindowNs = 5'000'000'000;
// A signature stays good from the window before its 52 to the window behind it.
inline constexpr std::uint64_t kSignatureLifeNs = 2 * kSignedLogonWindowNs;
inline constexpr std::uint32_t kMaxRecentSignatures = 1U << 14;

// Refuses a signature that was used while it is good. Bounded: at most kMaxRecentSignatures are
// held, and when there is no room a signature is refused rather than an older one forgotten.
// Thread: one.
class RecentSignatures {
 public:
  // Whether `signature` is new at `now_ns`; remembers it. False also where is_full().
  bool is_new(std::string_view signature, std::uint64_t now_ns);
  // Whether there is no room at `now_ns`.
  bool is_full(std::uint64_t now_ns);

 private:
  void forget_before(std::uint64_t now_ns);

  std::unordered_set<std::string> seen_;
  std::deque<std::pair<std::uint64_t, std::string>> by_arrival_;
};

// Whether `claim` proves to be of `member`, by a password, by a signature, or by both where both
// are given. Errors: kUnauthenticated with one sentence for the member, which tells no more than
// the member may know: a wrong password, a wrong user name, a password where the member has none,
// and no memory to hash one read alike. Thread: any but `recent` is one thread's. Cost: that of
// hash_password for passwords; for signatures one Ed25519 verification.
[[nodiscard]] absl::Status authenticate(const Member& member, const LogonClaim& claim,
                                        RecentSignatures& recent);

}  // namespace hourglass::gateway::fix

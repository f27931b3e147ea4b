#include "gateway/fix/members/authentication.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <optional>

#include "gateway/fix/wire/fields.h"

namespace hourglass::gateway::fix {
namespace {

constexpr const char* kWrongPassword = "wrong user name or password";
constexpr const char* kWrongSignature = "wrong signature";
constexpr std::int32_t kBase64 = sodium_base64_VARIANT_ORIGINAL;

template <std::size_t kBytes>
using Bytes = std::array<unsigned char, kBytes>;
using Signature = Bytes<crypto_sign_BYTES>;
using PublicKey = Bytes<crypto_sign_PUBLICKEYBYTES>;

// Bytes that are wiped when they are done with.
template <std::size_t kBytes>
struct SecretBytes : Bytes<kBytes> {
  SecretBytes() : Bytes<kBytes>{} {}
  ~SecretBytes() { sodium_memzero(this->data(), kBytes); }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
};
using SecretKey = SecretBytes<crypto_sign_SECRETKEYBYTES>;

// Fills `bytes` from exactly as many pairs of hex digits.
template <std::size_t kBytes>
bool read_hex(std::string_view text, Bytes<kBytes>& bytes) {
  std::size_t length = 0;
  return text.size() == 2 * kBytes &&
         sodium_hex2bin(bytes.data(), kBytes, text.data(), text.size(), nullptr, &length,
                        nullptr) == 0 &&
         length == kBytes;
}

template <std::size_t kBytes>
std::string hex(const Bytes<kBytes>& bytes) {
  std::string text(2 * kBytes + 1, '\0');  // sodium writes its zero
  sodium_bin2hex(text.data(), text.size(), bytes.data(), kBytes);
  text.pop_back();
  return text;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

KeyPair to_pair(const PublicKey& public_key, const SecretKey& secret_key) {
  return {.secret_key = hex<crypto_sign_SECRETKEYBYTES>(secret_key), .public_key = hex(public_key)};
}

std::optional<Signature> read_signature(std::string_view text) {
  Signature signature{};
  std::size_t length = 0;
  const bool is_read = sodium_base642bin(signature.data(), signature.size(), text.data(),
                                         text.size(), nullptr, &length, nullptr, kBase64) == 0;
  if (!is_read || length != signature.size()) return std::nullopt;
  return signature;
}

bool is_password(std::string_view text) {
  return !text.empty() && text.size() <= kMaxPasswordBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

absl::Status check_password(const Member& member, const LogonClaim& claim) {
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  const bool can_match = !member.password_hash.empty() &&
                         member.password_hash.size() < hash.size() && is_password(claim.password);
  if (!can_match) return absl::UnauthenticatedError(kWrongPassword);
  std::copy(member.password_hash.begin(), member.password_hash.end(), hash.begin());
  // libsodium does not tell a lack of memory from a mismatch; either way nobody gets in.
  if (crypto_pwhash_str_verify(hash.data(), claim.password.data(), claim.password.size()) != 0) {
    return absl::UnauthenticatedError(kWrongPassword);
  }
  return absl::OkStatus();
}

absl::Status check_signature(const Member& member, const LogonClaim& claim,
                             RecentSignatures& recent) {
  PublicKey key{};
  const auto signature = read_signature(claim.raw_data);
  if (!signature || !read_hex(member.ed25519_public_key, key)) {
    return absl::UnauthenticatedError(kWrongSignature);
  }
  const auto sent_ns = parse_utc_timestamp(claim.sending_time);
  if (!sent_ns) return absl::UnauthenticatedError("SendingTime (52) is no UTC time");
  const std::uint64_t off_ns =
      std::max(*sent_ns, claim.received_ns) - std::min(*sent_ns, claim.received_ns);
  if (off_ns > kSignedLogonWindowNs) {
    return absl::UnauthenticatedError(
        fmt::format("SendingTime (52) of a signed Logon is over {} s from the venue's clock",
                    kSignedLogonWindowNs / 1'000'000'000));
  }
  const std::string text = signed_text(claim);
  if (crypto_sign_verify_detached(signature->data(), bytes_of(text), text.size(), key.data()) !=
      0) {
    return absl::UnauthenticatedError(kWrongSignature);
  }
  if (recent.is_full(claim.received_ns)) {
    return absl::UnauthenticatedError("too many signed logons, try again later");
  }
  if (!recent.is_new(claim.raw_data, claim.received_ns)) {
    return absl::UnauthenticatedError("this signature was used before");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status start_cryptography() {
  if (sodium_init() < 0) return absl::InternalError("libsodium does not start");
  return absl::OkStatus();
}

absl::StatusOr<std::string> hash_password(std::string_view password) {
  if (!is_password(password)) {
    return absl::InvalidArgumentError(
        fmt::format("a password is 1 to {} printable ASCII characters", kMaxPasswordBytes));
  }
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str(hash.data(), password.data(), password.size(),
                        crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
    return absl::ResourceExhaustedError("not enough memory to hash a password");
  }
  return std::string(hash.data());
}

KeyPair make_key_pair() {
  PublicKey public_key{};
  SecretKey secret_key;
  crypto_sign_keypair(public_key.data(), secret_key.data());
  return to_pair(public_key, secret_key);
}

absl::StatusOr<KeyPair> key_pair_of_seed(std::string_view seed_hex) {
  SecretBytes<crypto_sign_SEEDBYTES> seed;
  if (!read_hex<crypto_sign_SEEDBYTES>(seed_hex, seed)) {
    return absl::InvalidArgumentError("a seed is 64 hex digits");
  }
  PublicKey public_key{};
  SecretKey secret_key;
  crypto_sign_seed_keypair(public_key.data(), secret_key.data(), seed.data());
  return to_pair(public_key, secret_key);
}

absl::StatusOr<std::string> sign(std::string_view secret_key_hex, std::string_view text) {
  SecretKey key;
  SecretKey whole;
  SecretBytes<crypto_sign_SEEDBYTES> seed;
  PublicKey public_key{};
  if (!read_hex<crypto_sign_SECRETKEYBYTES>(secret_key_hex, key)) {
    return absl::InvalidArgumentError("a secret key is 128 hex digits");
  }
  // Signing with a public half that is another's gives the secret half away.
  crypto_sign_ed25519_sk_to_seed(seed.data(), key.data());
  crypto_sign_seed_keypair(public_key.data(), whole.data(), seed.data());
  if (sodium_memcmp(whole.data(), key.data(), key.size()) != 0) {
    return absl::InvalidArgumentError("the secret key's halves do not belong together");
  }
  Signature signature{};
  crypto_sign_detached(signature.data(), nullptr, bytes_of(text), text.size(), key.data());
  std::string base64(sodium_base64_ENCODED_LEN(signature.size(), kBase64), '\0');
  sodium_bin2base64(base64.data(), base64.size(), signature.data(), signature.size(), kBase64);
  base64.pop_back();  // sodium's zero
  return base64;
}

std::string signed_text(const LogonClaim& claim) {
  return fmt::format("A{0}{1}{0}{2}{0}{3}{0}{4}", kSoh, claim.sender, claim.target, claim.sequence,
                     claim.sending_time);
}

bool RecentSignatures::is_new(std::string_view signature, std::uint64_t now_ns) {
  if (is_full(now_ns) || !seen_.emplace(signature).second) return false;
  by_arrival_.emplace_back(now_ns, signature);
  return true;
}

bool RecentSignatures::is_full(std::uint64_t now_ns) {
  forget_before(now_ns);
  return seen_.size() >= kMaxRecentSignatures;
}

// A clock that was set back only makes entries stay longer.
void RecentSignatures::forget_before(std::uint64_t now_ns) {
  while (!by_arrival_.empty() && by_arrival_.front().first + kSignatureLifeNs < now_ns) {
    seen_.erase(by_arrival_.front().second);
    by_arrival_.pop_front();
  }
}

absl::Status authenticate(const Member& member, const LogonClaim& claim, RecentSignatures& recent) {
  if (member.password_hash.empty() && member.ed25519_public_key.empty()) {
    return absl::UnauthenticatedError("no password and no key is set for this session");
  }
  if (claim.password.empty() && claim.raw_data.empty()) {
    return absl::UnauthenticatedError("a Logon needs Password (554) or a signature (96)");
  }
  const bool is_named = claim.username.empty() || claim.username == member.comp_id;
  if (!is_named || claim.sender != member.comp_id) {
    return absl::UnauthenticatedError(kWrongPassword);
  }
  // The password first: a signature that is used up must have let its owner in.
  if (!claim.password.empty()) {
    if (absl::Status status = check_password(member, claim); !status.ok()) return status;
  }
  if (claim.raw_data.empty()) return absl::OkStatus();
  return check_signature(member, claim, recent);
}

}  // namespace hourglass::gateway::fix

// Certificates in files: their fingerprints, and one the venue makes for itself.
#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace hourglass::gateway::fix {

// What is in a self-signed certificate. The times count from now, in seconds.
struct SelfSignedTerms {
  std::string common_name = "localhost";
  std::int64_t valid_from = -3'600;        // clocks of others may be behind
  std::int64_t valid_until = 315'360'000;  // ten years: clients pin it
};

// Writes a fresh ECDSA P-256 key (mode 0600) and a certificate that it signs, both PEM; the
// certificate names localhost, 127.0.0.1 and ::1 and may sign no other. Files there before are
// replaced, the certificate last and at once. Errors: kInternal with the file's name and why.
// Thread: any. Source: RFC 5280.
[[nodiscard]] absl::Status make_self_signed(const std::string& certificate_path,
                                            const std::string& key_path,
                                            const SelfSignedTerms& terms = {});

// SHA-256 of a certificate's DER form, 64 hex digits in lower case.
[[nodiscard]] std::string sha256_of(const X509& certificate);
// The same of the first certificate in a PEM file. Errors: kNotFound where it cannot be read,
// kInvalidArgument where it holds no certificate.
[[nodiscard]] absl::StatusOr<std::string> certificate_sha256(const std::string& path);
// Whether `text` is a fingerprint as sha256_of() writes it, in capitals or not.
[[nodiscard]] bool is_sha256_hex(std::string_view text) noexcept;

// What OpenSSL complained about first on this thread since it was last asked; forgets the rest,
// which says only who passed it on. Thread: any.
[[nodiscard]] std::string take_tls_error();

}  // namespace hourglass::gateway::fix

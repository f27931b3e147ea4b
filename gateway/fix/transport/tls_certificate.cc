#include "gateway/fix/transport/tls_certificate.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "fmt/format.h"

namespace hourglass::gateway::fix {
namespace {

constexpr long kVersion3 = 2;  // counted from 0

struct Free {
  void operator()(X509* p) const noexcept { ::X509_free(p); }
  void operator()(X509_EXTENSION* p) const noexcept { ::X509_EXTENSION_free(p); }
  void operator()(EVP_PKEY* p) const noexcept { ::EVP_PKEY_free(p); }
  void operator()(BIO* p) const noexcept { ::BIO_free_all(p); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

absl::Status system_error(const std::string& path) {
  return absl::InternalError(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

absl::Status write_file(const std::string& path, mode_t mode, BIO& text) {
  const char* bytes = nullptr;
  const auto length = static_cast<std::size_t>(::BIO_get_mem_data(&text, &bytes));
  // A file that was there could have another mode.
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_error(path);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return system_error(path);
  // Behind a power cut the file is whole or not there.
  const bool written =
      ::write(file, bytes, length) == static_cast<ssize_t>(length) && ::fsync(file) == 0;
  absl::Status status = written ? absl::OkStatus() : system_error(path);
  ::close(file);
  return status;
}

bool add_extension(X509& certificate, int nid, const char* value) {
  const Owned<X509_EXTENSION> extension(::X509V3_EXT_conf_nid(nullptr, nullptr, nid, value));
  return extension && ::X509_add_ext(&certificate, extension.get(), -1) == 1;
}

// A serial number nobody else has: 63 random bits.
bool set_serial(X509& certificate) {
  std::uint64_t serial = 0;
  if (::RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial)) != 1) return false;
  return ::ASN1_INTEGER_set_uint64(::X509_get_serialNumber(&certificate), (serial >> 1) | 1) == 1;
}

Owned<X509> sign_itself(EVP_PKEY& key, const SelfSignedTerms& terms) {
  Owned<X509> certificate(::X509_new());
  if (!certificate) return nullptr;
  X509& x509 = *certificate;
  X509_NAME* const name = ::X509_get_subject_name(&x509);
  const auto* const text = reinterpret_cast<const unsigned char*>(terms.common_name.c_str());
  const bool is_made =
      ::X509_set_version(&x509, kVersion3) == 1 && set_serial(x509) &&
      ::X509_gmtime_adj(::X509_getm_notBefore(&x509), terms.valid_from) != nullptr &&
      ::X509_gmtime_adj(::X509_getm_notAfter(&x509), terms.valid_until) != nullptr &&
      ::X509_set_pubkey(&x509, &key) == 1 &&
      ::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1 &&
      ::X509_set_issuer_name(&x509, name) == 1 &&
      add_extension(x509, NID_basic_constraints, "critical,CA:FALSE") &&
      add_extension(x509, NID_key_usage, "critical,digitalSignature") &&
      add_extension(x509, NID_ext_key_usage, "serverAuth,clientAuth") &&
      add_extension(x509, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
      ::X509_sign(&x509, &key, ::EVP_sha256()) != 0;
  return is_made ? std::move(certificate) : nullptr;
}

}  // namespace

absl::Status make_self_signed(const std::string& certificate_path, const std::string& key_path,
                              const SelfSignedTerms& terms) {
  ::ERR_clear_error();
  const Owned<EVP_PKEY> key(::EVP_EC_gen("P-256"));
  const Owned<X509> certificate = key ? sign_itself(*key, terms) : nullptr;
  const Owned<BIO> key_text(::BIO_new(::BIO_s_mem()));
  const Owned<BIO> certificate_text(::BIO_new(::BIO_s_mem()));
  const bool is_made = certificate && key_text && certificate_text &&
                       ::PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr,
                                                       0, nullptr, nullptr) == 1 &&
                       ::PEM_write_bio_X509(certificate_text.get(), certificate.get()) == 1;
  if (!is_made) {
    return absl::InternalError(fmt::format("cannot make a certificate: {}", take_tls_error()));
  }
  // The certificate appears last: with it the pair is whole.
  absl::Status status = write_file(key_path, 0600, *key_text);
  const std::string unfinished = certificate_path + ".new";
  if (status.ok()) status = write_file(unfinished, 0644, *certificate_text);
  if (!status.ok()) return status;
  if (std::rename(unfinished.c_str(), certificate_path.c_str()) != 0) {
    return system_error(certificate_path);
  }
  return absl::OkStatus();
}

std::string sha256_of(const X509& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (::X509_digest(&certificate, ::EVP_sha256(), digest.data(), &length) != 1) return {};
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

absl::StatusOr<std::string> certificate_sha256(const std::string& path) {
  ::ERR_clear_error();
  const Owned<BIO> file(::BIO_new_file(path.c_str(), "r"));
  if (!file) {
    return absl::NotFoundError(fmt::format("{} cannot be read: {}", path, take_tls_error()));
  }
  const Owned<X509> certificate(::PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
  ::ERR_clear_error();
  if (!certificate) {
    return absl::InvalidArgumentError(fmt::format("{} holds no certificate in PEM form", path));
  }
  return sha256_of(*certificate);
}

bool is_sha256_hex(std::string_view text) noexcept {
  constexpr std::size_t kDigits = 64;
  return text.size() == kDigits &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::string take_tls_error() {
  const unsigned long code = ::ERR_peek_error();
  ::ERR_clear_error();
  if (code == 0) return "no reason is known";
  if (const char* const reason = ::ERR_reason_error_string(code)) return reason;
  if (ERR_SYSTEM_ERROR(code)) return std::strerror(ERR_GET_REASON(code));
  return fmt::format("error {:x}", code);
}

}  // namespace hourglass::gateway::fix

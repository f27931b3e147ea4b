#include "gateway/fix/transport/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "fmt/format.h"
#include "gateway/fix/transport/tls_certificate.h"

namespace hourglass::gateway::fix {
namespace {

// Bytes of a certificate chain that somebody not yet known may make us hold.
constexpr long kMaxChainBytes = 32L << 10;

absl::Status unusable(const std::string& path) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", path, take_tls_error()));
}

// A key with a password has nobody to ask for it.
int no_password(char*, int, int, void*) {
  return -1;
}

SSL_CTX* make(const SSL_METHOD* method) {
  ::ERR_clear_error();
  SSL_CTX* const context = ::SSL_CTX_new(method);
  if (context == nullptr) return nullptr;
  ::SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  ::SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  ::SSL_CTX_set_num_tickets(context, 0);
  ::SSL_CTX_set_max_early_data(context, 0);
  ::SSL_CTX_set_max_cert_list(context, kMaxChainBytes);
  ::SSL_CTX_set_default_passwd_cb(context, no_password);
  // Idle connections keep no record buffers. A record without application data is given back to the
  // stream, which counts them.
  ::SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  ::SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  return context;
}

absl::Status use_certificate(SSL_CTX* context, const std::string& certificate,
                             const std::string& key) {
  if (::SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return unusable(certificate);
  }
  if (::SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      ::SSL_CTX_check_private_key(context) != 1) {
    return unusable(key);
  }
  return absl::OkStatus();
}

// The venue's judgement of a member's certificate; that its owner has the key is checked elsewhere.
int check_dates(X509_STORE_CTX* check, void*) {
  const X509* const certificate = ::X509_STORE_CTX_get0_cert(check);
  std::int32_t error = X509_V_OK;
  if (certificate == nullptr || ::X509_cmp_current_time(::X509_get0_notBefore(certificate)) >= 0) {
    error = X509_V_ERR_CERT_NOT_YET_VALID;
  } else if (::X509_cmp_current_time(::X509_get0_notAfter(certificate)) <= 0) {
    error = X509_V_ERR_CERT_HAS_EXPIRED;
  }
  ::X509_STORE_CTX_set_error(check, error);
  return error == X509_V_OK ? 1 : 0;
}

// A certificate that is trusted by itself needs no name: nobody else has its key.
int allow_any_name_of_a_pinned_one(int is_good, X509_STORE_CTX* check) {
  if (is_good == 1) return 1;
  const int error = ::X509_STORE_CTX_get_error(check);
  const bool is_name =
      error == X509_V_ERR_HOSTNAME_MISMATCH || error == X509_V_ERR_IP_ADDRESS_MISMATCH;
  if (!is_name || ::sk_X509_num(::X509_STORE_CTX_get0_chain(check)) != 1) return 0;
  ::X509_STORE_CTX_set_error(check, X509_V_OK);
  return 1;
}

}  // namespace

void TlsContext::Free::operator()(SSL_CTX* context) const noexcept {
  ::SSL_CTX_free(context);
}

absl::StatusOr<TlsContext> TlsContext::for_venue(const std::string& certificate,
                                                 const std::string& key) {
  TlsContext context(make(::TLS_server_method()));
  if (context.get() == nullptr) return absl::InternalError(take_tls_error());
  ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  ::SSL_CTX_set_cert_verify_callback(context.get(), check_dates, nullptr);
  if (absl::Status status = use_certificate(context.get(), certificate, key); !status.ok()) {
    return status;
  }
  return context;
}

absl::StatusOr<TlsContext> TlsContext::for_member(const TlsClientFiles& files) {
  TlsContext context(make(::TLS_client_method()));
  if (context.get() == nullptr) return absl::InternalError(take_tls_error());
  if (::SSL_CTX_load_verify_file(context.get(), files.trusted.c_str()) != 1) {
    return unusable(files.trusted);
  }
  ::X509_VERIFY_PARAM_set_flags(::SSL_CTX_get0_param(context.get()), X509_V_FLAG_PARTIAL_CHAIN);
  ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, allow_any_name_of_a_pinned_one);
  if (!files.certificate.empty()) {
    absl::Status status = use_certificate(context.get(), files.certificate, files.key);
    if (!status.ok()) return status;
  }
  return context;
}

}  // namespace hourglass::gateway::fix

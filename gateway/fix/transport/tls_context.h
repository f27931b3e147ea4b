// TlsContext: what all TLS connections of one side share: version, certificate, whom to believe.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace hourglass::gateway::fix {

// A member's files, PEM. `trusted` holds the venue's own certificate, or of who signed it; there is
// no connection that is not checked against it. The others may be empty: no client certificate.
struct TlsClientFiles {
  std::string trusted{};
  std::string certificate{};
  std::string key{};
};

// TLS 1.3 and nothing below, so that there is no renegotiation and no compression. No tickets, no
// session cache and no early data either: a session lasts hours, a handshake is paid once, and one
// taken up again would not show its certificate anew; early data could be replayed.
//
// A venue's asks for a client certificate and takes any whose owner has its key and whose dates are
// good: who signed it does not count, a member's list names the certificate itself. One out of date
// ends the handshake. A member's believes what its trusted file holds: a certificate there by
// itself under any name, others only under the name or address connected to.
// Thread: made on one; then any may make streams of it.
class TlsContext {
 public:
  // Reads a certificate (with the chain to send behind it) and its key. Errors: kInvalidArgument
  // with the file's name.
  static absl::StatusOr<TlsContext> for_venue(const std::string& certificate,
                                              const std::string& key);
  // Errors: as for_venue().
  static absl::StatusOr<TlsContext> for_member(const TlsClientFiles& files);

  // For TlsStream.
  [[nodiscard]] SSL_CTX* get() const noexcept { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const noexcept;
  };
  explicit TlsContext(SSL_CTX* context) noexcept : context_(context) {}

  std::unique_ptr<SSL_CTX, Free> context_;
};

}  // namespace hourglass::gateway::fix

// TlsDoor: the port that speaks TLS 1.3 only: its certificate, and the thread that shakes hands.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/fix/transport/tls_acceptor.h"

namespace hourglass::gateway::fix {

inline constexpr std::uint16_t kDefaultFixTlsPort = 9881;

struct TlsDoorSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = kDefaultFixTlsPort;  // 0: any free one
  // PEM files. Both empty: tls/certificate.pem and tls/key.pem of the door's directory, self-signed
  // and made where there are none.
  std::string certificate = {};
  std::string key = {};
  // Whether a key without a certificate is what a first start left that died between the two, and
  // may be replaced.
  bool replaces_lone_key = false;
};

// Thread: the door's.
class TlsDoor {
 public:
  // Finds the certificate, or makes it; listens nowhere yet. `wake` is TlsAcceptor's. Errors:
  // kFailedPrecondition where one of the files is there without the other, nothing changed: a fresh
  // pair would replace a certificate that members believe; TlsContext's and make_self_signed()'s.
  static absl::StatusOr<std::unique_ptr<TlsDoor>> open(TlsDoorSettings settings,
                                                       const std::string& directory,
                                                       std::function<void()> wake);

  // Errors: Listener's.
  [[nodiscard]] absl::Status listen();
  // Reads the certificate and its key again, for connections from here on. Errors: TlsContext's,
  // and it stays as it was.
  [[nodiscard]] absl::Status reload_certificate();
  // As TlsAcceptor::poll().
  [[nodiscard]] bool poll(TlsPeer& peer) { return acceptor_->poll(peer); }

  [[nodiscard]] std::uint16_t port() const noexcept { return acceptor_->port(); }
  // The certificate's file.
  [[nodiscard]] const std::string& certificate() const noexcept { return settings_.certificate; }

 private:
  explicit TlsDoor(TlsDoorSettings settings) : settings_(std::move(settings)) {}

  TlsDoorSettings settings_;  // with the names of the files
  std::unique_ptr<TlsAcceptor> acceptor_;
};

}  // namespace hourglass::gateway::fix

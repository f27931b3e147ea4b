#include "gateway/fix/client/tls_options.h"

#include "fmt/format.h"

namespace hourglass::gateway::fix {

void TlsOptions::add_to(engine::CommandLine& line) {
  line.flag("tls", tls, "connect by TLS 1.3");
  line.text("ca", trusted, "FILE",
            "the venue's certificate, or its issuer's, PEM; without it the starter's");
  line.text("certificate", certificate, "FILE", "the member's TLS certificate, PEM");
  line.text("certificate-key", certificate_key, "FILE",
            "its private key, PEM; without it in the same file");
}

absl::StatusOr<std::optional<TlsClientFiles>> TlsOptions::files(std::string_view data_dir) const {
  const bool is_used = !trusted.empty() || !certificate.empty() || !certificate_key.empty();
  if (!tls) {
    if (is_used) return absl::InvalidArgumentError("--ca and --certificate are for --tls");
    return std::nullopt;
  }
  if (certificate.empty() && !certificate_key.empty()) {
    return absl::InvalidArgumentError("--certificate-key needs --certificate");
  }
  const std::string_view key = certificate_key.empty() ? certificate : certificate_key;
  return TlsClientFiles{.trusted = trusted.empty()
                                       ? fmt::format("{}/fix/tls/certificate.pem", data_dir)
                                       : std::string(trusted),
                        .certificate = std::string(certificate),
                        .key = std::string(key)};
}

}  // namespace hourglass::gateway::fix

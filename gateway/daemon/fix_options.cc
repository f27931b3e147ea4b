#include "gateway/daemon/fix_options.h"

#include <boost/asio/ip/address.hpp>
#include <string>

#include "fmt/format.h"

namespace hourglass::gateway {
namespace {

constexpr std::int64_t kMaxPort = 65'535;

}  // namespace

void FixOptions::declare(engine::CommandLine& line) {
  line.number("fix-port", port_, {.min = 0, .max = kMaxPort},
              "where FIX sessions connect in the clear; 0 takes any free port");
  line.number("fix-tls-port", tls_port_, {.min = 0, .max = kMaxPort},
              "where FIX sessions connect by TLS 1.3; where only --fix-port is given, the port "
              "behind that one, or any free one if that is 0");
  line.text("fix-address", address_, "IP",
            "the address FIX sessions connect to by TLS; in the clear too if it is this machine's "
            "own, else those connect to 127.0.0.1");
  line.flag("fix-in-the-clear", in_the_clear_,
            "open --fix-port on --fix-address whatever that is: passwords and orders cross the "
            "network unencrypted");
  line.text("fix-tls-certificate", certificate_, "FILE",
            "the venue's certificate and chain, PEM; without it one is made in the data directory");
  line.text("fix-tls-key", key_, "FILE", "the certificate's private key, PEM");
}

absl::StatusOr<fix::FixDoorSettings> FixOptions::settings(const engine::CommandLine& line) const {
  boost::system::error_code error;
  const std::string address(address_);
  const auto ip = boost::asio::ip::make_address(address, error);
  if (error) return absl::InvalidArgumentError(fmt::format("\"{}\" is no IP address", address));
  if (certificate_.empty() != key_.empty()) {
    return absl::InvalidArgumentError("--fix-tls-certificate and --fix-tls-key go together");
  }
  std::int64_t tls_port = tls_port_;
  if (line.was_given("fix-port") && !line.was_given("fix-tls-port")) {
    tls_port = port_ == 0 ? 0 : port_ + 1;
  }
  if (tls_port > kMaxPort) {
    return absl::InvalidArgumentError("no port is left behind --fix-port; say --fix-tls-port");
  }
  fix::FixDoorSettings settings;
  if (ip.is_loopback() || in_the_clear_) settings.address = address;
  settings.port = static_cast<std::uint16_t>(port_);
  settings.tls = fix::TlsDoorSettings{.address = address,
                                      .port = static_cast<std::uint16_t>(tls_port),
                                      .certificate = std::string(certificate_),
                                      .key = std::string(key_)};
  return settings;
}

}  // namespace hourglass::gateway

#include "gateway/fix/transport/listener.h"

#include <chrono>
#include <utility>

#include "fmt/format.h"

namespace hourglass::gateway::fix {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

// When the process has no descriptor left, the next try waits: one of its peers has to go first.
constexpr std::chrono::milliseconds kPauseAfterFailure{100};

}  // namespace

Listener::Listener(boost::asio::io_context& loop, Accepted accepted)
    : acceptor_(loop), pause_(loop), accepted_(std::move(accepted)) {}

absl::Status Listener::open(const std::string& address, std::uint16_t port) {
  error_code error;
  const auto ip = boost::asio::ip::make_address(address, error);
  if (error) return absl::InvalidArgumentError(fmt::format("\"{}\" is no IP address", address));
  const tcp::endpoint endpoint(ip, port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (error) {
    return absl::UnavailableError(
        fmt::format("cannot listen on {}:{}: {}", address, port, error.message()));
  }
  accept();
  return absl::OkStatus();
}

void Listener::close() {
  error_code error;
  acceptor_.close(error);
  pause_.cancel();
}

std::uint16_t Listener::port() const {
  error_code error;
  return acceptor_.local_endpoint(error).port();
}

void Listener::accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (!acceptor_.is_open()) return;
    if (!error) {
      accepted_(std::move(socket));
      return accept();
    }
    pause_.expires_after(kPauseAfterFailure);
    pause_.async_wait([this](const error_code& cancelled) {
      if (!cancelled && acceptor_.is_open()) accept();
    });
  });
}

}  // namespace hourglass::gateway::fix

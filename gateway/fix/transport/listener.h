// Listener: accepts connections on one port.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"

namespace hourglass::gateway::fix {

// Thread: the event loop's.
class Listener {
 public:
  using Accepted = std::function<void(boost::asio::ip::tcp::socket)>;

  Listener(boost::asio::io_context& loop, Accepted accepted);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Listens on `address`; port 0 takes any free one. Errors: kInvalidArgument for an address that
  // is none, kUnavailable where the port is taken, with the system's words.
  [[nodiscard]] absl::Status open(const std::string& address, std::uint16_t port);
  void close();
  [[nodiscard]] std::uint16_t port() const;

 private:
  void accept();

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  Accepted accepted_;
};

}  // namespace hourglass::gateway::fix

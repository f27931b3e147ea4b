// MulticastReceiver: the datagrams of one stream on one line.
//
// POSIX sockets, nothing else. Bound to the group, since a socket bound to any address is given
// every group that anybody on the host joined at its port.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace hourglass::marketdata {

// Who sent a datagram: IPv4 address and port, host order.
struct SenderAddress {
  std::uint32_t address = 0;
  std::uint16_t port = 0;

  friend bool operator==(const SenderAddress&, const SenderAddress&) = default;
};

// Thread: one.
class MulticastReceiver {
 public:
  // Joins `group` at `port` on the interface of that address. error() says in words what did not
  // work; the receiver then gives nothing.
  MulticastReceiver(const std::string& group, std::uint16_t port,
                    const std::string& interface = "127.0.0.1",
                    std::int32_t buffer_bytes = 4 << 20) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    ip_mreq membership{};
    if (::inet_pton(AF_INET, group.c_str(), &at.sin_addr) != 1 ||
        !IN_MULTICAST(ntohl(at.sin_addr.s_addr))) {
      error_ = "\"" + group + "\" is no IPv4 multicast group";
      return;
    }
    membership.imr_multiaddr = at.sin_addr;
    if (::inet_pton(AF_INET, interface.c_str(), &membership.imr_interface) != 1) {
      error_ = "\"" + interface + "\" is no IPv4 address of an interface";
      return;
    }
    socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_ < 0) {
      fail("no socket");
      return;
    }
    const std::int32_t yes = 1;
    const std::int32_t no = 0;
    // What the system does not give of the buffer shows as packets lost, which are recovered.
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof(buffer_bytes));
    if (::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
        ::setsockopt(socket_, IPPROTO_IP, IP_MULTICAST_ALL, &no, sizeof(no)) != 0 ||
        ::bind(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof(at)) != 0 ||
        ::setsockopt(socket_, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof(membership)) !=
            0) {
      fail("group " + group + " cannot be joined on " + interface);
    }
  }
  ~MulticastReceiver() {
    if (socket_ >= 0) ::close(socket_);
  }
  MulticastReceiver(MulticastReceiver&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), error_(std::move(other.error_)) {}
  MulticastReceiver& operator=(MulticastReceiver&&) = delete;

  [[nodiscard]] const std::string& error() const noexcept { return error_; }
  // For poll() and its kind: readable when there is a datagram.
  [[nodiscard]] std::int32_t descriptor() const noexcept { return socket_; }

  // The next datagram into `buffer` (one that is longer is cut, hence no packet), and who sent it;
  // nothing when none waits. Never blocks. Cost: a system call.
  std::optional<std::span<const std::byte>> receive(std::span<std::byte> buffer,
                                                    SenderAddress& sender) noexcept {
    sockaddr_in from{};
    socklen_t size = sizeof(from);
    ssize_t got = -1;
    do {  // ends: a signal comes only so often
      got = ::recvfrom(socket_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from),
                       &size);
    } while (got < 0 && errno == EINTR);
    if (got < 0) return std::nullopt;
    sender = {.address = ntohl(from.sin_addr.s_addr), .port = ntohs(from.sin_port)};
    return buffer.first(static_cast<std::size_t>(got));
  }

 private:
  void fail(std::string what) {
    const std::int32_t error = errno;
    error_ = std::move(what) + ": " + std::string(::strerror(error));
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  std::int32_t socket_ = -1;
  std::string error_;
};

}  // namespace hourglass::marketdata

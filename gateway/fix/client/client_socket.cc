#include "gateway/fix/client/client_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "fmt/format.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::size_t kReadBytes = 16U << 10;

std::string system_text(int error) {
  return std::generic_category().message(error);
}

// A connected socket, or -1 with errno.
int connect_to(const addrinfo& address) {
  const int descriptor =
      ::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, address.ai_protocol);
  if (descriptor < 0) return -1;
  const timeval patience{.tv_sec = kSocketPatience.count(), .tv_usec = 0};
  const int yes = 1;
  static_cast<void>(::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)));
  static_cast<void>(::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)));
  if (::connect(descriptor, address.ai_addr, address.ai_addrlen) == 0) return descriptor;
  const int error = errno;
  ::close(descriptor);
  errno = error;
  return -1;
}

}  // namespace

absl::Status ClientSocket::connect(const std::string& host, std::uint16_t port) {
  close();
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error =
          ::getaddrinfo(host.c_str(), fmt::format("{}", port).c_str(), &hints, &found);
      error != 0) {
    return absl::UnavailableError(fmt::format("{}: {}", host, ::gai_strerror(error)));
  }
  int error = 0;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    descriptor_ = connect_to(*address);
    if (descriptor_ >= 0) break;
    error = errno;
  }
  ::freeaddrinfo(found);
  if (is_open()) return absl::OkStatus();
  return absl::UnavailableError(fmt::format("{}:{}: {}", host, port, system_text(error)));
}

absl::Status ClientSocket::send(std::string_view bytes) {
  if (!is_open()) return absl::UnavailableError("not connected");
  while (!bytes.empty()) {
    const ssize_t took = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (took < 0 && errno == EINTR) continue;
    if (took < 0) return fail(system_text(errno));
    bytes.remove_prefix(static_cast<std::size_t>(took));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ClientSocket::receive(std::string& bytes, std::chrono::milliseconds patience) {
  if (!is_open()) return absl::UnavailableError("not connected");
  pollfd readable{.fd = descriptor_, .events = POLLIN, .revents = 0};
  const int ready = ::poll(&readable, 1, static_cast<int>(patience.count()));
  if (ready == 0 || (ready < 0 && errno == EINTR)) return false;
  if (ready < 0) return fail(system_text(errno));
  std::array<char, kReadBytes> chunk;
  const ssize_t got = ::recv(descriptor_, chunk.data(), chunk.size(), 0);
  if (got < 0 && errno == EINTR) return false;
  if (got < 0) return fail(system_text(errno));
  if (got == 0) return fail("closed by the venue");
  bytes.append(chunk.data(), static_cast<std::size_t>(got));
  return true;
}

absl::Status ClientSocket::fail(const std::string& what) {
  close();
  return absl::UnavailableError(what);
}

void ClientSocket::close() {
  if (is_open()) ::close(descriptor_);
  descriptor_ = -1;
}

void ClientSocket::close_abruptly() {
  const linger none{.l_onoff = 1, .l_linger = 0};
  if (is_open()) {
    static_cast<void>(::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &none, sizeof(none)));
  }
  close();
}

}  // namespace hourglass::gateway::fix

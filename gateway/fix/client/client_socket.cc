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
constexpr std::chrono::milliseconds kHandshakeLook{100};

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

absl::Status ClientSocket::connect(const std::string& host, std::uint16_t port,
                                   const TlsContext* tls) {
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
  if (!is_open()) {
    return absl::UnavailableError(fmt::format("{}:{}: {}", host, port, system_text(error)));
  }
  return tls == nullptr ? absl::OkStatus() : shake_hands(*tls, host);
}

absl::Status ClientSocket::shake_hands(const TlsContext& context, const std::string& host) {
  tls_ = std::make_unique<TlsStream>(context, host);
  const auto until = std::chrono::steady_clock::now() + kSocketPatience;
  for (;;) {  // ends: with the handshake, a failure, or patience
    const TlsStream::Result result = tls_->handshake();
    const std::string trouble = tls_->trouble();
    if (absl::Status status = send_records(); !status.ok()) return status;
    if (result == TlsStream::Result::kDone) return absl::OkStatus();
    if (result != TlsStream::Result::kNeedMore) return fail(trouble);
    if (std::chrono::steady_clock::now() > until) return fail("no answer to the TLS handshake");
    std::string bytes;
    const auto got = receive_some(bytes, kHandshakeLook);
    if (!got.ok()) return got.status();
    tls_->feed(bytes);
  }
}

absl::Status ClientSocket::send(std::string_view bytes) {
  if (!is_open()) return absl::UnavailableError("not connected");
  if (tls_ == nullptr) return send_plain(bytes);
  while (!bytes.empty()) {
    const std::string_view next = bytes.substr(0, kTlsRecordBytes);
    if (!tls_->write(next)) return fail(std::string(tls_->trouble()));
    bytes.remove_prefix(next.size());
    if (absl::Status status = send_records(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ClientSocket::send_records() {
  const std::string_view records = tls_->output();
  absl::Status status = send_plain(records);
  if (status.ok()) tls_->consume(records.size());
  return status;
}

absl::Status ClientSocket::send_plain(std::string_view bytes) {
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
  if (tls_ == nullptr) return receive_some(bytes, patience);
  // What came together with the end of the handshake.
  if (const auto got = take_decrypted(bytes); !got.ok() || *got) return got;
  std::string encrypted;
  if (const auto got = receive_some(encrypted, patience); !got.ok() || !*got) return got;
  tls_->feed(encrypted);
  return take_decrypted(bytes);
}

absl::StatusOr<bool> ClientSocket::take_decrypted(std::string& bytes) {
  const std::size_t before = bytes.size();
  std::array<char, kReadBytes> chunk;
  for (;;) {  // ends: with what was fed
    std::size_t got = 0;
    const TlsStream::Result result = tls_->read(chunk, got);
    if (result == TlsStream::Result::kDone) {
      bytes.append(chunk.data(), got);
      continue;
    }
    // What came before an end is given first.
    if (bytes.size() > before) return true;
    if (result == TlsStream::Result::kEnded) return fail("closed by the venue");
    if (result == TlsStream::Result::kFailed) return fail(std::string(tls_->trouble()));
    if (absl::Status status = send_records(); !status.ok()) return status;
    return false;
  }
}

absl::StatusOr<bool> ClientSocket::receive_some(std::string& bytes,
                                                std::chrono::milliseconds patience) {
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
  if (is_open() && tls_ != nullptr) {
    tls_->shut_down();
    const std::string_view records = tls_->output();
    static_cast<void>(
        ::send(descriptor_, records.data(), records.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  }
  close_descriptor();
}

void ClientSocket::close_descriptor() {
  if (is_open()) ::close(descriptor_);
  descriptor_ = -1;
  tls_.reset();
}

void ClientSocket::close_abruptly() {
  const linger none{.l_onoff = 1, .l_linger = 0};
  if (is_open()) {
    static_cast<void>(::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &none, sizeof(none)));
  }
  close_descriptor();
}

}  // namespace hourglass::gateway::fix

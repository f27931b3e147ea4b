#include "gateway/fix/certify/relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <thread>

#include "fmt/format.h"

namespace hourglass::gateway::fix {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kReadBytes = 16U << 10;
// Between two bytes sent one by one, so that they are read one by one; and of how many.
constexpr std::chrono::microseconds kBetweenBytes{500};
constexpr std::size_t kBytesByThemselves = 256;

std::string system_text(int error) {
  return std::generic_category().message(error);
}

void prepare(int descriptor) {
  const timeval patience{.tv_sec = kSocketPatience.count(), .tv_usec = 0};
  const int yes = 1;
  static_cast<void>(::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)));
  static_cast<void>(::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)));
}

}  // namespace

std::uint64_t certify_now_ns() {
  using std::chrono::duration_cast;
  using std::chrono::nanoseconds;
  using std::chrono::steady_clock;
  using std::chrono::system_clock;
  static const auto offset = duration_cast<nanoseconds>(system_clock::now().time_since_epoch()) -
                             duration_cast<nanoseconds>(steady_clock::now().time_since_epoch());
  const auto now = duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()) + offset;
  return static_cast<std::uint64_t>(now.count());
}

absl::Status Relay::open(std::uint16_t port) {
  // A certification without a venue would only find out when the client connects.
  if (absl::Status status = connect_venue(); !status.ok()) {
    return absl::UnavailableError(
        fmt::format("the venue cannot be reached: {}", std::string(status.message())));
  }
  venue_.close();
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  static_cast<void>(::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  constexpr int kBacklog = 4;
  if (::bind(listener_, generic, length) != 0 || ::listen(listener_, kBacklog) != 0 ||
      ::getsockname(listener_, generic, &length) != 0) {
    return absl::UnavailableError(fmt::format("port {}: {}", port, system_text(errno)));
  }
  port_ = ntohs(address.sin_port);
  return absl::OkStatus();
}

absl::Status Relay::connect_venue() {
  return venue_.connect(host_, venue_port_, tls_ ? &*tls_ : nullptr);
}

void Relay::carry(Examination& examination, milliseconds patience) {
  // A descriptor of -1 is passed over.
  std::array<pollfd, 3> sources{pollfd{.fd = listener_, .events = POLLIN, .revents = 0},
                                pollfd{.fd = member_, .events = POLLIN, .revents = 0},
                                pollfd{.fd = venue_.descriptor(), .events = POLLIN, .revents = 0}};
  if (::poll(sources.data(), sources.size(), static_cast<int>(patience.count())) <= 0) return;
  if (sources[1].revents != 0) carry_from_member(examination);
  if (sources[2].revents != 0 && venue_.is_open()) carry_from_venue(examination);
  // The old connection of a client that comes again is heard to its end first.
  if (sources[0].revents != 0 && sources[1].revents == 0) take_member(examination);
}

void Relay::take_member(Examination& examination) {
  const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (descriptor < 0) return;
  if (member_ >= 0) {
    ::close(descriptor);
    return say_("a second connection was closed: one client at a time");
  }
  prepare(descriptor);
  if (const absl::Status status = connect_venue(); !status.ok()) {
    ::close(descriptor);
    return say_(fmt::format("the venue cannot be reached: {}", std::string(status.message())));
  }
  member_ = descriptor;
  from_member_ = Framer();
  from_venue_ = Framer();
  garbled_seen_ = 0;
  examination.connected();
}

// All bytes go on as they are: what the member says is the member's.
void Relay::carry_from_member(Examination& examination) {
  std::array<char, kReadBytes> chunk;
  const ssize_t got = ::recv(member_, chunk.data(), chunk.size(), 0);
  if (got < 0 && errno == EINTR) return;
  if (got <= 0) return end(examination, ClosedBy::kMember);
  const std::string_view bytes(chunk.data(), static_cast<std::size_t>(got));
  const bool is_sent = venue_.send(bytes).ok();
  from_member_.add(bytes);
  std::string_view text;
  Framer::Result result;
  // Ends: each round takes a message off the framer.
  while ((result = from_member_.next(text)) == Framer::Result::kMessage) {
    examination.from_member(text, certify_now_ns());
  }
  const bool is_too_long = result == Framer::Result::kTooLong;
  if (is_too_long || from_member_.garbled_count() != garbled_seen_) {
    examination.garbled_by_member();
    garbled_seen_ = from_member_.garbled_count();
  }
  // A drill may have broken the connection itself.
  if (member_ >= 0 && (is_too_long || !is_sent)) end(examination, ClosedBy::kVenue);
}

void Relay::carry_from_venue(Examination& examination) {
  std::string bytes;
  if (!venue_.receive(bytes, milliseconds(0)).ok()) return end(examination, ClosedBy::kVenue);
  from_venue_.add(bytes);
  std::string_view text;
  Framer::Result result = Framer::Result::kNeedMore;
  // Ends: each round takes a message off the framer.
  while (venue_.is_open() && (result = from_venue_.next(text)) == Framer::Result::kMessage) {
    examination.from_venue(text, certify_now_ns());
  }
  if (result == Framer::Result::kTooLong) end(examination, ClosedBy::kVenue);
}

void Relay::end(Examination& examination, ClosedBy by) {
  break_off();
  examination.closed(by, certify_now_ns());
}

void Relay::to_member(std::string_view message, Delivery delivery) {
  if (delivery == Delivery::kByBytes) {
    for (std::size_t i = 0; i < kBytesByThemselves && message.size() > 1; ++i) {
      send_to_member(message.substr(0, 1));
      message.remove_prefix(1);
      std::this_thread::sleep_for(kBetweenBytes);
    }
  }
  send_to_member(message);
}

// Where the client has gone, reading from it will say so.
void Relay::send_to_member(std::string_view bytes) {
  while (member_ >= 0 && !bytes.empty()) {
    const ssize_t took = ::send(member_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (took < 0 && errno == EINTR) continue;
    if (took < 0) {
      static_cast<void>(::shutdown(member_, SHUT_RDWR));
      return;
    }
    bytes.remove_prefix(static_cast<std::size_t>(took));
  }
}

void Relay::break_off() {
  close_member();
  venue_.close();
}

void Relay::close() {
  break_off();
  if (listener_ >= 0) ::close(listener_);
  listener_ = -1;
}

void Relay::close_member() {
  if (member_ >= 0) ::close(member_);
  member_ = -1;
}

}  // namespace hourglass::gateway::fix

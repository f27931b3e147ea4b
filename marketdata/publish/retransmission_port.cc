#include "marketdata/publish/retransmission_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <span>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "marketdata/wire/packet_reader.h"

namespace hourglass::marketdata {
namespace {

// A request is a packet of its own with one message; nullopt: these bytes are none.
std::optional<RetransmitRequest> request_in(std::span<const std::byte> bytes) noexcept {
  PacketReader reader(bytes);
  if (reader.header().msg_count != 1) return std::nullopt;
  const std::optional<Frame> frame = reader.next();
  if (!frame || reader.fault() != PacketFault::kNone) return std::nullopt;
  return frame->as<RetransmitRequest>();
}

}  // namespace

absl::StatusOr<std::unique_ptr<RetransmissionPort>> RetransmissionPort::open(
    const RetransmissionPortSettings& settings) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(settings.port);
  if (::inet_pton(AF_INET, settings.address.c_str(), &at.sin_addr) != 1) {
    return absl::InvalidArgumentError(
        fmt::format("\"{}\" is no IPv4 address to answer feed requests on", settings.address));
  }
  const std::int32_t socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  socklen_t size = sizeof(at);
  if (socket < 0 || ::bind(socket, reinterpret_cast<const sockaddr*>(&at), sizeof(at)) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&at), &size) != 0) {
    const absl::Status status = absl::ErrnoToStatus(
        errno,
        fmt::format("feed requests cannot be answered on {}:{}", settings.address, settings.port));
    if (socket >= 0) ::close(socket);
    return status;
  }
  return std::unique_ptr<RetransmissionPort>(
      new RetransmissionPort(socket, ntohs(at.sin_port), settings.rate));
}

RetransmissionPort::~RetransmissionPort() {
  ::close(socket_);
}

std::uint32_t RetransmissionPort::poll(Retransmission& retransmission,
                                       std::uint64_t now_ns) noexcept {
  std::array<std::byte, kMaxPacketBytes + 1> buffer;
  std::uint32_t done = 0;
  for (std::uint32_t looks = 0; looks < kLooksPerRound && done < kPerRound; ++looks) {
    sockaddr_in from{};
    socklen_t size = sizeof(from);
    const ssize_t got = ::recvfrom(socket_, buffer.data(), buffer.size(), 0,
                                   reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 0) return done;
    const auto request = request_in({buffer.data(), static_cast<std::size_t>(got)});
    if (!request) {
      ++counts_.malformed;
      continue;
    }
    ++done;
    const std::uint64_t delay_ns = limiter_.take(from.sin_addr.s_addr, now_ns);
    const std::span<const std::byte> answer = retransmission.answer(*request, delay_ns, now_ns);
    PacketReader made(answer);
    const bool is_messages = (made.header().flags & kRetransmitted) != 0;
    ++(is_messages ? counts_.answered : counts_.refused);
    const ssize_t sent = ::sendto(socket_, answer.data(), answer.size(), 0,
                                  reinterpret_cast<const sockaddr*>(&from), size);
    if (sent < 0) ++counts_.unsent;
  }
  return done;
}

}  // namespace hourglass::marketdata

#include "marketdata/publish/multicast_lines.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "engine/base/assert.h"
#include "fmt/format.h"

namespace hourglass::marketdata {
namespace {

// Room for a burst while a receiver on this host is not scheduled.
constexpr std::int32_t kSendBufferBytes = 4 << 20;

absl::Status system_error(std::string_view what) {
  return absl::ErrnoToStatus(errno, fmt::format("multicast: {}", what));
}

}  // namespace

struct MulticastLines::Batch {
  std::array<std::array<std::byte, kMaxPacketBytes>, kBatch> bytes;
  std::array<Stream, kBatch> streams;
  std::array<iovec, kBatch> pieces;
  std::array<sockaddr_in, kBatch> addresses;
  std::array<mmsghdr, kBatch> messages;
};

MulticastLines::MulticastLines() : batch_(std::make_unique<Batch>()) {}

MulticastLines::~MulticastLines() {
  for (const Line& line : lines_) ::close(line.socket);
}

absl::StatusOr<std::unique_ptr<MulticastLines>> MulticastLines::open(
    std::span<const LineSettings> lines) {
  auto opened = std::unique_ptr<MulticastLines>(new MulticastLines);
  for (const LineSettings& settings : lines) {
    auto line = open_line(settings);
    if (!line.ok()) return line.status();
    opened->lines_.push_back(*line);
  }
  return opened;
}

absl::StatusOr<MulticastLines::Line> MulticastLines::open_line(const LineSettings& settings) {
  in_addr group{};
  if (::inet_pton(AF_INET, settings.group.c_str(), &group) != 1 ||
      !IN_MULTICAST(ntohl(group.s_addr))) {
    return absl::InvalidArgumentError(fmt::format(
        "\"{}\" is no IPv4 multicast group (224.0.0.0 to 239.255.255.255)", settings.group));
  }
  in_addr interface {};
  if (::inet_pton(AF_INET, settings.interface.c_str(), &interface) != 1) {
    return absl::InvalidArgumentError(
        fmt::format("\"{}\" is no IPv4 address of an interface", settings.interface));
  }
  if (settings.base_port == 0 || settings.base_port > UINT16_MAX - kStreamCount) {
    return absl::InvalidArgumentError(fmt::format(
        "{} is no base port: {} ports from it on must be there", settings.base_port, kStreamCount));
  }
  const std::int32_t socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return system_error("no socket");
  const std::uint8_t loop = 1;
  const sockaddr_in source{
      .sin_family = AF_INET, .sin_port = 0, .sin_addr = interface, .sin_zero = {}};
  const std::int32_t buffer = kSendBufferBytes;
  // A smaller buffer than asked for is the system's affair.
  ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
  if (::setsockopt(socket, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof(interface)) != 0 ||
      ::setsockopt(socket, IPPROTO_IP, IP_MULTICAST_TTL, &settings.ttl, sizeof(settings.ttl)) !=
          0 ||
      ::setsockopt(socket, IPPROTO_IP, IP_MULTICAST_LOOP, &loop, sizeof(loop)) != 0 ||
      ::bind(socket, reinterpret_cast<const sockaddr*>(&source), sizeof(source)) != 0) {
    const absl::Status status =
        system_error(fmt::format("interface {} cannot be sent from", settings.interface));
    ::close(socket);
    return status;
  }
  return Line{
      .socket = socket, .group = group.s_addr, .base_port = settings.base_port, .counts = {}};
}

void MulticastLines::send(Stream stream, std::span<const std::byte> packet) noexcept {
  HG_ASSERT(packet.size() <= kMaxPacketBytes, packet.size());
  std::memcpy(batch_->bytes[waiting_].data(), packet.data(), packet.size());
  batch_->streams[waiting_] = stream;
  batch_->pieces[waiting_] = {.iov_base = batch_->bytes[waiting_].data(), .iov_len = packet.size()};
  if (++waiting_ == kBatch) flush();
}

void MulticastLines::flush() noexcept {
  if (waiting_ == 0) return;
  for (Line& line : lines_) flush_line(line);
  waiting_ = 0;
}

void MulticastLines::flush_line(Line& line) noexcept {
  for (std::size_t i = 0; i < waiting_; ++i) {
    const auto stream = static_cast<std::uint16_t>(batch_->streams[i]);
    batch_->addresses[i] = {.sin_family = AF_INET,
                            .sin_port = htons(static_cast<std::uint16_t>(line.base_port + stream)),
                            .sin_addr = {.s_addr = line.group},
                            .sin_zero = {}};
    batch_->messages[i] = {};
    msghdr& header = batch_->messages[i].msg_hdr;
    header.msg_name = &batch_->addresses[i];
    header.msg_namelen = sizeof(sockaddr_in);
    header.msg_iov = &batch_->pieces[i];
    header.msg_iovlen = 1;
  }
  std::size_t done = 0;
  while (done < waiting_) {  // ends: each round sends or gives up at least one
    const auto left = static_cast<std::uint32_t>(waiting_ - done);
    const std::int32_t sent = ::sendmmsg(line.socket, &batch_->messages[done], left, 0);
    if (sent > 0) {
      line.counts.sent += static_cast<std::uint64_t>(sent);
      done += static_cast<std::size_t>(sent);
      continue;
    }
    if (errno == EINTR) continue;
    line.counts.last_error = errno;
    // Without room the rest would not fit either; another refusal is that packet's own.
    const std::size_t lost = errno == EAGAIN || errno == ENOBUFS ? waiting_ - done : 1;
    line.counts.refused += lost;
    done += lost;
  }
}

std::string MulticastLines::source(std::size_t line) const {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (::getsockname(lines_[line].socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return "unknown";
  }
  std::array<char, INET_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
  return fmt::format("{}:{}", text.data(), ntohs(address.sin_port));
}

}  // namespace hourglass::marketdata

// RetransmissionPort: a UDP socket that sends again what a receiver missed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "marketdata/publish/request_limiter.h"
#include "marketdata/publish/retransmission.h"

namespace hourglass::marketdata {

struct RetransmissionPortSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  RequestRate rate = {};   // of each client, known by its address
};

struct RetransmissionCounts {
  std::uint64_t answered = 0;   // with messages
  std::uint64_t refused = 0;    // with a reject
  std::uint64_t malformed = 0;  // not answered at all: bytes that are no request
  std::uint64_t unsent = 0;     // answers the system did not take

  friend bool operator==(const RetransmissionCounts&, const RetransmissionCounts&) = default;
};

// An answer goes where its request came from and is at most one packet; so that a forged sender
// address makes little of it, a client's requests are limited by its address. Thread: the
// publisher's.
class RetransmissionPort {
 public:
  // Errors: kInvalidArgument for an address that is none; the system's, with address and port.
  static absl::StatusOr<std::unique_ptr<RetransmissionPort>> open(
      const RetransmissionPortSettings& settings);
  ~RetransmissionPort();
  RetransmissionPort(const RetransmissionPort&) = delete;
  RetransmissionPort& operator=(const RetransmissionPort&) = delete;

  // Answers what was asked: at most kPerRound requests, and looks at no more than kLooksPerRound
  // datagrams. Returns how many it answered. Units: ns since 1970 UTC. Cost: a system call a
  // datagram, two a request.
  std::uint32_t poll(Retransmission& retransmission, std::uint64_t now_ns) noexcept;
  static constexpr std::uint32_t kPerRound = 16;
  // What is no request costs little and must not keep those waiting who ask for something.
  static constexpr std::uint32_t kLooksPerRound = 256;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] const RetransmissionCounts& counts() const noexcept { return counts_; }

 private:
  RetransmissionPort(std::int32_t socket, std::uint16_t port, const RequestRate& rate)
      : socket_(socket), port_(port), limiter_(rate) {}

  std::int32_t socket_;
  std::uint16_t port_;
  RequestLimiter limiter_;
  RetransmissionCounts counts_;
};

}  // namespace hourglass::marketdata

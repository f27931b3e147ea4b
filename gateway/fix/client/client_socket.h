// ClientSocket: a TCP connection to a venue, for programs that may wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace hourglass::gateway::fix {

// Most a connect or a send waits for the other side.
inline constexpr std::chrono::seconds kSocketPatience{10};

// Thread: one. Errors: kUnavailable with the system's words; the socket is then closed.
class ClientSocket {
 public:
  ClientSocket() = default;
  ~ClientSocket() { close(); }
  ClientSocket(const ClientSocket&) = delete;
  ClientSocket& operator=(const ClientSocket&) = delete;

  // Connects to the first address of `host` that answers, and closes what was open before.
  absl::Status connect(const std::string& host, std::uint16_t port);
  // Sends all bytes.
  absl::Status send(std::string_view bytes);
  // Appends what has come to `bytes`; waits for at most `patience` if nothing has. False: nothing
  // came in that time, or a signal did. The other side's end is an error: "closed by the venue".
  absl::StatusOr<bool> receive(std::string& bytes, std::chrono::milliseconds patience);
  void close();
  // Closes with a reset, as a program does that died.
  void close_abruptly();

  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
  // For poll(); -1 when closed.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  absl::Status fail(const std::string& what);

  int descriptor_ = -1;
};

}  // namespace hourglass::gateway::fix

// ClientSocket: a connection to a venue, plain or by TLS, for programs that may wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/fix/transport/tls_context.h"
#include "gateway/fix/transport/tls_stream.h"

namespace hourglass::gateway::fix {

// Most a connect, a handshake or a send waits for the other side.
inline constexpr std::chrono::seconds kSocketPatience{10};

// Thread: one. Errors: kUnavailable with the system's words; the socket is then closed.
class ClientSocket {
 public:
  ClientSocket() = default;
  ~ClientSocket() { close(); }
  ClientSocket(const ClientSocket&) = delete;
  ClientSocket& operator=(const ClientSocket&) = delete;

  // Connects to the first address of `host` that answers, and closes what was open before. With
  // `tls`, one for members, it shakes hands too.
  absl::Status connect(const std::string& host, std::uint16_t port,
                       const TlsContext* tls = nullptr);
  // Sends all bytes.
  absl::Status send(std::string_view bytes);
  // Appends what has come to `bytes`; waits for at most `patience` if nothing has. False: nothing
  // came in that time, or a signal did. The other side's end is an error: "closed by the venue".
  absl::StatusOr<bool> receive(std::string& bytes, std::chrono::milliseconds patience);
  // With TLS the other side is told.
  void close();
  // Closes with a reset, as a program does that died.
  void close_abruptly();

  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
  // For poll(), which tells of all there is to receive; -1 when closed.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  absl::Status shake_hands(const TlsContext& context, const std::string& host);
  absl::Status send_plain(std::string_view bytes);
  absl::Status send_records();
  // Appends what has been decrypted. False: nothing yet.
  absl::StatusOr<bool> take_decrypted(std::string& bytes);
  // What the socket has, as receive().
  absl::StatusOr<bool> receive_some(std::string& bytes, std::chrono::milliseconds patience);
  void close_descriptor();
  absl::Status fail(const std::string& what);

  std::unique_ptr<TlsStream> tls_;
  int descriptor_ = -1;
};

}  // namespace hourglass::gateway::fix

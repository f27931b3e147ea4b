// Relay: the sockets of a certification, between one member's client and the venue.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "gateway/fix/certify/examination.h"
#include "gateway/fix/client/client_socket.h"
#include "gateway/fix/transport/tls_context.h"
#include "gateway/fix/wire/framer.h"

namespace hourglass::gateway::fix {

// Listens on 127.0.0.1, so that a member's passwords cross no network here. One client at a time;
// each of its connections gets one of its own to the venue, by TLS where told so. Thread: one. A
// side that takes nothing for kSocketPatience is closed.
class Relay final : public Line {
 public:
  // Takes sentences for the person who runs the certification.
  using Say = std::function<void(std::string_view)>;

  Relay(std::string host, std::uint16_t port, Say say)
      : host_(std::move(host)), venue_port_(port), say_(std::move(say)) {}
  // Connects to the venue by TLS. Before open().
  void use_tls(TlsContext context) { tls_.emplace(std::move(context)); }
  ~Relay() override { close(); }
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  // Opens the port the client is to connect to, 0 for any. Errors: kUnavailable where the port is
  // taken or the venue cannot be reached.
  absl::Status open(std::uint16_t port);
  // Waits at most so long for something to come and carries it to the other side.
  void carry(Examination& examination, std::chrono::milliseconds patience);

  void to_member(std::string_view message, Delivery delivery) override;
  void break_off() override;
  // Ends both connections and takes no other.
  void close();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  absl::Status connect_venue();
  void take_member(Examination& examination);
  void carry_from_member(Examination& examination);
  void carry_from_venue(Examination& examination);
  void end(Examination& examination, ClosedBy by);
  void send_to_member(std::string_view bytes);
  void close_member();

  std::string host_;
  std::uint16_t venue_port_;
  Say say_;
  std::optional<TlsContext> tls_;
  std::int32_t listener_ = -1;
  std::int32_t member_ = -1;
  std::uint16_t port_ = 0;
  ClientSocket venue_;
  Framer from_member_;
  Framer from_venue_;
  std::uint64_t garbled_seen_ = 0;
};

// Nanoseconds UTC that never go back while the program runs. Thread: any.
[[nodiscard]] std::uint64_t certify_now_ns();

}  // namespace hourglass::gateway::fix

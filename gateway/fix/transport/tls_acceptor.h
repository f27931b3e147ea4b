// TlsAcceptor: the thread that accepts TLS connections and shakes hands, so that no handshake,
// however many come and however slowly they go, costs the market's thread anything.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "gateway/fix/transport/tls_context.h"
#include "gateway/fix/transport/tls_stream.h"

namespace hourglass::gateway::fix {

// Handshakes at once; beyond, the one that has lasted longest gives way to a new one.
inline constexpr std::uint32_t kMaxHandshakes = 1024;
inline constexpr std::uint64_t kHandshakeWithinNs = 5'000'000'000;
// Connections that have shaken hands and were not yet collected; beyond, they are closed.
inline constexpr std::uint32_t kMaxUncollectedPeers = 1024;

// A connection that has shaken hands. It is closed when this goes, unless its socket was taken.
class TlsPeer {
 public:
  TlsPeer() = default;
  // Owns `descriptor`, a connected TCP socket that does not block.
  TlsPeer(int descriptor, bool is_ipv6, std::unique_ptr<TlsStream> its_stream) noexcept;
  ~TlsPeer();
  TlsPeer(TlsPeer&& other) noexcept;
  TlsPeer& operator=(TlsPeer&& other) noexcept;

  // The caller's from here on.
  [[nodiscard]] int take_descriptor() noexcept;
  [[nodiscard]] bool is_ipv6() const noexcept { return is_ipv6_; }

  std::unique_ptr<TlsStream> stream;

 private:
  int descriptor_ = -1;
  bool is_ipv6_ = false;
};

//   TlsAcceptor acceptor(context, [&loop] { loop.wake(); });
//   acceptor.open("127.0.0.1", 9881);
//   // later, woken:
//   TlsPeer peer;
//   while (acceptor.poll(peer)) take(std::move(peer));
class TlsAcceptor {
 public:
  // `wake` is called after each connection that is there to be collected, on the acceptor's thread
  // and without a lock held; it must not call back, and is called for the last time before the
  // destructor returns.
  TlsAcceptor(TlsContext context, std::function<void()> wake);
  // Closes what was not collected.
  ~TlsAcceptor();
  TlsAcceptor(const TlsAcceptor&) = delete;
  TlsAcceptor& operator=(const TlsAcceptor&) = delete;

  // Listens and starts the thread; once. Errors: Listener's.
  [[nodiscard]] absl::Status open(const std::string& address, std::uint16_t port);
  // Thread: the owner's, like all that follows.
  [[nodiscard]] std::uint16_t port() const noexcept;
  // The next connection, in the order in which they were ready; false where there is none, or where
  // the thread is just adding one, behind which it calls `wake`. Never waits for the thread.
  [[nodiscard]] bool poll(TlsPeer& peer);
  // For the handshakes that begin from here on. May wait for the thread for microseconds.
  void set_context(TlsContext context);

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace hourglass::gateway::fix

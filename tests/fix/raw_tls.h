// A member's TLS connection byte by byte: what a member's program would not do.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/fix/client/client_socket.h"
#include "gateway/fix/transport/tls_context.h"
#include "gateway/fix/transport/tls_stream.h"
#include "gateway/fix/wire/framer.h"

namespace hourglass::gateway::fix {

// Thread: one.
class RawTls {
 public:
  // Connects to 127.0.0.1 and says nothing yet.
  RawTls(std::uint16_t port, const TlsClientFiles& files);

  // With `pause`, each byte goes by itself and is waited behind. False where it failed.
  bool shake_hands(std::chrono::microseconds pause = {});
  // What a socket would be given for these bytes.
  std::string records_of(std::string_view plain);
  bool send(std::string_view bytes, std::chrono::microseconds pause = {});
  // The next FIX message from field 35 on with | for SOH; "closed by the venue", or another end, in
  // the socket's or TLS's words; "silence" where nothing comes for some seconds.
  std::string hear();

 private:
  TlsContext context_;
  TlsStream stream_;
  ClientSocket socket_;
  Framer framer_;
};

}  // namespace hourglass::gateway::fix

// PacketSink: where finished packets go.
#pragma once

#include <cstddef>
#include <span>

#include "marketdata/wire/streams.h"

namespace hourglass::marketdata {

class PacketSink {
 public:
  virtual ~PacketSink() = default;
  // Takes one packet, of at most kMaxPacketBytes; its bytes are good until this returns. Thread:
  // the publisher's. Cost: the sink's; it must not wait for a receiver.
  virtual void send(Stream to, std::span<const std::byte> packet) noexcept = 0;
};

}  // namespace hourglass::marketdata

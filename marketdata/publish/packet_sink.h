// PacketSink: where finished packets go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "marketdata/wire/packet.h"

namespace hourglass::marketdata {

// A channel's two streams: what happens, and pictures to join by. They go to different groups, so
// that one who needs no picture is not sent any.
enum class StreamKind : std::uint8_t { kIncremental, kSnapshot };

struct PacketTo {
  ChannelKind channel{};
  StreamKind stream = StreamKind::kIncremental;

  bool operator==(const PacketTo&) const noexcept = default;
};

class PacketSink {
 public:
  virtual ~PacketSink() = default;
  // Takes one packet, of at most kMaxPacketBytes; its bytes are good until this returns. Thread:
  // the publisher's. Cost: the sink's; it must not wait for a receiver.
  virtual void send(PacketTo to, std::span<const std::byte> packet) noexcept = 0;
};

}  // namespace hourglass::marketdata

// Streams: what goes to a multicast group of its own, so that a receiver joins what it wants.
#pragma once

#include <cstdint>
#include <string_view>

#include "marketdata/wire/packet.h"

namespace hourglass::marketdata {

// The number is added to a line's base port.
enum class Stream : std::uint8_t {
  kOrders = 0,
  kLevels = 1,
  kTop = 2,
  kDefinitions = 3,
  kStatistics = 4,
  kIndices = 5,
  kOrderSnapshots = 6,
  kLevelSnapshots = 7,
};
inline constexpr std::uint8_t kStreamCount = 8;

// Where `hourglass run` publishes and `hourglass feed` listens unless told otherwise. The groups
// are of the range for use within one site (RFC 2365: 239.255.0.0/16).
inline constexpr std::string_view kDefaultGroupA = "239.255.72.1";
inline constexpr std::string_view kDefaultGroupB = "239.255.72.2";
inline constexpr std::uint16_t kDefaultBasePort = 20100;

// The channel whose id the stream's packets carry. Thread: any, pure.
constexpr ChannelKind channel_of(Stream stream) noexcept {
  switch (stream) {
    case Stream::kOrders:
    case Stream::kOrderSnapshots: return ChannelKind::kOrders;
    case Stream::kLevels:
    case Stream::kLevelSnapshots: return ChannelKind::kLevels;
    case Stream::kTop: return ChannelKind::kTop;
    case Stream::kDefinitions: return ChannelKind::kDefinitions;
    case Stream::kStatistics: return ChannelKind::kStatistics;
    case Stream::kIndices: return ChannelKind::kIndices;
  }
  return ChannelKind::kOrders;
}

}  // namespace hourglass::marketdata

// write_frame: one message as a frame into memory that is not yet a packet's.
//
// The publisher writes each message once, into the log that answers retransmission requests, and
// copies it from there into packets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "engine/base/assert.h"
#include "marketdata/wire/frame.h"
#include "marketdata/wire/messages.h"
#include "marketdata/wire/packet.h"

namespace hourglass::marketdata {

// No frame of the numbered channels is longer.
inline constexpr std::size_t kMaxFrameBytes = 128;
template <class... Body>
inline constexpr bool kFitTheLog = ((kFrameBytes<Body> <= kMaxFrameBytes) && ...);
static_assert(kFitTheLog<OrderAdd, OrderReduce, OrderDelete, OrderReplace, OrderExecuted,
                         InstrumentDefinition, TradingStatus, PriceLimits, DayEnd>);

// A message with a group of at most kMaxEntries behind its block; all of it fits into
// kMaxFrameBytes, which are free at `at`. Returns the frame's length. Cost: copies.
template <class Body, class Entry>
std::size_t write_frame(std::byte* at, const Body& body, std::span<const Entry> entries) noexcept {
  struct [[gnu::packed]] Head {
    FrameHeader frame;
    Body body;
    GroupSize group;
  };
  constexpr std::size_t kMaxEntries =
      (kMaxFrameBytes - sizeof(Head) - kFrameAlignment + 1) / sizeof(Entry);
  // What is written in small parts must not be read back in large ones at once: headers are copied
  // from a table.
  static constexpr auto kHeaders = [] {
    std::array<FrameHeader, kMaxEntries + 1> headers;
    for (std::size_t count = 0; count <= kMaxEntries; ++count) {
      headers[count] = frame_header<Body>(padded(sizeof(Head) + count * sizeof(Entry)));
    }
    return headers;
  }();
  HG_ASSERT(entries.size() <= kMaxEntries, entries.size());
  const std::uint32_t group =
      std::uint32_t{sizeof(Entry)} | static_cast<std::uint32_t>(entries.size()) << 16;
  static_assert(offsetof(GroupSize, num_in_group) == 2);
  const std::size_t end = sizeof(Head) + entries.size_bytes();
  std::memcpy(at, &kHeaders[entries.size()], sizeof(FrameHeader));
  std::memcpy(at + offsetof(Head, body), &body, sizeof(body));
  std::memcpy(at + offsetof(Head, group), &group, sizeof(group));
  if (!entries.empty()) std::memcpy(at + sizeof(Head), entries.data(), entries.size_bytes());
  const std::size_t frame = padded(end);
  std::memset(at + end, 0, frame - end);
  return frame;
}

}  // namespace hourglass::marketdata

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
#include "marketdata/wire/messages.h"
#include "marketdata/wire/packet.h"

namespace hourglass::marketdata {

// No frame of the numbered channels is longer.
inline constexpr std::size_t kMaxFrameBytes = 128;

template <class Body>
constexpr FrameHeader frame_header(std::size_t frame_bytes) noexcept {
  return {.frame_length = static_cast<std::uint16_t>(frame_bytes),
          .encoding_type = kSbeLittleEndian,
          .block_length = sizeof(Body),
          .template_id = Body::kTemplateId,
          .schema_id = kSchemaId,
          .version = kSchemaVersion};
}

// Writes the message with its padding to `at`, where kMaxFrameBytes are free. Returns the frame's
// length. Cost: a copy.
template <class Body>
std::size_t write_frame(std::byte* at, const Body& body) noexcept {
  constexpr std::size_t kEnd = sizeof(FrameHeader) + sizeof(Body);
  constexpr std::size_t kFrame = padded(kEnd);
  static_assert(kFrame <= kMaxFrameBytes);
  constexpr FrameHeader kHeader = frame_header<Body>(kFrame);
  std::memcpy(at, &kHeader, sizeof(kHeader));
  std::memcpy(at + sizeof(kHeader), &body, sizeof(body));
  if constexpr (kEnd != kFrame) std::memset(at + kEnd, 0, kFrame - kEnd);
  return kFrame;
}

// The same with a group of at most kMaxEntries behind the block; all of it fits into
// kMaxFrameBytes.
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

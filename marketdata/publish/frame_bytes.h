// write_frame: one message as a frame into memory that is not yet a packet's.
//
// The publisher writes each message once, into the log that answers retransmission requests, and
// copies it from there into packets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

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

// The same with a group behind the block; all of it fits into kMaxFrameBytes.
template <class Body, class Entry>
std::size_t write_frame(std::byte* at, const Body& body, std::span<const Entry> entries) noexcept {
  const std::size_t end =
      sizeof(FrameHeader) + sizeof(Body) + sizeof(GroupSize) + entries.size_bytes();
  const std::size_t frame = padded(end);
  const FrameHeader header = frame_header<Body>(frame);
  const GroupSize group{.block_length = sizeof(Entry),
                        .num_in_group = static_cast<std::uint16_t>(entries.size())};
  std::byte* const behind = at + sizeof(header) + sizeof(body);
  std::memcpy(at, &header, sizeof(header));
  std::memcpy(at + sizeof(header), &body, sizeof(body));
  std::memcpy(behind, &group, sizeof(group));
  if (!entries.empty()) {
    std::memcpy(behind + sizeof(group), entries.data(), entries.size_bytes());
  }
  std::memset(at + end, 0, frame - end);
  return frame;
}

}  // namespace hourglass::marketdata

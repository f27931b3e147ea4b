// One message as a frame: header, block, padding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "marketdata/wire/packet.h"

namespace hourglass::marketdata {

// The header of a frame of so many bytes. Thread: any, pure.
template <class Body>
constexpr FrameHeader frame_header(std::size_t frame_bytes) noexcept {
  return {.frame_length = static_cast<std::uint16_t>(frame_bytes),
          .encoding_type = kSbeLittleEndian,
          .block_length = sizeof(Body),
          .template_id = Body::kTemplateId,
          .schema_id = kSchemaId,
          .version = kSchemaVersion};
}

// Bytes of a message without groups, padding included.
template <class Body>
inline constexpr std::size_t kFrameBytes = padded(sizeof(FrameHeader) + sizeof(Body));

// Writes the message to `at`, where kFrameBytes are free. Returns how many those are. Thread: any.
// Cost: a copy.
template <class Body>
std::size_t write_frame(std::byte* at, const Body& body) noexcept {
  constexpr std::size_t kEnd = sizeof(FrameHeader) + sizeof(Body);
  constexpr std::size_t kFrame = kFrameBytes<Body>;
  constexpr FrameHeader kHeader = frame_header<Body>(kFrame);
  std::memcpy(at, &kHeader, sizeof(kHeader));
  std::memcpy(at + sizeof(kHeader), &body, sizeof(body));
  if constexpr (kEnd != kFrame) std::memset(at + kEnd, 0, kFrame - kEnd);
  return kFrame;
}

}  // namespace hourglass::marketdata

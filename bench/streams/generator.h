// The five generated streams. What each one is like stands in bench/streams/README.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "bench/streams/stream.h"

namespace hourglass::bench {

enum class StreamKind : std::uint8_t { kEcmix, kItch, kItch1k, kDeep, kSweep };

inline constexpr std::array kStreamKinds = {StreamKind::kEcmix, StreamKind::kItch,
                                            StreamKind::kItch1k, StreamKind::kDeep,
                                            StreamKind::kSweep};

constexpr std::string_view name(StreamKind kind) noexcept {
  switch (kind) {
    case StreamKind::kEcmix: return "ecmix";
    case StreamKind::kItch: return "itch";
    case StreamKind::kItch1k: return "itch1k";
    case StreamKind::kDeep: return "deep";
    case StreamKind::kSweep: return "sweep";
  }
  return "unknown";
}

// The kind called `text`, or nothing.
constexpr std::optional<StreamKind> stream_kind(std::string_view text) noexcept {
  for (const StreamKind kind : kStreamKinds) {
    if (name(kind) == text) return kind;
  }
  return std::nullopt;
}

inline constexpr std::uint32_t kFullScalePercent = 100;
inline constexpr std::uint32_t kMaxScalePercent = 2500;

// Generates a stream: the same bytes on every machine for the same kind, seed and scale.
// Units: `scale_percent` of the full number of timed records, 1..kMaxScalePercent; the preload does
// not scale. Errors: InvalidArgument for the scale, ResourceExhausted for memory. Thread: any.
// Cost: seconds at full scale (the reference book plays along), 24 bytes a record.
absl::StatusOr<Stream> generate_stream(StreamKind kind, std::uint32_t seed,
                                       std::uint32_t scale_percent);

}  // namespace hourglass::bench

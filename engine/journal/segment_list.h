// The segments of a directory: which files they are and whether their headers fit together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/journal/format.h"
#include "engine/journal/journal_device.h"
#include "engine/journal/journal_fault.h"

namespace hourglass::engine {

struct SegmentInfo {
  std::string file;
  SegmentHeader header;
};

// In order of sequence; empty where the directory holds no journal. With a fault, the segments
// before it.
struct SegmentList {
  std::vector<SegmentInfo> segments;
  std::optional<JournalFault> fault;  // the first met
};

// Lists and checks: every sector of each header block, canonical content, file size, name, one
// uuid, consecutive ordinals, rising sequences. That a segment continues the chain and sequence of
// the one before is seen only by reading through it. Errors: the device's.
// Thread: any. Cost: one 4 KiB read for each segment.
absl::StatusOr<SegmentList> list_segments(JournalDevice& device);

// Block 0 of a segment with this header, sealed. `block`: 4096 bytes.
void seal_segment_header(const SegmentHeader& header, std::byte* block) noexcept;

}  // namespace hourglass::engine

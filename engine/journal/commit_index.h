// The commit index: one 64-byte record for each frame of a segment, written (buffered) with the
// next frame, when its own is known to be durable.
//
// It finds a sequence without reading the segment, and it is evidence: a frame it lists was
// acknowledged, so damage there is never taken for a torn write. It is never authority: a missing
// or damaged record costs speed and evidence, no data.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/journal/format.h"
#include "engine/journal/journal_device.h"

namespace hourglass::engine {

// The record of the frame with `header` at `offset`, its checksum set.
[[nodiscard]] IndexRecord make_index_record(const FrameHeader& header, std::uint64_t offset,
                                            std::uint32_t segment_ordinal,
                                            std::uint32_t frame_number,
                                            std::uint32_t seed) noexcept;

// What a segment's index file holds. Bounded by the segment's size, whatever the file's is.
struct CommitIndex {
  // Record i speaks of frame i + 1; empty where nothing was written or the bytes are damaged.
  std::vector<std::optional<IndexRecord>> records;
  std::uint32_t damaged_count = 0;  // slots neither zero nor whole
  bool missing = false;             // no such file, or not of the right size

  // The last frame listed, 0 for none.
  [[nodiscard]] std::uint32_t last_listed() const noexcept;
  // The listed frame with the greatest first sequence not above `sequence`, if any is listed.
  [[nodiscard]] const IndexRecord* find(SequenceNumber sequence) const noexcept;
};

// Reads the index of the segment with this header. Errors: the device's; a missing or odd file is
// no error. Thread: any. Cost: reads index_bytes of the segment.
absl::StatusOr<CommitIndex> read_commit_index(JournalDevice& device, const SegmentHeader& segment);

}  // namespace hourglass::engine

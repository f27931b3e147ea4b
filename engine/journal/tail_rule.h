// The tail rule: what the bytes after the last good frame of a segment mean.
//
// A crash leaves sectors old or current, nothing else, and only of the one frame in flight. So the
// frame that does not validate is torn, and may be cut off, only if every sector from it on is
// provably old or a current one of that very frame, and nothing says that it was ever finished.
// Everything else is damage, and damage is never cut off: what it hides may have been acknowledged.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "engine/journal/commit_index.h"
#include "engine/journal/journal_fault.h"
#include "engine/journal/segment_list.h"
#include "engine/journal/segment_window.h"

namespace hourglass::engine {

struct TailQuestion {
  const SegmentInfo* segment;
  std::uint64_t offset;        // where the next frame would begin
  std::uint32_t frame_number;  // its number
  std::uint32_t blocks;        // its blocks if its header could be read, else kMaxFrameBlocks
  SequenceNumber next_sequence;
  bool is_last_segment;  // a later segment proves that this one was finished
};

struct TailAnswer {
  std::optional<JournalFault> fault;
  // Bytes from `offset` to the end of the last block that holds a sector of the torn frame; 0 where
  // there is none, and the segment ends cleanly.
  std::uint64_t torn_bytes = 0;
  std::uint32_t torn_sectors = 0;  // of the torn frame that did reach the disk
};

// Looks at every sector from the question's offset to the segment's end. `index` may be null.
// Errors: the device's. Cost: reads the rest of the segment.
absl::StatusOr<TailAnswer> examine_tail(SegmentWindow& window, const TailQuestion& question,
                                        const CommitIndex* index);

}  // namespace hourglass::engine

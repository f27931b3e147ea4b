// Recovery: what a writer does to a directory before it may append to it.
//
// Only two things are ever changed: the sectors of a torn frame, which nobody was told about, are
// zeroed, so that the next frame cannot be mixed up with it; and the last segment's commit index is
// made to say what its frames say. Both are reported. Doing it twice changes nothing more.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "engine/journal/format.h"
#include "engine/journal/journal_device.h"
#include "engine/journal/journal_reader.h"
#include "engine/journal/segment_list.h"

namespace hourglass::engine {

// Where the journal ends, and what was done about its end.
struct JournalRecovery {
  SegmentInfo segment;             // the last
  std::uint64_t offset = 0;        // where its next frame belongs
  std::uint32_t frame_number = 0;  // that frame's number
  std::uint32_t prev_blocks = 0;   // of the last frame in the segment, 0 if it has none
  SequenceNumber next_sequence{1};
  Digest chain{};
  // From the last frame of the segment; sequence 0 and zero bytes if it has none.
  SequenceNumber digest_through{0};
  Digest event_digest{};
  bool sealed = false;                       // the last frame is a seal: closed in order
  JournalTail tail;                          // kTorn: its bytes are zero now
  std::uint32_t index_records_repaired = 0;  // of the last segment
};

// Verifies all segment headers and the whole last segment, then repairs its tail. Earlier segments
// are not read: whoever rebuilds state from them verifies them on the way. The caller holds the
// directory's lock. Errors: kNotFound where there is no journal; kDataLoss with the place for any
// damage, nothing changed; the device's. Cost: one read of a segment.
absl::StatusOr<JournalRecovery> recover_journal(JournalDevice& device);

}  // namespace hourglass::engine

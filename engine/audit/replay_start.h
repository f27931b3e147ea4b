// start_replay: where a re-execution of a directory begins, and what it begins with.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "engine/exchange/replica.h"
#include "engine/journal/event_digest.h"
#include "engine/journal/journal_device.h"
#include "engine/journal/journal_reader.h"

namespace hourglass::engine {

struct ReplayStart {
  std::unique_ptr<JournalReader> reader;  // at the first frame to re-execute
  // Where the replica stands. Sequence 0: before the first command, and nothing is taken on trust;
  // else behind the oldest snapshot, because the segments before it have been archived elsewhere.
  DigestPoint point;
};

// Brings a fresh replica to where re-execution begins. Errors: kNotFound where there is no journal;
// kDataLoss where a segment header or the snapshot is damaged; kFailedPrecondition where the first
// command is gone and no snapshot stands in for it, or it is of a rule set this program does not
// know; the device's. Thread: any. Cost: reads headers, and in the second case one snapshot.
absl::StatusOr<ReplayStart> start_replay(JournalDevice& device, Replica& fresh);

}  // namespace hourglass::engine

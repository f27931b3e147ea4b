// cut_snapshot: writes the state behind a journal's last digest beside it, found by re-execution.
//
// The shadow exchange in its offline form: the matching thread has no part in it, and a snapshot is
// only ever the state of an exchange whose every event agreed with the journal.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "engine/exchange/replica.h"
#include "engine/journal/journal_device.h"
#include "engine/journal/snapshot_file.h"

namespace hourglass::engine {

struct SnapshotCut {
  std::string file;
  SnapshotPlace place;
  std::uint64_t state_bytes = 0;
  Digest state_sha256{};
  std::uint64_t commands = 0;  // re-executed for it
  std::uint64_t elapsed_ns = 0;
};

// Makes an empty exchange as the venue composed it.
using MakeReplica = absl::FunctionRef<std::unique_ptr<Replica>()>;

// Cuts a snapshot at the last digest of the journal behind which no work is unfinished; one that is
// there already is replaced by its equal. Errors: kFailedPrecondition where a writer has the
// journal, its rule set is another, or it has no such digest yet; kNotFound where there is no
// journal; kDataLoss where it is damaged or its events differ; the device's. Then no snapshot is
// written. Thread: any. Cost: one re-execution; a second one where the last digest found work
// unfinished.
absl::StatusOr<SnapshotCut> cut_snapshot(JournalDevice& device, MakeReplica make);

// What was cut, in a few lines for a person.
[[nodiscard]] std::string to_text(const SnapshotCut& cut);

}  // namespace hourglass::engine

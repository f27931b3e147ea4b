// audit_replay: re-executes a journal and holds it, and every snapshot beside it, to the result.
//
// Whoever has the directory and this program can check every outcome the venue ever announced: the
// commands are in the journal, the events follow from them, and the journal's frames carry the
// digest of the events that were announced.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/audit/event_difference.h"
#include "engine/audit/snapshot_checks.h"
#include "engine/exchange/replica.h"
#include "engine/journal/event_digest.h"
#include "engine/journal/journal_device.h"
#include "engine/journal/journal_reader.h"
#include "engine/sequencer/replayer.h"

namespace hourglass::engine {

struct ReplayAudit {
  // OK: re-executed to the journal's end. kDataLoss: damage, or events that differ.
  // kFailedPrecondition: cannot be re-executed by this program.
  absl::Status ended;
  ReplayCounters counters;
  SequenceNumber started_after{0};  // 0: from the first command; else a snapshot's
  SequenceNumber last_command{0};   // re-executed
  DigestPoint last_agreement;       // commands behind it are not vouched for yet
  JournalTail tail;
  std::optional<Replayer::Range> difference;
  std::optional<EventDifference> event;       // the first, where it could be found
  std::string why_no_event;                   // where a difference could not be traced to an event
  std::vector<SnapshotComparison> snapshots;  // oldest first
  std::uint64_t elapsed_ns = 0;

  [[nodiscard]] std::uint64_t count(SnapshotComparison::Verdict verdict) const noexcept;
  // Whether everything compared was equal.
  [[nodiscard]] bool agrees() const noexcept;
};

// Re-executes the journal in `device`'s directory with `fresh`, an empty exchange as the venue
// composed it. What is wrong with the journal is part of the result. Errors: kNotFound where there
// is no journal; the device's. Thread: any; not on a journal that is being written. Cost: that of
// applying and digesting every command; a snapshot is read and compared where there is one.
absl::StatusOr<ReplayAudit> audit_replay(JournalDevice& device, Replica& fresh);

// The result in a few lines for a person, the verdict last.
[[nodiscard]] std::string to_text(const ReplayAudit& audit);
// The same facts as one JSON line.
[[nodiscard]] std::string to_json(const ReplayAudit& audit);

}  // namespace hourglass::engine

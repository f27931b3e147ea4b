#include "engine/audit/replay_start.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "engine/journal/snapshot_file.h"

namespace hourglass::engine {
namespace {

// The oldest snapshot from which every later command is still here.
absl::StatusOr<std::string> oldest_usable_snapshot(JournalDevice& device, SequenceNumber first) {
  const auto names = list_snapshots(device);
  if (!names.ok()) return names.status();
  const auto usable = std::find_if(names->rbegin(), names->rend(), [&](const std::string& name) {
    return next(*sequence_in_name(name, kSnapshotPrefix, kSnapshotSuffix)) >= first;
  });
  if (usable == names->rend()) {
    return absl::FailedPreconditionError(
        fmt::format("the journal here begins at command {}, and no snapshot stands in for the "
                    "commands before it; bring back the archived segments",
                    first.value()));
  }
  return *usable;
}

}  // namespace

absl::StatusOr<ReplayStart> start_replay(JournalDevice& device, Replica& fresh) {
  auto reader = JournalReader::open(device);
  if (!reader.ok()) return reader.status();
  ReplayStart start{.reader = *std::move(reader), .point = {}};
  const SegmentHeader& first = start.reader->segments().front().header;
  if (first.first_sequence == SequenceNumber(1)) return start;

  const auto name = oldest_usable_snapshot(device, first.first_sequence);
  if (!name.ok()) return name.status();
  const auto snapshot = read_snapshot(device, *name, first.uuid);
  if (!snapshot.ok()) return snapshot.status();
  StateReader state(snapshot->state);
  if (!fresh.load(state)) {
    return absl::DataLossError(fmt::format("{}: no state of this venue's exchange", *name));
  }
  start.point = {.through = snapshot->place.sequence, .digest = snapshot->place.event_digest};
  if (start.point.through >= first.first_sequence) {
    // From the frame with the snapshot's own command: it or a later one names the digest there.
    if (const absl::Status s = start.reader->seek(start.point.through); !s.ok()) return s;
  }
  return start;
}

}  // namespace hourglass::engine

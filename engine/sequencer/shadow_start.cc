#include "engine/sequencer/shadow_start.h"

#include <string>
#include <utility>

#include "engine/journal/snapshot_file.h"

namespace hourglass::engine {
namespace {

// Brings a fresh replica to where `snapshot` was taken; false where it does not load.
bool take(ShadowStart& start, const Snapshot& snapshot, const ReplicaMaker& make) {
  start.replica = make();
  StateReader state(snapshot.state);
  if (!start.replica->load(state)) return false;
  start.point = {.through = snapshot.place.sequence, .digest = snapshot.place.event_digest};
  return true;
}

}  // namespace

absl::StatusOr<ShadowStart> start_shadow(JournalDevice& device, SequenceNumber announced,
                                         SequenceNumber trusted, const ReplicaMaker& make,
                                         EventStore::GiveUp give_up) {
  ShadowStart start;
  auto reader = JournalReader::open(device, {.stop_after = announced});
  if (!reader.ok()) return reader.status();
  start.reader = *std::move(reader);
  start.reader->follow(announced);
  const SegmentHeader first = start.reader->segments().front().header;
  if (first.first_sequence != SequenceNumber(1)) {
    return absl::FailedPreconditionError(
        "the journal's first command is archived elsewhere: the event store cannot be continued");
  }
  auto store = EventStore::open(device, first.uuid, SequenceNumber(1), kRuleSetVersion, give_up);
  if (!store.ok()) return store.status();
  start.store = *std::move(store);

  const auto names = list_snapshots(device);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {  // newest first
    if (give_up()) return absl::CancelledError("the start was given up");
    const auto snapshot = read_snapshot(device, name, first.uuid);
    if (!snapshot.ok() || snapshot->place.sequence > announced) continue;
    const SequenceNumber sequence = snapshot->place.sequence;
    if (start.newest_snapshot == SequenceNumber(0)) start.newest_snapshot = sequence;
    if (sequence > trusted) continue;
    // Events between the store's end and the snapshot would be missing for ever.
    if (sequence > start.store->last_sequence() || !take(start, *snapshot, make)) continue;
    if (const absl::Status s = start.reader->seek(sequence); !s.ok()) return s;
    break;
  }
  if (start.point.through == SequenceNumber(0)) start.replica = make();
  // Only what a snapshot relies on was synced. The rest is made again from the journal.
  const absl::Status dropped = start.store->drop_after(start.point.through, give_up);
  if (!dropped.ok()) return dropped;
  return start;
}

}  // namespace hourglass::engine

#include "engine/audit/snapshot_cut.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "engine/audit/pace.h"
#include "engine/audit/replay_start.h"
#include "engine/sequencer/clock.h"
#include "engine/sequencer/replayer.h"

namespace hourglass::engine {
namespace {

// The last digest the last segment's frames name; nothing where it has no frames.
absl::StatusOr<std::optional<SequenceNumber>> last_digest_point(JournalDevice& device) {
  auto reader = JournalReader::open(device);
  if (!reader.ok()) return reader.status();
  if (const absl::Status s = (*reader)->seek_last_segment(); !s.ok()) return s;
  std::optional<SequenceNumber> last;
  for (;;) {  // ends: the segment is finite
    const auto frame = (*reader)->next_frame();
    if (!frame.ok()) return frame.status();
    if (!frame->has_value()) return last;
    last = (**frame).header.digest_through;
  }
}

// Takes the state at `wanted`, and notes where it could have been taken instead.
class Cutter final : public ReplayObserver {
 public:
  Cutter(const Replica& replica, std::optional<SequenceNumber> wanted)
      : replica_(replica), wanted_(wanted) {}

  void on_agreement(const DigestPoint& point, const FrameView& frame) override {
    if (point.through == SequenceNumber(0) || replica_.has_pending_work()) return;
    last_possible_ = point.through;
    if (point.through != wanted_ || cut_) return;
    StateWriter writer;
    replica_.save(writer);
    cut_ = Snapshot{.place = {.uuid = {},
                              .rule_set_version = frame.header.rule_set_version,
                              .sequence = point.through,
                              .event_digest = point.digest,
                              .chain = frame.header.chain},
                    .state = writer.take()};
  }

  [[nodiscard]] std::optional<Snapshot>& cut() noexcept { return cut_; }
  [[nodiscard]] std::optional<SequenceNumber> last_possible() const noexcept {
    return last_possible_;
  }

 private:
  const Replica& replica_;
  const std::optional<SequenceNumber> wanted_;
  std::optional<SequenceNumber> last_possible_;
  std::optional<Snapshot> cut_;
};

struct Pass {
  std::optional<Snapshot> cut;
  std::optional<SequenceNumber> last_possible;
  std::uint64_t commands = 0;
};

// Re-executes until the snapshot is taken, or to the end.
absl::StatusOr<Pass> run_pass(JournalDevice& device, MakeReplica make,
                              std::optional<SequenceNumber> wanted) {
  const std::unique_ptr<Replica> replica = make();
  auto start = start_replay(device, *replica);
  if (!start.ok()) return start.status();
  Cutter cutter(*replica, wanted);
  Replayer replayer(*replica, *start->reader, std::make_unique<EventDigest>(start->point), &cutter);
  for (bool more = true; more && !cutter.cut();) {
    const auto stepped = replayer.step();
    if (!stepped.ok()) return stepped.status();
    more = *stepped;
  }
  if (cutter.cut()) cutter.cut()->place.uuid = start->reader->segments().front().header.uuid;
  return Pass{.cut = std::move(cutter.cut()),
              .last_possible = cutter.last_possible(),
              .commands = replayer.counters().commands};
}

}  // namespace

absl::StatusOr<SnapshotCut> cut_snapshot(JournalDevice& device, MakeReplica make) {
  const std::uint64_t begun_ns = monotonic_ns();
  const auto last = last_digest_point(device);
  if (!last.ok()) return last.status();
  const auto lock = device.lock();
  if (!lock.ok()) return lock.status();
  auto pass = run_pass(device, make, *last);
  if (!pass.ok()) return pass.status();
  std::uint64_t commands = pass->commands;
  if (!pass->cut && pass->last_possible) {
    pass = run_pass(device, make, pass->last_possible);
    if (!pass.ok()) return pass.status();
    commands += pass->commands;
  }
  if (!pass->cut) {
    return absl::FailedPreconditionError(
        "the journal has no digest yet behind which no work is unfinished");
  }
  const Snapshot& snapshot = *pass->cut;
  if (const absl::Status s = write_snapshot(device, snapshot.place, snapshot.state); !s.ok()) {
    return s;
  }
  return SnapshotCut{.file = snapshot_file_name(snapshot.place.sequence),
                     .place = snapshot.place,
                     .state_bytes = snapshot.state.size(),
                     .state_sha256 = Sha256().of(snapshot.state),
                     .commands = commands,
                     .elapsed_ns = monotonic_ns() - begun_ns};
}

std::string to_text(const SnapshotCut& cut) {
  return fmt::format(
      "wrote {}: the state after command {}, {} bytes\nstate sha-256 {}\n"
      "re-executed {} commands in {} s ({} commands/s)\n",
      cut.file, cut.place.sequence.value(), cut.state_bytes, to_hex(cut.state_sha256), cut.commands,
      seconds_text(cut.elapsed_ns), per_second(cut.commands, cut.elapsed_ns));
}

}  // namespace hourglass::engine

#include "engine/audit/replay_audit.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/audit/replay_start.h"
#include "engine/journal/event_store.h"
#include "engine/sequencer/clock.h"

namespace hourglass::engine {
namespace {

// Whether `status` says something about the journal rather than about reading it.
bool is_verdict(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsFailedPrecondition(status);
}

bool has_event_store(JournalDevice& device) {
  return device.open(kEventStoreName, OpenMode::kRead).ok();
}

class AuditObserver final : public ReplayObserver {
 public:
  AuditObserver(const Replica& replica, SnapshotChecks checks, const DigestPoint& start,
                bool keep_events)
      : replica_(replica),
        checks_(std::move(checks)),
        last_agreement_(start),
        keep_events_(keep_events) {}

  void on_events(const Command& command, std::span<const Event> events) override {
    if (keep_events_) kept_.add(command.header().sequence, events);
  }
  [[nodiscard]] bool may_hear_late() const override { return true; }
  [[nodiscard]] bool needs_replica_at(SequenceNumber through) const override {
    return checks_.has(through);
  }
  void on_agreement(const DigestPoint& point, const FrameView& frame) override {
    kept_.drop_through(point.through);
    last_agreement_ = point;
    checks_.at(point, frame, replica_);
  }

  [[nodiscard]] const DigestPoint& last_agreement() const noexcept { return last_agreement_; }
  [[nodiscard]] const KeptEvents& kept() const noexcept { return kept_; }
  [[nodiscard]] SnapshotChecks take_checks() && { return std::move(checks_); }

 private:
  const Replica& replica_;
  SnapshotChecks checks_;
  DigestPoint last_agreement_;
  KeptEvents kept_;
  const bool keep_events_;
};

void look_into(JournalDevice& device, const JournalUuid& uuid, const KeptEvents& kept,
               ReplayAudit& audit) {
  auto event = find_event_difference(device, uuid,
                                     {.from = audit.last_agreement,
                                      .through = audit.difference->through,
                                      .journal = audit.difference->journal},
                                     kept);
  if (event.ok()) {
    audit.event = *std::move(event);
  } else {
    audit.why_no_event = std::string(event.status().message());
  }
}

}  // namespace

std::uint64_t ReplayAudit::count(SnapshotComparison::Verdict verdict) const noexcept {
  return static_cast<std::uint64_t>(
      std::count_if(snapshots.begin(), snapshots.end(),
                    [verdict](const auto& snapshot) { return snapshot.verdict == verdict; }));
}

bool ReplayAudit::agrees() const noexcept {
  return ended.ok() && std::none_of(snapshots.begin(), snapshots.end(),
                                    [](const auto& snapshot) { return snapshot.is_fault(); });
}

absl::StatusOr<ReplayAudit> audit_replay(JournalDevice& device, Replica& fresh) {
  const std::uint64_t begun_ns = monotonic_ns();
  ReplayAudit audit;
  auto start = start_replay(device, fresh);
  if (!start.ok()) {
    if (!is_verdict(start.status())) return start.status();
    audit.ended = start.status();
    return audit;
  }
  const JournalUuid uuid = start->reader->segments().front().header.uuid;
  audit.started_after = start->point.through;
  auto checks = SnapshotChecks::list(device, uuid, audit.started_after);
  if (!checks.ok()) return checks.status();

  AuditObserver observer(fresh, *std::move(checks), start->point, has_event_store(device));
  Replayer replayer(fresh, *start->reader, std::make_unique<EventDigest>(start->point), &observer);
  const SequenceNumber first = fresh.state().sequence;
  audit.ended = replayer.run();
  if (!audit.ended.ok() && !is_verdict(audit.ended)) return audit.ended;

  audit.counters = replayer.counters();
  // Counted, because after a difference the replica may stand beyond it.
  audit.last_command = SequenceNumber(first.value() + audit.counters.commands);
  audit.last_agreement = observer.last_agreement();
  audit.tail = start->reader->tail();
  audit.difference = replayer.difference();
  if (audit.difference) look_into(device, uuid, observer.kept(), audit);
  audit.snapshots = std::move(observer).take_checks().finish(audit.ended.ok());
  audit.elapsed_ns = monotonic_ns() - begun_ns;
  return audit;
}

}  // namespace hourglass::engine

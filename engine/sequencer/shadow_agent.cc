#include "engine/sequencer/shadow_agent.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/assert.h"

namespace hourglass::engine {

struct ShadowAgent::Run {
  Run(ShadowStart from, ReplayObserver* observer)
      : start(std::move(from)),
        replayer(*start.replica, *start.reader, std::make_unique<EventDigest>(start.point),
                 observer) {}

  ShadowStart start;
  Replayer replayer;
};

struct ShadowAgent::Taking {
  Taking(JournalDevice& device, const SnapshotPlace& at, std::vector<std::byte> bytes)
      : place(at), state(std::move(bytes)), writer(device, place, state) {}

  const SnapshotPlace place;
  const std::vector<std::byte> state;
  SnapshotWriter writer;
  bool store_synced = false;
};

std::string_view name(ShadowState state) noexcept {
  switch (state) {
    case ShadowState::kStarting: return "starting";
    case ShadowState::kFollowing: return "following";
    case ShadowState::kRetrying: return "retrying";
    case ShadowState::kDiverged: return "DIVERGED";
    case ShadowState::kFailed: return "failed";
  }
  return "?";
}

ShadowAgent::ShadowAgent(JournalDevice& device, const Cursor& durable, const ReplicaMaker& make,
                         const ShadowSettings& settings)
    : device_(device), durable_(durable), make_(make), settings_(settings) {
  HG_ASSERT(settings.snapshot_every_commands > 0 && settings.snapshots_kept > 0);
}

ShadowAgent::~ShadowAgent() = default;

void ShadowAgent::on_start() noexcept {
  constexpr sched_param kNoPriority{};
  if (::sched_setscheduler(0, SCHED_IDLE, &kNoPriority) == 0) return;
  constexpr int kLowest = 19;
  static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kLowest));
}

std::uint32_t ShadowAgent::do_work() noexcept {
  if (has_stopped()) return 0;
  if (rounds_to_skip_ != 0) {
    --rounds_to_skip_;
    return 0;
  }
  if (run_ == nullptr) {
    if (stop_asked()) return 0;
    begin();
    return 1;
  }
  // What could not be stored comes before anything new.
  if (absl::Status stored = store_events(); !stored.ok()) {
    retry_later(std::move(stored));
    return 0;
  }
  if (taking_ != nullptr) {
    write_snapshot();
    return 1;
  }
  run_->start.reader->follow(SequenceNumber(durable_.get() - 1));
  return step() ? 1 : 0;
}

void ShadowAgent::begin() {
  const SequenceNumber announced(durable_.get() - 1);
  auto start = start_shadow(device_, announced, settings_.trusted_snapshot, make_,
                            [this] { return stop_asked(); });
  // A device may say so too, which is trouble like any other.
  if (stop_asked() && absl::IsCancelled(start.status())) return;
  if (absl::IsFailedPrecondition(start.status())) {
    return give_up(ShadowState::kFailed, start.status());
  }
  if (!start.ok()) return retry_later(start.status());
  // Also what a killed run left half written.
  remove_old_snapshots(device_, announced, settings_.snapshots_kept).IgnoreError();
  last_with_events_ = start->store->last_sequence();
  snapshot_due_ = std::max(start->newest_snapshot, start->point.through).value() +
                  settings_.snapshot_every_commands;
  progress_.agreed.set(start->point.through.value());
  progress_.snapshot.set(start->newest_snapshot.value());
  ReplayObserver* const observer = this;
  run_ = std::make_unique<Run>(*std::move(start), observer);
  enter(ShadowState::kFollowing);
}

// Re-executes what one frame vouches for. False where there is none now, or in trouble.
bool ShadowAgent::step() {
  const auto more = run_->replayer.step();
  if (!more.ok()) {
    if (run_->replayer.difference()) {
      give_up(ShadowState::kDiverged, more.status());
    } else if (absl::IsDataLoss(more.status()) || absl::IsFailedPrecondition(more.status())) {
      give_up(ShadowState::kFailed, more.status());
    } else {
      retry_later(more.status());
    }
    return false;
  }
  absl::Status stored = store_events();
  if (stored.ok() && !*more) stored = run_->start.store->flush();
  if (!stored.ok()) {
    retry_later(std::move(stored));
    return false;
  }
  enter(ShadowState::kFollowing);
  return *more;
}

void ShadowAgent::on_events(const Command& command, std::span<const Event> events) {
  for (const Event& event : events) {
    const auto used = std::span(event.bytes).first(event_bytes(event.header().kind));
    events_.insert(events_.end(), used.begin(), used.end());
  }
  if (!events.empty()) last_with_events_ = std::max(last_with_events_, command.header().sequence);
}

void ShadowAgent::on_agreement(const DigestPoint& point, const FrameView& frame) {
  const std::uint64_t through = point.through.value();
  progress_.agreed.set(through);
  const Replica& replica = *run_->start.replica;
  if (taking_ != nullptr || finishing_ || through < snapshot_due_ || replica.has_pending_work()) {
    return;
  }
  // A start goes on from here only if the event store shows that it reaches as far; the event of
  // the last command does. Where that does not come, a snapshot for the market's start is better
  // than none.
  const bool overdue = through - snapshot_due_ >= settings_.snapshot_every_commands;
  if (last_with_events_ < point.through && !overdue) return;
  StateWriter writer;
  replica.save(writer);
  taking_ = std::make_unique<Taking>(
      device_,
      SnapshotPlace{.uuid = run_->start.reader->segments().front().header.uuid,
                    .rule_set_version = frame.header.rule_set_version,
                    .sequence = point.through,
                    .event_digest = point.digest,
                    .chain = frame.header.chain},
      writer.take());
}

// Only events that agreed are ever here: a step either agrees or ends the shadow.
absl::Status ShadowAgent::store_events() {
  while (stored_ < events_.size()) {  // each turn stores an event
    const std::span<const std::byte> rest = std::span(events_).subspan(stored_);
    EventHeader header;
    std::memcpy(&header, rest.data(), sizeof(header));
    const std::uint32_t size = event_bytes(header.kind);
    if (absl::Status s = run_->start.store->append(rest.first(size)); !s.ok()) return s;
    stored_ += size;
  }
  events_.clear();
  stored_ = 0;
  return absl::OkStatus();
}

void ShadowAgent::write_snapshot() {
  Taking& taking = *taking_;
  if (!taking.store_synced) {
    if (absl::Status synced = run_->start.store->sync(); !synced.ok()) {
      return retry_later(std::move(synced));
    }
    taking.store_synced = true;
  }
  const auto done = taking.writer.step();
  if (!done.ok()) return retry_later(done.status());
  if (!*done) return;
  if (absl::Status good = verify_snapshot(taking.place, taking.state); !good.ok()) {
    device_.remove(snapshot_file_name(taking.place.sequence)).IgnoreError();
    if (absl::IsDataLoss(good)) return give_up(ShadowState::kDiverged, std::move(good));
    return retry_later(std::move(good));
  }
  const SequenceNumber sequence = taking.place.sequence;
  snapshot_due_ = sequence.value() + settings_.snapshot_every_commands;
  taking_.reset();
  remove_old_snapshots(device_, sequence, settings_.snapshots_kept).IgnoreError();
  progress_.snapshot.set(sequence.value());
  progress_.snapshots.set(progress_.snapshots.get() + 1);
  enter(ShadowState::kFollowing);
}

// Reads the snapshot back as a start would. kDataLoss: it was written well and is no good.
absl::Status ShadowAgent::verify_snapshot(const SnapshotPlace& place,
                                          std::span<const std::byte> state) const {
  if (state.size() > settings_.verify_bytes_max) return absl::OkStatus();
  const std::string file = snapshot_file_name(place.sequence);
  const auto snapshot = read_snapshot(device_, file, place.uuid, place.rule_set_version);
  if (!snapshot.ok()) return absl::UnavailableError(snapshot.status().message());
  const std::unique_ptr<Replica> replica = make_();
  StateReader reader(snapshot->state);
  StateWriter writer;
  const bool loads = replica->load(reader);
  if (loads) replica->save(writer);
  if (loads && std::ranges::equal(writer.bytes(), state)) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(file, " does not load to the state it was taken of"));
}

void ShadowAgent::finish() noexcept {
  if (run_ == nullptr || has_stopped()) return;
  if (taking_ != nullptr) taking_->writer.abandon();
  taking_.reset();
  finishing_ = true;
  run_->start.reader->read_to_end();
  const std::uint64_t begun = run_->replayer.counters().commands;
  while (run_->replayer.counters().commands - begun < kFinishCommandsMax && step()) continue;
  if (absl::Status written = run_->start.store->flush(); !written.ok()) {
    retry_later(std::move(written));
  }
}

void ShadowAgent::retry_later(absl::Status status) {
  trouble_ = std::move(status);
  rounds_to_skip_ = kRoundsBetweenTries;
  progress_.retries.set(progress_.retries.get() + 1);
  enter(ShadowState::kRetrying);
}

void ShadowAgent::give_up(ShadowState state, absl::Status status) {
  trouble_ = std::move(status);
  if (taking_ != nullptr) taking_->writer.abandon();
  taking_.reset();
  // Whoever reads the state finds the reason: set() releases it.
  enter(state);
}

void ShadowAgent::enter(ShadowState state) noexcept {
  if (progress_.current() != state) progress_.state.set(static_cast<std::uint64_t>(state));
}

bool ShadowAgent::has_stopped() const noexcept {
  const ShadowState state = progress_.current();
  return state == ShadowState::kDiverged || state == ShadowState::kFailed;
}

}  // namespace hourglass::engine

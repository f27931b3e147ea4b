// Start-up: from a journal directory to an exchange that stands behind its last durable command.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "engine/exchange/replica.h"
#include "engine/journal/event_digest.h"
#include "engine/journal/journal_reader.h"
#include "engine/journal/journal_writer.h"
#include "engine/journal/snapshot_file.h"
#include "engine/sequencer/clock.h"
#include "engine/sequencer/history.h"
#include "engine/sequencer/replayer.h"

namespace hourglass::engine {

// What a start found, for the operator.
struct StartUpReport {
  bool created = false;  // there was no journal
  // The last run ended with a seal. Where that had no room, it ended in order all the same.
  bool closed_in_order = false;
  SequenceNumber snapshot{0};     // started from; 0: from the first command
  std::string snapshots_refused;  // names and reasons, one a line
  std::uint64_t replayed_commands = 0;
  std::uint64_t replay_ns = 0;
  std::uint64_t torn_bytes = 0;  // of a frame nobody was told about
};

// Hands a replay on to a follower.
class TellFollower final : public ReplayObserver {
 public:
  explicit TellFollower(HistoryFollower* follower) : follower_(follower) {}
  void on_events(const Command& command, std::span<const Event> events) override {
    follower_->on_command(command, events);
  }
  // A difference ends the start, and what the follower heard with it.
  [[nodiscard]] bool may_hear_late() const override { return true; }
  [[nodiscard]] bool needs_replica_at(SequenceNumber) const override { return false; }

 private:
  HistoryFollower* follower_;
};

template <Clearing ClearingType>
struct StartedExchange {
  std::unique_ptr<Exchange<ClearingType>> exchange;
  std::unique_ptr<EventDigest> digest;
  StartUpReport report;
};

// Builds the exchange of the journal `writer` has opened: the newest snapshot that is whole and
// that the journal vouches for, then every command after it, each digest compared. A snapshot that
// is not good is passed over for an older one; the journal alone is always enough.
// Errors: kDataLoss for damage or events that differ from the journal's digest; kFailedPrecondition
// for a rule set this program does not know; the device's. Thread: the starting one. Cost: reads
// and applies the tail; with a `follower` it reads everything, for that is told the whole history:
// out of the event store up to the snapshot, which is passed over where the store does not reach
// it, and from there as it is re-executed.
template <Clearing ClearingType>
absl::StatusOr<StartedExchange<ClearingType>> start_exchange(JournalDevice& device,
                                                             const JournalWriter& writer,
                                                             const ExchangeLimits& limits,
                                                             HistoryFollower* follower = nullptr) {
  StartedExchange<ClearingType> started;
  StartUpReport& report = started.report;
  report.closed_in_order = writer.recovery().sealed;
  report.torn_bytes = writer.recovery().tail.torn_bytes;
  auto names = list_snapshots(device);
  if (!names.ok()) return names.status();
  names->emplace_back();  // last choice: none, from the first command
  const std::uint64_t begun_ns = monotonic_ns();
  for (const std::string& name : *names) {
    started.exchange = std::make_unique<Exchange<ClearingType>>(limits);
    DigestPoint point;
    auto reader = JournalReader::open(device);
    if (!reader.ok()) return reader.status();
    if (!name.empty()) {
      const absl::Status taken = [&]() -> absl::Status {
        const auto snapshot = read_snapshot(device, name, writer.uuid());
        if (!snapshot.ok()) return snapshot.status();
        if (snapshot->place.sequence > writer.durable()) {
          return absl::DataLossError("it is ahead of the journal");
        }
        StateReader state(snapshot->state);
        if (!started.exchange->load(state)) return absl::DataLossError("it does not load");
        point = {snapshot->place.sequence, snapshot->place.event_digest};
        if (follower != nullptr) {
          const absl::Status told = follow_history(device, writer.uuid(), point, *follower);
          if (!told.ok()) return told;
        }
        // From the frame that holds the snapshot's own command: one from there on names its digest.
        return (*reader)->seek(point.through);
      }();
      if (!taken.ok()) {
        absl::StrAppend(&report.snapshots_refused, name, ": ", taken.message(), "\n");
        continue;
      }
    }
    if (follower != nullptr && name.empty()) follower->on_beginning();
    TellFollower tell(follower);
    ExchangeReplica<ClearingType> replica(*started.exchange);
    Replayer replayer(replica, **reader, std::make_unique<EventDigest>(point),
                      follower != nullptr ? &tell : nullptr);
    if (const absl::Status status = replayer.run(); !status.ok()) {
      // With a snapshot the fault may be the snapshot's; without, it is the journal's.
      if (name.empty()) return status;
      absl::StrAppend(&report.snapshots_refused, name, ": ", status.message(), "\n");
      continue;
    }
    if (!name.empty() && replayer.counters().agreements == 0) {
      absl::StrAppend(&report.snapshots_refused, name,
                      ": no frame of the journal vouches for it\n");
      continue;
    }
    report.snapshot = point.through;
    report.replayed_commands = replayer.counters().commands;
    report.replay_ns = monotonic_ns() - begun_ns;
    started.digest = replayer.take_digest();
    started.exchange->set_rule_set(kRuleSetVersion);  // whatever the last commands were under
    return started;
  }
  return absl::InternalError("unreachable: the last choice returns");
}

}  // namespace hourglass::engine

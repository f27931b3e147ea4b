#include "tests/support/journal_recorder.h"

#include <algorithm>
#include <cstring>

#include "engine/journal/snapshot_file.h"
#include "tests/support/command_builder.h"
#include "tests/support/journal_workload.h"
#include "tests/support/replicas.h"

namespace hourglass::engine::test {
namespace {

// A book full of icebergs, one step an apply, may need more: correct, and too long here.
constexpr std::uint32_t kMaxSlices = 2'000;
constexpr std::uint32_t kCommitPercent = 6;

void must(const absl::Status& status) {
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  HG_ASSERT(status.ok());
}

JournalSettings journal_settings(const RecorderSettings& settings) {
  JournalSettings journal = small_segments(settings.segment_blocks);
  journal.rule_set_version = settings.rule_set_version;
  return journal;
}

}  // namespace

JournalRecorder::JournalRecorder(JournalDevice& device, std::unique_ptr<Replica> replica,
                                 const RecorderSettings& settings)
    : device_(device),
      replica_(std::move(replica)),
      settings_(settings),
      random_(settings.seed),
      writer_(create_journal(device, journal_settings(settings))) {
  replica_->set_rule_set(settings.rule_set_version);
  if (!settings.event_store) return;
  auto store = EventStore::open(device, kTestUuid, SequenceNumber(1), settings.rule_set_version);
  must(store.status());
  store_ = *std::move(store);
}

void JournalRecorder::run(const Stream& stream) {
  for (const Step& step : stream.steps) {
    const Timestamp time = step.command.header().time;
    if (step.when == When::kIdle && !finish_work(time)) break;
    Command command = step.command;
    if (step.when == When::kTampered && replica_->has_pending_work()) {
      const PendingWork& work = replica_->state().work;
      command = continue_work({0, 0}, work.origin.value(), work.steps_done + 1);
      command.mutable_header().time = time;
    }
    send_alone(command);
    if (random_.percent(kCommitPercent)) commit();
  }
  static_cast<void>(finish_work(Timestamp(0)));
  commit();
}

void JournalRecorder::send(const Command& unstamped) {
  send_alone(unstamped);
  HG_ASSERT(finish_work(unstamped.header().time));
}

bool JournalRecorder::finish_work(Timestamp time) {
  for (std::uint32_t slices = 0; replica_->has_pending_work(); ++slices) {
    if (slices == kMaxSlices) return false;
    const PendingWork& work = replica_->state().work;
    Command next = continue_work({0, 0}, work.origin.value(), work.steps_done);
    next.mutable_header().time = time;
    send_alone(next);
    if (random_.percent(kCommitPercent)) commit();
  }
  return true;
}

void JournalRecorder::send_alone(Command command) {
  const std::uint32_t size = command_bytes(command.header().kind);
  if (size == 0) return;
  // What a journal does not keep, the exchange must not look at.
  std::fill(command.bytes.begin() + size, command.bytes.end(), std::byte{0});
  CommandHeader& header = command.mutable_header();
  header.sequence = SequenceNumber(++sequence_);
  time_ns_ = std::max(time_ns_ + 1, header.time.value());
  header.time = Timestamp(time_ns_);
  const std::span<const std::byte> bytes(command.bytes.data(), size);
  if (!writer_->append(bytes)) {
    vouch(points_.back().point.through, false);
    HG_ASSERT(writer_->append(bytes), size);
  }
  commands_.push_back(command);
  for (const Event& event : replica_->apply(command)) {
    Event& copy = events_.emplace_back();
    std::memset(&copy, 0, sizeof(copy));
    const std::uint32_t used = event_bytes(event.header().kind);
    std::memcpy(copy.bytes.data(), event.bytes.data(), used);
    if (store_) must(store_->append(std::span(copy.bytes).first(used)));
  }
  clean_.push_back(!replica_->has_pending_work());
}

void JournalRecorder::commit() {
  const std::uint64_t last = points_.back().point.through.value();
  switch (random_.below(4)) {
    case 0: return commit_through(SequenceNumber(last));
    case 1: return commit_through(SequenceNumber(last + random_.below(sequence_ - last + 1)));
    default: return commit_through(SequenceNumber(sequence_));
  }
}

void JournalRecorder::commit_through(SequenceNumber through) {
  if (!writer_->frame_empty()) vouch(through, false);
}

void JournalRecorder::vouch(SequenceNumber through, bool seal) {
  for (; digested_ < events_.size(); ++digested_) {
    const Event& event = events_[digested_];
    if (event.header().command_sequence > through) break;
    digest_.add(std::span(event.bytes).first(event_bytes(event.header().kind)));
  }
  if (through > digest_.point().through) digest_.advance(through);
  const absl::Status written = writer_->commit({.wall_time = Timestamp(time_ns_),
                                                .monotonic_ns = sequence_ * 1000,
                                                .digest_through = digest_.point().through,
                                                .event_digest = digest_.point().digest,
                                                .seal = seal});
  if (seal && absl::IsFailedPrecondition(written)) return;  // it had no room, and nothing follows
  must(written);
  if (points_.back().point == digest_.point()) return;
  points_.push_back({.point = digest_.point(), .clean = clean_[through.value()]});
}

void JournalRecorder::change_rule_set(std::uint32_t version) {
  commit();
  must(writer_->close());
  writer_.reset();
  settings_.rule_set_version = version;
  auto writer = JournalWriter::open(device_, journal_settings(settings_));
  must(writer.status());
  writer_ = *std::move(writer);
  replica_->set_rule_set(version);
}

std::string JournalRecorder::cut() {
  while (points_.back().point.through != last_sequence()) {
    // An empty frame only comes as a seal, so there must be a command whose frame can vouch.
    if (writer_->frame_empty()) send(advance_time());
    commit_through(last_sequence());
  }
  must(write_snapshot(device_,
                      {.uuid = writer_->uuid(),
                       .rule_set_version = settings_.rule_set_version,
                       .sequence = digest_.point().through,
                       .event_digest = digest_.point().digest,
                       .chain = writer_->chain()},
                      saved(*replica_)));
  return snapshot_file_name(digest_.point().through);
}

void JournalRecorder::seal() {
  commit();
  vouch(last_sequence(), true);
  stop();
}

void JournalRecorder::stop() {
  if (store_) must(store_->flush());
  must(writer_->close());
}

}  // namespace hourglass::engine::test

#include "engine/sequencer/journal_agent.h"

#include <algorithm>

#include "engine/sequencer/clock.h"

namespace hourglass::engine {

JournalAgent::JournalAgent(JournalWriter& writer, PipelineRings& rings,
                           std::unique_ptr<EventDigest> digest, WakeSignal* consumers_wake)
    : writer_(writer),
      rings_(rings),
      commands_(rings.commands),
      events_(rings.events),
      digest_(std::move(digest)),
      consumers_wake_(consumers_wake) {
  HG_ASSERT(writer.next_sequence().value() == rings.applied.get(), writer.next_sequence(),
            rings.applied.get());
}

std::uint32_t JournalAgent::do_work() noexcept {
  if (!failure_.ok()) return 0;
  const std::uint32_t appended = append_waiting();
  if (appended == 0 && pending_ == 0) return 0;
  pending_ += appended;
  if (commit(pending_, false).ok()) pending_ = 0;
  return appended;
}

std::uint32_t JournalAgent::append_waiting() noexcept {
  const std::uint32_t waiting = commands_.available(kMaxCommandsPerFrame);
  std::uint32_t taken = 0;
  for (; taken < waiting; ++taken) {
    const Command& command = commands_.peek(taken);
    const std::span<const std::byte> bytes(command.bytes.data(),
                                           command_bytes(command.header().kind));
    if (!writer_.append(bytes)) break;
  }
  if (taken != 0) commands_.release(taken);
  return taken;
}

// Digests the events of commands up to `through`, all of which have been published.
void JournalAgent::digest_events(SequenceNumber through) noexcept {
  if (through <= digest_->point().through) return;
  for (;;) {  // ends: the ring holds finitely many events of commands up to `through`
    const std::uint32_t count = events_.read(kEventsPerRead, kNoLimit, [&](const Event& event) {
      if (event.header().command_sequence > through) return false;
      digest_->add(std::span(event.bytes).first(event_bytes(event.header().kind)));
      return true;
    });
    if (count < kEventsPerRead) break;
  }
  digest_->advance(through);
}

absl::Status JournalAgent::commit(std::uint32_t commands, bool seal) noexcept {
  const SequenceNumber last(writer_.next_sequence().value() - 1);
  // What the frame may vouch for: applied, and not beyond its own last command. A point that a
  // refused frame was to name is named before the next is made: a replay stops at named points
  // only, so that one skipped would give it another chain of digests.
  if (!point_unnamed_) {
    const std::uint64_t applied = rings_.applied.get() - 1;
    digest_events(SequenceNumber(std::min(applied, last.value())));
  }
  const std::uint64_t before_ns = monotonic_ns();
  const absl::Status status = writer_.commit({.wall_time = SystemClock{}.now(),
                                              .monotonic_ns = before_ns,
                                              .digest_through = digest_->point().through,
                                              .event_digest = digest_->point().digest,
                                              .seal = seal});
  const std::uint64_t took_ns = monotonic_ns() - before_ns;
  counters_.write_ns += took_ns;
  counters_.write_ns_max = std::max(counters_.write_ns_max, took_ns);
  point_unnamed_ = !status.ok();
  if (absl::IsResourceExhausted(status)) {
    // Nothing is lost and nothing acknowledged: the same frame is tried again when space is found.
    ++counters_.disk_full_retries;
    return status;
  }
  if (!status.ok()) {
    failure_ = status;
    rings_.journal_failed.set(1);
    return status;
  }
  counters_.frames += 1;
  counters_.commands += commands;
  rings_.durable.set(writer_.durable().value() + 1);
  if (consumers_wake_ != nullptr) consumers_wake_->notify();
  return status;
}

absl::Status JournalAgent::seal() {
  for (;;) {  // ends: the sequencer has stopped, so finitely many commands wait
    pending_ += append_waiting();
    if (!failure_.ok()) return failure_;
    if (pending_ == 0) break;
    if (const absl::Status status = commit(pending_, false); !status.ok()) return status;
    pending_ = 0;
  }
  const absl::Status status = commit(0, true);
  // A seal is a convenience: where it alone would need a new segment the journal ends without one.
  if (!status.ok() && !absl::IsFailedPrecondition(status)) return status;
  return writer_.close();
}

}  // namespace hourglass::engine

#include "engine/sequencer/journal_agent.h"

#include <algorithm>

#include "engine/sequencer/clock.h"

namespace hourglass::engine {

JournalAgent::JournalAgent(JournalWriter& writer, PipelineRings& rings, DigestAgent& digest,
                           WakeSignal* digest_wake, WakeSignal* durable_wake, WakeSignal* feed_wake)
    : writer_(writer),
      rings_(rings),
      commands_(rings.commands),
      digest_(digest),
      digest_wake_(digest_wake),
      durable_wakes_{durable_wake, feed_wake},
      point_(digest.point()) {
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

// The point a frame with `last` as its last command names: the newest that is made and not beyond
// it. A point that a refused frame was to name is named before the next is taken: a replay stops at
// named points only, so that one skipped would give it another chain of digests.
void JournalAgent::take_point(SequenceNumber last) noexcept {
  if (point_unnamed_ || !digest_.ready() || digest_.point().through > last) return;
  point_ = digest_.point();
  digest_.ask(last);
  if (digest_wake_ != nullptr) digest_wake_->notify();
}

absl::Status JournalAgent::commit(std::uint32_t commands, bool seal) noexcept {
  take_point(SequenceNumber(writer_.next_sequence().value() - 1));
  const std::uint64_t before_ns = monotonic_ns();
  const absl::Status status = writer_.commit({.wall_time = SystemClock{}.now(),
                                              .monotonic_ns = before_ns,
                                              .digest_through = point_.through,
                                              .event_digest = point_.digest,
                                              .seal = seal});
  const std::uint64_t took_ns = monotonic_ns() - before_ns;
  counters_.write_ns += took_ns;
  counters_.write_ns_max = std::max(counters_.write_ns_max, took_ns);
  point_unnamed_ = !status.ok();
  if (absl::IsResourceExhausted(status)) {
    // Nothing is lost and nothing acknowledged: the same frame is tried again when space is found.
    ++counters_.disk_full_retries;
    rings_.journal_full.set(1);
    return status;
  }
  // A seal that alone would begin a segment: the journal simply ends without one.
  if (seal && absl::IsFailedPrecondition(status)) return absl::OkStatus();
  if (!status.ok()) return stop(status);
  if (rings_.journal_full.get_value_only() != 0) rings_.journal_full.set(0);
  counters_.frames += 1;
  counters_.commands += commands;
  rings_.durable.set(writer_.durable().value() + 1);
  wake_consumers();
  // Nobody waits for the index.
  if (const absl::Status indexed = writer_.write_index(); !indexed.ok()) return stop(indexed);
  return status;
}

void JournalAgent::wake_consumers() noexcept {
  for (WakeSignal* const wake : durable_wakes_) {
    if (wake != nullptr) wake->notify();
  }
}

absl::Status JournalAgent::stop(const absl::Status& why) noexcept {
  failure_ = why;
  rings_.journal_failed.set(1);
  wake_consumers();
  return why;
}

absl::Status JournalAgent::seal() {
  for (;;) {  // ends: the sequencer has stopped, so finitely many commands wait
    pending_ += append_waiting();
    if (!failure_.ok()) return failure_;
    if (pending_ == 0) break;
    if (const absl::Status status = commit(pending_, false); !status.ok()) return status;
    pending_ = 0;
  }
  // The seal names the end. Where the last frame could not ask for that, because the point before
  // was still being made, a first seal names that point.
  const SequenceNumber last(writer_.next_sequence().value() - 1);
  for (;;) {                                     // ends: each point asked for reaches to the end
    while (!digest_.ready()) digest_.do_work();  // ends: all events are in the ring
    if (const absl::Status status = commit(0, true); !status.ok()) return status;
    if (point_.through == last || point_unnamed_) return absl::OkStatus();
  }
}

}  // namespace hourglass::engine

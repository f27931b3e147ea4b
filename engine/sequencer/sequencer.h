// Sequencer: takes commands from the doors, gives each its place and time, and applies it.
//
// It is the one writer of the exchange's state. It publishes the stamped command to the journal and
// its events to the consumers, and never waits for either: when the journal is a whole ring behind,
// it leaves commands in the ingress ring, which then refuses the doors.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/exchange/exchange.h"
#include "engine/exchange/lookahead.h"
#include "engine/ring/agent.h"
#include "engine/ring/gating_consumer.h"
#include "engine/ring/wake_signal.h"
#include "engine/sequencer/clock.h"
#include "engine/sequencer/pipeline_rings.h"

namespace hourglass::engine {

// Figures for the operator. Written by the sequencer; read by its thread or after it stopped.
struct SequencerCounters {
  std::uint64_t commands = 0;
  std::uint64_t events = 0;
  std::uint64_t continuations = 0;
  std::uint64_t held_back = 0;  // rounds that left commands waiting because a ring was full
  std::uint64_t dropped = 0;    // of a kind without a layout: nothing a journal could keep
};

// Whether a journal moves the watermark, or everything counts as durable at once.
enum class Acknowledge : std::uint8_t { kWhenDurable, kAtOnce };

template <Clearing ClearingType, class Clock = SystemClock>
class Sequencer final : public Agent {
 public:
  // Everything outlives the sequencer. `exchange` has applied every command below rings.applied.
  Sequencer(Exchange<ClearingType>& exchange, PipelineRings& rings, Acknowledge acknowledge,
            WakeSignal* journal_wake, Clock clock = {}) noexcept
      : exchange_(exchange),
        rings_(rings),
        acknowledge_(acknowledge),
        journal_wake_(journal_wake),
        clock_(clock),
        stamper_(exchange.state().time),
        lookahead_(exchange.state()),
        next_sequence_(rings.applied.get()) {}

  // Applies what waits, at most kBurst commands of the doors, after any unfinished work. Thread:
  // engine. Cost: bounded by the burst; no allocation, one clock reading.
  std::uint32_t do_work() noexcept override {
    // acquire inside get(): a failed journal is final, seeing it a round late loses nothing.
    if (rings_.journal_failed.get() != 0) [[unlikely]] {
      rings_.ingress.close();
      return 0;
    }
    now_ = clock_.now();
    std::uint32_t done = finish_work();
    const std::uint32_t waiting = rings_.ingress.available(kBurst);
    std::uint32_t taken = 0;
    lookahead_.begin();
    while (taken < waiting && !exchange_.has_pending_work() && has_room()) {
      lookahead_.advance(taken, waiting, [&](std::uint64_t i) -> const Command& {
        return rings_.ingress.peek(static_cast<std::uint32_t>(i));
      });
      const Command& command = rings_.ingress.peek(taken++);
      if (command_bytes(command.header().kind) == 0) [[unlikely]] {
        ++counters_.dropped;
        continue;
      }
      apply(command);
      done += finish_work();
    }
    counters_.held_back += taken < waiting ? 1 : 0;
    if (taken != 0) rings_.ingress.release(taken);
    publish();
    return done + taken;
  }

  // Applies a command of the venue itself (recovery, schedule), before or between do_work().
  // False when the rings are full: try again later. Thread: engine.
  [[nodiscard]] bool submit(const Command& command) noexcept {
    now_ = clock_.now();
    finish_work();
    const bool ready = !exchange_.has_pending_work() && has_room();
    if (ready) {
      apply(command);
      finish_work();
    }
    publish();
    return ready;
  }

  [[nodiscard]] std::string_view name() const noexcept override { return "sequencer"; }
  [[nodiscard]] const SequencerCounters& counters() const noexcept { return counters_; }

 private:
  static constexpr std::uint32_t kBurst = 64;

  // Continuations and clearing's follow-ups come before any other command (HG-MATCH-060).
  std::uint32_t finish_work() noexcept {
    std::uint32_t done = 0;
    Command command;
    while (has_room()) {  // bounded: work is finite, and follow-ups are capped by clearing
      if (exchange_.has_pending_work()) {
        command = exchange_.continuation();
        ++counters_.continuations;
      } else if (!exchange_.next_follow_up(command)) {
        break;
      }
      apply(command);
      ++done;
    }
    return done;
  }

  void apply(const Command& unstamped) noexcept {
    const std::uint64_t place = next_command_++;
    Command& command = rings_.commands.slot(place);
    command = unstamped;
    CommandHeader& header = command.mutable_header();
    header.sequence = SequenceNumber(next_sequence_++);
    header.time = stamper_.stamp(now_);
    const std::span<const Event> events = exchange_.apply(command);
    for (const Event& event : events) {
      rings_.events.store(next_event_++, event, event_bytes(event.header().kind));
    }
    ++counters_.commands;
    counters_.events += events.size();
  }

  // Commands first, events next, then the count of what was applied: whoever sees `applied` finds
  // all events of it.
  void publish() noexcept {
    if (next_command_ == rings_.commands.next_sequence()) return;
    rings_.commands.publish(next_command_);
    rings_.events.publish(next_event_);
    rings_.applied.set(next_sequence_);
    if (acknowledge_ == Acknowledge::kAtOnce) rings_.durable.set(next_sequence_);
    if (journal_wake_ != nullptr) journal_wake_->notify();
  }

  [[nodiscard]] bool has_room() noexcept {
    const std::uint64_t commands = next_command_ - rings_.commands.next_sequence() + 1;
    const std::uint64_t events = next_event_ - rings_.events.next_sequence() + kMaxEventsPerApply;
    return rings_.commands.free_slots(commands) >= commands &&
           rings_.events.free_slots(events) >= events;
  }

  Exchange<ClearingType>& exchange_;
  PipelineRings& rings_;
  const Acknowledge acknowledge_;
  WakeSignal* journal_wake_;
  Clock clock_;
  Stamper stamper_;
  Lookahead lookahead_;
  Timestamp now_;
  std::uint64_t next_sequence_;
  std::uint64_t next_command_ = 0;  // place in the command ring
  std::uint64_t next_event_ = 0;    // place in the event ring
  SequencerCounters counters_;
};

}  // namespace hourglass::engine

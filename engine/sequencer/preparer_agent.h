// PreparerAgent: has the journal's next segment written with zeros before it is needed.
#pragma once

#include <chrono>
#include <thread>

#include "engine/journal/segment_preparer.h"
#include "engine/ring/agent.h"
#include "engine/ring/idle.h"

namespace hourglass::engine {

// One chunk a round, and a pause after each, so that the commits of the journal on the same disk
// find it free in between. On a full disk it tries again about once a second. With the spare ready,
// as nearly always, it looks a hundred times a second whether that was taken: a segment takes
// longer to fill, and a thousand looks are most of what an idle venue costs.
class PreparerAgent final : public Agent {
 public:
  // Outlives the agent.
  explicit PreparerAgent(SegmentPreparer& preparer) noexcept : preparer_(preparer) {}

  // The runner's idling is the pace: a millisecond between chunks of a MiB is 600 MB/s on a disk
  // that takes 0.6 ms for one.
  static IdleSettings pace() noexcept {
    return {.mode = IdleMode::kSleep, .spins = 0, .yields = 0, .sleep_ns_max = 1'000'000};
  }

  // Always 0: the pause comes whatever was done. Thread: its own. Cost: one write of a chunk.
  std::uint32_t do_work() noexcept override {
    if (rounds_to_skip_ != 0) {
      --rounds_to_skip_;
      return 0;
    }
    const SegmentPreparer::State state = preparer_.step();
    if (state == SegmentPreparer::State::kNoSpace) rounds_to_skip_ = kRoundsWhenFull;
    if (state == SegmentPreparer::State::kReady) std::this_thread::sleep_for(kRest);
    return 0;
  }
  [[nodiscard]] std::string_view name() const noexcept override { return "preparer"; }

 private:
  static constexpr std::uint32_t kRoundsWhenFull = 1000;
  static constexpr std::chrono::milliseconds kRest{9};  // and the pause of a round

  SegmentPreparer& preparer_;
  std::uint32_t rounds_to_skip_ = 0;
};

}  // namespace hourglass::engine

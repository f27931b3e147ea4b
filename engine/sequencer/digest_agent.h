// DigestAgent: hashes the events while the journal waits for the disk.
//
// Hashing the events takes longer than all else the journal does with a command, so it has a thread
// of its own. The journal asks for a point as it begins to write a frame, and names it in the first
// later frame that the point does not run ahead of: a replay makes its points where frames name
// them, so no point may be made that no frame names.
#pragma once

#include <memory>

#include "engine/journal/event_digest.h"
#include "engine/ring/agent.h"
#include "engine/ring/cursor.h"
#include "engine/ring/gating_consumer.h"
#include "engine/ring/idle.h"
#include "engine/sequencer/pipeline_rings.h"

namespace hourglass::engine {

class DigestAgent final : public Agent {
 public:
  // `digest` stands where the journal's last frame left it. Registers with the rings: before the
  // sequencer publishes. The rings outlive the agent.
  DigestAgent(PipelineRings& rings, std::unique_ptr<EventDigest> digest);

  // The runner's idling: nobody waits for a point, so it never spins beside those who are waited
  // for. It is woken for each; what it finds without is a ring that fills while the disk stands
  // still.
  static IdleSettings pace() noexcept {
    return {.mode = IdleMode::kSleep, .spins = 0, .yields = 100, .sleep_ns_max = 5'000'000};
  }

  // Hashes a bounded number of the events of applied commands, and makes the point asked for when
  // it is there. Thread: its own. Cost: about 0.7 ns a byte, no allocation.
  std::uint32_t do_work() noexcept override;
  [[nodiscard]] std::string_view name() const noexcept override { return "digest"; }

  // The rest: Thread: the journal's.

  // Whether the point asked for is made.
  [[nodiscard]] bool ready() const noexcept { return made_.get() == asked_.get_value_only(); }
  // That point; only while ready().
  [[nodiscard]] const DigestPoint& point() const noexcept { return point_; }
  // Asks for the next point, at command `floor` or later; only while ready() (asserted). The point
  // there was is gone by that, so the caller has kept it and will name it. `floor` is or will be
  // applied. Cost: one release store.
  void ask(SequenceNumber floor) noexcept {
    HG_ASSERT(ready(), asked_.get_value_only());
    floor_ = floor;
    asked_.set(asked_.get_value_only() + 1);
  }

 private:
  static constexpr std::uint32_t kEventsPerRead = 1024;

  [[nodiscard]] SequenceNumber reach() const noexcept;

  PipelineRings& rings_;
  GatingConsumer<Event> events_;
  std::unique_ptr<EventDigest> digest_;
  SequenceNumber target_;    // of the hashing under way
  SequenceNumber absorbed_;  // all events of commands up to it are in the hash
  // Questions and answers take turns, so what one side writes the other reads only afterwards.
  SequenceNumber floor_{0};  // written before asked_, read behind it
  DigestPoint point_;        // written before made_, read behind it
  Cursor asked_;             // writer: journal
  Cursor made_;              // writer: this agent
};

}  // namespace hourglass::engine

// JournalAgent: makes commands durable, and with it lets their events out.
//
// Group commit without timers: a frame is whatever was published while the last one was being
// written. Its header carries the digest of the events of commands up to an earlier point, so that
// matching runs ahead of the disk and a replay still finds the first difference.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "engine/journal/journal_writer.h"
#include "engine/ring/agent.h"
#include "engine/ring/gating_consumer.h"
#include "engine/ring/wake_signal.h"
#include "engine/sequencer/digest_agent.h"
#include "engine/sequencer/pipeline_rings.h"

namespace hourglass::engine {

struct JournalCounters {
  std::uint64_t frames = 0;
  std::uint64_t commands = 0;
  std::uint64_t payload_bytes = 0;
  std::uint64_t write_ns = 0;  // in commit()
  std::uint64_t write_ns_max = 0;
  std::uint64_t disk_full_retries = 0;
};

class JournalAgent final : public Agent {
 public:
  // The writer has been opened behind the last command below rings.applied, and `digest` stands
  // where its last frame left it. Everything outlives the agent. Registers with the rings: before
  // the sequencer publishes. `digest_wake` (or null) is notified when the digest is asked for a
  // point, `durable_wake` and `feed_wake` (or null) when more is durable or the journal has failed.
  JournalAgent(JournalWriter& writer, PipelineRings& rings, DigestAgent& digest,
               WakeSignal* digest_wake = nullptr, WakeSignal* durable_wake = nullptr,
               WakeSignal* feed_wake = nullptr);

  // Writes one frame of what waits, and returns its commands once they are durable. Thread:
  // journal. Cost: one durable write. After a write error nothing is ever written again:
  // rings.journal_failed is set and failure() says why.
  std::uint32_t do_work() noexcept override;

  // Writes what is left and a seal, so that the next start knows the journal ended in order; the
  // writer is left to be closed. Where the seal alone would begin a segment the journal ends
  // without one. Thread: the journal's, after the sequencer has stopped and the digest's thread
  // too. Errors: the writer's. Cost: a few durable writes.
  absl::Status seal();

  [[nodiscard]] std::string_view name() const noexcept override { return "journal"; }
  [[nodiscard]] const JournalCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const absl::Status& failure() const noexcept { return failure_; }

 private:
  static constexpr std::uint32_t kMaxCommandsPerFrame = kMaxFrameBytes / 64;
  std::uint32_t append_waiting() noexcept;
  void take_point(SequenceNumber last) noexcept;
  absl::Status commit(std::uint32_t commands, bool seal) noexcept;
  void wake_consumers() noexcept;
  // The journal has failed for good. Returns `why`.
  absl::Status stop(const absl::Status& why) noexcept;

  JournalWriter& writer_;
  PipelineRings& rings_;
  GatingConsumer<Command, SlowReaders::kForbidden> commands_;
  DigestAgent& digest_;
  WakeSignal* digest_wake_;
  std::array<WakeSignal*, 2> durable_wakes_;
  DigestPoint point_;           // what the next frame names
  std::uint32_t pending_ = 0;   // commands appended to the frame in hand, not yet durable
  bool point_unnamed_ = false;  // it is in no frame yet: the disk was full
  JournalCounters counters_;
  absl::Status failure_;
};

}  // namespace hourglass::engine

// ShadowAgent: a second exchange that re-executes the journal behind the market and writes what is
// derived from it: the event store, and snapshots of the whole state.
//
// It reads the journal's files, never a ring, so that nothing it does or fails to do can hold the
// market back; it may be a whole day behind. A snapshot is the state of an exchange whose every
// event agreed with the journal's digests, taken where a frame names such a digest.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/journal/snapshot_file.h"
#include "engine/ring/agent.h"
#include "engine/ring/cursor.h"
#include "engine/ring/idle.h"
#include "engine/sequencer/replayer.h"
#include "engine/sequencer/shadow_start.h"

namespace hourglass::engine {

struct ShadowSettings {
  std::uint64_t snapshot_every_commands = 1'000'000;
  std::uint32_t snapshots_kept = 3;
  // A snapshot of a state up to this size is read back, loaded into a third exchange and compared;
  // a larger one only when a start uses it, where one that is not good is passed over.
  std::uint64_t verify_bytes_max = std::uint64_t{64} << 20;
  // Snapshots of later commands are left alone: the market's own start passed them over.
  SequenceNumber trusted_snapshot{~std::uint64_t{0}};
};

enum class ShadowState : std::uint8_t {
  kStarting,   // has not found its place in the journal yet
  kFollowing,  // all is well
  kRetrying,   // a file could not be read or written; tried again about once a second
  kDiverged,   // ALARM: it re-executed to something else than was announced; it has stopped
  kFailed,     // cannot go on with this journal; it has stopped
};
[[nodiscard]] std::string_view name(ShadowState state) noexcept;

// How far the shadow is. Writer: the shadow; readers: any thread.
struct ShadowProgress {
  Cursor state;      // ShadowState
  Cursor agreed;     // the last command whose events agreed
  Cursor snapshot;   // the last command of the newest snapshot; 0: none
  Cursor snapshots;  // written since the start
  Cursor retries;    // attempts that failed, each tried again later

  [[nodiscard]] ShadowState current() const noexcept {
    return static_cast<ShadowState>(state.get());
  }
};

// Thread: one at a time, its own; progress() from any.
class ShadowAgent final : public Agent, private ReplayObserver {
 public:
  // `durable` counts as PipelineRings::durable does. Both outlive the agent. Nothing is read or
  // built before the first do_work(). `make` gives exchanges without prefaulted memory.
  ShadowAgent(JournalDevice& device, const Cursor& durable, const ReplicaMaker& make,
              const ShadowSettings& settings);
  ~ShadowAgent() override;

  // The runner's idling: how soon it looks again when it has caught up.
  static IdleSettings pace() noexcept {
    return {.mode = IdleMode::kSleep, .spins = 0, .yields = 0, .sleep_ns_max = 5'000'000};
  }

  // Asks for the processor only when nobody else wants it; goes on without where that is refused.
  void on_start() noexcept override;

  // One frame, or one piece of a snapshot. Cost: a frame's commands; at a snapshot once a copy of
  // the state, and once its verification; the first call's is start_shadow's.
  std::uint32_t do_work() noexcept override;

  // Gives up finding its place, which reads the whole event store, and does not begin again: the
  // next run's shadow will. What it has begun to follow it goes on with.
  void on_stop_asked() noexcept override { stop_asked_.set(1); }
  // Thread: any.
  [[nodiscard]] bool stop_asked() const noexcept { return stop_asked_.get() != 0; }

  // After the journal's last frame and the runner's stop, while the directory is locked:
  // re-executes what is left, if that is little, and writes out the event store. No snapshot is
  // written: the newest bounds the next start's work already. Thread: the owner's. Cost: at most
  // kFinishCommandsMax commands.
  void finish() noexcept;

  [[nodiscard]] std::string_view name() const noexcept override { return "shadow"; }
  [[nodiscard]] const ShadowProgress& progress() const noexcept { return progress_; }
  // Why it does not follow. Thread: any that has seen kDiverged or kFailed; else the shadow's.
  [[nodiscard]] const absl::Status& trouble() const noexcept { return trouble_; }

  static constexpr std::uint64_t kFinishCommandsMax = 200'000;

 private:
  static constexpr std::uint32_t kRoundsBetweenTries = 200;  // of pace()

  // What it works with once it has found its place.
  struct Run;
  struct Taking;

  void on_events(const Command& command, std::span<const Event> events) override;
  void on_agreement(const DigestPoint& point, const FrameView& frame) override;

  void begin();
  bool step();
  absl::Status store_events();
  void write_snapshot();
  [[nodiscard]] absl::Status verify_snapshot(const SnapshotPlace& place,
                                             std::span<const std::byte> state) const;
  void retry_later(absl::Status status);
  void give_up(ShadowState state, absl::Status status);
  void enter(ShadowState state) noexcept;
  [[nodiscard]] bool has_stopped() const noexcept;

  JournalDevice& device_;
  const Cursor& durable_;
  const ReplicaMaker make_;
  const ShadowSettings settings_;

  std::unique_ptr<Run> run_;
  std::unique_ptr<Taking> taking_;  // a snapshot under way
  std::uint64_t snapshot_due_ = 0;  // at or after this command
  bool finishing_ = false;

  std::vector<std::byte> events_;  // re-executed and not yet in the store
  std::size_t stored_ = 0;         // of events_
  SequenceNumber last_with_events_{0};

  std::uint32_t rounds_to_skip_ = 0;
  absl::Status trouble_;
  ShadowProgress progress_;
  Cursor stop_asked_;  // writer: the runner's owner
};

}  // namespace hourglass::engine

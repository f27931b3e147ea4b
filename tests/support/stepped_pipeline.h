// SteppedPipeline: the parts of a pipeline on one thread, in an order a seed decides.
//
// Pipeline (engine/sequencer/pipeline.h) gives the journal threads of its own. Here the same parts
// are moved one at a time, so that a fault at the n-th operation of the device meets the same state
// every time. What one thread cannot show is left to tests/stress.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/sequencer/journal_agent.h"
#include "engine/sequencer/sequencer.h"
#include "engine/sequencer/start_up.h"
#include "tests/support/durable_consumers.h"
#include "tests/support/exchange_instances.h"
#include "tests/support/random_source.h"
#include "tests/support/watched_device.h"

namespace hourglass::engine::test {

struct SteppedSettings {
  ExchangeLimits limits;
  RingSizes rings{.ingress = 16, .commands = 64, .events = 4096};
  JournalSettings journal;
};

class SteppedPipeline {
 public:
  using ExchangeType = Exchange<engine::PermissiveClearing>;

  // As Pipeline::open_durable; the device outlives it. Errors: the same.
  static absl::StatusOr<std::unique_ptr<SteppedPipeline>> open(JournalDevice& device,
                                                               const SteppedSettings& settings);

  enum class End : std::uint8_t {
    kAllDurable,  // everything was pushed and is durable and let out
    kFailed,      // the journal failed for good
    kStalled,     // nothing moves: the disk is full, and then the rings
  };
  // Pushes `commands` and lets the parts move in an order of `seed` until nothing more can happen.
  // After kStalled it may be called again with the commands from pushed() on.
  End run(std::span<const Command> commands, std::uint64_t seed);
  // How many of the last run's commands the ingress took.
  [[nodiscard]] std::size_t pushed() const { return pushed_; }

  // One round of a part, whoever has been told what.
  std::uint32_t step_engine() { return sequencer_->do_work(); }
  std::uint32_t step_journal() { return journal_->do_work(); }
  std::uint32_t step_digest() { return digest_->do_work(); }
  // Ends in order, as Pipeline::stop() does.
  absl::Status seal();

  [[nodiscard]] PipelineRings& rings() { return *rings_; }
  [[nodiscard]] ExchangeType& exchange() { return *exchange_; }
  [[nodiscard]] const JournalAgent& journal() const { return *journal_; }
  [[nodiscard]] const WatchedDevice& watched() const { return watched_; }
  [[nodiscard]] const DurableReports& reports() const { return *reports_; }
  [[nodiscard]] const DurableFeed& feed() const { return *feed_; }
  // Every command applied by this pipeline, stamped.
  [[nodiscard]] const std::vector<Command>& tape() const { return tape_; }
  [[nodiscard]] std::uint64_t acknowledged() const { return rings_->durable.get() - 1; }

 private:
  // Each reading a little later than the one before.
  struct StepClock {
    std::uint64_t* now_ns;
    [[nodiscard]] Timestamp now() const noexcept { return Timestamp(*now_ns += 700); }
  };

  explicit SteppedPipeline(JournalDevice& device) : watched_(device) {}
  void wire(const SteppedSettings& settings, std::unique_ptr<EventDigest> digest);
  bool push_some(std::span<const Command> commands, RandomSource& random);
  bool consume();

  WatchedDevice watched_;
  std::uint64_t now_ns_ = 1'000'000;
  std::unique_ptr<JournalWriter> writer_;
  std::unique_ptr<ExchangeType> exchange_;
  std::unique_ptr<PipelineRings> rings_;
  std::unique_ptr<DigestAgent> digest_;
  std::unique_ptr<JournalAgent> journal_;
  std::unique_ptr<Sequencer<engine::PermissiveClearing, StepClock>> sequencer_;
  std::unique_ptr<GatingConsumer<Command, SlowReaders::kForbidden>> commands_;
  std::unique_ptr<DurableReports> reports_;
  std::unique_ptr<DurableFeed> feed_;
  std::vector<Command> tape_;
  std::size_t pushed_ = 0;
};

}  // namespace hourglass::engine::test

// Pipeline: the exchange with its rings, sequencer and journal, wired and running.
//
//   1  doors push commands to rings().ingress                        any thread
//   2  the sequencer stamps, applies, publishes commands and events  engine thread: do_work()
//   3  the journal makes commands durable and moves the watermark    its own thread
//      and events are hashed for its frames                          another
//   4  consumers read events below the watermark                     theirs
//
//   .  the preparer writes zeros ahead for the journal               its own, mostly asleep
//   .  the shadow re-executes the journal's files, keeps the event
//      store and takes snapshots (where asked for)                   its own, lowest priority
//
// The engine thread is the caller's, because on two cores the doors, matching and publishing share
// it; the journal's is always its own, since it sleeps in the disk.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "engine/journal/journal_writer.h"
#include "engine/ring/agent_runner.h"
#include "engine/ring/idle.h"
#include "engine/sequencer/digest_agent.h"
#include "engine/sequencer/journal_agent.h"
#include "engine/sequencer/preparer_agent.h"
#include "engine/sequencer/sequencer.h"
#include "engine/sequencer/shadow_agent.h"
#include "engine/sequencer/start_up.h"

namespace hourglass::engine {

struct PipelineSettings {
  ExchangeLimits limits = {};
  RingSizes rings = {};
  JournalSettings journal = {};
  IdleSettings journal_idle = {};
  // None: no event store, and starts re-execute from the first command. A shadow is a second
  // exchange, with the first one's memory over again.
  std::optional<ShadowSettings> shadow = {};
  // Is told the history while a durable pipeline opens; null: nobody.
  HistoryFollower* follower = nullptr;
  // Notified whenever more is durable; null: consumers look by themselves.
  WakeSignal* durable_wake = nullptr;
  // The same for a second thread; in a volatile pipeline whenever more is applied.
  WakeSignal* feed_wake = nullptr;
};

template <Clearing ClearingType>
class Pipeline {
 public:
  using ExchangeType = Exchange<ClearingType>;

  // Without a journal: nothing survives, and every event is let out at once. For measuring.
  static std::unique_ptr<Pipeline> open_volatile(const PipelineSettings& settings) {
    auto pipeline = std::unique_ptr<Pipeline>(new Pipeline);
    pipeline->exchange_ = std::make_unique<ExchangeType>(settings.limits);
    pipeline->wire(settings, SequenceNumber(1), Acknowledge::kAtOnce, nullptr);
    return pipeline;
  }

  // On the journal in `device`'s directory: begun with `uuid` if there is none, else recovered and
  // re-executed. Errors: those of JournalWriter and start_exchange. Cost: the journal's tail.
  static absl::StatusOr<std::unique_ptr<Pipeline>> open_durable(const PipelineSettings& settings,
                                                                JournalDevice& device,
                                                                const JournalUuid& uuid) {
    auto pipeline = std::unique_ptr<Pipeline>(new Pipeline);
    auto writer = JournalWriter::open(device, settings.journal);
    const bool created = absl::IsNotFound(writer.status());
    if (created) {
      writer = JournalWriter::create(device, settings.journal, uuid, SystemClock{}.now());
    }
    if (!writer.ok()) return writer.status();
    if (absl::Status takes = (*writer)->takes_commands(); !takes.ok()) return takes;
    auto started =
        start_exchange<ClearingType>(device, **writer, settings.limits, settings.follower);
    if (!started.ok()) return started.status();
    pipeline->writer_ = *std::move(writer);
    pipeline->exchange_ = std::move(started->exchange);
    pipeline->report_ = std::move(started->report);
    pipeline->report_.created = created;
    pipeline->wire(settings, pipeline->writer_->next_sequence(), Acknowledge::kWhenDurable,
                   std::move(started->digest));
    if (settings.shadow) pipeline->attach_shadow(settings, device);
    return pipeline;
  }

  ~Pipeline() {
    shadow_runner_.reset();
    journal_runner_.reset();
    digest_runner_.reset();
    preparer_runner_.reset();
  }
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // Starts the threads of journal, digest, preparer and shadow; not after stop(). Errors: the
  // runner's. Thread: the owner's.
  absl::Status start() {
    HG_ASSERT(!stopped_.has_value());
    if (!journal_runner_) return absl::OkStatus();
    if (const absl::Status status = preparer_runner_->start(); !status.ok()) return status;
    if (const absl::Status status = digest_runner_->start(); !status.ok()) return status;
    if (shadow_runner_) {
      if (const absl::Status status = shadow_runner_->start(); !status.ok()) return status;
    }
    return journal_runner_->start();
  }

  // Ends in order, after the caller has stopped calling do_work(): what was applied is made
  // durable and sealed, where the seal has room, and the event store gets what little it lacks of
  // what the journal vouches for, unless the shadow had not found its place yet. Errors: why the
  // journal failed. May be repeated: does nothing further and returns what the first call did.
  // Thread: the owner's.
  absl::Status stop() {
    if (!stopped_) stopped_ = end();
    return *stopped_;
  }

  // One round of the engine thread's work.
  std::uint32_t do_work() noexcept { return sequencer_->do_work(); }

  [[nodiscard]] PipelineRings& rings() noexcept { return *rings_; }
  [[nodiscard]] const ExchangeType& exchange() const noexcept { return *exchange_; }
  [[nodiscard]] Sequencer<ClearingType>& sequencer() noexcept { return *sequencer_; }
  [[nodiscard]] const StartUpReport& report() const noexcept { return report_; }
  // Null without a journal.
  [[nodiscard]] const JournalAgent* journal() const noexcept { return journal_.get(); }
  // Null where none was asked for.
  [[nodiscard]] const ShadowAgent* shadow() const noexcept { return shadow_.get(); }

 private:
  Pipeline() = default;

  absl::Status end() {
    if (!journal_runner_) return absl::OkStatus();
    journal_runner_->stop();
    digest_runner_->stop();
    preparer_runner_->stop();
    const absl::Status sealed = journal_->seal();
    if (shadow_runner_) shadow_runner_->stop();
    if (!sealed.ok()) return sealed;
    // While the directory is still locked: the next writer's shadow writes the same event store.
    if (shadow_) shadow_->finish();
    return writer_->close();
  }

  void wire(const PipelineSettings& settings, SequenceNumber first, Acknowledge acknowledge,
            std::unique_ptr<EventDigest> digest) {
    rings_ = std::make_unique<PipelineRings>(settings.rings, first);
    // Whom the sequencer wakes: without a journal the feed is next in line.
    WakeSignal* next_wake = settings.feed_wake;
    if (acknowledge == Acknowledge::kWhenDurable) {
      digest_ = std::make_unique<DigestAgent>(*rings_, std::move(digest));
      digest_runner_ = std::make_unique<AgentRunner>(
          AgentThread{.name = "hg-digest", .pin_cpu = {}, .idle = DigestAgent::pace()},
          std::vector<Agent*>{digest_.get()});
      journal_ =
          std::make_unique<JournalAgent>(*writer_, *rings_, *digest_, &digest_runner_->wake(),
                                         settings.durable_wake, settings.feed_wake);
      journal_runner_ = std::make_unique<AgentRunner>(
          AgentThread{.name = "hg-journal", .pin_cpu = {}, .idle = settings.journal_idle},
          std::vector<Agent*>{journal_.get()});
      next_wake = &journal_runner_->wake();
      preparer_ = std::make_unique<PreparerAgent>(writer_->preparer());
      preparer_runner_ = std::make_unique<AgentRunner>(
          AgentThread{.name = "hg-prepare", .pin_cpu = {}, .idle = PreparerAgent::pace()},
          std::vector<Agent*>{preparer_.get()});
    }
    sequencer_ =
        std::make_unique<Sequencer<ClearingType>>(*exchange_, *rings_, acknowledge, next_wake);
  }

  void attach_shadow(const PipelineSettings& settings, JournalDevice& device) {
    ReplicaMaker maker{.make = [](const ExchangeLimits& limits) -> std::unique_ptr<Replica> {
                         return std::make_unique<OwnedReplica<ClearingType>>(limits);
                       },
                       .limits = settings.limits};
    maker.limits.prefault_orders = maker.limits.prefault_client_keys = 0;
    ShadowSettings shadow_settings = *settings.shadow;
    shadow_settings.trusted_snapshot = report_.snapshot;
    shadow_ = std::make_unique<ShadowAgent>(device, rings_->durable, maker, shadow_settings);
    shadow_runner_ = std::make_unique<AgentRunner>(
        AgentThread{.name = "hg-shadow", .pin_cpu = {}, .idle = ShadowAgent::pace()},
        std::vector<Agent*>{shadow_.get()});
  }

  // In order of construction; the runners go first when the pipeline ends.
  std::unique_ptr<JournalWriter> writer_;
  std::unique_ptr<ExchangeType> exchange_;
  std::unique_ptr<PipelineRings> rings_;
  std::unique_ptr<DigestAgent> digest_;
  std::unique_ptr<AgentRunner> digest_runner_;
  std::unique_ptr<JournalAgent> journal_;
  std::unique_ptr<AgentRunner> journal_runner_;
  std::unique_ptr<PreparerAgent> preparer_;
  std::unique_ptr<AgentRunner> preparer_runner_;
  std::unique_ptr<ShadowAgent> shadow_;
  std::unique_ptr<AgentRunner> shadow_runner_;
  std::unique_ptr<Sequencer<ClearingType>> sequencer_;
  StartUpReport report_;
  std::optional<absl::Status> stopped_;  // what the first stop() returned
};

}  // namespace hourglass::engine

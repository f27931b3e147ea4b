#include "bench/play/pipeline_stage.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>

#include "bench/play/event_tally.h"
#include "bench/play/resting_orders.h"
#include "bench/play/translate.h"
#include "engine/journal/file_device.h"
#include "engine/sequencer/pipeline.h"
#include "fmt/format.h"

namespace hourglass::bench {
namespace {

using engine::Command;
using engine::Event;
using VenuePipeline = engine::Pipeline<engine::PermissiveClearing>;

// Removes a journal's directory when the run is over, unless it is to be kept.
class ScratchDirectory {
 public:
  ScratchDirectory(std::string path, bool keep) : path_(std::move(path)), keep_(keep) {}
  ~ScratchDirectory() {
    std::error_code ignored;
    if (!path_.empty() && !keep_) std::filesystem::remove_all(path_, ignored);
  }
  // For the report; empty when there is none or it goes.
  [[nodiscard]] std::string kept() const {
    return keep_ && !path_.empty() ? fmt::format("; kept in {}", path_) : "";
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

 private:
  std::string path_;
  bool keep_;
};

// The calling thread is door, engine and consumer at once, as on two cores; the journal has its
// own.
class PipelineStage final : public Stage {
 public:
  PipelineStage(std::string directory, const StageOptions& options,
                std::unique_ptr<engine::FileDevice> device, std::unique_ptr<VenuePipeline> pipeline,
                const StreamHeader& header)
      : directory_(std::move(directory), options.keep_journal),
        device_(std::move(device)),
        pipeline_(std::move(pipeline)),
        consumer_(pipeline_->rings().events),
        rate_(options.rate),
        symbol_count_(header.n_symbols) {}

  absl::Status open(const StreamHeader& header) {
    if (const absl::Status status = pipeline_->start(); !status.ok()) return status;
    for (std::uint32_t i = 0; i < header.n_symbols; ++i) {
      push(Command::of(listing(i, header)));
    }
    drain();
    return failure_;
  }

  ~PipelineStage() override { static_cast<void>(pipeline_->stop()); }

  void play(std::span<const StreamOp> ops) override {
    const Clock::time_point start = Clock::now();
    Command command;
    for (std::size_t i = 0; i < ops.size(); ++i) {
      if (rate_ != 0 && i % kPushesPerRound == 0) work_until(start + due_after(i));
      translate(ops[i], command);
      push(command);
    }
    drain();
  }

  StreamResults results() override {
    if (!failure_.ok()) {
      std::fprintf(stderr, "hourglass play: the journal failed: %s\n",
                   std::string(failure_.message()).c_str());
    }
    const RestingOrders resting = resting_orders(pipeline_->exchange().state(), symbol_count_);
    report();
    return tally_.trades().results(resting.orders, resting.qty_lots);
  }

 private:
  using Clock = std::chrono::steady_clock;

  static constexpr std::uint32_t kPushesPerRound = 64;
  static constexpr std::uint32_t kEventsPerRead = 4096;
  static constexpr std::chrono::microseconds kWorthSleeping{100};

  // When operation `index` is due at the rate offered.
  [[nodiscard]] std::chrono::nanoseconds due_after(std::size_t index) const {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(index) * 1'000'000'000 / rate_);
  }

  void work_until(Clock::time_point due) {
    for (Clock::time_point now = Clock::now(); now < due; now = Clock::now()) {
      round();
      // On two cores the time not needed here is the journal's.
      if (due - now > kWorthSleeping) std::this_thread::sleep_for(kWorthSleeping / 2);
    }
  }

  // A door works in rounds: it pushes a few, then lets the engine and the consumer run.
  void push(const Command& command) {
    while (failure_.ok()) {
      const engine::PushResult result = pipeline_->rings().ingress.try_push(command);
      if (result == engine::PushResult::kPushed) {
        ++pushed_;
        if (pushed_ % kPushesPerRound == 0) round();
        return;
      }
      if (result == engine::PushResult::kClosed) return note_failure();
      ++refused_;
      round();
      // Full: the journal is behind, and on two cores it may be waiting for this one. A door that
      // is refused comes back later.
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  }

  void round() {
    pipeline_->do_work();
    consume();
  }

  void consume() {
    const std::uint64_t durable = pipeline_->rings().durable.get();
    consumer_.read(kEventsPerRead, engine::kNoLimit, [&](const Event& event) {
      if (event.header().command_sequence.value() >= durable) return false;
      tally_.add(event);
      return true;
    });
  }

  // Until everything pushed is applied, durable and seen.
  void drain() {
    engine::PipelineRings& rings = pipeline_->rings();
    while (failure_.ok()) {
      round();
      const bool applied = rings.ingress.backlog() == 0;
      const bool durable = rings.durable.get() == rings.applied.get();
      if (applied && durable && consumer_.next_sequence() == rings.events.published()) return;
      if (rings.journal_failed.get() != 0) note_failure();
      if (applied) engine::brief_pause();
    }
  }

  void note_failure() {
    failure_ = pipeline_->journal() != nullptr ? pipeline_->journal()->failure()
                                               : absl::InternalError("ingress closed");
  }

  void report() const {
    const engine::SequencerCounters& engine = pipeline_->sequencer().counters();
    if (pipeline_->journal() == nullptr) return;
    const engine::JournalCounters& journal = pipeline_->journal()->counters();
    fmt::print(stderr,
               "journal: {}; {} frames, {:.0f} commands a frame, commit mean {:.0f} us, max {:.0f} "
               "us; engine held back in {} of its rounds, doors refused {} times; rings: ingress "
               "{}, commands {}, events {} slots of 128 bytes; no event store, no snapshots{}\n",
               device_->describe(), journal.frames,
               static_cast<double>(journal.commands) / static_cast<double>(journal.frames),
               static_cast<double>(journal.write_ns) / 1e3 / static_cast<double>(journal.frames),
               static_cast<double>(journal.write_ns_max) / 1e3, engine.held_back, refused_,
               engine::kIngressRingSlots, engine::kCommandRingSlots, engine::kEventRingSlots,
               directory_.kept());
  }

  ScratchDirectory directory_;
  std::unique_ptr<engine::FileDevice> device_;
  std::unique_ptr<VenuePipeline> pipeline_;
  engine::GatingConsumer<Event> consumer_;
  EventTally tally_;
  std::uint64_t pushed_ = 0;
  std::uint64_t refused_ = 0;
  std::int64_t rate_;
  std::uint32_t symbol_count_;
  absl::Status failure_;
};

// One for each run, since a kept journal is there when the next run begins.
std::string unused_directory(std::string_view parent) {
  for (std::uint32_t run = 1;; ++run) {  // ends: there are finitely many directories
    std::string path = fmt::format("{}/hourglass-play-{}-{}", parent, ::getpid(), run);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return path;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Stage>> make_pipeline_stage(const StageOptions& options,
                                                           const StreamHeader& header) {
  if (const absl::Status status = check_fits_venue(header); !status.ok()) return status;
  engine::PipelineSettings settings;
  settings.limits = limits_for(header);
  settings.journal_idle = engine::settings_for(engine::online_cpu_count(), 2);
  std::string directory;
  std::unique_ptr<engine::FileDevice> device;
  std::unique_ptr<VenuePipeline> pipeline;
  if (options.journal == JournalMode::kNone) {
    pipeline = VenuePipeline::open_volatile(settings);
  } else {
    directory = unused_directory(options.journal_dir);
    auto opened = engine::FileDevice::open_directory(
        directory, options.journal == JournalMode::kDurable ? engine::Durability::kDurable
                                                            : engine::Durability::kVolatile);
    if (!opened.ok()) return opened.status();
    device = *std::move(opened);
    const engine::JournalUuid uuid{};  // a scratch journal, removed at the end
    auto started = VenuePipeline::open_durable(settings, *device, uuid);
    if (!started.ok()) return started.status();
    pipeline = *std::move(started);
  }
  auto stage = std::make_unique<PipelineStage>(directory, options, std::move(device),
                                               std::move(pipeline), header);
  if (const absl::Status status = stage->open(header); !status.ok()) return status;
  return stage;
}

}  // namespace hourglass::bench

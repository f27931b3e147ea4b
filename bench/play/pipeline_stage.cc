#include "bench/play/pipeline_stage.h"

#include <sys/random.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
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

// Notices when a venue that is waited for stands still. For one wait: made anew for the next.
class Patience {
 public:
  // Whether `progress` has been the same for kMost.
  [[nodiscard]] bool is_over(std::uint64_t progress) {
    const Clock::time_point now = Clock::now();
    if (!moved_at_ || progress != progress_) {
      progress_ = progress;
      moved_at_ = now;
    }
    return now - *moved_at_ > kMost;
  }

 private:
  using Clock = std::chrono::steady_clock;
  // Far beyond any write a disk still makes; a full one is tried again about once a second.
  static constexpr std::chrono::seconds kMost{10};

  std::uint64_t progress_ = 0;
  std::optional<Clock::time_point> moved_at_;
};

// The calling thread is door, engine and consumer at once, as on two cores; the journal and its
// digest have their own.
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
    for (std::size_t i = 0; i < ops.size() && failure_.ok(); ++i) {
      if (rate_ != 0 && i % kPushesPerRound == 0) work_until(start + due_after(i));
      translate(ops[i], command);
      push(command);
    }
    drain();
  }

  // None after a failure: where only the last frame is missing, the tape may be as expected.
  StreamResults results() override {
    if (!failure_.ok()) {
      fmt::print(stderr, "hourglass play: the journal failed: {}{}\n",
                 std::string(failure_.message()), directory_.kept());
      return {};
    }
    report();
    const RestingOrders resting = resting_orders(pipeline_->exchange().state(), symbol_count_);
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
    Patience patience;
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
      if (patience.is_over(progress())) return give_up();
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
    Patience patience;
    while (failure_.ok()) {
      round();
      const bool applied = rings.ingress.backlog() == 0;
      const bool durable = rings.durable.get() == rings.applied.get();
      if (applied && durable && consumer_.next_sequence() == rings.events.published()) return;
      if (rings.journal_failed.get() != 0) return note_failure();
      if (patience.is_over(progress())) return give_up();
      if (applied) engine::brief_pause();
    }
  }

  // Rises as long as commands are applied or become durable.
  [[nodiscard]] std::uint64_t progress() const {
    return pipeline_->rings().applied.get() + pipeline_->rings().durable.get();
  }

  // A full disk is no failure to the journal, which goes on when there is room; a run cannot wait.
  void give_up() { failure_ = absl::ResourceExhaustedError("the journal's disk is full"); }

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

constexpr std::uint32_t kPollingThreads = 2;  // engine and journal; the digest's never spins

// One for each journal, since it may be kept: checksums begin with it, so that no frame of another
// journal fits.
absl::StatusOr<engine::JournalUuid> random_uuid() {
  engine::JournalUuid uuid;
  if (::getrandom(uuid.bytes.data(), uuid.bytes.size(), 0) !=
      static_cast<ssize_t>(uuid.bytes.size())) {
    return absl::InternalError("the system gives no random bytes for the journal's id");
  }
  return uuid;
}

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
  settings.journal_idle = engine::settings_for(engine::online_cpu_count(), kPollingThreads);
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
    const absl::StatusOr<engine::JournalUuid> uuid = random_uuid();
    if (!uuid.ok()) return uuid.status();
    auto started = VenuePipeline::open_durable(settings, *device, *uuid);
    if (!started.ok()) return started.status();
    pipeline = *std::move(started);
  }
  auto stage = std::make_unique<PipelineStage>(directory, options, std::move(device),
                                               std::move(pipeline), header);
  if (const absl::Status status = stage->open(header); !status.ok()) return status;
  return stage;
}

}  // namespace hourglass::bench

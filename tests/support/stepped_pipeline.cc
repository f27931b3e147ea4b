#include "tests/support/stepped_pipeline.h"

#include <utility>

#include "tests/support/journal_workload.h"

namespace hourglass::engine::test {
namespace {

// Rounds without any movement after which none will come: each part has been asked many times.
constexpr std::uint32_t kIdleRoundsAtEnd = 200;

}  // namespace

absl::StatusOr<std::unique_ptr<SteppedPipeline>> SteppedPipeline::open(
    JournalDevice& device, const SteppedSettings& settings) {
  auto pipeline = std::unique_ptr<SteppedPipeline>(new SteppedPipeline(device));
  auto writer = JournalWriter::open(pipeline->watched_, settings.journal);
  if (absl::IsNotFound(writer.status())) {
    writer = JournalWriter::create(pipeline->watched_, settings.journal, kTestUuid, Timestamp(5));
  }
  if (!writer.ok()) return writer.status();
  auto started =
      start_exchange<engine::PermissiveClearing>(pipeline->watched_, **writer, settings.limits);
  if (!started.ok()) return started.status();
  pipeline->writer_ = *std::move(writer);
  pipeline->exchange_ = std::move(started->exchange);
  pipeline->wire(settings, std::move(started->digest));
  return pipeline;
}

void SteppedPipeline::wire(const SteppedSettings& settings, std::unique_ptr<EventDigest> digest) {
  watched_.set_reached(writer_->next_sequence().value());
  rings_ = std::make_unique<PipelineRings>(settings.rings, writer_->next_sequence());
  digest_ = std::make_unique<DigestAgent>(*rings_, std::move(digest));
  journal_ = std::make_unique<JournalAgent>(*writer_, *rings_, *digest_);
  commands_ = std::make_unique<GatingConsumer<Command, SlowReaders::kForbidden>>(rings_->commands);
  reports_ = std::make_unique<DurableReports>(*rings_, watched_);
  feed_ = std::make_unique<DurableFeed>(*rings_, watched_);
  sequencer_ = std::make_unique<Sequencer<engine::PermissiveClearing, StepClock>>(
      *exchange_, *rings_, Acknowledge::kWhenDurable, nullptr, StepClock{&now_ns_});
}

absl::Status SteppedPipeline::seal() {
  const absl::Status sealed = journal_->seal();
  return sealed.ok() ? writer_->close() : sealed;
}

SteppedPipeline::End SteppedPipeline::run(std::span<const Command> commands, std::uint64_t seed) {
  RandomSource random(seed);
  pushed_ = 0;
  std::uint32_t idle = 0;
  while (idle < kIdleRoundsAtEnd) {  // ends: finitely many commands move finitely often
    bool moved = false;
    switch (random.below(8)) {
      case 0: moved = push_some(commands, random); break;
      case 1: moved = step_engine() != 0; break;
      case 2: moved = step_journal() != 0; break;
      case 3: writer_->preparer().step(); break;
      case 4: moved = step_digest() != 0; break;
      default: moved = consume(); break;
    }
    idle = moved ? 0 : idle + 1;
  }
  if (rings_->journal_failed.get() != 0) return End::kFailed;
  const bool all = pushed_ == commands.size() && rings_->ingress.backlog() == 0 &&
                   rings_->durable.get() == rings_->applied.get();
  return all ? End::kAllDurable : End::kStalled;
}

bool SteppedPipeline::push_some(std::span<const Command> commands, RandomSource& random) {
  bool moved = false;
  for (std::uint64_t n = 1 + random.below(8); n != 0 && pushed_ < commands.size(); --n) {
    if (rings_->ingress.try_push(commands[pushed_]) != PushResult::kPushed) break;
    ++pushed_;
    moved = true;
  }
  return moved;
}

bool SteppedPipeline::consume() {
  const std::uint32_t taken =
      commands_->read(64, kNoLimit, [&](const Command& command) { tape_.push_back(command); });
  const bool reported = reports_->step();
  return feed_->step() || reported || taken != 0;
}

}  // namespace hourglass::engine::test

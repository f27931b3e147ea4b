// How a pipeline ends: once, whoever asks how often, and soon, whatever its shadow is reading.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "engine/journal/event_store.h"
#include "engine/sequencer/pipeline.h"
#include "tests/support/command_builder.h"
#include "tests/support/journal_workload.h"
#include "tests/support/simulated_device.h"
#include "tests/support/watched_device.h"

namespace hourglass::engine::test {
namespace {

using TestPipeline = Pipeline<engine::PermissiveClearing>;

PipelineSettings settings() {
  return {.limits = {.max_orders = 64,
                     .max_level_pages = 16,
                     .max_instruments = 2,
                     .max_sessions = 2,
                     .max_accounts = 2,
                     .max_client_key_pages = 4,
                     .max_steps_per_apply = 4,
                     .max_scan_per_apply = 64},
          .rings = {.ingress = 64, .commands = 256, .events = 4096},
          .journal = small_segments(32),
          .journal_idle = {},
          .shadow = {}};
}

std::unique_ptr<TestPipeline> open(JournalDevice& device, const PipelineSettings& with) {
  auto pipeline = TestPipeline::open_durable(with, device, kTestUuid);
  EXPECT_TRUE(pipeline.ok()) << pipeline.status();
  return pipeline.ok() ? *std::move(pipeline) : nullptr;
}

// Whether it comes to be so. Far beyond what any of it takes: only something that stands still for
// good is waited for in vain.
template <class Condition>
bool await(Condition met) {
  constexpr std::uint32_t kPausesMax = 1'000'000;
  for (std::uint32_t i = 0; i < kPausesMax && !met(); ++i) brief_pause();
  return met();
}

// --- Stopping twice ------------------------------------------------------------------------------

TEST(PipelineStop, TwiceIsOnce) {
  SimulatedDevice disk;
  WatchedDevice device(disk);
  const auto pipeline = open(device, settings());
  ASSERT_NE(pipeline, nullptr);
  ASSERT_EQ(pipeline->start(), absl::OkStatus());
  ASSERT_TRUE(pipeline->sequencer().submit(define_instrument({.from = {0, 0, 0}})));
  EXPECT_EQ(pipeline->stop(), absl::OkStatus());
  const std::uint64_t operations = disk.operations();
  EXPECT_EQ(pipeline->stop(), absl::OkStatus());
  EXPECT_EQ(disk.operations(), operations);
}

TEST(PipelineStop, TwiceGivesTheSameReasonWhereTheJournalFailed) {
  SimulatedDevice disk;
  WatchedDevice device(disk);
  const auto pipeline = open(device, settings());
  ASSERT_NE(pipeline, nullptr);
  device.fail_frame(1);
  ASSERT_EQ(pipeline->start(), absl::OkStatus());
  ASSERT_TRUE(pipeline->sequencer().submit(define_instrument({.from = {0, 0, 0}})));
  const absl::Status first = pipeline->stop();
  EXPECT_EQ(first, absl::UnknownError("watched: input/output error"));
  EXPECT_EQ(pipeline->stop(), first);
}

// A full disk is no failure of the writer: with room again it would write on, behind the back of
// who was told that this is the end.
TEST(PipelineStop, TwiceDoesNotWriteWhatTheFirstHadNoRoomFor) {
  SimulatedDevice disk;
  WatchedDevice device(disk);
  PipelineSettings with = settings();
  with.journal = small_segments(2);  // room for one frame
  const auto pipeline = open(device, with);
  ASSERT_NE(pipeline, nullptr);
  disk.set_capacity(0);  // for whatever is not there yet
  ASSERT_EQ(pipeline->start(), absl::OkStatus());
  const PipelineRings& rings = pipeline->rings();
  ASSERT_TRUE(pipeline->sequencer().submit(define_instrument({.from = {0, 0, 0}})));
  ASSERT_TRUE(await([&] { return rings.durable.get() == rings.applied.get(); }));
  ASSERT_TRUE(pipeline->sequencer().submit(define_instrument({.from = {0, 0, 1}})));
  const absl::Status first = pipeline->stop();
  EXPECT_TRUE(absl::IsResourceExhausted(first)) << first;
  disk.set_capacity(std::nullopt);
  const std::uint64_t operations = disk.operations();
  EXPECT_EQ(pipeline->stop(), first);
  EXPECT_EQ(disk.operations(), operations);
}

// --- Stopping while the shadow looks for its place -----------------------------------------------

// Passes everything on; a chosen reading of the event store waits until the shadow has been asked
// to stop. One call at a time below, as WatchedDevice has it, but none while that one waits.
class GatedDevice final : public JournalDevice {
 public:
  explicit GatedDevice(JournalDevice& inner) : inner_(inner) {}

  // The `nth` reading from now waits for `shadow`. Thread: before there are others.
  void gate(std::uint64_t nth, const ShadowAgent& shadow) {
    gated_ = reads_.get() + nth;
    shadow_ = &shadow;
  }
  // Readings of the event store come back with kCancelled. Thread: before there are others.
  void cancel_readings() { cancels_ = true; }
  // Readings of the event store that have begun. Thread: any.
  [[nodiscard]] std::uint64_t reads() const { return reads_.get(); }
  // Whether the gate opened because it was asked to. Thread: after the shadow's has ended.
  [[nodiscard]] bool asked() const { return asked_; }

  absl::StatusOr<std::unique_ptr<JournalFile>> open(std::string_view name, OpenMode mode) override;
  absl::StatusOr<std::vector<std::string>> list() override { return inner_.list(); }
  absl::Status rename(std::string_view from, std::string_view to) override {
    return inner_.rename(from, to);
  }
  absl::Status remove(std::string_view name) override { return inner_.remove(name); }
  absl::Status sync_directory() override { return inner_.sync_directory(); }
  absl::StatusOr<std::unique_ptr<JournalLock>> lock() override { return inner_.lock(); }
  [[nodiscard]] std::string describe() const override { return inner_.describe(); }

 private:
  friend class GatedFile;
  // Far beyond what any of it takes: only a shadow that is never asked comes here.
  static constexpr std::uint32_t kPausesMax = 300'000;

  void begin_read() {
    reads_.set(reads_.get_value_only() + 1);
    if (reads_.get_value_only() != gated_) return;
    for (std::uint32_t i = 0; i < kPausesMax && !shadow_->stop_asked(); ++i) brief_pause();
    asked_ = shadow_->stop_asked();
  }

  JournalDevice& inner_;
  std::uint64_t gated_ = 0;
  const ShadowAgent* shadow_ = nullptr;
  bool asked_ = false;
  bool cancels_ = false;
  Cursor reads_;  // writer: the shadow's thread
};

class GatedFile final : public JournalFile {
 public:
  GatedFile(GatedDevice& device, std::unique_ptr<JournalFile> inner)
      : device_(device), inner_(std::move(inner)) {}
  absl::StatusOr<std::uint64_t> size() override { return inner_->size(); }
  absl::Status read(std::uint64_t offset, std::span<std::byte> into) override {
    device_.begin_read();
    if (device_.cancels_) return absl::CancelledError("the device's own");
    return inner_->read(offset, into);
  }
  absl::Status write(std::uint64_t offset, std::span<const std::byte> bytes) override {
    return inner_->write(offset, bytes);
  }
  absl::Status truncate(std::uint64_t bytes) override { return inner_->truncate(bytes); }
  absl::Status sync() override { return inner_->sync(); }

 private:
  GatedDevice& device_;
  std::unique_ptr<JournalFile> inner_;
};

absl::StatusOr<std::unique_ptr<JournalFile>> GatedDevice::open(std::string_view name,
                                                               OpenMode mode) {
  auto file = inner_.open(name, mode);
  if (!file.ok() || name != kEventStoreName) return file;
  return std::make_unique<GatedFile>(*this, *std::move(file));
}

// A directory with an event store that takes several readings, and of whose events the journal,
// which is new, knows nothing: a shadow reads it all to find its end, and again to cut it off.
class LargeStore {
 public:
  LargeStore() {
    auto store = EventStore::open(disk_, kTestUuid);
    EXPECT_TRUE(store.ok()) << store.status();
    for (std::uint64_t sequence = 1; sequence <= kEvents; ++sequence) {
      Trade trade{};
      trade.header.command_sequence = SequenceNumber(sequence);
      trade.header.kind = Trade::kKind;
      trade.header.version = kEventLayoutVersion;
      trade.header.last_in_command = 1;
      EXPECT_EQ((*store)->append(std::as_bytes(std::span(&trade, 1))), absl::OkStatus());
    }
    EXPECT_EQ((*store)->flush(), absl::OkStatus());
    before_ = disk_.contents(kEventStoreName);
    settings_.shadow = ShadowSettings{};
  }

  // A pipeline whose shadow waits at its `nth` reading of the store, which it has begun.
  std::unique_ptr<TestPipeline> start_and_wait_at(std::uint64_t nth) {
    auto pipeline = open(device, settings_);
    if (pipeline == nullptr) return nullptr;
    device.gate(nth, *pipeline->shadow());
    EXPECT_EQ(pipeline->start(), absl::OkStatus());
    EXPECT_TRUE(await([&] { return device.reads() >= nth; }));
    return pipeline;
  }
  // How often a shadow reads the store before it follows.
  std::uint64_t readings_of_a_start() {
    LargeStore other;
    const auto pipeline = open(other.device, settings_);
    if (pipeline == nullptr) return 0;
    EXPECT_EQ(pipeline->start(), absl::OkStatus());
    const ShadowProgress& progress = pipeline->shadow()->progress();
    EXPECT_TRUE(await([&] { return progress.current() == ShadowState::kFollowing; }))
        << name(progress.current());
    EXPECT_EQ(pipeline->stop(), absl::OkStatus());
    EXPECT_NE(other.disk_.contents(kEventStoreName), before_) << "it was not cut off";
    return other.device.reads();
  }
  [[nodiscard]] bool unchanged() const { return disk_.contents(kEventStoreName) == before_; }

 private:
  static constexpr std::uint64_t kEvents = 20'000;  // more than two readings

  SimulatedDevice disk_;
  WatchedDevice watched_{disk_};
  SimulatedDevice::Bytes before_;
  PipelineSettings settings_ = settings();

 public:
  GatedDevice device{watched_};
};

TEST(PipelineStop, EndsTheShadowsStartAtTheReadingItIsIn) {
  const std::uint64_t readings = LargeStore().readings_of_a_start();
  ASSERT_GT(readings, 6U);
  for (std::uint64_t nth = 1; nth < readings; ++nth) {
    SCOPED_TRACE("reading " + std::to_string(nth));
    LargeStore store;
    const auto pipeline = store.start_and_wait_at(nth);
    ASSERT_NE(pipeline, nullptr);
    EXPECT_EQ(pipeline->stop(), absl::OkStatus());
    EXPECT_TRUE(store.device.asked());
    EXPECT_EQ(store.device.reads(), nth);
    EXPECT_TRUE(store.unchanged());
    EXPECT_EQ(pipeline->shadow()->progress().current(), ShadowState::kStarting);
    EXPECT_EQ(pipeline->shadow()->progress().retries.get(), 0U);
  }
}

// Only a stop ends the search without a word: from the device the same answer is trouble.
TEST(PipelineStop, IsNotWhatADeviceMeansThatCancelsAReading) {
  LargeStore store;
  store.device.cancel_readings();
  const auto pipeline = store.start_and_wait_at(0);
  ASSERT_NE(pipeline, nullptr);
  const ShadowProgress& progress = pipeline->shadow()->progress();
  EXPECT_TRUE(await([&] { return progress.retries.get() != 0; }));
  EXPECT_EQ(progress.current(), ShadowState::kRetrying);
  EXPECT_EQ(pipeline->stop(), absl::OkStatus());
}

TEST(PipelineStop, EndsTheShadowsStartAlsoWhereThePipelineIsOnlyDestroyed) {
  LargeStore store;
  auto pipeline = store.start_and_wait_at(2);
  ASSERT_NE(pipeline, nullptr);
  pipeline.reset();
  EXPECT_TRUE(store.device.asked());
  EXPECT_EQ(store.device.reads(), 2U);
  EXPECT_TRUE(store.unchanged());
}

}  // namespace
}  // namespace hourglass::engine::test

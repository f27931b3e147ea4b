// How a pipeline ends: once, however often it is asked to.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

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
  while (rings.durable.get() != rings.applied.get()) brief_pause();  // ends: that frame has room
  ASSERT_TRUE(pipeline->sequencer().submit(define_instrument({.from = {0, 0, 1}})));
  const absl::Status first = pipeline->stop();
  EXPECT_TRUE(absl::IsResourceExhausted(first)) << first;
  disk.set_capacity(std::nullopt);
  const std::uint64_t operations = disk.operations();
  EXPECT_EQ(pipeline->stop(), first);
  EXPECT_EQ(disk.operations(), operations);
}

}  // namespace
}  // namespace hourglass::engine::test

// Where a journal that is closed in order gets a seal, and where it does without.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/journal/journal_writer.h"
#include "engine/journal/verify.h"
#include "tests/support/journal_workload.h"
#include "tests/support/random_source.h"
#include "tests/support/simulated_device.h"

namespace hourglass::engine {
namespace {

absl::Status seal(JournalWriter& writer) {
  return writer.commit(test_stamp(writer, true));
}

void expect_no_seal(SimulatedDevice& device, JournalWriter& writer) {
  const std::uint64_t operations = device.operations();
  const Digest chain = writer.chain();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(seal(writer), absl::FailedPreconditionError("a seal alone begins no segment"));
  }
  EXPECT_EQ(device.operations(), operations);
  EXPECT_EQ(writer.chain(), chain);
  EXPECT_EQ(writer.failure(), absl::OkStatus());
}

std::uint64_t segment_count(JournalDevice& device) {
  const auto result = verify_journal(device);
  EXPECT_TRUE(result.ok() && result->intact());
  return result.ok() ? result->segments : 0;
}

TEST(JournalSeal, BeginsNoSegmentForASealAlone) {
  SimulatedDevice device;
  auto writer = create_journal(device, small_segments(3));
  ASSERT_EQ(write_frame(*writer, 10), absl::OkStatus());
  EXPECT_FALSE(ends_without_room(device));
  ASSERT_EQ(write_frame(*writer, 10), absl::OkStatus());
  EXPECT_TRUE(ends_without_room(device));
  expect_no_seal(device, *writer);
  EXPECT_EQ(segment_count(device), 1U);

  // The next frame begins one as if nothing had been asked, and there the seal has room.
  ASSERT_EQ(write_frame(*writer, 10), absl::OkStatus());
  ASSERT_EQ(seal(*writer), absl::OkStatus());
  ASSERT_EQ(writer->close(), absl::OkStatus());
  EXPECT_EQ(segment_count(device), 2U);
  std::uint64_t last = 0;
  EXPECT_EQ(check_contents(device, &last), "");
  EXPECT_EQ(last, 30U);
  auto again = JournalWriter::open(device, small_segments(3));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE((*again)->recovery().sealed);
}

TEST(JournalSeal, RollsForCommandsThatCarryIt) {
  SimulatedDevice device;
  auto writer = create_journal(device, small_segments(2));
  ASSERT_EQ(write_frame(*writer, 10), absl::OkStatus());
  ASSERT_TRUE(writer->append(test_command(11)));
  ASSERT_EQ(seal(*writer), absl::OkStatus());
  EXPECT_EQ(segment_count(device), 2U);
}

TEST(JournalSeal, StandsInNoSegmentBeforeItsFirstCommand) {
  SimulatedDevice device;
  {
    auto writer = create_journal(device, small_segments(3));
    expect_no_seal(device, *writer);
    ASSERT_EQ(writer->close(), absl::OkStatus());
  }
  auto writer = JournalWriter::open(device, small_segments(3));
  ASSERT_TRUE(writer.ok()) << writer.status();
  EXPECT_FALSE((*writer)->recovery().sealed);
  expect_no_seal(device, **writer);
  ASSERT_EQ(write_frame(**writer, 1), absl::OkStatus());
  EXPECT_EQ(seal(**writer), absl::OkStatus());
}

// Neither under the new rules, which would begin a segment, nor under those the commands were not
// executed by.
TEST(JournalSeal, IsLeftOutOfASegmentOfAnOlderRuleSet) {
  JournalSettings settings = small_segments(8);
  settings.rule_set_version = kRuleSetVersion + 1;
  for (const std::uint64_t commands : {0U, 3U}) {
    SCOPED_TRACE(fmt::format("{} commands of the older rule set", commands));
    SimulatedDevice device;
    {
      auto writer = create_journal(device, small_segments(8));
      if (commands != 0) {
        ASSERT_EQ(write_frame(*writer, commands), absl::OkStatus());
      }
      ASSERT_EQ(writer->close(), absl::OkStatus());
    }
    auto writer = JournalWriter::open(device, settings);
    ASSERT_TRUE(writer.ok()) << writer.status();
    EXPECT_EQ((*writer)->takes_commands(), absl::OkStatus());
    expect_no_seal(device, **writer);
    EXPECT_EQ(segment_count(device), 1U);
    ASSERT_EQ(write_frame(**writer, 3), absl::OkStatus());
    EXPECT_EQ(seal(**writer), absl::OkStatus());
    EXPECT_EQ(segment_count(device), commands == 0 ? 1U : 2U);
    std::uint64_t last = 0;
    EXPECT_EQ(check_contents(device, &last), "");
    EXPECT_EQ(last, commands + 3);
  }
}

// Runs that write a little or nothing and end in order, on segments hardly larger than a frame,
// now and then of a newer program: the next run's commands always have a place.
TEST(JournalSeal, NeverStandsInTheWayOfTheNextRunsCommands) {
  const std::uint64_t seed = journal_test_seed(1);
  std::uint64_t sealed = 0;
  std::uint64_t left_out = 0;
  for (std::uint64_t journal = seed; journal < seed + 20; ++journal) {
    SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", journal));
    test::RandomSource random(journal);
    SimulatedDevice device;
    JournalSettings settings = small_segments(2 + random.below(4));
    const std::uint64_t most = (settings.segment_bytes / kBlockBytes - 1) * 35;  // in one frame
    create_journal(device, settings).reset();
    std::uint64_t written = 0;
    for (std::uint32_t run = 0; run < 60; ++run) {
      if (random.percent(10)) ++settings.rule_set_version;
      auto writer = JournalWriter::open(device, settings);
      ASSERT_TRUE(writer.ok()) << writer.status();
      ASSERT_EQ((*writer)->next_sequence(), SequenceNumber(written + 1));
      ASSERT_EQ((*writer)->takes_commands(), absl::OkStatus());
      for (std::uint64_t frames = random.below(3); frames != 0; --frames) {
        const std::uint64_t count = 1 + random.below(most);
        ASSERT_EQ(write_frame(**writer, count), absl::OkStatus());
        written += count;
      }
      for (std::uint64_t seals = 1 + random.below(2); seals != 0; --seals) {
        const absl::Status status = seal(**writer);
        ASSERT_TRUE(status.ok() || absl::IsFailedPrecondition(status)) << status;
        ++(status.ok() ? sealed : left_out);
      }
      ASSERT_EQ((*writer)->close(), absl::OkStatus());
    }
    std::uint64_t last = 0;
    EXPECT_EQ(check_contents(device, &last), "");
    EXPECT_EQ(last, written);
    const auto result = verify_journal(device);
    ASSERT_TRUE(result.ok() && result->intact()) << to_string(*result);
  }
  EXPECT_GT(sealed, 100U);
  EXPECT_GT(left_out, 100U);
}

}  // namespace
}  // namespace hourglass::engine

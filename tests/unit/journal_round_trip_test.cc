#include <gtest/gtest.h>

#include "engine/journal/journal_reader.h"
#include "engine/journal/journal_writer.h"
#include "engine/journal/verify.h"
#include "tests/support/journal_workload.h"
#include "tests/support/simulated_device.h"

namespace hourglass::engine {
namespace {

TEST(Journal, GivesBackEveryCommandAcrossSegments) {
  SimulatedDevice device;
  auto writer = create_journal(device, small_segments(4));
  for (const std::uint64_t count : {1U, 29U, 30U, 60U, 90U, 2U, 31U, 1U, 1U, 1U, 5U, 1U}) {
    ASSERT_EQ(write_frame(*writer, count), absl::OkStatus());
  }
  EXPECT_EQ(writer->durable(), SequenceNumber(252));
  ASSERT_EQ(writer->commit(test_stamp(*writer, true)), absl::OkStatus());
  ASSERT_EQ(writer->close(), absl::OkStatus());

  std::uint64_t last = 0;
  EXPECT_EQ(check_contents(device, &last), "");
  EXPECT_EQ(last, 252U);
  const auto result = verify_journal(device);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE(result->intact()) << to_string(*result);
  EXPECT_EQ(result->frames, 13U);
  EXPECT_EQ(result->commands, 252U);
  EXPECT_EQ(result->segments, 6U);
  EXPECT_EQ(result->index_listed, 13U);
  EXPECT_EQ(result->index_missing, 0U);
  EXPECT_EQ(result->tail.kind, JournalTail::Kind::kClean);
  EXPECT_EQ(result->chain, writer->chain());
  EXPECT_EQ(result->digest_through, SequenceNumber(252));
}

TEST(Journal, HoldsAFrameOfTheLargestSize) {
  SimulatedDevice device;
  auto writer = create_journal(device, {.segment_bytes = kMaxFrameBytes + kBlockBytes});
  std::uint64_t count = 0;
  while (writer->append(test_command(writer->next_sequence().value()))) ++count;
  ASSERT_EQ(writer->commit(test_stamp(*writer)), absl::OkStatus());
  // 507,712 bytes, filled with two commands of 128 bytes to each of 64.
  EXPECT_EQ(count, 4759U);
  ASSERT_EQ(write_frame(*writer, 3), absl::OkStatus());
  ASSERT_EQ(writer->close(), absl::OkStatus());
  std::uint64_t last = 0;
  EXPECT_EQ(check_contents(device, &last), "");
  EXPECT_EQ(last, count + 3);
}

TEST(Journal, WritesTheSameBytesForTheSameCommands) {
  const auto bytes_of_journal = [] {
    SimulatedDevice device;
    auto writer = create_journal(device, small_segments(8));
    EXPECT_EQ(write_frame(*writer, 40), absl::OkStatus());
    return device.contents(segment_file_name(SequenceNumber(1)));
  };
  EXPECT_EQ(bytes_of_journal(), bytes_of_journal());
}

TEST(JournalWriter, GoesOnWhereItStopped) {
  SimulatedDevice device;
  {
    auto writer = create_journal(device, small_segments(4));
    ASSERT_EQ(write_frame(*writer, 10), absl::OkStatus());
    ASSERT_EQ(writer->commit(test_stamp(*writer, true)), absl::OkStatus());
    ASSERT_EQ(writer->close(), absl::OkStatus());
  }
  auto writer = JournalWriter::open(device, small_segments(4));
  ASSERT_TRUE(writer.ok()) << writer.status();
  EXPECT_EQ((*writer)->durable(), SequenceNumber(10));
  EXPECT_TRUE((*writer)->recovery().sealed);
  EXPECT_EQ((*writer)->recovery().digest_through, SequenceNumber(10));
  EXPECT_EQ((*writer)->recovery().index_records_repaired, 0U);
  ASSERT_EQ(write_frame(**writer, 90), absl::OkStatus());
  ASSERT_EQ((*writer)->close(), absl::OkStatus());
  std::uint64_t last = 0;
  EXPECT_EQ(check_contents(device, &last), "");
  EXPECT_EQ(last, 100U);
}

TEST(JournalWriter, RefusesASecondWriterAndASecondJournal) {
  SimulatedDevice device;
  auto writer = create_journal(device, small_segments(4));
  EXPECT_EQ(JournalWriter::open(device, small_segments(4)).status().code(),
            absl::StatusCode::kFailedPrecondition);
  writer.reset();
  EXPECT_EQ(
      JournalWriter::create(device, small_segments(4), kTestUuid, Timestamp(1)).status().code(),
      absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(JournalWriter::open(device, small_segments(4)).ok());
}

TEST(JournalWriter, SaysThatADirectoryHoldsNoJournal) {
  SimulatedDevice device;
  EXPECT_TRUE(absl::IsNotFound(JournalWriter::open(device, small_segments(4)).status()));
  EXPECT_TRUE(absl::IsNotFound(JournalReader::open(device).status()));
  EXPECT_TRUE(absl::IsNotFound(verify_journal(device).status()));
}

TEST(JournalWriter, OpensASegmentOfItsOwnForANewRuleSet) {
  SimulatedDevice device;
  {
    auto writer = create_journal(device, small_segments(8));
    ASSERT_EQ(write_frame(*writer, 3), absl::OkStatus());
    ASSERT_EQ(writer->close(), absl::OkStatus());
  }
  JournalSettings settings = small_segments(8);
  settings.rule_set_version = kRuleSetVersion + 1;
  auto writer = JournalWriter::open(device, settings);
  ASSERT_TRUE(writer.ok()) << writer.status();
  ASSERT_EQ(write_frame(**writer, 3), absl::OkStatus());
  ASSERT_EQ((*writer)->close(), absl::OkStatus());
  auto reader = JournalReader::open(device);
  ASSERT_TRUE(reader.ok()) << reader.status();
  ASSERT_EQ((*reader)->segments().size(), 2U);
  EXPECT_EQ((*reader)->segments()[0].header.rule_set_version, kRuleSetVersion);
  EXPECT_EQ((*reader)->segments()[1].header.rule_set_version, kRuleSetVersion + 1);
  std::uint64_t last = 0;
  EXPECT_EQ(check_contents(device, &last), "");
  EXPECT_EQ(last, 6U);
}

TEST(JournalWriter, ReplacesALastSegmentWithoutFramesWhenTheRuleSetChanges) {
  SimulatedDevice device;
  create_journal(device, small_segments(8)).reset();
  JournalSettings settings = small_segments(4);
  settings.rule_set_version = kRuleSetVersion + 1;
  auto writer = JournalWriter::open(device, settings);
  ASSERT_TRUE(writer.ok()) << writer.status();
  ASSERT_EQ(write_frame(**writer, 3), absl::OkStatus());
  const auto result = verify_journal(device);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->intact()) << to_string(*result);
  EXPECT_EQ(result->segments, 1U);
  EXPECT_EQ(result->commands, 3U);
}

TEST(JournalReader, SeeksToAnySequenceWithAndWithoutAnIndex) {
  SimulatedDevice device;
  auto writer = create_journal(device, small_segments(6));
  for (std::uint64_t i = 0; i < 40; ++i) {
    ASSERT_EQ(write_frame(*writer, 1 + i * 7 % 50), absl::OkStatus());
  }
  const std::uint64_t last = writer->durable().value();
  ASSERT_EQ(writer->close(), absl::OkStatus());
  for (const bool with_index : {true, false}) {
    if (!with_index) {
      for (const std::string& name : device.names()) {
        if (name.starts_with(kIndexPrefix)) {
          ASSERT_TRUE(device.remove(name).ok());
        }
      }
    }
    auto reader = JournalReader::open(device);
    ASSERT_TRUE(reader.ok());
    for (std::uint64_t sequence = 1; sequence <= last; sequence += 3) {
      ASSERT_EQ((*reader)->seek(SequenceNumber(sequence)), absl::OkStatus()) << sequence;
      const auto frame = (*reader)->next_frame();
      ASSERT_TRUE(frame.ok() && *frame) << sequence;
      EXPECT_LE((*frame)->header.first_sequence, SequenceNumber(sequence));
      EXPECT_GE((*frame)->header.last_sequence, SequenceNumber(sequence));
      // And reading goes on with the frame after it.
      const auto after = (*reader)->next_frame();
      ASSERT_TRUE(after.ok());
      if (*after) {
        EXPECT_EQ((*after)->header.first_sequence, next((*frame)->header.last_sequence));
      }
    }
    ASSERT_EQ((*reader)->seek(SequenceNumber(last + 1)), absl::OkStatus());
    const auto beyond = (*reader)->next_frame();
    EXPECT_TRUE(beyond.ok() && !*beyond);
    EXPECT_EQ((*reader)->seek(SequenceNumber(0)).code(), absl::StatusCode::kOutOfRange);
  }
}

TEST(JournalReader, StopsWhereItIsToldWithoutLookingFurther) {
  SimulatedDevice device;
  auto writer = create_journal(device, small_segments(16));
  for (int i = 0; i < 4; ++i) ASSERT_EQ(write_frame(*writer, 10), absl::OkStatus());
  // What lies behind the fence is being written and must not matter.
  device.flip_bit(segment_file_name(SequenceNumber(1)), 8 * (3 * kBlockBytes + 100));
  auto reader = JournalReader::open(device, {.stop_after = SequenceNumber(20)});
  ASSERT_TRUE(reader.ok());
  std::uint64_t frames = 0;
  while (true) {
    const auto frame = (*reader)->next_frame();
    ASSERT_TRUE(frame.ok()) << frame.status();
    if (!*frame) break;
    ++frames;
  }
  EXPECT_EQ(frames, 2U);
  EXPECT_EQ((*reader)->tail().kind, JournalTail::Kind::kNotReached);
}

}  // namespace
}  // namespace hourglass::engine

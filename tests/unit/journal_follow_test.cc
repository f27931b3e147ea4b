// Reading a journal while it is being written.
#include <gtest/gtest.h>

#include "tests/support/journal_workload.h"
#include "tests/support/random_source.h"
#include "tests/support/simulated_device.h"

namespace hourglass::engine {
namespace {

// Reads what there is; every command must be the next one. Returns the last.
std::uint64_t read_on(JournalReader& reader, std::uint64_t last) {
  for (;;) {  // ends: the journal is finite
    const auto frame = reader.next_frame();
    EXPECT_TRUE(frame.ok()) << frame.status();
    if (!frame.ok() || !*frame) return last;
    std::span<const std::byte> payload = (*frame)->payload;
    while (!payload.empty()) {
      const auto command = take_command(payload);
      EXPECT_EQ(std::vector<std::byte>(command.begin(), command.end()), test_command(++last));
    }
  }
}

TEST(JournalFollower, ReadsWhatIsAnnouncedAndNoFurtherThroughSegmentsBegunSince) {
  const std::uint64_t seed = journal_test_seed(1);
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed));
  test::RandomSource random(seed);
  SimulatedDevice device;
  auto writer = create_journal(device, small_segments(6));
  auto reader = JournalReader::open(device, {.stop_after = SequenceNumber(0)});
  ASSERT_TRUE(reader.ok());
  std::uint64_t last = 0;
  for (std::uint32_t round = 0; round < 200; ++round) {
    const SequenceNumber announced = writer->durable();
    (*reader)->follow(announced);
    // Written, not announced: must not be looked at, nor remembered as it looks now.
    for (std::uint64_t i = random.below(3); i != 0; --i) {
      ASSERT_EQ(write_frame(*writer, 1 + random.below(60)), absl::OkStatus());
    }
    last = read_on(**reader, last);
    ASSERT_EQ(last, announced.value());
  }
  EXPECT_GT((*reader)->segments().size(), 20U);
  // What the last command begins has room for the seal, whatever was left of the segment before.
  const absl::Status sealed = writer->commit(test_stamp(*writer, true));
  if (absl::IsFailedPrecondition(sealed)) {
    ASSERT_EQ(write_frame(*writer, 1), absl::OkStatus());
    ASSERT_EQ(writer->commit(test_stamp(*writer, true)), absl::OkStatus());
  } else {
    ASSERT_EQ(sealed, absl::OkStatus());
  }
  (*reader)->read_to_end();
  EXPECT_EQ(read_on(**reader, last), writer->durable().value());
  EXPECT_EQ((*reader)->tail().kind, JournalTail::Kind::kClean);
}

TEST(JournalFollower, GrowsWithTheSegments) {
  SimulatedDevice device;
  {
    auto writer = create_journal(device, small_segments(2));
    ASSERT_EQ(write_frame(*writer, 10), absl::OkStatus());
    ASSERT_EQ(writer->close(), absl::OkStatus());
  }
  auto writer = JournalWriter::open(device, small_segments(200));
  ASSERT_TRUE(writer.ok()) << writer.status();
  auto reader = JournalReader::open(device, {.stop_after = SequenceNumber(10)});
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(read_on(**reader, 0), 10U);
  ASSERT_EQ(write_frame(**writer, 3000), absl::OkStatus());
  (*reader)->follow(SequenceNumber(3010));
  EXPECT_EQ(read_on(**reader, 10), 3010U);
}

TEST(JournalFollower, FindsAnAnnouncedFrameMissing) {
  SimulatedDevice device;
  auto writer = create_journal(device, small_segments(16));
  ASSERT_EQ(write_frame(*writer, 10), absl::OkStatus());
  auto reader = JournalReader::open(device, {.stop_after = SequenceNumber(10)});
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(read_on(**reader, 0), 10U);
  (*reader)->follow(SequenceNumber(11));
  const auto frame = (*reader)->next_frame();
  EXPECT_TRUE(absl::IsDataLoss(frame.status())) << frame.status();
  EXPECT_TRUE((*reader)->fault().has_value());
}

TEST(JournalFollower, SurvivesADirectoryThatCannotBeReadJustNow) {
  SimulatedDevice device;
  auto writer = create_journal(device, small_segments(2));
  ASSERT_EQ(write_frame(*writer, 10), absl::OkStatus());
  auto reader = JournalReader::open(device, {.stop_after = SequenceNumber(10)});
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(read_on(**reader, 0), 10U);
  for (std::uint32_t i = 0; i < 3; ++i) ASSERT_EQ(write_frame(*writer, 10), absl::OkStatus());
  const std::string middle = segment_file_name(SequenceNumber(21));
  const auto bytes = device.contents(middle);
  ASSERT_EQ(device.remove(middle), absl::OkStatus());
  (*reader)->follow(SequenceNumber(40));
  EXPECT_TRUE(absl::IsUnavailable((*reader)->next_frame().status()));
  device.set_contents(middle, bytes);
  EXPECT_EQ(read_on(**reader, 10), 40U);
}

}  // namespace
}  // namespace hourglass::engine

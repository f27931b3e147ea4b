// A full disk is met while the current segment still has room; then the writer refuses, loses
// nothing, and goes on when there is room again.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "engine/journal/file_device.h"
#include "engine/journal/verify.h"
#include "tests/support/journal_workload.h"
#include "tests/support/simulated_device.h"

namespace hourglass::engine {
namespace {

// Writes frames of 20 commands until one is refused; checks that the warning came before.
void fill_disk(JournalWriter& writer) {
  bool warned = false;
  absl::Status status;
  for (int i = 0; i < 100000 && status.ok(); ++i) {
    SegmentPreparer::State state = writer.preparer().state();
    do {
      state = writer.preparer().step();
    } while (state == SegmentPreparer::State::kFilling || state == SegmentPreparer::State::kNeeded);
    warned = warned || writer.space_low();
    status = write_frame(writer, 20);
  }
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_TRUE(warned);
  EXPECT_TRUE(writer.space_low());
  EXPECT_EQ(writer.failure(), absl::OkStatus());
}

void expect_whole(JournalDevice& device, std::uint64_t last) {
  std::uint64_t found = 0;
  EXPECT_EQ(check_contents(device, &found), "");
  EXPECT_EQ(found, last);
}

TEST(JournalDiskFull, RefusesLosesNothingAndGoesOnWhenThereIsRoom) {
  SimulatedDevice device;
  auto writer = create_journal(device, small_segments(6));
  device.set_capacity(4 * 6 * kBlockBytes);  // with their indexes, three segments
  fill_disk(*writer);
  const std::uint64_t durable = writer->durable().value();
  expect_whole(device, durable);

  // Refused again, and again without harm.
  EXPECT_TRUE(absl::IsResourceExhausted(writer->commit(test_stamp(*writer))));
  expect_whole(device, durable);

  // The frame is still in hand.
  device.set_capacity(std::nullopt);
  EXPECT_EQ(writer->commit(test_stamp(*writer)), absl::OkStatus());
  EXPECT_EQ(writer->durable(), SequenceNumber(durable + 20));
  EXPECT_FALSE(writer->space_low());
  ASSERT_EQ(writer->close(), absl::OkStatus());
  expect_whole(device, durable + 20);
}

TEST(JournalDiskFull, IsCuredByRecyclingAnArchivedSegment) {
  SimulatedDevice device;
  auto writer = create_journal(device, small_segments(6));
  device.set_capacity(4 * 6 * kBlockBytes);
  fill_disk(*writer);
  const SequenceNumber durable = writer->durable();
  EXPECT_TRUE(absl::IsFailedPrecondition(writer->recycle_oldest(SequenceNumber(50))))
      << "the oldest segment's last command is not archived";
  ASSERT_EQ(writer->recycle_oldest(durable), absl::OkStatus());
  EXPECT_EQ(writer->commit(test_stamp(*writer)), absl::OkStatus());
  EXPECT_EQ(writer->durable().value(), durable.value() + 20);
  const auto result = verify_journal(device);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->intact()) << to_string(*result);
  EXPECT_GT(result->first_sequence, SequenceNumber(1));
  expect_whole(device, durable.value() + 20);
}

TEST(JournalRecycling, NeverTakesAnEarlierSegmentsFramesForItsOwn) {
  SimulatedDevice device;
  auto writer = create_journal(device, small_segments(6));
  for (int i = 0; i < 10; ++i) ASSERT_EQ(write_frame(*writer, 20), absl::OkStatus());
  ASSERT_EQ(writer->recycle_oldest(writer->durable()), absl::OkStatus());
  // The recycled file is full of whole frames of segment 1; only its first block changes.
  while (std::ranges::count(device.names(), kSpareSegmentName) == 1) {
    ASSERT_EQ(write_frame(*writer, 20), absl::OkStatus());
  }
  const std::uint64_t durable = writer->durable().value();
  writer.reset();
  device.power_cut(KeepRule::kNone, 0);
  auto reopened = JournalWriter::open(device, small_segments(6));
  ASSERT_TRUE(reopened.ok()) << reopened.status();
  EXPECT_EQ((*reopened)->durable(), SequenceNumber(durable));
  EXPECT_EQ((*reopened)->recovery().frame_number, 2U) << "one frame, the rest is old";
  ASSERT_EQ(write_frame(**reopened, 20), absl::OkStatus());
  expect_whole(device, durable + 20);
}

TEST(JournalRecycling, RefusesTheCurrentSegmentAndASecondSpare) {
  SimulatedDevice device;
  auto writer = create_journal(device, small_segments(4));
  ASSERT_EQ(write_frame(*writer, 20), absl::OkStatus());
  EXPECT_TRUE(absl::IsFailedPrecondition(writer->recycle_oldest(SequenceNumber(1000))));
  for (int i = 0; i < 6; ++i) ASSERT_EQ(write_frame(*writer, 20), absl::OkStatus());
  ASSERT_EQ(writer->preparer().finish(), absl::OkStatus());
  EXPECT_TRUE(absl::IsFailedPrecondition(writer->recycle_oldest(SequenceNumber(1000))));
}

TEST(JournalDiskFull, IsSurvivedOnARealFileSystem) {
  std::string path = ::testing::TempDir() + "hourglass-full-XXXXXX";
  ASSERT_NE(::mkdtemp(path.data()), nullptr);
  if (::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=1m") != 0) {
    const int error = errno;
    std::filesystem::remove(path);
    GTEST_SKIP() << "SKIPPED: cannot mount a tmpfs of 1 MiB (" << std::strerror(error)
                 << "); needs root";
  }
  {
    std::ofstream filler(path + "/filler");
    filler << std::string(300 << 10, 'x');
  }
  {
    const auto device = FileDevice::open_directory(path);
    ASSERT_TRUE(device.ok()) << device.status();
    auto writer = create_journal(**device, small_segments(64));
    fill_disk(*writer);
    const std::uint64_t durable = writer->durable().value();
    EXPECT_GT(durable, 1000U);
    expect_whole(**device, durable);
    std::filesystem::remove(path + "/filler");
    EXPECT_EQ(writer->commit(test_stamp(*writer)), absl::OkStatus());
    ASSERT_EQ(writer->close(), absl::OkStatus());
    expect_whole(**device, durable + 20);
    EXPECT_TRUE(verify_journal(**device)->intact());
  }
  ::umount(path.c_str());
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace hourglass::engine

// Torn writes are cut off; everything that only looks like one is refused, with its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/journal/journal_writer.h"
#include "engine/journal/sector.h"
#include "engine/journal/verify.h"
#include "tests/support/journal_workload.h"
#include "tests/support/simulated_device.h"

namespace hourglass::engine {
namespace {

using ::testing::HasSubstr;
using Bytes = SimulatedDevice::Bytes;

const std::string kFile = segment_file_name(SequenceNumber(1));
constexpr std::uint64_t kFrameBlocks = 2;
constexpr std::uint64_t kFrameSectors = kFrameBlocks * kSectorsPerBlock;

// A journal of one segment: `frames` frames of two blocks and 50 commands each.
class JournalTailTest : public ::testing::Test {
 protected:
  void write_frames(std::uint64_t frames, bool close = false) {
    auto writer = create_journal(device_, small_segments(12));
    for (std::uint64_t i = 0; i < frames; ++i) {
      before_last_ = device_.contents(kFile);
      ASSERT_EQ(write_frame(*writer, 50), absl::OkStatus());
    }
    if (close) {
      ASSERT_EQ(writer->close(), absl::OkStatus());
    }
  }

  static std::uint64_t frame_offset(std::uint64_t frame) {
    return kBlockBytes + (frame - 1) * kFrameBlocks * kBlockBytes;
  }

  // Puts back what sector `sector` of the last frame was before it was written.
  static void unwrite(Bytes& bytes, const Bytes& before, std::uint64_t offset) {
    std::copy_n(before.begin() + static_cast<std::ptrdiff_t>(offset), kSectorBytes,
                bytes.begin() + static_cast<std::ptrdiff_t>(offset));
  }

  absl::StatusOr<std::unique_ptr<JournalWriter>> reopen() {
    return JournalWriter::open(device_, small_segments(12));
  }

  std::string refusal() {
    const auto writer = reopen();
    return writer.ok() ? "opened" : std::string(writer.status().message());
  }

  SimulatedDevice device_;
  Bytes before_last_;
};

TEST_F(JournalTailTest, CutsOffAFrameThatLacksAnySector) {
  for (std::uint64_t missing = 0; missing < kFrameSectors; ++missing) {
    device_ = SimulatedDevice();
    write_frames(3);
    Bytes bytes = device_.contents(kFile);
    unwrite(bytes, before_last_, frame_offset(3) + missing * kSectorBytes);
    device_.set_contents(kFile, bytes);

    const auto torn = verify_journal(device_);
    ASSERT_TRUE(torn.ok());
    EXPECT_TRUE(torn->intact());
    EXPECT_EQ(torn->tail.kind, JournalTail::Kind::kTorn);
    EXPECT_EQ(torn->tail.place, (JournalPlace{kFile, frame_offset(3), 1, 3, 101}));
    EXPECT_EQ(torn->tail.torn_sectors, kFrameSectors - 1);

    auto writer = reopen();
    ASSERT_TRUE(writer.ok()) << writer.status();
    EXPECT_EQ((*writer)->durable(), SequenceNumber(100));
    ASSERT_EQ(write_frame(**writer, 20), absl::OkStatus());
    ASSERT_EQ((*writer)->close(), absl::OkStatus());
    std::uint64_t last = 0;
    EXPECT_EQ(check_contents(device_, &last), "") << missing;
    EXPECT_EQ(last, 120U);
  }
}

TEST_F(JournalTailTest, CutsOffAFrameOfWhichOnlyOneSectorArrived) {
  for (std::uint64_t kept = 0; kept < kFrameSectors; ++kept) {
    device_ = SimulatedDevice();
    write_frames(3);
    Bytes bytes = device_.contents(kFile);
    for (std::uint64_t s = 0; s < kFrameSectors; ++s) {
      if (s != kept) unwrite(bytes, before_last_, frame_offset(3) + s * kSectorBytes);
    }
    device_.set_contents(kFile, bytes);
    auto writer = reopen();
    ASSERT_TRUE(writer.ok()) << writer.status();
    EXPECT_EQ((*writer)->durable(), SequenceNumber(100));
    EXPECT_EQ((*writer)->recovery().tail.torn_sectors, 1U);
    // The one sector is gone: the bytes are as if the frame had never been written.
    EXPECT_EQ(device_.contents(kFile), before_last_);
  }
}

TEST_F(JournalTailTest, RefusesRotInTheLastAcknowledgedFrame) {
  write_frames(3);
  const std::uint64_t offset = frame_offset(3) + 5 * kSectorBytes;
  device_.flip_bit(kFile, 8 * (offset + 77));
  EXPECT_EQ(refusal(), kFile + " byte " + std::to_string(offset) +
                           ": segment 1, frame 3, sequence 101: sector 5 after the last good frame "
                           "is damaged, not torn: its checksum does not match its content");
}

TEST_F(JournalTailTest, RefusesALostSectorThatALaterFrameProvesWritten) {
  write_frames(3);
  Bytes bytes = device_.contents(kFile);
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(frame_offset(2)), kSectorBytes,
              std::byte{0});
  device_.set_contents(kFile, bytes);
  EXPECT_THAT(refusal(), HasSubstr("frame 2 is damaged, not torn: a sector of frame 3 stands"));
}

TEST_F(JournalTailTest, RefusesALostFrameThatTheCommitIndexLists) {
  write_frames(3, /*close=*/true);  // closing lists the last frame as well
  Bytes bytes = device_.contents(kFile);
  unwrite(bytes, before_last_, frame_offset(3) + 3 * kSectorBytes);
  device_.set_contents(kFile, bytes);
  EXPECT_THAT(refusal(), HasSubstr("frame 3 is lost, not torn: the commit index lists frame 3"));
  device_.set_contents(kFile, before_last_);
  EXPECT_THAT(refusal(), HasSubstr("frame 3 is lost, not torn: the commit index lists frame 3"));
}

TEST_F(JournalTailTest, RefusesADirtyByteFarBehindTheTail) {
  write_frames(1);
  device_.flip_bit(kFile, 8 * (11 * kBlockBytes + 4000));
  EXPECT_THAT(refusal(), HasSubstr("byte 48640: segment 1, frame 2, sequence 51: sector 71 after"));
}

TEST_F(JournalTailTest, RefusesASectorThatWasWrittenElsewhere) {
  write_frames(2);
  Bytes bytes = device_.contents(kFile);
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(frame_offset(2)), kSectorBytes,
              bytes.begin() + static_cast<std::ptrdiff_t>(frame_offset(4)));
  device_.set_contents(kFile, bytes);
  EXPECT_THAT(refusal(), HasSubstr("it was written for another place of the segment"));
}

TEST_F(JournalTailTest, RefusesAWriteThatWentToTheWrongPlace) {
  auto writer = create_journal(device_, small_segments(12));
  ASSERT_EQ(write_frame(*writer, 50), absl::OkStatus());
  device_.fail_at(2, WriteFault::kMisdirected);  // 1 is the index
  ASSERT_EQ(write_frame(*writer, 50), absl::OkStatus()) << "the disk lies";
  writer.reset();
  EXPECT_THAT(refusal(), HasSubstr("it was written for another place of the segment"));
}

TEST_F(JournalTailTest, RefusesAWholeSectorWithAnImpossibleFrameNumber) {
  write_frames(1);
  for (const std::uint32_t frame_number : {0U, 1U, 3U}) {
    Bytes bytes = device_.contents(kFile);
    std::byte* sector = bytes.data() + frame_offset(2) + kBlockBytes;
    seal_sector(sector, checksum_seed(kTestUuid), 1,
                static_cast<std::uint32_t>((frame_offset(2) + kBlockBytes) / kSectorBytes),
                frame_number);
    SimulatedDevice damaged;
    damaged.set_contents(kFile, bytes);
    EXPECT_THAT(JournalWriter::open(damaged, small_segments(12)).status().message(),
                HasSubstr("frame 2 is damaged, not torn"));
  }
}

TEST_F(JournalTailTest, TakesSectorsOfAnEarlierSegmentForOld) {
  write_frames(1);
  Bytes bytes = device_.contents(kFile);
  // As if the file had been segment 1 before it became segment 2.
  for (std::uint64_t s = 8; s < bytes.size() / kSectorBytes; ++s) {
    seal_sector(bytes.data() + s * kSectorBytes, checksum_seed(kTestUuid), 1,
                static_cast<std::uint32_t>(s), 1);
  }
  SegmentHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  header.segment_ordinal = 2;
  seal_segment_header(header, bytes.data());
  device_.set_contents(kFile, bytes);
  ASSERT_TRUE(device_.remove(index_file_name(SequenceNumber(1))).ok());
  auto writer = reopen();
  ASSERT_TRUE(writer.ok()) << writer.status();
  EXPECT_EQ((*writer)->durable(), SequenceNumber(0));
  ASSERT_EQ(write_frame(**writer, 50), absl::OkStatus());
  std::uint64_t last = 0;
  EXPECT_EQ(check_contents(device_, &last), "");
  EXPECT_EQ(last, 50U);
}

TEST_F(JournalTailTest, RefusesATornFrameBeforeALaterSegment) {
  auto writer = create_journal(device_, small_segments(4));
  ASSERT_EQ(write_frame(*writer, 50), absl::OkStatus());
  const Bytes before = device_.contents(kFile);
  ASSERT_EQ(write_frame(*writer, 10), absl::OkStatus());
  const Bytes after = device_.contents(kFile);
  ASSERT_EQ(write_frame(*writer, 50), absl::OkStatus());
  writer.reset();
  ASSERT_TRUE(device_.remove(index_file_name(SequenceNumber(1))).ok());
  Bytes bytes = after;
  unwrite(bytes, before, 3 * kBlockBytes + kSectorBytes);
  device_.set_contents(kFile, bytes);
  auto torn = verify_journal(device_);
  ASSERT_TRUE(torn.ok());
  ASSERT_TRUE(torn->fault);
  EXPECT_EQ(torn->fault->what, "frame 2 is damaged, not torn: a later segment exists");
  // And if the whole frame is gone, the next segment misses it.
  device_.set_contents(kFile, before);
  auto lost = verify_journal(device_);
  ASSERT_TRUE(lost.ok());
  ASSERT_TRUE(lost->fault);
  EXPECT_EQ(lost->fault->place, (JournalPlace{segment_file_name(SequenceNumber(61)), 0, 2, 0, 51}));
  EXPECT_THAT(lost->fault->what, HasSubstr("gap: the segment begins at sequence 61"));
}

}  // namespace
}  // namespace hourglass::engine

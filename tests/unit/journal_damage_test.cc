// Journals that are whole sector by sector and yet wrong: what a program's error or an edit leaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "engine/journal/frame_check.h"
#include "engine/journal/journal_writer.h"
#include "engine/journal/sector.h"
#include "engine/journal/verify.h"
#include "tests/support/journal_workload.h"
#include "tests/support/simulated_device.h"

namespace hourglass::engine {
namespace {

using ::testing::HasSubstr;
using Bytes = SimulatedDevice::Bytes;

const std::string kFirst = segment_file_name(SequenceNumber(1));

// Three frames of 10 commands in the first segment, closed in order.
void write_journal(SimulatedDevice& device) {
  auto writer = create_journal(device, small_segments(6));
  for (int i = 0; i < 3; ++i) ASSERT_EQ(write_frame(*writer, 10), absl::OkStatus());
  ASSERT_EQ(writer->close(), absl::OkStatus());
}

// The first fault of the journal after `edit` changed frame 2's data bytes; its chain is made to
// fit again if `rechain`, its sectors are sealed in any case.
std::string fault_after(const std::function<void(FrameHeader&, std::byte* payload)>& edit,
                        bool rechain = true) {
  SimulatedDevice device;
  write_journal(device);
  Bytes bytes = device.contents(kFirst);
  std::byte* frame = bytes.data() + 2 * kBlockBytes;
  std::array<std::byte, kBlockDataBytes> data;
  for (std::size_t i = 0; i < kSectorsPerBlock; ++i) {
    std::memcpy(data.data() + i * kSectorDataBytes, frame + i * kSectorBytes, kSectorDataBytes);
  }
  FrameHeader header;
  std::memcpy(&header, data.data(), sizeof(header));
  edit(header, data.data() + sizeof(header));
  Sha256 sha;
  if (rechain) {
    header.chain =
        frame_chain(header, {data.data() + sizeof(header), header.payload_bytes % 3000}, sha);
  }
  std::memcpy(data.data(), &header, sizeof(header));
  seal_blocks(data.data(), 1, frame, checksum_seed(kTestUuid), 1, 16, 2);
  device.set_contents(kFirst, bytes);
  const auto result = verify_journal(device);
  if (!result.ok()) return std::string(result.status().message());
  if (!result->fault) return "nothing found";
  if (result->fault->place != JournalPlace{kFirst, 2 * kBlockBytes, 1, 2, 11} &&
      result->fault->place.frame != 3) {
    return "wrong place: " + to_string(*result->fault);
  }
  return result->fault->what;
}

TEST(JournalFrame, IsRefusedForEachFieldThatIsWrong) {
  using H = FrameHeader;
  const auto fault = [](auto change) {
    return fault_after([&](H& header, std::byte*) { change(header); });
  };
  EXPECT_THAT(fault([](H& h) { h.magic = 1; }), HasSubstr("magic"));
  EXPECT_THAT(fault([](H& h) { h.header_bytes = 128; }), HasSubstr("header's size"));
  EXPECT_THAT(fault([](H& h) { h.flags = 2; }), HasSubstr("unknown flags"));
  EXPECT_THAT(fault([](H& h) { h.reserved[23] = std::byte{1}; }), HasSubstr("reserved bytes"));
  EXPECT_THAT(fault([](H& h) { h.payload_bytes = 0xFFFFFFFF; }), HasSubstr("longer than any"));
  EXPECT_THAT(fault([](H& h) { h.payload_bytes = 8000; }), HasSubstr("1 blocks for a payload"));
  EXPECT_THAT(fault([](H& h) { h.blocks = 2; }), HasSubstr("2 blocks for a payload"));
  EXPECT_THAT(fault([](H& h) {
                h.payload_bytes = 4 * kBlockDataBytes;
                h.blocks = 5;
              }),
              HasSubstr("beyond the segment"));
  EXPECT_THAT(fault([](H& h) { h.rule_set_version = 9; }), HasSubstr("rule set 9"));
  EXPECT_THAT(fault([](H& h) { h.first_sequence = SequenceNumber(12); }),
              HasSubstr("begins at sequence 12"));
  EXPECT_THAT(fault([](H& h) { h.last_sequence = SequenceNumber(21); }), HasSubstr("contradicts"));
  EXPECT_THAT(fault([](H& h) { h.command_count = 0; }), HasSubstr("contradicts"));
  EXPECT_THAT(fault([](H& h) { h.digest_through = SequenceNumber(21); }), HasSubstr("not yet"));
  EXPECT_THAT(fault([](H& h) { h.digest_through = SequenceNumber(0); }),
              HasSubstr("event digest differs"));
  EXPECT_THAT(fault([](H& h) { h.prev_blocks = 2; }), HasSubstr("1 blocks, not 2"));
  EXPECT_THAT(fault([](H& h) { h.prev_chain[0] ^= std::byte{1}; }),
              HasSubstr("continue the chain"));
  // An edit that keeps every rule of its own frame breaks the next frame's chain.
  EXPECT_THAT(fault([](H& h) { h.wall_time = Timestamp(1); }), HasSubstr("continue the chain"));
}

TEST(JournalFrame, IsRefusedForWrongContent) {
  EXPECT_THAT(fault_after([](FrameHeader& h, std::byte*) { h.chain[9] ^= std::byte{1}; }, false),
              HasSubstr("does not hash to its chain"));
  EXPECT_THAT(fault_after([](FrameHeader&, std::byte* p) { p[100] ^= std::byte{1}; }, false),
              HasSubstr("does not hash to its chain"));
  EXPECT_THAT(fault_after([](FrameHeader& h, std::byte* p) { p[h.payload_bytes] = std::byte{1}; }),
              HasSubstr("after the payload"));
  constexpr std::size_t kKind = offsetof(CommandHeader, kind);
  EXPECT_THAT(fault_after([](FrameHeader&, std::byte* p) { p[kKind] = std::byte{200}; }),
              HasSubstr("command 0 has the unknown kind 200"));
  EXPECT_THAT(fault_after([](FrameHeader&, std::byte* p) { p[0] = std::byte{99}; }),
              HasSubstr("command 0 has sequence 99, the one before it asks for 11"));
  EXPECT_THAT(fault_after([](FrameHeader& h, std::byte*) { h.payload_bytes -= 64; }),
              ::testing::AnyOf(HasSubstr("after the payload"), HasSubstr("cut off")));
  EXPECT_THAT(fault_after([](FrameHeader& h, std::byte*) { h.payload_bytes += 32; }),
              HasSubstr("cut off"));
}

// The first fault of a journal of three segments after `edit`.
std::string list_fault(const std::function<void(SimulatedDevice&)>& edit) {
  SimulatedDevice device;
  auto writer = create_journal(device, small_segments(3));
  for (int i = 0; i < 6; ++i) EXPECT_EQ(write_frame(*writer, 10), absl::OkStatus());
  writer.reset();
  edit(device);
  const auto result = verify_journal(device);
  if (!result.ok()) return std::string(result.status().message());
  return result->fault ? result->fault->what : "nothing found";
}

void edit_header(SimulatedDevice& device, std::uint64_t first,
                 const std::function<void(SegmentHeader&)>& edit) {
  const std::string name = segment_file_name(SequenceNumber(first));
  Bytes bytes = device.contents(name);
  SegmentHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  edit(header);
  seal_segment_header(header, bytes.data());
  device.set_contents(name, bytes);
}

TEST(JournalSegments, AreRefusedWhereTheyDoNotFitTogether) {
  const auto header_fault = [](auto change) {
    return list_fault([&](SimulatedDevice& d) { edit_header(d, 21, change); });
  };
  using H = SegmentHeader;
  EXPECT_EQ(list_fault([](SimulatedDevice&) {}), "nothing found");
  EXPECT_THAT(list_fault([](SimulatedDevice& d) {
                ASSERT_TRUE(d.remove(segment_file_name(SequenceNumber(21))).ok());
              }),
              HasSubstr("segment 2 is missing"));
  EXPECT_THAT(list_fault([](SimulatedDevice& d) {
                ASSERT_TRUE(d.rename(segment_file_name(SequenceNumber(41)), "seg-41.hgj").ok());
              }),
              HasSubstr("the name is not"));
  EXPECT_THAT(list_fault([](SimulatedDevice& d) {
                ASSERT_TRUE(d.rename(segment_file_name(SequenceNumber(41)),
                                     segment_file_name(SequenceNumber(42)))
                                .ok());
              }),
              HasSubstr("the header begins at sequence 41, the name says 42"));
  EXPECT_THAT(list_fault([](SimulatedDevice& d) {
                Bytes bytes = d.contents(segment_file_name(SequenceNumber(21)));
                bytes.resize(bytes.size() - kBlockBytes);
                d.set_contents(segment_file_name(SequenceNumber(21)), bytes);
              }),
              HasSubstr("the file has 8192 bytes, its header says 12288"));
  EXPECT_THAT(list_fault([](SimulatedDevice& d) {
                d.set_contents(segment_file_name(SequenceNumber(21)), Bytes(100));
              }),
              HasSubstr("ends inside its first blocks"));
  EXPECT_THAT(header_fault([](H& h) { h.magic[0] = 'X'; }), HasSubstr("magic"));
  EXPECT_THAT(header_fault([](H& h) { h.uuid.bytes[3] ^= std::byte{1}; }),
              HasSubstr("another journal"));
  EXPECT_THAT(header_fault([](H& h) { h.segment_ordinal = 1; }),
              HasSubstr("chain does not begin with the journal's uuid"));
  EXPECT_THAT(list_fault([](SimulatedDevice& d) {
                edit_header(d, 41, [](H& h) { h.segment_ordinal = 2; });
              }),
              HasSubstr("segment 2 overlaps segment 2"));
  EXPECT_THAT(header_fault([](H& h) { h.segment_ordinal = 5; }), HasSubstr("segment 2 is missing"));
  EXPECT_THAT(header_fault([](H& h) { h.format_version = 2; }), HasSubstr("format version 2"));
  EXPECT_THAT(header_fault([](H& h) { h.layout_version = 99; }), HasSubstr("layout version 99"));
  EXPECT_THAT(header_fault([](H& h) { h.segment_bytes = 12; }), HasSubstr("size 12 is out of"));
  EXPECT_THAT(header_fault([](H& h) { h.build_id[63] = 'x'; }), HasSubstr("build id"));
  EXPECT_THAT(header_fault([](H& h) { h.prev_chain[1] ^= std::byte{1}; }),
              HasSubstr("does not continue the chain"));
  EXPECT_THAT(header_fault([](H& h) { h.rule_set_version = 7; }), HasSubstr("segment's is 7"));
  EXPECT_THAT(list_fault([](SimulatedDevice& d) {
                Bytes bytes = d.contents(segment_file_name(SequenceNumber(21)));
                bytes[kSectorBytes + 300] = std::byte{1};
                d.set_contents(segment_file_name(SequenceNumber(21)), bytes);
              }),
              HasSubstr("sector 1 of the segment header: its checksum"));
}

TEST(JournalVerification, SaysWhichIndexRecordsAreDamaged) {
  SimulatedDevice device;
  write_journal(device);
  device.flip_bit(index_file_name(SequenceNumber(1)), 8 * 64 + 5);
  const auto result = verify_journal(device);
  ASSERT_TRUE(result.ok());
  EXPECT_FALSE(result->fault);
  EXPECT_FALSE(result->intact());
  EXPECT_EQ(result->index_damaged, 1U);
  EXPECT_EQ(result->index_listed, 2U);
  // Opening for writing makes the index whole again and says so.
  auto writer = JournalWriter::open(device, small_segments(6));
  ASSERT_TRUE(writer.ok()) << writer.status();
  EXPECT_EQ((*writer)->recovery().index_records_repaired, 1U);
  EXPECT_TRUE(verify_journal(device)->intact());
}

TEST(JournalVerification, ReadsAJournalWithoutItsIndex) {
  SimulatedDevice device;
  write_journal(device);
  ASSERT_TRUE(device.remove(index_file_name(SequenceNumber(1))).ok());
  const auto result = verify_journal(device);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->intact());
  EXPECT_EQ(result->index_missing, 3U);
}

}  // namespace
}  // namespace hourglass::engine

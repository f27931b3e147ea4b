// The journal's bytes on disk, as FORMAT.md states them: geometry, headers, records, file names.
//
// All integers are little-endian and every struct below is its bytes on disk, without padding.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "engine/base/limits.h"
#include "engine/base/types.h"
#include "engine/journal/sha256.h"
#include "engine/order/command.h"

namespace hourglass::engine {

// --- Geometry ------------------------------------------------------------------------------------
// A sector is what a disk writes whole or not at all; a block is what O_DIRECT wants aligned.
inline constexpr std::uint32_t kSectorBytes = 512;
inline constexpr std::uint32_t kSectorDataBytes = 496;
inline constexpr std::uint32_t kBlockBytes = 4096;
inline constexpr std::uint32_t kSectorsPerBlock = kBlockBytes / kSectorBytes;
inline constexpr std::uint32_t kBlockDataBytes = kSectorsPerBlock * kSectorDataBytes;
inline constexpr std::uint64_t kMinSegmentBytes = 2 * kBlockBytes;  // header and one frame
inline constexpr std::uint64_t kDefaultSegmentBytes = std::uint64_t{256} << 20;
inline constexpr std::uint32_t kMaxFrameBlocks = kMaxFrameBytes / kBlockBytes;
static_assert(kMaxFrameBytes % kBlockBytes == 0);
static_assert(kMaxSegmentBytes / kSectorBytes <= 0xFFFFFFFFULL, "a sector's index has 32 bits");

// The last 16 bytes of every sector: where it belongs and that it is whole.
struct SectorTrailer {
  std::uint32_t segment_ordinal;  // 1 is the journal's first segment
  std::uint32_t sector_index;     // 0 is the segment's first sector
  std::uint32_t frame_number;     // 1 is the segment's first frame; 0 the segment header
  std::uint32_t checksum;  // CRC-32C of the journal's uuid, then the sector's first 508 bytes
};
static_assert(sizeof(SectorTrailer) == kSectorBytes - kSectorDataBytes);

// --- Segment header: block 0 ---------------------------------------------------------------------
struct JournalUuid {
  std::array<std::byte, 16> bytes{};
  constexpr bool operator==(const JournalUuid&) const noexcept = default;
};

inline constexpr std::array<char, 8> kSegmentMagic = {'H', 'G', 'J', 'R', 'N', 'L', '0', '1'};
inline constexpr std::uint32_t kJournalFormatVersion = 1;

struct SegmentHeader {
  std::array<char, 8> magic;
  std::uint32_t format_version;
  std::uint32_t rule_set_version;  // of every command in the segment
  std::uint32_t layout_version;    // of every command in the segment
  std::uint32_t segment_ordinal;
  std::uint64_t segment_bytes;
  SequenceNumber first_sequence;
  Timestamp created;
  JournalUuid uuid;
  Digest prev_chain;              // chain of the frame before; genesis_chain() in segment 1
  std::array<char, 64> build_id;  // text of the program that wrote it, zero-filled
};
static_assert(sizeof(SegmentHeader) == 160 && std::is_trivially_copyable_v<SegmentHeader>);

// --- Frame ---------------------------------------------------------------------------------------
inline constexpr std::uint32_t kFrameMagic = 0x52464748;  // "HGFR"
// The journal was closed in order; events are digested through the last command.
inline constexpr std::uint32_t kFrameSeal = 1;
inline constexpr std::uint32_t kKnownFrameFlags = kFrameSeal;

struct FrameHeader {
  std::uint32_t magic;
  std::uint32_t header_bytes;
  std::uint32_t payload_bytes;
  std::uint32_t command_count;
  std::uint32_t flags;
  std::uint32_t rule_set_version;  // the segment header's, so that the chain covers it
  std::uint32_t blocks;            // of this frame
  std::uint32_t prev_blocks;       // of the frame before in this segment; 0 in its first
  SequenceNumber first_sequence;   // of an empty frame: of the next command
  SequenceNumber last_sequence;    // first_sequence + command_count - 1
  Timestamp wall_time;             // when the frame was closed
  std::uint64_t monotonic_ns;
  SequenceNumber digest_through;  // event_digest covers the events of commands up to this one
  std::array<std::byte, 24> reserved;
  Digest event_digest;  // event_digest.h says how it is chained
  Digest prev_chain;
  Digest chain;  // SHA-256 of this header with `chain` zero, then the payload
};
static_assert(sizeof(FrameHeader) == 192 && std::is_trivially_copyable_v<FrameHeader>);
static_assert(sizeof(FrameHeader) % 64 == 0, "commands in a read frame stay aligned");

// Bytes of commands a frame of `blocks` blocks can hold.
constexpr std::uint32_t frame_capacity(std::uint32_t blocks) noexcept {
  return blocks * kBlockDataBytes - static_cast<std::uint32_t>(sizeof(FrameHeader));
}
// Blocks of a frame with this payload: as few as hold it.
constexpr std::uint32_t frame_blocks(std::uint32_t payload_bytes) noexcept {
  const auto data = static_cast<std::uint32_t>(sizeof(FrameHeader)) + payload_bytes;
  return (data + kBlockDataBytes - 1) / kBlockDataBytes;
}
inline constexpr std::uint32_t kMaxPayloadBytes = frame_capacity(kMaxFrameBlocks);

// --- Commit index --------------------------------------------------------------------------------
// Slot i of idx-<first_sequence>.hgi speaks of frame i + 1 of the segment; all zero: not written.
struct IndexRecord {
  SequenceNumber first_sequence;
  std::uint64_t offset;  // of the frame in the segment file
  std::uint32_t blocks;
  std::uint32_t segment_ordinal;
  std::uint32_t frame_number;
  std::uint32_t command_count;
  std::array<std::byte, 16> chain;  // the first half of the frame's
  std::array<std::byte, 12> reserved;
  std::uint32_t checksum;  // CRC-32C of the journal's uuid, then the record's first 60 bytes
};
static_assert(sizeof(IndexRecord) == 64 && std::is_trivially_copyable_v<IndexRecord>);

// Records an index file has room for: one for each block but the header's.
constexpr std::uint64_t index_slots(std::uint64_t segment_bytes) noexcept {
  return segment_bytes / kBlockBytes - 1;
}
// Bytes of an index file: its slots, up to whole blocks.
constexpr std::uint64_t index_bytes(std::uint64_t segment_bytes) noexcept {
  const std::uint64_t bytes = index_slots(segment_bytes) * sizeof(IndexRecord);
  return (bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
}

// --- Names ---------------------------------------------------------------------------------------
[[nodiscard]] std::string segment_file_name(SequenceNumber first_sequence);
[[nodiscard]] std::string index_file_name(SequenceNumber first_sequence);
// The first sequence in "<prefix><20 digits><suffix>". Errors: any other text gives nothing.
[[nodiscard]] std::optional<SequenceNumber> sequence_in_name(std::string_view name,
                                                             std::string_view prefix,
                                                             std::string_view suffix);
inline constexpr std::string_view kSegmentPrefix = "seg-";
inline constexpr std::string_view kSegmentSuffix = ".hgj";
inline constexpr std::string_view kIndexPrefix = "idx-";
inline constexpr std::string_view kIndexSuffix = ".hgi";
inline constexpr std::string_view kSpareSegmentName = "spare.hgj";
inline constexpr std::string_view kSpareIndexName = "spare.hgi";

// --- Shared pieces -------------------------------------------------------------------------------
// The checksum every sector and record continues from: that of the uuid.
[[nodiscard]] std::uint32_t checksum_seed(const JournalUuid& uuid) noexcept;
// What stands in place of a chain before the first frame: SHA-256 of "HGJRNL01", then the uuid.
[[nodiscard]] Digest genesis_chain(const JournalUuid& uuid);

[[nodiscard]] bool all_zero(std::span<const std::byte> bytes) noexcept;

template <class T>
std::span<const std::byte> bytes_of(const T& value) noexcept {
  static_assert(std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>);
  return std::as_bytes(std::span(&value, 1));
}

}  // namespace hourglass::engine

#include "engine/journal/commit_index.h"

#include <algorithm>
#include <cstring>

#include "engine/journal/crc32c.h"

namespace hourglass::engine {
namespace {

constexpr std::size_t kCheckedBytes = sizeof(IndexRecord) - sizeof(std::uint32_t);

std::uint32_t record_checksum(const IndexRecord& record, std::uint32_t seed) noexcept {
  return crc32c(bytes_of(record).first(kCheckedBytes), seed);
}

bool is_whole(const IndexRecord& record, const SegmentHeader& segment, std::uint32_t frame_number,
              std::uint32_t seed) noexcept {
  return record.checksum == record_checksum(record, seed) &&
         record.segment_ordinal == segment.segment_ordinal && record.frame_number == frame_number &&
         record.offset % kBlockBytes == 0 && record.offset >= kBlockBytes &&
         record.offset < segment.segment_bytes;
}

}  // namespace

IndexRecord make_index_record(const FrameHeader& header, std::uint64_t offset,
                              std::uint32_t segment_ordinal, std::uint32_t frame_number,
                              std::uint32_t seed) noexcept {
  IndexRecord record{.first_sequence = header.first_sequence,
                     .offset = offset,
                     .blocks = header.blocks,
                     .segment_ordinal = segment_ordinal,
                     .frame_number = frame_number,
                     .command_count = header.command_count,
                     .chain = {},
                     .reserved = {},
                     .checksum = 0};
  std::copy_n(header.chain.begin(), record.chain.size(), record.chain.begin());
  record.checksum = record_checksum(record, seed);
  return record;
}

std::uint32_t CommitIndex::last_listed() const noexcept {
  for (std::size_t i = records.size(); i > 0; --i) {
    if (records[i - 1]) return static_cast<std::uint32_t>(i);
  }
  return 0;
}

const IndexRecord* CommitIndex::find(SequenceNumber sequence) const noexcept {
  const IndexRecord* best = nullptr;
  for (const std::optional<IndexRecord>& record : records) {
    if (record && record->first_sequence <= sequence &&
        (best == nullptr || best->first_sequence <= record->first_sequence)) {
      best = &*record;
    }
  }
  return best;
}

absl::StatusOr<CommitIndex> read_commit_index(JournalDevice& device, const SegmentHeader& segment) {
  CommitIndex index;
  auto file = device.open(index_file_name(segment.first_sequence), OpenMode::kRead);
  if (absl::IsNotFound(file.status())) {
    index.missing = true;
    return index;
  }
  if (!file.ok()) return file.status();
  const auto size = (*file)->size();
  if (!size.ok()) return size.status();
  const std::uint64_t expected = index_bytes(segment.segment_bytes);
  if (*size != expected) {
    index.missing = true;
    return index;
  }

  std::vector<std::byte> bytes(expected);
  if (const absl::Status read = (*file)->read(0, bytes); !read.ok()) return read;
  const std::uint32_t seed = checksum_seed(segment.uuid);
  const std::uint64_t slots = index_slots(segment.segment_bytes);
  index.records.resize(slots);
  for (std::uint64_t i = 0; i < expected / sizeof(IndexRecord); ++i) {
    const auto slot = std::span(bytes).subspan(i * sizeof(IndexRecord), sizeof(IndexRecord));
    if (all_zero(slot)) continue;
    IndexRecord record;
    std::memcpy(&record, slot.data(), sizeof(record));
    if (i < slots && is_whole(record, segment, static_cast<std::uint32_t>(i + 1), seed)) {
      index.records[i] = record;
    } else {
      ++index.damaged_count;
    }
  }
  // Slots from the last written on stay empty for good; dropping them keeps look-ups short.
  index.records.resize(index.last_listed());
  return index;
}

}  // namespace hourglass::engine

#include "engine/journal/segment_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "engine/journal/sector.h"

namespace hourglass::engine {
namespace {

using HeaderBlock = std::array<std::byte, kBlockBytes>;

bool is_zero_filled_text(std::span<const char> text) noexcept {
  const auto end = std::find(text.begin(), text.end(), '\0');
  return std::all_of(text.begin(), end, [](char c) { return c >= ' ' && c <= '~'; }) &&
         std::all_of(end, text.end(), [](char c) { return c == '\0'; });
}

// What is wrong with the header's own fields, if anything.
std::optional<std::string> field_fault(const SegmentHeader& header, SequenceNumber named) {
  if (header.format_version != kJournalFormatVersion) {
    return fmt::format("format version {} is not known", header.format_version);
  }
  if (header.layout_version != kLayoutVersion) {
    return fmt::format("command layout version {} is not known", header.layout_version);
  }
  if (header.segment_bytes < kMinSegmentBytes || header.segment_bytes > kMaxSegmentBytes ||
      header.segment_bytes % kBlockBytes != 0) {
    return fmt::format("segment size {} is out of range", header.segment_bytes);
  }
  if (header.first_sequence != named) {
    return fmt::format("the header begins at sequence {}, the name says {}",
                       header.first_sequence.value(), named.value());
  }
  if (header.first_sequence.value() == 0) return "sequences begin at 1";
  if (header.segment_ordinal == 0) return "ordinals begin at 1";
  if (header.segment_ordinal == 1 && header.prev_chain != genesis_chain(header.uuid)) {
    return "the first segment's chain does not begin with the journal's uuid";
  }
  if (!is_zero_filled_text(header.build_id)) return "the build id is not zero-filled text";
  return std::nullopt;
}

// The faulty sector's index and what is wrong, if anything, with the sealed block.
struct BlockFault {
  std::uint32_t sector;
  std::string what;
};
std::optional<BlockFault> block_fault(const HeaderBlock& block, const SegmentHeader& header) {
  const std::uint32_t seed = checksum_seed(header.uuid);
  for (std::uint32_t i = 0; i < kSectorsPerBlock; ++i) {
    const std::byte* sector = block.data() + i * kSectorBytes;
    const SectorCheck check = check_sector(sector, seed, header.segment_ordinal, i);
    if (check.state != SectorState::kCurrent || check.frame_number != 0) {
      const char* why = check.why != nullptr ? check.why : "it is not this header's";
      return BlockFault{i, fmt::format("sector {} of the segment header: {}", i, why)};
    }
    const std::size_t used = i == 0 ? sizeof(SegmentHeader) : 0;
    if (!all_zero({sector + used, kSectorDataBytes - used})) {
      return BlockFault{i, fmt::format("sector {} of the segment header: bytes that no field owns "
                                       "are not zero",
                                       i)};
    }
  }
  return std::nullopt;
}

// What is wrong between two neighbours, if anything, that their headers alone show.
std::optional<std::string> order_fault(const SegmentInfo& before, const SegmentHeader& header) {
  if (header.uuid != before.header.uuid) return "this segment belongs to another journal";
  if (header.segment_ordinal <= before.header.segment_ordinal) {
    return fmt::format("segment {} overlaps segment {} in {}", header.segment_ordinal,
                       before.header.segment_ordinal, before.file);
  }
  if (header.segment_ordinal != before.header.segment_ordinal + 1) {
    return fmt::format("segment {} is missing", before.header.segment_ordinal + 1);
  }
  return std::nullopt;
}

// Reads and checks one segment's header into `info`.
absl::StatusOr<std::optional<JournalFault>> read_header(JournalDevice& device, SegmentInfo& info,
                                                        SequenceNumber named) {
  const auto fault = [&](std::uint64_t offset, std::string what) {
    return JournalFault{{info.file, offset, info.header.segment_ordinal, 0, named.value()},
                        std::move(what)};
  };
  info.header.segment_ordinal = 0;
  auto file = device.open(info.file, OpenMode::kRead);
  if (!file.ok()) return file.status();
  const auto size = (*file)->size();
  if (!size.ok()) return size.status();
  if (*size < kMinSegmentBytes) return fault(*size, "the file ends inside its first blocks");
  HeaderBlock block;
  if (absl::Status s = (*file)->read(0, block); !s.ok()) return s;

  SegmentHeader header;
  std::memcpy(&header, block.data(), sizeof(header));
  if (header.magic != kSegmentMagic) return fault(0, "the magic is not HGJRNL01");
  if (auto wrong = block_fault(block, header)) {
    return fault(std::uint64_t{wrong->sector} * kSectorBytes, std::move(wrong->what));
  }
  info.header = header;
  if (auto wrong = field_fault(header, named)) return fault(0, *std::move(wrong));
  if (*size != header.segment_bytes) {
    return fault(
        std::min(*size, header.segment_bytes),
        fmt::format("the file has {} bytes, its header says {}", *size, header.segment_bytes));
  }
  return std::optional<JournalFault>();
}

}  // namespace

absl::StatusOr<SegmentList> list_segments(JournalDevice& device) {
  const auto names = device.list();
  if (!names.ok()) return names.status();
  SegmentList list;
  for (const std::string& name : *names) {  // sorted, and digits are zero-padded: in sequence
    if (!name.starts_with(kSegmentPrefix) || !name.ends_with(kSegmentSuffix)) continue;
    const auto named = sequence_in_name(name, kSegmentPrefix, kSegmentSuffix);
    if (!named) {
      list.fault = JournalFault{{name, 0, 0, 0, 0}, "the name is not seg-<20 digits>.hgj"};
      return list;
    }
    if (list.segments.size() == kMaxJournalSegments) {
      return absl::ResourceExhaustedError("more segments than kMaxJournalSegments");
    }
    SegmentInfo info{.file = name, .header = {}};
    auto fault = read_header(device, info, *named);
    if (!fault.ok()) return fault.status();
    if (!*fault && !list.segments.empty()) {
      if (auto wrong = order_fault(list.segments.back(), info.header)) {
        *fault = JournalFault{{name, 0, info.header.segment_ordinal, 0, named->value()},
                              *std::move(wrong)};
      }
    }
    if (*fault) {
      list.fault = **std::move(fault);
      return list;
    }
    list.segments.push_back(std::move(info));
  }
  return list;
}

void seal_segment_header(const SegmentHeader& header, std::byte* block) noexcept {
  std::array<std::byte, kBlockDataBytes> data{};
  std::memcpy(data.data(), &header, sizeof(header));
  seal_blocks(data.data(), 1, block, checksum_seed(header.uuid), header.segment_ordinal, 0, 0);
}

}  // namespace hourglass::engine

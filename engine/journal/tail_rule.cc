#include "engine/journal/tail_rule.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/journal/sector.h"

namespace hourglass::engine {
namespace {

JournalFault fault_at(const TailQuestion& question, std::uint64_t offset, std::string what) {
  return {{question.segment->file, offset, question.segment->header.segment_ordinal,
           question.frame_number, question.next_sequence.value()},
          std::move(what)};
}

// Judges one sector; counts it if it belongs to the torn frame.
std::optional<std::string> sector_fault(const TailQuestion& question, const SectorCheck& check,
                                        std::uint64_t offset, TailAnswer& answer) {
  const std::uint64_t index_in_frame = (offset - question.offset) / kSectorBytes;
  switch (check.state) {
    case SectorState::kOld: return std::nullopt;
    case SectorState::kBad:
      return fmt::format("sector {} after the last good frame is damaged, not torn: {}",
                         index_in_frame, check.why);
    case SectorState::kCurrent: break;
  }
  if (check.frame_number != question.frame_number) {
    return fmt::format("frame {} is damaged, not torn: a sector of frame {} stands after it",
                       question.frame_number, check.frame_number);
  }
  if (index_in_frame >= std::uint64_t{question.blocks} * kSectorsPerBlock) {
    return fmt::format("sector {} claims to belong to frame {}, which ends before it",
                       index_in_frame, question.frame_number);
  }
  const std::uint64_t block_end = (offset / kBlockBytes + 1) * kBlockBytes;
  answer.torn_bytes = block_end - question.offset;
  ++answer.torn_sectors;
  return std::nullopt;
}

}  // namespace

absl::StatusOr<TailAnswer> examine_tail(SegmentWindow& window, const TailQuestion& question,
                                        const CommitIndex* index) {
  TailAnswer answer;
  const SegmentHeader& header = question.segment->header;
  const std::uint32_t seed = checksum_seed(header.uuid);
  for (std::uint64_t block = question.offset; block + kBlockBytes <= header.segment_bytes;
       block += kBlockBytes) {
    if (absl::Status s = window.need(block, kBlockBytes); !s.ok()) return s;
    for (std::uint32_t i = 0; i < kSectorsPerBlock; ++i) {
      const std::uint64_t offset = block + i * kSectorBytes;
      const auto sector_index = static_cast<std::uint32_t>(offset / kSectorBytes);
      const SectorCheck check =
          check_sector(window.at(offset), seed, header.segment_ordinal, sector_index);
      if (auto what = sector_fault(question, check, offset, answer)) {
        answer.fault = fault_at(question, offset, *std::move(what));
        return answer;
      }
    }
  }
  if (index != nullptr && index->last_listed() >= question.frame_number) {
    answer.fault = fault_at(question, question.offset,
                            fmt::format("frame {} is lost, not torn: the commit index lists frame "
                                        "{}, which was acknowledged",
                                        question.frame_number, index->last_listed()));
  } else if (answer.torn_sectors > 0 && !question.is_last_segment) {
    answer.fault = fault_at(question, question.offset,
                            fmt::format("frame {} is damaged, not torn: a later segment exists",
                                        question.frame_number));
  }
  return answer;
}

}  // namespace hourglass::engine

#include "engine/journal/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hourglass::engine {
namespace {

// Compares each frame of one segment with its index record.
class IndexAudit {
 public:
  absl::Status enter(JournalDevice& device, const SegmentHeader& segment,
                     JournalVerification& result) {
    auto index = read_commit_index(device, segment);
    if (!index.ok()) return index.status();
    index_ = *std::move(index);
    result.index_damaged += index_.damaged_count;
    return absl::OkStatus();
  }

  void compare(const FrameView& frame, JournalVerification& result) const {
    const std::size_t slot = frame.frame_number - 1;
    if (slot >= index_.records.size() || !index_.records[slot]) {
      ++result.index_missing;
      return;
    }
    const IndexRecord& record = *index_.records[slot];
    const bool same =
        record.first_sequence == frame.header.first_sequence && record.offset == frame.offset &&
        record.blocks == frame.header.blocks &&
        record.command_count == frame.header.command_count && all_zero(record.reserved) &&
        std::equal(record.chain.begin(), record.chain.end(), frame.header.chain.begin());
    ++(same ? result.index_listed : result.index_damaged);
  }

 private:
  CommitIndex index_;
};

// Reads all frames, counting; a fault ends it.
absl::Status read_through(JournalDevice& device, JournalReader& reader,
                          JournalVerification& result) {
  IndexAudit audit;
  std::size_t audited = 0;  // segments whose index was looked at
  const auto audit_up_to = [&](std::uint32_t ordinal) {
    while (audited < reader.segments().size() &&
           reader.segments()[audited].header.segment_ordinal <= ordinal) {
      if (absl::Status s = audit.enter(device, reader.segments()[audited++].header, result);
          !s.ok()) {
        return s;
      }
    }
    return absl::OkStatus();
  };
  while (true) {  // each turn reads a frame or ends
    const auto frame = reader.next_frame();
    if (!frame.ok()) {
      result.fault = reader.fault();
      return reader.fault() ? absl::OkStatus() : frame.status();
    }
    if (!*frame) break;
    if (absl::Status s = audit_up_to((*frame)->segment_ordinal); !s.ok()) return s;
    audit.compare(**frame, result);
    ++result.frames;
    result.commands += (*frame)->header.command_count;
    result.frame_bytes += std::uint64_t{(*frame)->header.blocks} * kBlockBytes;
    result.digest_through = (*frame)->header.digest_through;
    result.event_digest = (*frame)->header.event_digest;
  }
  return audit_up_to(reader.segments().back().header.segment_ordinal);
}

}  // namespace

absl::StatusOr<JournalVerification> verify_journal(JournalDevice& device) {
  auto list = list_segments(device);
  if (!list.ok()) return list.status();
  if (list->segments.empty() && !list->fault) {
    return absl::NotFoundError("the directory holds no journal");
  }
  JournalVerification result;
  result.segments = list->segments.size();
  if (!list->segments.empty()) {
    result.first_sequence = list->segments.front().header.first_sequence;
    JournalReader reader(device, std::move(list->segments), {});
    if (absl::Status s = read_through(device, reader, result); !s.ok()) return s;
    result.next_sequence = reader.next_sequence();
    result.chain = reader.chain();
    result.tail = reader.tail();
  }
  // What stands before a faulty header is the earlier fault, if it has one of its own.
  if (!result.fault) result.fault = list->fault;
  return result;
}

std::string to_string(const JournalVerification& result) {
  std::string text = fmt::format(
      "{} segments, {} frames, {} commands, sequences {} to {}, {} bytes of frames\nchain {}\n",
      result.segments, result.frames, result.commands, result.first_sequence.value(),
      result.next_sequence.value() - 1, result.frame_bytes, to_hex(result.chain));
  switch (result.tail.kind) {
    case JournalTail::Kind::kNotReached: text += "tail: not reached\n"; break;
    case JournalTail::Kind::kClean: text += "tail: clean\n"; break;
    case JournalTail::Kind::kTorn:
      text += fmt::format(
          "tail: torn write of frame {} at {} byte {}: {} sectors of it, never acknowledged\n",
          result.tail.place.frame, result.tail.place.file, result.tail.place.offset,
          result.tail.torn_sectors);
      break;
  }
  text += fmt::format("index: {} records, {} missing, {} damaged\n", result.index_listed,
                      result.index_missing, result.index_damaged);
  if (result.fault) text += "FAULT " + to_string(*result.fault) + "\n";
  return text;
}

}  // namespace hourglass::engine

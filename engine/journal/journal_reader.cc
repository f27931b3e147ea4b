#include "engine/journal/journal_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/assert.h"
#include "engine/journal/sector.h"

namespace hourglass::engine {

std::span<const std::byte> take_command(std::span<const std::byte>& payload) noexcept {
  CommandHeader header;
  HG_ASSERT(payload.size() >= sizeof(header), payload.size());
  std::memcpy(&header, payload.data(), sizeof(header));
  const std::uint32_t bytes = command_bytes(header.kind);
  HG_ASSERT(bytes != 0 && bytes <= payload.size(), bytes, payload.size());
  const auto command = payload.first(bytes);
  payload = payload.subspan(bytes);
  return command;
}

absl::StatusOr<std::unique_ptr<JournalReader>> JournalReader::open(JournalDevice& device,
                                                                   JournalReaderOptions options) {
  auto list = list_segments(device);
  if (!list.ok()) return list.status();
  if (list->fault) return to_status(*list->fault);
  if (list->segments.empty()) return absl::NotFoundError("the directory holds no journal");
  return std::make_unique<JournalReader>(device, std::move(list->segments), options);
}

namespace {

constexpr std::uint64_t kSmallestCommandBytes = sizeof(CancelOrder);

// Data bytes of the largest frame a segment of this size can hold.
std::size_t frame_data_bytes(std::uint64_t segment_bytes) {
  return std::min<std::uint64_t>(kMaxFrameBlocks, segment_bytes / kBlockBytes - 1) *
         kBlockDataBytes;
}

}  // namespace

JournalReader::JournalReader(JournalDevice& device, std::vector<SegmentInfo> segments,
                             JournalReaderOptions options)
    : device_(device), segments_(std::move(segments)), options_(options) {
  HG_ASSERT(!segments_.empty());
  expected_.first_sequence = segments_.front().header.first_sequence;
  chain_ = segments_.front().header.prev_chain;
}

absl::StatusOr<std::optional<FrameView>> JournalReader::next_frame() {
  if (fault_) return to_status(*fault_);
  if (std::exchange(holding_, false)) return frame_;
  while (!ended_) {  // each turn reads a frame, leaves a segment or ends
    if (options_.stop_after && expected_.first_sequence > *options_.stop_after) {
      ended_ = true;
      break;
    }
    if (!entered_) {
      if (absl::Status s = enter_segment(at_); !s.ok()) return s;
    }
    std::uint32_t blocks = kMaxFrameBlocks;
    const absl::StatusOr<bool> read = read_frame(blocks);
    if (!read.ok()) return read.status();
    if (*read) return frame_;
    if (absl::Status s = leave_segment(blocks); !s.ok()) return s;
  }
  return std::nullopt;
}

absl::Status JournalReader::fail(std::uint64_t offset, std::string what) {
  const SegmentInfo& segment = segments_[at_];
  fault_ = JournalFault{{segment.file, offset, segment.header.segment_ordinal, frame_number_,
                         expected_.first_sequence.value()},
                        std::move(what)};
  return to_status(*fault_);
}

// Opens segment `index` and checks that it continues what was read before it.
absl::Status JournalReader::enter_segment(std::size_t index) {
  const SegmentInfo& segment = segments_[index];
  const SegmentHeader& header = segment.header;
  auto file = device_.open(segment.file, OpenMode::kRead);
  if (!file.ok()) return file.status();
  window_.point_at(*std::move(file), header.segment_bytes);
  const std::size_t frame_bytes = frame_data_bytes(header.segment_bytes);
  if (frame_data_.size() < frame_bytes) frame_data_ = AlignedBuffer(frame_bytes);

  at_ = index;
  frame_number_ = 0;
  if (header.first_sequence != expected_.first_sequence) {
    const bool gap = header.first_sequence > expected_.first_sequence;
    return fail(0, fmt::format("{}: the segment begins at sequence {}, the one before it ends "
                               "before {}",
                               gap ? "gap" : "overlap", header.first_sequence.value(),
                               expected_.first_sequence.value()));
  }
  if (header.prev_chain != chain_) {
    return fail(0,
                "the segment does not continue the chain of the one before: frames at its end are "
                "missing or changed");
  }
  expected_.rule_set_version = header.rule_set_version;
  expected_.prev_chain = chain_;
  expected_.prev_blocks = 0;
  offset_ = kBlockBytes;
  frame_number_ = 1;
  seed_ = checksum_seed(header.uuid);
  entered_ = true;
  return absl::OkStatus();
}

// Reads the frame at offset_ into frame_. False where no whole frame is there; `blocks` is then its
// size if its header could be read. Sectors out of place are the tail rule's to judge.
absl::StatusOr<bool> JournalReader::read_frame(std::uint32_t& blocks) {
  const SegmentHeader& segment = segments_[at_].header;
  if (offset_ + kBlockBytes > segment.segment_bytes) return false;
  const auto take_sectors = [&](std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t i = from; i < to; ++i) {
      const std::uint64_t place = offset_ + std::uint64_t{i} * kSectorBytes;
      const std::byte* sector = window_.at(place);
      const SectorCheck check = check_sector(sector, seed_, segment.segment_ordinal,
                                             static_cast<std::uint32_t>(place / kSectorBytes));
      if (check.state != SectorState::kCurrent || check.frame_number != frame_number_) return false;
      std::memcpy(frame_data_.data() + std::size_t{i} * kSectorDataBytes, sector, kSectorDataBytes);
    }
    return true;
  };

  const std::uint64_t settled = settled_bytes();
  if (absl::Status s = window_.need(offset_, kBlockBytes, settled); !s.ok()) return s;
  if (!take_sectors(0, 1)) return false;
  FrameHeader& header = frame_.header;
  std::memcpy(&header, frame_data_.data(), sizeof(header));
  const std::uint64_t room_blocks = (segment.segment_bytes - offset_) / kBlockBytes;
  if (auto what = header_fault(header, expected_, room_blocks)) {
    return fail(offset_, *std::move(what));
  }
  blocks = header.blocks;
  const std::uint64_t bytes = std::uint64_t{header.blocks} * kBlockBytes;
  if (absl::Status s = window_.need(offset_, bytes, settled); !s.ok()) return s;
  if (!take_sectors(1, header.blocks * kSectorsPerBlock)) return false;

  const std::span<const std::byte> data(frame_data_.data(),
                                        std::size_t{header.blocks} * kBlockDataBytes);
  if (auto what = content_fault(header, data, sha_)) return fail(offset_, *std::move(what));

  frame_.payload = data.subspan(sizeof(FrameHeader), header.payload_bytes);
  frame_.segment_ordinal = segment.segment_ordinal;
  frame_.frame_number = frame_number_;
  frame_.offset = offset_;

  offset_ += bytes;
  ++frame_number_;
  chain_ = header.chain;
  expected_.first_sequence = SequenceNumber(header.last_sequence.value() + 1);
  expected_.prev_chain = chain_;
  expected_.prev_blocks = header.blocks;
  expected_.digest_through = header.digest_through;
  expected_.event_digest = header.event_digest;
  return true;
}

// How many bytes from offset_ on the writer has finished with, at least: the commands up to
// stop_after stand there, and none is smaller than a cancel.
std::uint64_t JournalReader::settled_bytes() const noexcept {
  if (!options_.stop_after) return SegmentWindow::kWindowBytes;
  HG_ASSERT(expected_.first_sequence <= *options_.stop_after, expected_.first_sequence);
  const std::uint64_t commands =
      options_.stop_after->value() - expected_.first_sequence.value() + 1;
  return std::min(commands, SegmentWindow::kWindowBytes / kSmallestCommandBytes) *
         kSmallestCommandBytes;
}

void JournalReader::follow(SequenceNumber announced) noexcept {
  HG_ASSERT(!options_.stop_after || announced >= *options_.stop_after, announced);
  options_.stop_after = announced;
  growing_ = true;
  ended_ = false;
  tail_ = {};
}

void JournalReader::read_to_end() noexcept {
  options_.stop_after.reset();
  growing_ = true;
  ended_ = false;
  tail_ = {};
}

// Lists the segments anew, because the writer may have begun one since.
absl::Status JournalReader::list_again() {
  auto list = list_segments(device_);
  if (!list.ok()) return list.status();
  // The writer renames files meanwhile, so that a directory read in pieces may show gaps.
  if (list->fault) return absl::UnavailableError(to_string(*list->fault));
  const auto here =
      std::find_if(list->segments.begin(), list->segments.end(), [this](const SegmentInfo& info) {
        return info.header.segment_ordinal == segments_[at_].header.segment_ordinal;
      });
  if (here == list->segments.end()) {
    return absl::UnavailableError("the segment in hand is not in the directory");
  }
  at_ = static_cast<std::size_t>(here - list->segments.begin());
  segments_ = std::move(list->segments);
  return absl::OkStatus();
}

// No whole frame stands at offset_: judges the rest of the segment, then goes on or ends.
absl::Status JournalReader::leave_segment(std::uint32_t blocks) {
  if (growing_ && at_ + 1 == segments_.size()) {
    if (absl::Status s = list_again(); !s.ok()) return s;
  }
  const SegmentInfo& segment = segments_[at_];
  const bool is_last = at_ + 1 == segments_.size();
  const auto index = read_commit_index(device_, segment.header);
  if (!index.ok()) return index.status();
  const auto answer = examine_tail(window_,
                                   {.segment = &segment,
                                    .offset = offset_,
                                    .frame_number = frame_number_,
                                    .blocks = blocks,
                                    .next_sequence = expected_.first_sequence,
                                    .is_last_segment = is_last},
                                   &*index);
  if (!answer.ok()) return answer.status();
  if (answer->fault) {
    fault_ = answer->fault;
    return to_status(*fault_);
  }
  if (!is_last) return enter_segment(at_ + 1);
  if (growing_ && options_.stop_after) {
    return fail(offset_, fmt::format("the journal ends here, and its writer has announced {}",
                                     options_.stop_after->value()));
  }
  tail_ = {.kind = answer->torn_sectors > 0 ? JournalTail::Kind::kTorn : JournalTail::Kind::kClean,
           .place = {segment.file, offset_, segment.header.segment_ordinal, frame_number_,
                     expected_.first_sequence.value()},
           .torn_bytes = answer->torn_bytes,
           .torn_sectors = answer->torn_sectors};
  ended_ = true;
  return absl::OkStatus();
}

absl::Status JournalReader::seek_last_segment() {
  const std::size_t last = segments_.size() - 1;
  expected_ = {};
  expected_.first_sequence = segments_[last].header.first_sequence;
  chain_ = segments_[last].header.prev_chain;
  ended_ = holding_ = false;
  tail_ = {};
  fault_.reset();
  return enter_segment(last);
}

absl::Status JournalReader::seek(SequenceNumber sequence) {
  if (sequence < segments_.front().header.first_sequence) {
    return absl::OutOfRangeError(fmt::format("sequence {} is before the first kept segment, {}",
                                             sequence.value(), segments_.front().file));
  }
  const auto after = std::upper_bound(
      segments_.begin(), segments_.end(), sequence,
      [](SequenceNumber s, const SegmentInfo& info) { return s < info.header.first_sequence; });
  const auto segment = static_cast<std::size_t>(after - segments_.begin()) - 1;
  const auto rewind = [&] {
    expected_ = {};
    expected_.first_sequence = segments_[segment].header.first_sequence;
    chain_ = segments_[segment].header.prev_chain;
    ended_ = holding_ = false;
    tail_ = {};
    fault_.reset();
    return enter_segment(segment);
  };

  if (absl::Status s = rewind(); !s.ok()) return s;
  const auto index = read_commit_index(device_, segments_[segment].header);
  if (!index.ok()) return index.status();
  if (const IndexRecord* record = index->find(sequence)) {
    const auto jumped = jump(*record);
    if (!jumped.ok()) return jumped.status();
    if (*jumped && frame_.header.last_sequence >= sequence) return absl::OkStatus();
    if (!*jumped) {
      if (absl::Status s = rewind(); !s.ok()) return s;
    }
    holding_ = false;
  }
  while (true) {  // each turn reads a frame or ends
    const auto frame = next_frame();
    if (!frame.ok()) return frame.status();
    if (!*frame) return absl::OkStatus();
    if ((*frame)->header.last_sequence >= sequence) {
      holding_ = true;
      return absl::OkStatus();
    }
  }
}

// Reads the frame `record` names and holds it; false where the record leads nowhere, which costs
// only the short way: the index is never authority.
absl::StatusOr<bool> JournalReader::jump(const IndexRecord& record) {
  if (options_.stop_after && record.first_sequence > *options_.stop_after) return false;
  offset_ = record.offset;
  frame_number_ = record.frame_number;
  expected_.first_sequence = record.first_sequence;
  expected_.prev_chain.reset();
  expected_.prev_blocks.reset();
  expected_.digest_through.reset();
  std::uint32_t blocks = 0;
  const auto read = read_frame(blocks);
  if (!read.ok() && !fault_) return read.status();
  fault_.reset();
  if (!read.ok() || !*read) return false;
  if (!std::equal(record.chain.begin(), record.chain.end(), frame_.header.chain.begin())) {
    return false;
  }
  holding_ = true;
  return true;
}

}  // namespace hourglass::engine

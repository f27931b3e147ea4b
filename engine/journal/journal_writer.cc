#include "engine/journal/journal_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "engine/base/assert.h"
#include "engine/journal/frame_check.h"
#include "engine/journal/sector.h"

namespace hourglass::engine {
namespace {

absl::Status check(const JournalSettings& settings) {
  const bool printable = std::all_of(settings.build_id.begin(), settings.build_id.end(),
                                     [](char c) { return c >= ' ' && c <= '~'; });
  if (settings.segment_bytes < kMinSegmentBytes || settings.segment_bytes > kMaxSegmentBytes ||
      settings.segment_bytes % kBlockBytes != 0 || settings.prepare_chunk_bytes == 0 ||
      settings.prepare_chunk_bytes % kBlockBytes != 0 || !printable) {
    return absl::InvalidArgumentError("journal settings out of range");
  }
  return absl::OkStatus();
}

SegmentHeader make_header(const JournalSettings& settings, const JournalUuid& uuid,
                          std::uint32_t ordinal, SequenceNumber first_sequence, Timestamp now,
                          const Digest& prev_chain) {
  SegmentHeader header{.magic = kSegmentMagic,
                       .format_version = kJournalFormatVersion,
                       .rule_set_version = settings.rule_set_version,
                       .layout_version = kLayoutVersion,
                       .segment_ordinal = ordinal,
                       .segment_bytes = settings.segment_bytes,
                       .first_sequence = first_sequence,
                       .created = now,
                       .uuid = uuid,
                       .prev_chain = prev_chain,
                       .build_id = {}};
  std::copy_n(settings.build_id.begin(), std::min(settings.build_id.size(), header.build_id.size()),
              header.build_id.begin());
  return header;
}

// Bytes of commands the largest frame of these settings holds.
std::uint32_t frame_data_blocks(const JournalSettings& settings) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(kMaxFrameBlocks, settings.segment_bytes / kBlockBytes - 1));
}

}  // namespace

JournalWriter::JournalWriter(JournalDevice& device, const JournalSettings& settings,
                             std::unique_ptr<JournalLock> lock)
    : device_(device),
      settings_(settings),
      lock_(std::move(lock)),
      preparer_(device, settings.segment_bytes, settings.prepare_chunk_bytes),
      data_(std::size_t{frame_data_blocks(settings)} * kBlockDataBytes),
      sectors_(std::size_t{frame_data_blocks(settings)} * kBlockBytes) {}

absl::StatusOr<std::unique_ptr<JournalWriter>> JournalWriter::create(
    JournalDevice& device, const JournalSettings& settings, const JournalUuid& uuid, Timestamp now,
    SequenceNumber first_sequence) {
  HG_ASSERT(first_sequence.value() > 0, first_sequence);
  if (absl::Status s = check(settings); !s.ok()) return s;
  auto lock = device.lock();
  if (!lock.ok()) return lock.status();
  const auto names = device.list();
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (name.starts_with(kSegmentPrefix)) {
      return absl::AlreadyExistsError("the directory holds a journal already");
    }
  }
  std::unique_ptr<JournalWriter> writer(new JournalWriter(device, settings, *std::move(lock)));
  writer->chain_ = genesis_chain(uuid);
  writer->next_sequence_ = first_sequence;
  writer->durable_ = SequenceNumber(first_sequence.value() - 1);
  writer->digest_through_ = writer->durable_;
  if (absl::Status s = writer->preparer_.finish(); !s.ok()) return s;
  const SegmentHeader header = make_header(settings, uuid, 1, first_sequence, now, writer->chain_);
  if (absl::Status s = writer->start_segment(header); !s.ok()) return s;
  writer->recovery_.segment = {segment_file_name(first_sequence), header};
  writer->recovery_.offset = writer->offset_;
  writer->recovery_.frame_number = writer->frame_number_;
  writer->recovery_.next_sequence = first_sequence;
  writer->recovery_.chain = writer->chain_;
  return writer;
}

absl::StatusOr<std::unique_ptr<JournalWriter>> JournalWriter::open(
    JournalDevice& device, const JournalSettings& settings) {
  if (absl::Status s = check(settings); !s.ok()) return s;
  auto lock = device.lock();
  if (!lock.ok()) return lock.status();
  auto recovery = recover_journal(device);
  if (!recovery.ok()) return recovery.status();
  std::unique_ptr<JournalWriter> writer(new JournalWriter(device, settings, *std::move(lock)));
  writer->segment_ = recovery->segment.header;
  writer->offset_ = recovery->offset;
  writer->frame_number_ = recovery->frame_number;
  writer->prev_blocks_ = recovery->prev_blocks;
  writer->chain_ = recovery->chain;
  writer->next_sequence_ = recovery->next_sequence;
  writer->durable_ = SequenceNumber(recovery->next_sequence.value() - 1);
  writer->digest_through_ = recovery->digest_through;
  writer->event_digest_ = recovery->event_digest;
  writer->recovery_ = *std::move(recovery);
  if (absl::Status s = writer->open_files(); !s.ok()) return s;
  return writer;
}

absl::Status JournalWriter::open_files() {
  auto segment = device_.open(segment_file_name(segment_.first_sequence), OpenMode::kDurable);
  if (!segment.ok()) return segment.status();
  auto index = device_.open(index_file_name(segment_.first_sequence), OpenMode::kUpdate);
  if (!index.ok()) return index.status();
  segment_file_ = *std::move(segment);
  index_file_ = *std::move(index);
  seed_ = checksum_seed(segment_.uuid);
  return absl::OkStatus();
}

bool JournalWriter::append(std::span<const std::byte> command) noexcept {
  CommandHeader header;
  HG_ASSERT(command.size() >= sizeof(header), command.size());
  std::memcpy(&header, command.data(), sizeof(header));
  HG_ASSERT(command.size() == command_bytes(header.kind), command.size(), header.kind);
  HG_ASSERT(header.sequence == next_sequence_, header.sequence, next_sequence_);
  const std::size_t used = sizeof(FrameHeader) + payload_bytes_;
  if (used + command.size() > data_.size()) return false;
  std::memcpy(data_.data() + used, command.data(), command.size());
  payload_bytes_ += static_cast<std::uint32_t>(command.size());
  ++command_count_;
  next_sequence_ = next(next_sequence_);
  return true;
}

absl::Status JournalWriter::commit(const FrameStamp& stamp) {
  if (!failure_.ok()) return failure_;
  HG_ASSERT(command_count_ > 0 || stamp.seal, next_sequence_);
  HG_ASSERT(stamp.digest_through >= digest_through_, stamp.digest_through, digest_through_);
  HG_ASSERT(stamp.digest_through < next_sequence_, stamp.digest_through, next_sequence_);
  HG_ASSERT(frame_number_ == 1 || stamp.digest_through > digest_through_ ||
                stamp.event_digest == event_digest_,
            stamp.digest_through);

  const std::uint32_t blocks = frame_blocks(payload_bytes_);
  const std::uint64_t bytes = std::uint64_t{blocks} * kBlockBytes;
  const bool needs_segment = offset_ + bytes > segment_.segment_bytes ||
                             segment_.rule_set_version != settings_.rule_set_version;
  // Segments are named by their first command: one that began with a seal and never got a command
  // could be followed by no other.
  if (command_count_ == 0 && (needs_segment || !segment_has_commands())) {
    return absl::FailedPreconditionError("a seal alone begins no segment");
  }
  if (needs_segment) {
    if (absl::Status s = roll(stamp.wall_time); !s.ok()) return s;
  }

  FrameHeader header{.magic = kFrameMagic,
                     .header_bytes = sizeof(FrameHeader),
                     .payload_bytes = payload_bytes_,
                     .command_count = command_count_,
                     .flags = stamp.seal ? kFrameSeal : 0,
                     .rule_set_version = segment_.rule_set_version,
                     .blocks = blocks,
                     .prev_blocks = prev_blocks_,
                     .first_sequence = SequenceNumber(durable_.value() + 1),
                     .last_sequence = SequenceNumber(next_sequence_.value() - 1),
                     .wall_time = stamp.wall_time,
                     .monotonic_ns = stamp.monotonic_ns,
                     .digest_through = stamp.digest_through,
                     .reserved = {},
                     .event_digest = stamp.event_digest,
                     .prev_chain = chain_,
                     .chain = {}};
  header.chain = frame_chain(header, {data_.data() + sizeof(header), payload_bytes_}, sha_);
  std::memcpy(data_.data(), &header, sizeof(header));
  const std::size_t used = sizeof(header) + payload_bytes_;
  std::memset(data_.data() + used, 0, std::size_t{blocks} * kBlockDataBytes - used);
  seal_blocks(data_.data(), blocks, sectors_.data(), seed_, segment_.segment_ordinal,
              static_cast<std::uint32_t>(offset_ / kSectorBytes), frame_number_);

  if (absl::Status s = write_pending_index(); !s.ok()) return fail(std::move(s));
  absl::Status written = segment_file_->write(offset_, {sectors_.data(), bytes});
  if (!written.ok()) return fail(std::move(written));

  pending_index_ =
      make_index_record(header, offset_, segment_.segment_ordinal, frame_number_, seed_);
  index_pending_ = true;
  offset_ += bytes;
  ++frame_number_;
  prev_blocks_ = blocks;
  chain_ = header.chain;
  digest_through_ = stamp.digest_through;
  event_digest_ = stamp.event_digest;
  durable_ = header.last_sequence;
  payload_bytes_ = 0;
  command_count_ = 0;
  return absl::OkStatus();
}

absl::Status JournalWriter::roll(Timestamp now) {
  if (only_seals()) return seals_are_not_followed();
  const bool segment_has_frames = frame_number_ > 1;
  const SequenceNumber first(durable_.value() + 1);
  absl::Status ready = preparer_.finish();
  if (absl::IsResourceExhausted(ready)) return ready;
  if (!ready.ok()) return fail(std::move(ready));
  if (absl::Status s = write_pending_index(); !s.ok()) return fail(std::move(s));
  // A segment without frames is replaced under its own name and ordinal.
  const std::uint32_t ordinal = segment_.segment_ordinal + (segment_has_frames ? 1 : 0);
  absl::Status started =
      start_segment(make_header(settings_, segment_.uuid, ordinal, first, now, chain_));
  return started.ok() ? started : fail(std::move(started));
}

absl::Status JournalWriter::takes_commands() const {
  if (!failure_.ok()) return failure_;
  const bool needs_segment =
      offset_ == segment_.segment_bytes || segment_.rule_set_version != settings_.rule_set_version;
  return needs_segment && only_seals() ? seals_are_not_followed() : absl::OkStatus();
}

absl::Status JournalWriter::seals_are_not_followed() const {
  return absl::FailedPreconditionError(
      fmt::format("{} holds only seals of an older program and cannot be followed by another "
                  "segment: move it and its index out of the directory, no command is in it",
                  segment_file_name(segment_.first_sequence)));
}

// Turns the ready spare into the segment with this header and opens it.
absl::Status JournalWriter::start_segment(const SegmentHeader& header) {
  AlignedBuffer block(kBlockBytes);
  seal_segment_header(header, block.data());
  segment_file_.reset();
  index_file_.reset();
  absl::Status promoted =
      preparer_.promote({block.data(), block.size()}, segment_file_name(header.first_sequence),
                        index_file_name(header.first_sequence));
  if (!promoted.ok()) return promoted;
  segment_ = header;
  offset_ = kBlockBytes;
  frame_number_ = 1;
  prev_blocks_ = 0;
  return open_files();
}

absl::Status JournalWriter::write_index() {
  if (!failure_.ok()) return failure_;
  absl::Status written = write_pending_index();
  return written.ok() ? written : fail(std::move(written));
}

absl::Status JournalWriter::write_pending_index() {
  if (!index_pending_) return absl::OkStatus();
  index_pending_ = false;
  const std::uint64_t slot = pending_index_.frame_number - 1;
  return index_file_->write(slot * sizeof(IndexRecord), bytes_of(pending_index_));
}

absl::Status JournalWriter::recycle_oldest(SequenceNumber archived_through) {
  if (!failure_.ok()) return failure_;
  const auto names = device_.list();
  if (!names.ok()) return names.status();
  std::vector<SequenceNumber> firsts;  // of the two oldest segments
  for (const std::string& name : *names) {
    const auto first = sequence_in_name(name, kSegmentPrefix, kSegmentSuffix);
    if (first && firsts.size() < 2) firsts.push_back(*first);
  }
  if (firsts.size() < 2) return absl::FailedPreconditionError("the oldest segment is in use");
  if (firsts[1].value() - 1 > archived_through.value()) {
    return absl::FailedPreconditionError("the oldest segment is not archived");
  }
  const std::string oldest = segment_file_name(firsts[0]);
  {
    auto file = device_.open(oldest, OpenMode::kRead);
    if (!file.ok()) return file.status();
    const auto size = (*file)->size();
    if (!size.ok()) return size.status();
    if (*size != settings_.segment_bytes) {
      return absl::FailedPreconditionError("the oldest segment has another size");
    }
  }
  return preparer_.recycle(oldest, index_file_name(firsts[0]));
}

absl::Status JournalWriter::close() {
  if (!failure_.ok()) return failure_;
  absl::Status closed = write_pending_index();
  if (closed.ok()) closed = index_file_->sync();
  fail(closed.ok() ? absl::FailedPreconditionError("the journal is closed") : closed).IgnoreError();
  segment_file_.reset();
  index_file_.reset();
  lock_.reset();
  return closed;
}

absl::Status JournalWriter::fail(absl::Status status) {
  // Said so that nobody takes a full disk under the index for the kind that may be tried again.
  if (absl::IsResourceExhausted(status)) status = absl::DataLossError(status.message());
  failure_ = std::move(status);
  return failure_;
}

}  // namespace hourglass::engine

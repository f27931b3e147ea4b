#include "engine/journal/event_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/assert.h"
#include "engine/journal/crc32c.h"
#include "engine/order/event.h"

namespace hourglass::engine {
namespace {

constexpr std::array<char, 8> kMagic = {'H', 'G', 'E', 'V', 'N', 'T', '0', '1'};
constexpr std::size_t kBufferBytes = std::size_t{1} << 20;
constexpr std::uint64_t kEventsBegin = sizeof(EventStoreHeader);

EventHeader header_of(std::span<const std::byte> event) noexcept {
  EventHeader header;
  std::memcpy(&header, event.data(), sizeof(header));
  return header;
}

// Bytes of the event that begins `bytes`; 0 where none does.
std::uint32_t event_size(std::span<const std::byte> bytes) noexcept {
  if (bytes.size() < sizeof(EventHeader)) return 0;
  const std::uint32_t size = event_bytes(header_of(bytes).kind);
  return size <= bytes.size() ? size : 0;
}

EventStoreHeader make_header(const JournalUuid& uuid, SequenceNumber first_sequence,
                             std::uint32_t rule_set_version) {
  EventStoreHeader header{.magic = kMagic,
                          .layout_version = event_layout(rule_set_version),
                          .rule_set_version = rule_set_version,
                          .uuid = uuid,
                          .first_sequence = first_sequence,
                          .reserved = {},
                          .checksum = 0};
  header.checksum = crc32c(bytes_of(header).first(sizeof(header) - sizeof(header.checksum)));
  return header;
}

// Whether `found` begins a store of this journal whose events this program would make again.
bool is_ours(const EventStoreHeader& found, const JournalUuid& uuid,
             SequenceNumber first_sequence) {
  const EventStoreHeader ours = make_header(uuid, first_sequence, found.rule_set_version);
  return is_known_rule_set(found.rule_set_version) &&
         std::memcmp(&found, &ours, sizeof(found)) == 0;
}

}  // namespace

EventStore::EventStore(std::unique_ptr<JournalFile> file, SequenceNumber first_sequence)
    : file_(std::move(file)),
      write_buffer_(kBufferBytes),
      read_buffer_(kBufferBytes),
      written_bytes_(kEventsBegin),
      taken_bytes_(kEventsBegin),
      complete_bytes_(kEventsBegin),
      first_sequence_(first_sequence),
      last_sequence_(first_sequence.value() - 1),
      current_sequence_(last_sequence_) {}

absl::StatusOr<std::unique_ptr<EventStore>> EventStore::open(JournalDevice& device,
                                                             const JournalUuid& uuid,
                                                             SequenceNumber first_sequence,
                                                             std::uint32_t rule_set_version,
                                                             GiveUp give_up) {
  HG_ASSERT(first_sequence.value() > 0, first_sequence);
  const EventStoreHeader wanted = make_header(uuid, first_sequence, rule_set_version);
  auto file = device.open(kEventStoreName, OpenMode::kUpdate);
  if (file.ok()) {
    const auto size = (*file)->size();
    if (!size.ok()) return size.status();
    EventStoreHeader found{};
    if (*size >= sizeof(found)) {
      absl::Status read = (*file)->read(0, std::as_writable_bytes(std::span(&found, 1)));
      if (!read.ok()) return read;
    }
    if (is_ours(found, uuid, first_sequence) && found.rule_set_version <= rule_set_version) {
      std::unique_ptr<EventStore> store(new EventStore(*std::move(file), first_sequence));
      if (absl::Status s = store->scan(*size, RaggedEnd::kCutOff, give_up); !s.ok()) return s;
      // What an older program wrote stays; from here on events of this rule set come behind it.
      if (found.rule_set_version != rule_set_version) {
        if (absl::Status s = store->file_->write(0, bytes_of(wanted)); !s.ok()) return s;
      }
      return store;
    }
  } else if (!absl::IsNotFound(file.status())) {
    return file.status();
  }
  file = device.open(kEventStoreName, OpenMode::kCreate);
  if (!file.ok()) return file.status();
  if (absl::Status s = (*file)->write(0, bytes_of(wanted)); !s.ok()) return s;
  // So that sync() is enough from here on.
  if (absl::Status s = device.sync_directory(); !s.ok()) return s;
  return std::unique_ptr<EventStore>(new EventStore(*std::move(file), first_sequence));
}

absl::StatusOr<std::unique_ptr<EventStore>> EventStore::open_to_read(JournalDevice& device,
                                                                     const JournalUuid& uuid) {
  auto file = device.open(kEventStoreName, OpenMode::kRead);
  if (!file.ok()) return file.status();
  const auto size = (*file)->size();
  if (!size.ok()) return size.status();
  EventStoreHeader found{};
  if (*size < sizeof(found)) return absl::DataLossError("the event store has no whole header");
  absl::Status read = (*file)->read(0, std::as_writable_bytes(std::span(&found, 1)));
  if (!read.ok()) return read;
  if (found.checksum != crc32c(bytes_of(found).first(sizeof(found) - sizeof(found.checksum))) ||
      found.first_sequence.value() == 0) {
    return absl::DataLossError("the event store's header is damaged");
  }
  if (!is_ours(found, uuid, found.first_sequence)) {
    return absl::FailedPreconditionError(
        "the event store is of another journal, or of a rule set this program does not know");
  }
  std::unique_ptr<EventStore> store(new EventStore(*std::move(file), found.first_sequence));
  if (absl::Status s = store->scan(*size, RaggedEnd::kPassOver, never); !s.ok()) return s;
  return store;
}

// Whether `event` may come next; if so it is counted in.
EventStore::Step EventStore::take(std::span<const std::byte> event) {
  const EventHeader header = header_of(event);
  const bool begins = next_event_number_ == 0;
  const bool in_place = header.event_number == next_event_number_ && header.last_in_command <= 1 &&
                        (begins ? header.command_sequence > current_sequence_
                                : header.command_sequence == current_sequence_);
  if (!in_place) return Step::kNotAnEvent;
  if (begins && (index_.empty() || taken_bytes_ - index_.back().offset >= kIndexStrideBytes)) {
    index_.push_back({header.command_sequence, taken_bytes_});
  }
  current_sequence_ = header.command_sequence;
  taken_bytes_ += event.size();
  ++event_count_;
  ++next_event_number_;
  if (header.last_in_command == 1) {
    next_event_number_ = 0;
    last_sequence_ = current_sequence_;
    complete_bytes_ = taken_bytes_;
  }
  return Step::kOk;
}

absl::Status EventStore::scan(std::uint64_t file_bytes, RaggedEnd ragged_end, GiveUp give_up) {
  std::uint64_t stopped_at = kEventsBegin;
  const auto count = [this](std::span<const std::byte> event) { return take(event) == Step::kOk; };
  absl::Status read = for_each_event(kEventsBegin, file_bytes, count, stopped_at, give_up);
  if (!read.ok()) return read;
  event_count_ -= next_event_number_;  // those of a command that is not whole
  next_event_number_ = 0;
  current_sequence_ = last_sequence_;
  taken_bytes_ = written_bytes_ = complete_bytes_;
  while (!index_.empty() && index_.back().offset >= complete_bytes_) index_.pop_back();
  truncated_bytes_ = file_bytes - complete_bytes_;
  if (truncated_bytes_ == 0 || ragged_end == RaggedEnd::kPassOver) return absl::OkStatus();
  return file_->truncate(complete_bytes_);
}

// Visits the events from `offset` until `visit` declines, the bytes are no event, or `end`.
absl::Status EventStore::for_each_event(std::uint64_t offset, std::uint64_t end, Visitor visit,
                                        std::uint64_t& stopped_at, GiveUp give_up) {
  stopped_at = offset;
  while (offset < end) {  // each turn visits an event or ends
    if (give_up()) return absl::CancelledError("reading the event store was given up");
    const std::uint64_t bytes = std::min<std::uint64_t>(read_buffer_.size(), end - offset);
    if (absl::Status s = file_->read(offset, read_buffer_.first(bytes)); !s.ok()) return s;
    std::span<const std::byte> rest(read_buffer_.data(), bytes);
    while (const std::uint32_t size = event_size(rest)) {
      if (!visit(rest.first(size))) return absl::OkStatus();
      rest = rest.subspan(size);
      stopped_at += size;
    }
    if (stopped_at == offset) return absl::OkStatus();  // no event fits what is left
    offset = stopped_at;
  }
  return absl::OkStatus();
}

absl::Status EventStore::append(std::span<const std::byte> event) {
  HG_ASSERT(event_size(event) == event.size(), event.size());
  if (header_of(event).command_sequence <= last_sequence_) return absl::OkStatus();
  if (buffered_ + event.size() > write_buffer_.size()) {
    if (absl::Status s = flush(); !s.ok()) return s;
  }
  const Step step = take(event);
  HG_ASSERT(step == Step::kOk, header_of(event).command_sequence, header_of(event).event_number);
  std::memcpy(write_buffer_.data() + buffered_, event.data(), event.size());
  buffered_ += event.size();
  return absl::OkStatus();
}

absl::Status EventStore::flush() {
  if (buffered_ == 0) return absl::OkStatus();
  absl::Status written = file_->write(written_bytes_, {write_buffer_.data(), buffered_});
  if (!written.ok()) return written;  // the buffer stays; the file is derived, so trying again may
  written_bytes_ += buffered_;
  buffered_ = 0;
  return absl::OkStatus();
}

// Where to begin to find the events of `sequence`.
std::uint64_t EventStore::index_offset(SequenceNumber sequence) const noexcept {
  const auto after = std::upper_bound(
      index_.begin(), index_.end(), sequence,
      [](SequenceNumber s, const IndexPoint& point) { return s < point.sequence; });
  return after == index_.begin() ? kEventsBegin : std::prev(after)->offset;
}

absl::Status EventStore::drop_after(SequenceNumber through, GiveUp give_up) {
  HG_ASSERT(next_event_number_ == 0, current_sequence_);
  if (through >= last_sequence_) return absl::OkStatus();
  if (absl::Status s = flush(); !s.ok()) return s;
  SequenceNumber last(first_sequence_.value() - 1);
  const auto find_last = [&](std::span<const std::byte> event) {
    if (header_of(event).command_sequence > through) return false;
    last = header_of(event).command_sequence;
    return true;
  };
  std::uint64_t end = 0;
  absl::Status found =
      for_each_event(index_offset(through), complete_bytes_, find_last, end, give_up);
  if (!found.ok()) return found;
  std::uint64_t dropped = 0;
  const auto count = [&](std::span<const std::byte>) { return ++dropped != 0; };
  std::uint64_t ignored = 0;
  found = for_each_event(end, complete_bytes_, count, ignored, give_up);
  if (!found.ok()) return found;
  if (absl::Status s = file_->truncate(end); !s.ok()) return s;
  event_count_ -= dropped;
  written_bytes_ = taken_bytes_ = complete_bytes_ = end;
  last_sequence_ = current_sequence_ = last;
  while (!index_.empty() && index_.back().offset >= end) index_.pop_back();
  return absl::OkStatus();
}

absl::Status EventStore::sync() {
  absl::Status flushed = flush();
  return flushed.ok() ? file_->sync() : flushed;
}

absl::Status EventStore::read(SequenceNumber from, SequenceNumber through, Visitor visit) {
  if (absl::Status s = flush(); !s.ok()) return s;
  const std::uint64_t begin = index_offset(from);
  bool declined = false;
  const auto filtered = [&](std::span<const std::byte> event) {
    const SequenceNumber sequence = header_of(event).command_sequence;
    if (sequence < from) return true;
    declined = sequence > through || !visit(event);
    return !declined;
  };
  std::uint64_t stopped_at = begin;
  if (absl::Status s = for_each_event(begin, complete_bytes_, filtered, stopped_at); !s.ok()) {
    return s;
  }
  if (!declined && stopped_at != complete_bytes_) {
    return absl::DataLossError(
        fmt::format("{} byte {}: not an event", kEventStoreName, stopped_at));
  }
  return absl::OkStatus();
}

absl::StatusOr<Digest> EventStore::digest_at(const DigestPoint& from, SequenceNumber through) {
  EventDigest digest(from);
  const auto add = [&](std::span<const std::byte> event) {
    digest.add(event);
    return true;
  };
  if (absl::Status s = read(next(from.through), through, add); !s.ok()) return s;
  return digest.advance(through).digest;
}

}  // namespace hourglass::engine

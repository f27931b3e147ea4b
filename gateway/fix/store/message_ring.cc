#include "gateway/fix/store/message_ring.h"

#include <algorithm>
#include <cstring>

#include "engine/base/assert.h"

namespace hourglass::gateway::fix {

void MessageRing::scan(const RingExtent& extent, LostRecords& lost) {
  index_.clear();
  lost.clear();
  std::uint64_t position = extent.tail;
  std::uint64_t end = extent.tail;  // of the last one found
  while (position < extent.head) {  // each turn goes on by 8 bytes or more
    const auto record = record_at(position, extent.head);
    const bool is_ours =
        record.has_value() &&
        (position >= extent.life_start
             ? record->header.life == extent.life
             : record->header.life < extent.life && record->header.life >= extent.epoch_life) &&
        (index_.empty() || record->header.sequence > index_.back().sequence);
    if (!is_ours) {  // a damaged one, or the rest of a lap
      position += kRecordAlignment;
      continue;
    }
    const std::uint64_t size = record_bytes(record->header.text_bytes);
    if (position != end && !is_rest_of_lap(end, position, size)) lost.lose(position - end);
    lost.find(record->header);
    index_.push_back({.position = position,
                      .sequence = record->header.sequence,
                      .is_application = record->header.is_application != 0});
    position += size;
    end = position;
  }
  if (end < extent.head) lost.lose(extent.head - end);
}

std::uint64_t MessageRing::place(std::uint64_t head, std::uint64_t size) const noexcept {
  return head + size <= lap_end(head) ? head : lap_end(head);
}

void MessageRing::skip(std::uint64_t head, std::uint64_t position) noexcept {
  std::memset(at(head), 0, std::min<std::uint64_t>(position - head, sizeof(RecordHeader)));
}

std::uint64_t MessageRing::forget_below(std::uint64_t position, std::uint64_t otherwise) noexcept {
  while (!index_.empty() && index_.front().position < position) index_.pop_front();
  return index_.empty() ? otherwise : index_.front().position;
}

void MessageRing::write(RecordHeader header, std::string_view text) {
  HG_ASSERT(header.position + record_bytes(text.size()) <= lap_end(header.position),
            header.position, text.size());
  HG_ASSERT(index_.empty() || header.sequence > index_.back().sequence, header.sequence);
  header.text_bytes = static_cast<std::uint32_t>(text.size());
  header.crc = checksum_of(header, text);
  std::byte* const to = at(header.position);
  std::memcpy(to, &header, sizeof(header));
  if (!text.empty()) std::memcpy(to + sizeof(header), text.data(), text.size());
  index_.push_back({.position = header.position,
                    .sequence = header.sequence,
                    .is_application = header.is_application != 0});
}

std::optional<RingRecord> MessageRing::find(std::uint32_t sequence) const noexcept {
  const auto entry = first_from(sequence);
  if (entry == index_.end() || entry->sequence != sequence) return std::nullopt;
  auto record = record_at(entry->position, lap_end(entry->position));
  if (!record.has_value() || record->header.sequence != sequence) return std::nullopt;
  return record;
}

std::optional<std::uint32_t> MessageRing::next_application(std::uint32_t sequence) const {
  const auto found = std::find_if(first_from(sequence), index_.end(),
                                  [](const Entry& entry) { return entry.is_application; });
  if (found == index_.end()) return std::nullopt;
  return found->sequence;
}

bool MessageRing::is_rest_of_lap(std::uint64_t from, std::uint64_t to,
                                 std::uint64_t size) const noexcept {
  if (to != lap_end(from) || from + size <= to) return false;
  const std::span rest(at(from), std::min<std::uint64_t>(to - from, sizeof(RecordHeader)));
  return std::ranges::all_of(rest, [](std::byte byte) { return byte == std::byte{0}; });
}

std::optional<RingRecord> MessageRing::record_at(std::uint64_t position,
                                                 std::uint64_t end) const noexcept {
  const std::uint64_t room = std::min(end, lap_end(position)) - position;
  if (room < sizeof(RecordHeader)) return std::nullopt;
  const auto header = block_at<RecordHeader>(at(position));
  // The position first: it keeps the checksum from being computed at every place of a damaged part.
  if (header.position != position || record_bytes(header.text_bytes) > room) return std::nullopt;
  const std::string_view text(reinterpret_cast<const char*>(at(position)) + sizeof(header),
                              header.text_bytes);
  if (header.crc != checksum_of(header, text)) return std::nullopt;
  return RingRecord{.header = header, .text = text};
}

std::deque<MessageRing::Entry>::const_iterator MessageRing::first_from(
    std::uint32_t sequence) const {
  return std::lower_bound(
      index_.begin(), index_.end(), sequence,
      [](const Entry& entry, std::uint32_t wanted) { return entry.sequence < wanted; });
}

}  // namespace hourglass::gateway::fix

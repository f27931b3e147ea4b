// MessageRing: the records of a session file's ring, and where each number's stands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>

#include "gateway/fix/store/lost_records.h"
#include "gateway/fix/store/session_file_layout.h"

namespace hourglass::gateway::fix {

// The part of the ring that holds records; from the header.
struct RingExtent {
  std::uint64_t tail = 0;
  std::uint64_t head = 0;
  std::uint64_t life_start = 0;
  std::uint32_t life = 0;
  std::uint32_t epoch_life = 0;
};

struct RingRecord {
  RecordHeader header;
  std::string_view text;  // in the ring
};

// Thread: one at a time. Nothing here commits: the header does, after a record is written.
class MessageRing {
 public:
  // Over `bytes`, a power of two of them, which outlive this.
  explicit MessageRing(std::span<std::byte> bytes) : bytes_(bytes) {}

  // Finds the records in `extent`; what is damaged is passed over, and told to `lost`. Cost: a read
  // of the extent.
  void scan(const RingExtent& extent, LostRecords& lost);
  // Where the next record of `size` bytes stands when the ring goes up to `head`.
  [[nodiscard]] std::uint64_t place(std::uint64_t head, std::uint64_t size) const noexcept;
  // Puts zeros where a record at `head` would begin, as the next one is placed at `position`.
  void skip(std::uint64_t head, std::uint64_t position) noexcept;
  // Forgets the records that begin below `position`; gives the first that stays, or `otherwise`.
  std::uint64_t forget_below(std::uint64_t position, std::uint64_t otherwise) noexcept;
  void forget_all() noexcept { index_.clear(); }
  // Lays the record out at header.position, and takes it into the index. `header.crc` and
  // `header.text_bytes` are filled in here.
  void write(RecordHeader header, std::string_view text);

  // Record `sequence`, checked again. Cost: a binary search and the checksum of the text.
  [[nodiscard]] std::optional<RingRecord> find(std::uint32_t sequence) const noexcept;
  // The number of the first application message from `sequence` on.
  [[nodiscard]] std::optional<std::uint32_t> next_application(std::uint32_t sequence) const;

 private:
  struct Entry {
    std::uint64_t position = 0;
    std::uint32_t sequence = 0;
    bool is_application = false;
  };

  [[nodiscard]] std::byte* at(std::uint64_t position) const noexcept {
    return bytes_.data() + position % bytes_.size();
  }
  [[nodiscard]] std::uint64_t lap_end(std::uint64_t position) const noexcept {
    return (position / bytes_.size() + 1) * bytes_.size();
  }
  // Whether no record stood in [from, to), as the one of `size` bytes at `to` had no room before.
  [[nodiscard]] bool is_rest_of_lap(std::uint64_t from, std::uint64_t to,
                                    std::uint64_t size) const noexcept;
  // The record at `position`, which ends at `end` at the latest; nothing where none is whole there.
  [[nodiscard]] std::optional<RingRecord> record_at(std::uint64_t position,
                                                    std::uint64_t end) const noexcept;
  [[nodiscard]] std::deque<Entry>::const_iterator first_from(std::uint32_t sequence) const;

  std::span<std::byte> bytes_;
  std::deque<Entry> index_;  // numbers and positions rise
};

}  // namespace hourglass::gateway::fix

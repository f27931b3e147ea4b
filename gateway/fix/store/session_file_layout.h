// The bytes of a session file, version 2. Everything is little-endian; checksums are CRC-32C over
// what follows them in their block.
//
//   offset  what                    written by
//   0       FileIdentity            creation, never again
//   256     JournalMark             the session's thread, in the mapping, once a start was good
//   512     header mark             the session's thread, in the mapping
//   4608    HeaderCopy 0            the session's thread, in the mapping
//   8704    HeaderCopy 1            the session's thread, in the mapping
//   12288   ReservationRecord 0     pwrite, waited for until it is on the disk
//   16384   ReservationRecord 1     pwrite, waited for until it is on the disk
//   20480   ring of messages        the session's thread, in the mapping
//
// Header: the copies take turns, generation g in copy g mod 2, so that the older one is whole while
// the other is written. The mark is 1 + the copy being written, 0 between writes: it tells a copy
// left half written by a kill from a copy that was damaged later.
//
// Journal: the reports recorded are those of the journal with this id. None is named, or the mark
// is not whole, in a file whose first start did not come so far and in those from before there was
// one.
//
// Reservation: they take turns too. One gives a life (below) and the number its sender numbers stay
// under, and the epoch that life belongs to. No number is used before a reservation above it is on
// the disk; that includes the first number after a reset, so a reset that was answered is on the
// disk even where the header's page is older.
//
// Ring: a record is a RecordHeader and its text, padded to 8 bytes. A position counts all bytes
// ever laid out in the ring; position p stands at p mod ring_bytes. A record does not straddle the
// end of the ring: one that would begins at the next lap, and zeros stand where its header would
// have been (a kill may have left a whole record there that does not count). Records lie in [tail,
// head) in order of their numbers. Since a record holds its own position, what a lap before left
// behind is not taken for one.
//
// Life: counts resets and power cuts. Records from `life_start` on carry the header's life and
// those before a lower one, down to the life the epoch began with; so what was laid out at a
// position before a power cut took the header back is not taken for a record of today.
//
// Dealt with: inbound numbers from safe_target on that need not be asked for again. Number n's bit
// is n mod kDealtNumbers; all bits of numbers outside [safe_target, safe_target + kDealtNumbers)
// are 0.
//
// Version 1 had its header copies 512 bytes further up, of HeaderCopyV1. Opening such a file makes
// it one of version 2: see session_file_upgrade.h.
//
// The file is as long as header and ring from the start, but sparse.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "engine/journal/crc32c.h"
#include "engine/journal/format.h"

namespace hourglass::gateway::fix {

static_assert(std::endian::native == std::endian::little, "the structs are the bytes");

inline constexpr std::array<char, 8> kSessionFileMagic{'H', 'G', 'F', 'I', 'X', 'S', 'E', 'S'};
inline constexpr std::uint32_t kSessionFileVersion = 2;
inline constexpr std::uint64_t kSessionPageBytes = 4096;
inline constexpr std::uint64_t kJournalMarkOffset = 256;
inline constexpr std::uint64_t kHeaderMarkOffset = 512;
inline constexpr std::uint64_t kHeaderPages = kSessionPageBytes;
inline constexpr std::uint64_t kHeaderOffset = kHeaderPages + 512;
inline constexpr std::uint64_t kReservationOffset = 3 * kSessionPageBytes;
inline constexpr std::uint64_t kRingOffset = 5 * kSessionPageBytes;
inline constexpr std::uint64_t kRingBytesMin = 64U << 10;
inline constexpr std::uint64_t kRingBytesMax = 4ULL << 30;
inline constexpr std::size_t kBootIdBytes = 44;
inline constexpr std::uint64_t kRecordAlignment = 8;
// Inbound numbers from safe_target on of which the file knows whether they were dealt with.
inline constexpr std::uint32_t kDealtNumbers = 2048;

struct FileIdentity {
  std::uint32_t crc = 0;
  std::uint32_t version = kSessionFileVersion;
  std::array<char, 8> magic = kSessionFileMagic;
  std::uint64_t ring_bytes = 0;
};

struct JournalMark {
  std::uint32_t crc = 0;
  std::uint32_t zero = 0;
  engine::JournalUuid journal;
};

struct HeaderCopy {
  std::uint32_t crc = 0;
  std::uint32_t life = 1;
  std::uint64_t generation = 0;
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  std::uint64_t life_start = 0;
  std::uint64_t epoch_applied = 0;
  std::uint64_t epoch_time_ns = 0;
  std::uint32_t next_sender = 1;
  std::uint32_t next_target = 1;
  std::uint32_t safe_target = 1;
  std::uint32_t last_report = 0;
  std::uint32_t closed_in_order = 0;
  std::uint32_t is_after_power_loss = 0;  // and not closed in order since
  std::uint32_t epoch_life = 1;           // the life the epoch began with
  std::array<char, kBootIdBytes> boot_id{};
  std::uint32_t logged_out = 0;  // the last connection ended by the member's own Logout
  std::uint32_t zero = 0;
  std::array<std::uint64_t, kDealtNumbers / 64> dealt_with{};
};

struct ReservationRecord {
  std::uint32_t crc = 0;
  std::uint32_t life = 1;
  std::uint64_t generation = 0;
  std::uint64_t epoch_applied = 0;
  std::uint64_t epoch_time_ns = 0;
  std::uint32_t end = 0;  // numbers below it may be used
  std::uint32_t zero = 0;
};

struct RecordHeader {
  std::uint32_t crc = 0;  // over the rest of this and the text
  std::uint32_t life = 0;
  std::uint64_t position = 0;
  std::uint32_t sequence = 0;
  std::uint32_t report_number = 0;
  std::uint32_t text_bytes = 0;
  std::uint32_t is_application = 0;
};

static_assert(sizeof(FileIdentity) == 24 && sizeof(HeaderCopy) == 392);
static_assert(sizeof(JournalMark) == 24);
static_assert(sizeof(ReservationRecord) == 40 && sizeof(RecordHeader) == 32);
static_assert(std::has_unique_object_representations_v<FileIdentity> &&
              std::has_unique_object_representations_v<JournalMark> &&
              std::has_unique_object_representations_v<HeaderCopy> &&
              std::has_unique_object_representations_v<ReservationRecord> &&
              std::has_unique_object_representations_v<RecordHeader>);
static_assert(sizeof(FileIdentity) <= kJournalMarkOffset && kHeaderMarkOffset < kHeaderOffset);
static_assert(kJournalMarkOffset + sizeof(JournalMark) <= kHeaderMarkOffset);
static_assert(kReservationOffset == kHeaderPages + 2 * kSessionPageBytes);
static_assert(kHeaderOffset - kHeaderPages + sizeof(HeaderCopy) <= kSessionPageBytes);
static_assert(std::has_single_bit(kDealtNumbers) && kDealtNumbers % 64 == 0);
static_assert(kRingOffset == kReservationOffset + 2 * kSessionPageBytes);
static_assert(sizeof(RecordHeader) % kRecordAlignment == 0);

[[nodiscard]] constexpr std::uint64_t header_offset(std::uint64_t generation) {
  return kHeaderOffset + generation % 2 * kSessionPageBytes;
}
[[nodiscard]] constexpr std::uint64_t reservation_offset(std::uint64_t generation) {
  return kReservationOffset + generation % 2 * kSessionPageBytes;
}
[[nodiscard]] constexpr std::uint64_t record_bytes(std::uint64_t text_bytes) {
  return (sizeof(RecordHeader) + text_bytes + kRecordAlignment - 1) / kRecordAlignment *
         kRecordAlignment;
}

// The checksum `block` is to carry; `text` is what lies behind it and is covered too.
template <class Block>
[[nodiscard]] std::uint32_t checksum_of(const Block& block, std::string_view text = {}) noexcept {
  static_assert(offsetof(Block, crc) == 0 && sizeof(block.crc) == 4);
  const auto bytes = std::as_bytes(std::span(&block, 1)).subspan(sizeof(block.crc));
  return engine::crc32c(std::as_bytes(std::span(text)), engine::crc32c(bytes));
}

// Reads a block out of the file's bytes.
template <class Block>
[[nodiscard]] Block block_at(const std::byte* from) noexcept {
  static_assert(std::is_trivially_copyable_v<Block>);
  Block block;
  std::memcpy(&block, from, sizeof(block));
  return block;
}

// The journal that the mark at `from` names, if it is whole and does.
[[nodiscard]] inline std::optional<engine::JournalUuid> journal_at(const std::byte* from) noexcept {
  const auto mark = block_at<JournalMark>(from);
  if (mark.crc != checksum_of(mark) || mark.journal == engine::JournalUuid{}) return std::nullopt;
  return mark.journal;
}

}  // namespace hourglass::gateway::fix

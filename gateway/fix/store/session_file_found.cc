#include "gateway/fix/store/session_file_found.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace hourglass::gateway::fix {
namespace {

// What the two header copies say.
struct HeaderFound {
  HeaderCopy header;        // the newer whole one
  bool is_damaged = false;  // a copy is, other than by a kill while it was written
};

std::optional<HeaderFound> find_header(const MappedSession& file) {
  const auto mark = block_at<std::uint32_t>(file.at(kHeaderMarkOffset));
  std::optional<HeaderFound> found;
  bool is_damaged = false;
  for (std::uint32_t copy = 0; copy < 2; ++copy) {
    const auto header = block_at<HeaderCopy>(file.at(header_offset(copy)));
    if (header.crc != checksum_of(header) || header.generation % 2 != copy) {
      is_damaged = is_damaged || mark != copy + 1;
    } else if (!found.has_value() || header.generation > found->header.generation) {
      found = HeaderFound{.header = header};
    }
  }
  if (found.has_value()) found->is_damaged = is_damaged;
  return found;
}

// What the two reservations say.
struct ReservationFound {
  ReservationRecord record;
  bool is_single = false;  // the other one is unreadable: it may have been the newer
};

std::optional<ReservationFound> find_reservation(const MappedSession& file) {
  std::optional<ReservationFound> found;
  for (std::uint64_t copy = 0; copy < 2; ++copy) {
    const auto record = block_at<ReservationRecord>(file.at(reservation_offset(copy)));
    if (record.crc != checksum_of(record) || record.generation % 2 != copy) continue;
    const bool is_newer = !found.has_value() || record.generation > found->record.generation;
    found = ReservationFound{.record = is_newer ? record : found->record,
                             .is_single = !found.has_value()};
  }
  return found;
}

// The header to go on with when the power went under `header`: behind every number that may have
// been used, in a life of its own.
HeaderCopy after_power_loss(HeaderCopy header, const ReservationFound& found) {
  ReservationRecord reserved = found.record;
  if (found.is_single) reserved.end = block_end(reserved.end);
  if (reserved.life > header.life) {  // a reset whose header did not reach the disk
    header.life = reserved.life;
    header.epoch_life = reserved.life;
    header.tail = header.head;
    header.next_sender = reserved.end;
    header.next_target = 1;
    header.safe_target = 1;
    header.epoch_applied = reserved.epoch_applied;
    header.epoch_time_ns = reserved.epoch_time_ns;
  } else if (reserved.life == header.life) {
    header.next_sender = std::max(header.next_sender, reserved.end);
  }  // else nothing was sent in this life: its first number waits for a reservation
  ++header.life;
  header.life_start = header.head;
  header.is_after_power_loss = 1;
  // The member may have logged on since, and of an answer the disk may have the note alone.
  header.logged_out = 0;
  header.dealt_with = {};
  return header;
}

}  // namespace

absl::StatusOr<SessionFound> examine(const MappedSession& file,
                                     const std::array<char, kBootIdBytes>& boot_id) {
  const auto found = find_header(file);
  if (!found.has_value()) {
    return absl::DataLossError(
        fmt::format("{}: both copies of the header are damaged", file.path()));
  }
  HeaderCopy header = found->header;
  const std::uint64_t ring_bytes = file.ring().size();
  if (header.tail > header.head || header.head - header.tail > ring_bytes) {
    return absl::DataLossError(fmt::format("{}: messages from {} to {} in a ring of {}",
                                           file.path(), header.tail, header.head, ring_bytes));
  }
  const auto reserved = find_reservation(file);
  const bool power_went = header.closed_in_order == 0 && header.boot_id != boot_id;
  const SessionFileFinding finding{.is_header_copy_damaged = found->is_damaged,
                                   .power_went = power_went,
                                   .next_sender = header.next_sender};
  // What says that the file was closed in order is the newer copy: both say otherwise before the
  // file is used again.
  if (power_went || (found->is_damaged && header.closed_in_order == 0)) {
    if (!reserved.has_value()) {
      return absl::DataLossError(fmt::format("{}: the reserved numbers are damaged", file.path()));
    }
    header = after_power_loss(header, *reserved);
  }
  header.closed_in_order = 0;
  header.boot_id = boot_id;

  ReservationRecord next = reserved.has_value() ? reserved->record : ReservationRecord{};
  const bool is_enough = next.life == header.life && next.end > header.next_sender &&
                         next.end - header.next_sender > kReservedBlock / 2;
  if (!is_enough) next.end = block_end(header.next_sender);
  ++next.generation;
  next.life = header.life;
  next.epoch_applied = header.epoch_applied;
  next.epoch_time_ns = header.epoch_time_ns;
  return SessionFound{.header = header, .reserved = next, .finding = finding};
}

}  // namespace hourglass::gateway::fix

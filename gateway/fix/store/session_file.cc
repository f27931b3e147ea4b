#include "gateway/fix/store/session_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <fstream>
#include <limits>
#include <utility>

#include "gateway/fix/store/mapped_session.h"
#include "gateway/fix/store/message_ring.h"
#include "gateway/fix/store/number_reserver.h"
#include "gateway/fix/store/session_file_layout.h"

namespace hourglass::gateway::fix {
namespace {

constexpr char kBootIdFile[] = "/proc/sys/kernel/random/boot_id";
// No message has it, so that the number after the last one is a number.
constexpr std::uint32_t kSenderNumberMax = std::numeric_limits<std::uint32_t>::max();
// A message may have this part of the ring, so that the ring always holds some.
constexpr std::uint64_t kRingPerMessage = 4;

// The end of a block that begins at `number`.
std::uint32_t block_end(std::uint32_t number) {
  return number > kSenderNumberMax - kReservedBlock ? kSenderNumberMax : number + kReservedBlock;
}

absl::StatusOr<std::array<char, kBootIdBytes>> boot_id_of(const SessionFileSettings& settings) {
  std::string id = settings.boot_id;
  if (id.empty()) {
    std::ifstream file(kBootIdFile);
    if (!std::getline(file, id) || id.empty()) {
      return absl::UnavailableError(fmt::format("{} cannot be read", kBootIdFile));
    }
  }
  if (id.size() > kBootIdBytes) {
    return absl::InvalidArgumentError(
        fmt::format("a boot id of {} bytes; {} at most", id.size(), kBootIdBytes));
  }
  std::array<char, kBootIdBytes> bytes{};
  std::copy(id.begin(), id.end(), bytes.begin());
  return bytes;
}

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
  return header;
}

// What a file is gone on with.
struct SessionFound {
  HeaderCopy header;
  ReservationRecord reserved;  // for the header's life, not written yet
};

// Reads the state out of `file` and takes it on to this boot; changes nothing in it.
absl::StatusOr<SessionFound> examine(MappedSession& file,
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
  if (found->is_damaged || (header.closed_in_order == 0 && header.boot_id != boot_id)) {
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
  return SessionFound{.header = header, .reserved = next};
}

}  // namespace

struct SessionFile::Impl {
  std::unique_ptr<MappedSession> file;
  MessageRing ring;
  HeaderCopy header;
  ReservationRecord reserved_at_open;
  std::optional<NumberReserver> reserver;  // until close()
  std::uint32_t requested_end = 0;         // the end last asked for in this life

  // `reserved` is on the disk once begin() has returned.
  Impl(std::unique_ptr<MappedSession> mapped, const HeaderCopy& found,
       const ReservationRecord& reserved)
      : file(std::move(mapped)),
        ring(file->ring()),
        header(found),
        reserved_at_open(reserved),
        reserver(std::in_place, file->descriptor(), reserved),
        requested_end(reserved.end) {}

  absl::Status begin();
  void close() noexcept;
  void commit() noexcept;
  [[nodiscard]] Reservation reservation(std::uint32_t end) const noexcept;
  absl::Status reserve_next_sender();
  // Asks for the next block where half of what is reserved, up to `durable`, is used.
  void reserve_ahead(std::uint32_t durable);
};

absl::Status SessionFile::Impl::begin() {
  // Where the space was touched before this takes none.
  const std::uint64_t touched_bytes = std::min(header.head, file->ring().size());
  if (absl::Status provided = file->provide(touched_bytes); !provided.ok()) return provided;
  if (header.tail < header.head) file->will_read(touched_bytes);
  ring.scan({.tail = header.tail,
             .head = header.head,
             .life_start = header.life_start,
             .life = header.life,
             .epoch_life = header.epoch_life});
  // Neither copy may say of this run that it was closed in order, nor be of the life before.
  commit();
  commit();
  if (absl::Status synced = file->sync_header(); !synced.ok()) return synced;
  // Written in any case: one that a failing disk did not take may still be read from the cache.
  return write_reservation(file->descriptor(), reserved_at_open);
}

// Says that the file was closed in order once all else is on the disk.
void SessionFile::Impl::close() noexcept {
  reserver.reset();
  if (!file->sync_all().ok()) return;
  header.closed_in_order = 1;
  header.is_after_power_loss = 0;
  commit();
  file->sync_header().IgnoreError();
}

// Only the death of the process is to be survived here, and every store it made is in the page
// cache; so it is enough that the compiler keeps their order.
void SessionFile::Impl::commit() noexcept {
  ++header.generation;
  header.crc = checksum_of(header);
  const auto mark = static_cast<std::uint32_t>(header.generation % 2) + 1;
  const std::uint32_t no_mark = 0;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  std::memcpy(file->at(kHeaderMarkOffset), &mark, sizeof(mark));
  std::atomic_signal_fence(std::memory_order_seq_cst);
  std::memcpy(file->at(header_offset(header.generation)), &header, sizeof(header));
  std::atomic_signal_fence(std::memory_order_seq_cst);
  std::memcpy(file->at(kHeaderMarkOffset), &no_mark, sizeof(no_mark));
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

Reservation SessionFile::Impl::reservation(std::uint32_t end) const noexcept {
  return {.life = header.life,
          .end = end,
          .epoch_applied = header.epoch_applied,
          .epoch_time_ns = header.epoch_time_ns};
}

// Sees to it that next_sender may be used, and asks for the next block in time.
absl::Status SessionFile::Impl::reserve_next_sender() {
  const std::uint32_t next = header.next_sender;
  if (next == kSenderNumberMax) {
    return absl::ResourceExhaustedError(fmt::format("{}: no number is left", file->path()));
  }
  const std::uint32_t durable = reserver->durable_end(header.life);
  if (next >= durable) {
    requested_end = block_end(next);
    return reserver->request_and_wait(reservation(requested_end));
  }
  reserve_ahead(durable);
  return absl::OkStatus();
}

void SessionFile::Impl::reserve_ahead(std::uint32_t durable) {
  if (durable - header.next_sender <= kReservedBlock / 2 && requested_end <= durable &&
      durable != kSenderNumberMax) {
    requested_end = block_end(durable);
    reserver->request(reservation(requested_end));
  }
}

absl::StatusOr<std::unique_ptr<SessionFile>> SessionFile::open(const std::string& path,
                                                               SessionFileSettings settings) {
  if (!std::has_single_bit(settings.ring_bytes) || settings.ring_bytes < kRingBytesMin ||
      settings.ring_bytes > kRingBytesMax) {
    return absl::InvalidArgumentError(
        fmt::format("{}: a ring of {} bytes; a power of two from {} to {} is wanted", path,
                    settings.ring_bytes, kRingBytesMin, kRingBytesMax));
  }
  const auto boot_id = boot_id_of(settings);
  if (!boot_id.ok()) return boot_id.status();
  auto mapped = MappedSession::open(path, {.ring_bytes = settings.ring_bytes,
                                           .header = {.boot_id = *boot_id},
                                           .reservation = {.end = block_end(1)}});
  if (!mapped.ok()) return mapped.status();
  auto found = examine(**mapped, *boot_id);
  if (!found.ok()) return found.status();

  auto impl = std::make_unique<Impl>(std::move(*mapped), found->header, found->reserved);
  absl::Status begun = impl->begin();
  if (!begun.ok()) return begun;
  return std::unique_ptr<SessionFile>(new SessionFile(std::move(impl)));
}

SessionFile::SessionFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SessionFile::~SessionFile() {
  impl_->close();
}

std::uint32_t SessionFile::next_sender() const noexcept {
  return impl_->header.next_sender;
}

void SessionFile::set_next_sender(std::uint32_t sequence) {
  if (sequence <= impl_->header.next_sender) return;
  // The other side is about to be told of the number, so after a power cut it must not be lower.
  // Where that fails, no message goes out under it: put() asks again.
  if (!impl_->reserver->covers(impl_->header.life, sequence)) {
    impl_->requested_end = block_end(sequence);
    impl_->reserver->request_and_wait(impl_->reservation(impl_->requested_end)).IgnoreError();
  }
  impl_->header.next_sender = sequence;
  impl_->commit();
}

std::uint32_t SessionFile::next_target() const noexcept {
  return impl_->header.next_target;
}

void SessionFile::set_next_target(std::uint32_t sequence) noexcept {
  impl_->header.next_target = sequence;
  impl_->commit();
}

std::uint32_t SessionFile::safe_target() const noexcept {
  return impl_->header.safe_target;
}

void SessionFile::set_safe_target(std::uint32_t sequence) noexcept {
  impl_->header.safe_target = sequence;
  impl_->commit();
}

absl::Status SessionFile::put(std::uint32_t sequence, std::string_view text, bool is_application,
                              std::uint32_t report_number) {
  HeaderCopy& header = impl_->header;
  if (sequence != header.next_sender) {
    return absl::InvalidArgumentError(fmt::format(
        "{}: message {} where {} is next", impl_->file->path(), sequence, header.next_sender));
  }
  if (!is_application) text = {};
  const std::uint64_t ring_bytes = impl_->file->ring().size();
  const std::uint64_t size = record_bytes(text.size());
  if (size > ring_bytes / kRingPerMessage) {
    return absl::InvalidArgumentError(fmt::format("{}: a message of {} bytes for a ring of {}",
                                                  impl_->file->path(), text.size(), ring_bytes));
  }
  if (absl::Status reserved = impl_->reserve_next_sender(); !reserved.ok()) return reserved;
  const std::uint64_t position = impl_->ring.place(header.head, size);
  const std::uint64_t end = position + size;
  absl::Status provided = impl_->file->provide(std::min(end, ring_bytes));
  if (!provided.ok()) return provided;

  // What is overwritten leaves the header first, so that no kill leaves it pointing at a mixture.
  if (end > header.tail + ring_bytes) {
    header.tail = impl_->ring.forget_below(end - ring_bytes, header.head);
    impl_->commit();
  }
  if (position != header.head) impl_->ring.skip(header.head, position);
  impl_->ring.write({.life = header.life,
                     .position = position,
                     .sequence = sequence,
                     .report_number = report_number,
                     .is_application = is_application ? 1U : 0U},
                    text);
  header.head = end;
  header.next_sender = sequence + 1;
  header.last_report = std::max(header.last_report, report_number);
  impl_->commit();
  return absl::OkStatus();
}

bool SessionFile::use_number() {
  HeaderCopy& header = impl_->header;
  if (header.next_sender == kSenderNumberMax) return false;
  const std::uint32_t durable = impl_->reserver->durable_end(header.life);
  if (header.next_sender >= durable) {
    if (impl_->requested_end <= header.next_sender) {
      impl_->requested_end = block_end(header.next_sender);
      impl_->reserver->request(impl_->reservation(impl_->requested_end));
    }
    return false;
  }
  impl_->reserve_ahead(durable);
  ++header.next_sender;
  impl_->commit();
  return true;
}

std::optional<StoredMessage> SessionFile::get(std::uint32_t sequence) const {
  const auto record = impl_->ring.find(sequence);
  if (!record.has_value()) return std::nullopt;
  return StoredMessage{.sequence = sequence,
                       .report_number = record->header.report_number,
                       .is_application = record->header.is_application != 0,
                       .text = record->text};
}

std::uint32_t SessionFile::next_application(std::uint32_t sequence) const {
  return impl_->ring.next_application(sequence).value_or(impl_->header.next_sender);
}

std::uint32_t SessionFile::last_report() const noexcept {
  return impl_->header.last_report;
}

void SessionFile::pass_reports(std::uint32_t report_number) noexcept {
  HeaderCopy& header = impl_->header;
  if (report_number <= header.last_report) return;
  const bool is_first = header.last_report == 0;
  header.last_report = report_number;
  impl_->commit();
  if (!is_first) return;
  // Both copies, since either may be the one found after a power cut. Where the disk does not take
  // them, put() fails by and by too.
  impl_->commit();
  impl_->file->sync_header().IgnoreError();
}

void SessionFile::reset(engine::SequenceNumber applied, std::uint64_t now_ns) {
  HeaderCopy& header = impl_->header;
  ++header.life;
  header.epoch_life = header.life;
  header.life_start = header.head;
  header.tail = header.head;
  header.epoch_applied = applied.value();
  header.epoch_time_ns = now_ns;
  header.next_sender = 1;
  header.next_target = 1;
  header.safe_target = 1;
  impl_->ring.forget_all();
  impl_->commit();
  impl_->requested_end = block_end(1);
  impl_->reserver->request(impl_->reservation(impl_->requested_end));
}

engine::SequenceNumber SessionFile::epoch_applied() const noexcept {
  return engine::SequenceNumber(impl_->header.epoch_applied);
}

std::uint64_t SessionFile::epoch_time_ns() const noexcept {
  return impl_->header.epoch_time_ns;
}

bool SessionFile::power_was_lost() const noexcept {
  return impl_->header.is_after_power_loss != 0;
}

}  // namespace hourglass::gateway::fix

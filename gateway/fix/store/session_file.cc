#include "gateway/fix/store/session_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <fstream>
#include <utility>

#include "gateway/fix/store/mapped_session.h"
#include "gateway/fix/store/message_ring.h"
#include "gateway/fix/store/number_reserver.h"
#include "gateway/fix/store/session_file_found.h"
#include "gateway/fix/store/session_file_layout.h"

namespace hourglass::gateway::fix {
namespace {

constexpr char kBootIdFile[] = "/proc/sys/kernel/random/boot_id";
// A message may have this part of the ring, so that the ring always holds some.
constexpr std::uint64_t kRingPerMessage = 4;

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

// Where number `number` has its bit, and the bit.
auto& dealt_word(auto& header, std::uint32_t number) noexcept {
  return header.dealt_with[number % kDealtNumbers / 64];
}
constexpr std::uint64_t dealt_bit(std::uint32_t number) noexcept {
  return std::uint64_t{1} << (number % 64);
}
void clear(HeaderCopy& header, std::uint32_t number) noexcept {
  dealt_word(header, number) &= ~dealt_bit(number);
}

}  // namespace

struct SessionFile::Impl {
  std::unique_ptr<MappedSession> file;
  MessageRing ring;
  LostRecords lost;
  SessionFileFinding finding;
  HeaderCopy header;
  HeaderCopy before_step;          // what the file says while a step lasts
  std::uint32_t step_count = 0;    // those that last, one within another
  bool is_commit_waiting = false;  // for their end
  ReservationRecord reserved_at_open;
  std::optional<NumberReserver> reserver;  // until close()
  std::uint32_t requested_end = 0;         // the end last asked for in this life

  // `found.reserved` is on the disk once begin() has returned.
  Impl(std::unique_ptr<MappedSession> mapped, const SessionFound& found)
      : file(std::move(mapped)),
        ring(file->ring()),
        finding(found.finding),
        header(found.header),
        reserved_at_open(found.reserved),
        reserver(std::in_place, file->descriptor(), found.reserved),
        requested_end(found.reserved.end) {}

  absl::Status begin();
  void close() noexcept;
  // At the end of the step; commit_now() where there is none.
  void commit() noexcept;
  void commit_now() noexcept;
  // Says at once that the ring begins at header.tail, for what was before it is overwritten next.
  void commit_tail() noexcept;
  void write(HeaderCopy& copy) noexcept;
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
             .epoch_life = header.epoch_life},
            lost);
  lost.end(finding.next_sender, header.last_report);
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

void SessionFile::Impl::commit() noexcept {
  if (step_count == 0) return commit_now();
  is_commit_waiting = true;
}

void SessionFile::Impl::commit_now() noexcept {
  write(header);
  is_commit_waiting = false;
  if (step_count != 0) before_step = header;
}

void SessionFile::Impl::commit_tail() noexcept {
  // A step that fills the ring by itself overwrites its own beginning.
  if (step_count == 0 || header.tail > before_step.head) return commit_now();
  before_step.tail = header.tail;
  write(before_step);
}

// Only the death of the process is to be survived here, and every store it made is in the page
// cache; so it is enough that the compiler keeps their order.
void SessionFile::Impl::write(HeaderCopy& copy) noexcept {
  copy.generation = ++header.generation;
  copy.crc = checksum_of(copy);
  const auto mark = static_cast<std::uint32_t>(copy.generation % 2) + 1;
  const std::uint32_t no_mark = 0;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  std::memcpy(file->at(kHeaderMarkOffset), &mark, sizeof(mark));
  std::atomic_signal_fence(std::memory_order_seq_cst);
  std::memcpy(file->at(header_offset(copy.generation)), &copy, sizeof(copy));
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

  auto impl = std::make_unique<Impl>(std::move(*mapped), *found);
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
  HeaderCopy& header = impl_->header;
  const std::uint32_t from = std::exchange(header.safe_target, sequence);
  if (sequence < from || sequence - from >= kDealtNumbers) {
    header.dealt_with = {};
  } else {
    for (std::uint32_t passed = from; passed < sequence; ++passed) clear(header, passed);
  }
  impl_->commit();
}

bool SessionFile::was_dealt_with(std::uint32_t sequence) const noexcept {
  const HeaderCopy& header = impl_->header;
  return sequence >= header.safe_target && sequence - header.safe_target < kDealtNumbers &&
         (dealt_word(header, sequence) & dealt_bit(sequence)) != 0;
}

void SessionFile::note_dealt_with(std::uint32_t begin, std::uint32_t end) noexcept {
  HeaderCopy& header = impl_->header;
  begin = std::max(begin, header.safe_target);
  if (begin >= end) return;
  end = header.safe_target + std::min(end - header.safe_target, kDealtNumbers);
  for (std::uint32_t number = begin; number < end; ++number) {
    dealt_word(header, number) |= dealt_bit(number);
  }
  impl_->commit();
}

void SessionFile::forget_dealt_with(std::uint32_t begin) noexcept {
  HeaderCopy& header = impl_->header;
  begin = std::max(begin, header.safe_target);
  for (std::uint32_t at = begin - header.safe_target; at < kDealtNumbers; ++at) {
    clear(header, header.safe_target + at);
  }
  impl_->commit();
}

void SessionFile::resume_target(std::uint32_t sequence) noexcept {
  while (was_dealt_with(sequence)) ++sequence;  // ends: at most kDealtNumbers
  const Step step(*this);
  set_next_target(sequence);
  set_safe_target(sequence);
}

bool SessionFile::was_logged_out() const noexcept {
  return impl_->header.logged_out != 0;
}

void SessionFile::set_logged_out(bool logged_out) noexcept {
  impl_->header.logged_out = logged_out ? 1 : 0;
  impl_->commit();
}

SessionFile::Step::Step(SessionFile& file) noexcept : impl_(*file.impl_) {
  if (impl_.step_count++ == 0) impl_.before_step = impl_.header;
}

SessionFile::Step::~Step() {
  if (--impl_.step_count == 0 && impl_.is_commit_waiting) impl_.commit_now();
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
    impl_->commit_tail();
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
  impl_->lost.note_recorded(report_number);
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
  if (!is_first) return impl_->commit();
  // Both copies, since either may be the one found after a power cut. Where the disk does not take
  // them, put() fails by and by too.
  impl_->commit_now();
  impl_->commit_now();
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
  header.dealt_with = {};
  impl_->ring.forget_all();
  impl_->lost.clear();
  impl_->commit_now();
  impl_->requested_end = block_end(1);
  impl_->reserver->request(impl_->reservation(impl_->requested_end));
}

engine::SequenceNumber SessionFile::epoch_applied() const noexcept {
  return engine::SequenceNumber(impl_->header.epoch_applied);
}

std::uint64_t SessionFile::epoch_time_ns() const noexcept {
  return impl_->header.epoch_time_ns;
}

void SessionFile::set_journal(const engine::JournalUuid& journal) noexcept {
  JournalMark mark{.journal = journal};
  mark.crc = checksum_of(mark);
  std::memcpy(impl_->file->at(kJournalMarkOffset), &mark, sizeof(mark));
}

std::optional<engine::JournalUuid> SessionFile::journal() const noexcept {
  return journal_at(impl_->file->at(kJournalMarkOffset));
}

bool SessionFile::power_was_lost() const noexcept {
  return impl_->header.is_after_power_loss != 0;
}

const std::string& SessionFile::path() const noexcept {
  return impl_->file->path();
}

const SessionFileFinding& SessionFile::finding() const noexcept {
  return impl_->finding;
}

const LostRecords& SessionFile::lost() const noexcept {
  return impl_->lost;
}

}  // namespace hourglass::gateway::fix

// EventStore: the events of a journal as one file of their bytes, for whoever must look back: FIX
// resend, feed replay, drop copy, the auditor's stories.
//
// It is derived and proves nothing: rebuilt by replay when it is lost, checked against the journal
// by digest, synced only where a snapshot is about to rely on it. Do not use it to decide anything
// the venue must remember.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "engine/journal/aligned_buffer.h"
#include "engine/journal/event_digest.h"
#include "engine/journal/format.h"
#include "engine/journal/journal_device.h"

namespace hourglass::engine {

inline constexpr std::string_view kEventStoreName = "events.hge";

// The file's first 64 bytes; then events, event_bytes(kind) each, one after the other.
struct EventStoreHeader {
  std::array<char, 8> magic;  // "HGEVNT01"
  std::uint32_t layout_version;
  std::uint32_t rule_set_version;
  JournalUuid uuid;
  SequenceNumber first_sequence;  // events of earlier commands are not in the file
  std::array<std::byte, 20> reserved;
  std::uint32_t checksum;  // CRC-32C of the first 60 bytes
};
static_assert(sizeof(EventStoreHeader) == 64);

// Thread: one at a time.
class EventStore {
 public:
  // Asked before each read of a MiB; true gives up what reads on, with kCancelled and nothing
  // changed.
  using GiveUp = absl::FunctionRef<bool()>;
  static bool never() noexcept { return false; }

  // Opens the store of journal `uuid` in `device`'s directory. One of an older rule set is gone on
  // with under a new header; a file of another journal or beginning, or of a rule set that is not
  // known or newer than asked for, is replaced by an empty one. A ragged end (half an event, half a
  // command's events, anything that is no event) is cut off; last_sequence() says where to replay
  // from. Errors: the device's; kCancelled where `give_up` said so. Cost: reads the file once,
  // about 1 GB/s.
  static absl::StatusOr<std::unique_ptr<EventStore>> open(
      JournalDevice& device, const JournalUuid& uuid,
      SequenceNumber first_sequence = SequenceNumber(1),
      std::uint32_t rule_set_version = kRuleSetVersion, GiveUp give_up = never);

  // The store as it stands, for read() and digest_at() alone; nothing is changed, and a ragged end
  // is passed over. Errors: kNotFound where there is none; kFailedPrecondition where it is another
  // journal's or of a rule set that is not known; kDataLoss where its header is damaged; the
  // device's. Cost: as open().
  static absl::StatusOr<std::unique_ptr<EventStore>> open_to_read(JournalDevice& device,
                                                                  const JournalUuid& uuid);

  // Adds the next event; one of a command already held whole is ignored, so that a replay may begin
  // early. Events come in order and carry their place (asserted). Errors: the device's when the
  // buffer is written out. Cost: a copy, and a buffered write for each MiB; no allocation but for
  // the sparse index.
  absl::Status append(std::span<const std::byte> event);
  // Writes out the buffer, so that another reader of the file sees all. Errors: the device's; it
  // may be tried again.
  absl::Status flush();
  // Drops the events of commands after `through`, which were perhaps never synced: after a power
  // cut they may look whole and not be. Errors: the device's; kCancelled where `give_up` said so.
  // Cost: reads what is dropped, and at most kIndexStrideBytes before it.
  absl::Status drop_after(SequenceNumber through, GiveUp give_up = never);
  // flush(), and the bytes survive a power cut. Errors: the device's. Cost: one sync.
  absl::Status sync();

  // The last command all of whose events are held; first_sequence - 1 when there is none. Commands
  // without events leave no trace.
  [[nodiscard]] SequenceNumber last_sequence() const noexcept { return last_sequence_; }
  [[nodiscard]] std::uint64_t event_count() const noexcept { return event_count_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return complete_bytes_; }
  // Bytes behind the last whole command's that open() cut off or open_to_read() passed over.
  [[nodiscard]] std::uint64_t truncated_bytes() const noexcept { return truncated_bytes_; }

  // Calls `visit` with each event of commands `from` to `through` in order, until it returns false.
  // Errors: the device's; kDataLoss where the file no longer holds what was written. Cost: reads
  // from the nearest index point before `from`, at most kIndexStrideBytes early.
  using Visitor = absl::FunctionRef<bool(std::span<const std::byte> event)>;
  absl::Status read(SequenceNumber from, SequenceNumber through, Visitor visit);

  // The digest at `through`, from the events held and the digest at `from`: equal to the journal's
  // or the store is wrong and to be rebuilt. Errors: those of read().
  absl::StatusOr<Digest> digest_at(const DigestPoint& from, SequenceNumber through);

  static constexpr std::uint64_t kIndexStrideBytes = 64U << 10;

 private:
  struct IndexPoint {
    SequenceNumber sequence;  // the command whose first event stands at `offset`
    std::uint64_t offset;
  };

  // The rule events follow one another by; scan() and append() share it.
  enum class Step : std::uint8_t { kOk, kNotAnEvent };
  Step take(std::span<const std::byte> event);
  enum class RaggedEnd : std::uint8_t { kCutOff, kPassOver };
  absl::Status scan(std::uint64_t file_bytes, RaggedEnd ragged_end, GiveUp give_up);
  [[nodiscard]] std::uint64_t index_offset(SequenceNumber sequence) const noexcept;
  absl::Status for_each_event(std::uint64_t offset, std::uint64_t end, Visitor visit,
                              std::uint64_t& stopped_at, GiveUp give_up = never);

  EventStore(std::unique_ptr<JournalFile> file, SequenceNumber first_sequence);

  std::unique_ptr<JournalFile> file_;
  AlignedBuffer write_buffer_;
  AlignedBuffer read_buffer_;
  std::size_t buffered_ = 0;
  std::uint64_t written_bytes_ = 0;   // in the file
  std::uint64_t taken_bytes_ = 0;     // in the file and the buffer
  std::uint64_t complete_bytes_ = 0;  // up to the end of the last complete command
  std::uint64_t truncated_bytes_ = 0;
  std::uint64_t event_count_ = 0;

  SequenceNumber first_sequence_;
  SequenceNumber last_sequence_{0};
  SequenceNumber current_sequence_{0};  // of the command whose events are coming in
  std::uint32_t next_event_number_ = 0;
  std::vector<IndexPoint> index_;
};

}  // namespace hourglass::engine

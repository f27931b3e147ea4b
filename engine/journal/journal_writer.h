// JournalWriter: appends commands to a journal, one durable frame at a time.
//
//   append(command) ...  append(command)  commit(stamp)   <- durable on return, or failed for good
//
// A frame is whatever was appended since the last commit: its size costs little (64 KiB takes as
// long as 4 KiB), so the caller commits what arrived while the last commit was under way.
//
// Any write error is final. The kernel may have thrown away what it failed to write, so a retry
// could "succeed" without it; the writer stops, durable() stays, and the venue with it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/journal/aligned_buffer.h"
#include "engine/journal/format.h"
#include "engine/journal/journal_device.h"
#include "engine/journal/recovery.h"
#include "engine/journal/segment_preparer.h"

namespace hourglass::engine {

struct JournalSettings {
  std::uint64_t segment_bytes = kDefaultSegmentBytes;  // of new segments; multiple of 4 KiB
  std::uint32_t prepare_chunk_bytes = 1U << 20;        // zeros one SegmentPreparer::step() writes
  std::uint32_t rule_set_version = kRuleSetVersion;
  std::string build_id = {};  // printable; cut to 64 characters
};

// What the caller says about a frame when it closes it; the journal reads no clock.
struct FrameStamp {
  Timestamp wall_time;
  std::uint64_t monotonic_ns;
  SequenceNumber digest_through;  // never falls, never beyond the frame's last command
  Digest event_digest;
  bool seal = false;  // the last frame before the journal is closed in order
};

// Thread: one at a time, but preparer() from any.
class JournalWriter {
 public:
  // Begins a journal with an empty first segment in a directory that holds none, and locks it.
  // Errors: kAlreadyExists, kFailedPrecondition (locked), kInvalidArgument (settings), the
  // device's. Cost: writes a whole segment of zeros.
  static absl::StatusOr<std::unique_ptr<JournalWriter>> create(
      JournalDevice& device, const JournalSettings& settings, const JournalUuid& uuid,
      Timestamp now, SequenceNumber first_sequence = SequenceNumber(1));

  // Locks a journal, recovers its tail and goes on behind it. What was recovered counts as durable.
  // Errors: kNotFound where there is none, kFailedPrecondition (locked), kDataLoss with the place
  // for damage, which is never repaired here; the device's. Cost: reads the last segment.
  static absl::StatusOr<std::unique_ptr<JournalWriter>> open(JournalDevice& device,
                                                             const JournalSettings& settings);

  // Adds one command to the frame in hand; false where it has no room left, and commit() is due.
  // The command carries next_sequence() and has the size of its kind (asserted). Cost: a copy, no
  // allocation.
  [[nodiscard]] bool append(std::span<const std::byte> command) noexcept;

  // Writes the frame in hand and returns once it is durable; an empty one only to seal. On OK
  // durable() has advanced.
  // Errors: kResourceExhausted when a new segment is needed and the disk has no room: nothing
  // changed, the same frame may be committed again. kFailedPrecondition for a seal alone where the
  // segment has no command yet, no room left or another rule set: nothing changed, and the journal
  // ends without one. kFailedPrecondition too for commands that need a segment behind one of seals
  // alone, which older programs began (README.md): nothing changed. Any other error: failed for
  // good. Cost: one durable write; at a segment's end one more and two renames, and if
  // the spare is not ready the rest of its zeros. No allocation but then.
  absl::Status commit(const FrameStamp& stamp);

  // Whether commit() has a place for the smallest frame of commands, to be asked before trading.
  // Errors: why the writer failed; kFailedPrecondition as for commit(), with what to do. Cost:
  // none.
  [[nodiscard]] absl::Status takes_commands() const;

  // Writes the last frame's index record, which commit() else does before the next frame: to be
  // called when whoever waited for the frame has been told. Errors: the device's; failed for good.
  // Cost: a system call, nothing durable.
  absl::Status write_index();

  // Gives the oldest segment's file to the preparer as its spare, if every command in it is at or
  // below `archived_through`, which says that the caller has a copy and that no reader holds it.
  // Errors, all changing nothing unless the device's: kFailedPrecondition when it is not archived,
  // the current one, of another size, or a spare is there; the device's. Thread: the writer's.
  absl::Status recycle_oldest(SequenceNumber archived_through);

  // Ends in order: the index of the last frame is written and synced, the lock given back. Commands
  // appended but not committed are dropped; nobody was told of them. Then only destruction.
  absl::Status close();

  [[nodiscard]] SequenceNumber next_sequence() const noexcept { return next_sequence_; }
  // The last command that survives a power cut; first_sequence - 1 before any.
  [[nodiscard]] SequenceNumber durable() const noexcept { return durable_; }
  [[nodiscard]] bool frame_empty() const noexcept { return command_count_ == 0; }
  [[nodiscard]] const Digest& chain() const noexcept { return chain_; }
  [[nodiscard]] const JournalUuid& uuid() const noexcept { return segment_.uuid; }
  // Why the writer failed; OK while it has not.
  [[nodiscard]] const absl::Status& failure() const noexcept { return failure_; }
  // No spare segment could be prepared: the current one is the last until space is found.
  [[nodiscard]] bool space_low() const {
    return preparer_.state() == SegmentPreparer::State::kNoSpace;
  }
  // What open() found and did; of create(), an empty journal.
  [[nodiscard]] const JournalRecovery& recovery() const noexcept { return recovery_; }
  // Step it from any thread, at whatever pace, to have the next segment ready in time.
  [[nodiscard]] SegmentPreparer& preparer() noexcept { return preparer_; }

 private:
  JournalWriter(JournalDevice& device, const JournalSettings& settings,
                std::unique_ptr<JournalLock> lock);

  absl::Status open_files();
  absl::Status roll(Timestamp now);
  [[nodiscard]] bool segment_has_commands() const noexcept {
    return durable_ >= segment_.first_sequence;
  }
  // An older program's segment: it has frames, and all are empty.
  [[nodiscard]] bool only_seals() const noexcept {
    return frame_number_ > 1 && !segment_has_commands();
  }
  [[nodiscard]] absl::Status seals_are_not_followed() const;
  absl::Status start_segment(const SegmentHeader& header);
  absl::Status write_pending_index();
  absl::Status fail(absl::Status status);

  JournalDevice& device_;
  JournalSettings settings_;
  std::unique_ptr<JournalLock> lock_;
  SegmentPreparer preparer_;
  JournalRecovery recovery_;
  absl::Status failure_;

  // The segment being written.
  SegmentHeader segment_{};
  std::unique_ptr<JournalFile> segment_file_;
  std::unique_ptr<JournalFile> index_file_;
  std::uint32_t seed_ = 0;
  std::uint64_t offset_ = 0;
  std::uint32_t frame_number_ = 0;  // of the next frame
  std::uint32_t prev_blocks_ = 0;
  bool index_pending_ = false;
  IndexRecord pending_index_{};  // of the last frame

  // The journal so far.
  Digest chain_{};
  SequenceNumber next_sequence_{1};
  SequenceNumber durable_{0};
  SequenceNumber digest_through_{0};
  Digest event_digest_{};

  // The frame in hand: its data bytes, header first, and what becomes of them on disk.
  AlignedBuffer data_;
  AlignedBuffer sectors_;
  std::uint32_t payload_bytes_ = 0;
  std::uint32_t command_count_ = 0;
  Sha256 sha_;
};

}  // namespace hourglass::engine

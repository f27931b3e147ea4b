// SessionFile: the numbers and sent messages of one FIX session, in a mapped file.
//
// What is written here is there after the process is killed at any point: a message is recorded
// before it is sent. The power going is another matter: mapped pages reach the disk when the kernel
// likes. So sender numbers are reserved durably in blocks ahead of their use; after a power cut the
// session goes on behind the block, and no number ever carries two contents (design 10, 6).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/base/types.h"
#include "engine/journal/format.h"
#include "gateway/fix/store/lost_records.h"

namespace hourglass::gateway::fix {

// Bytes of messages a session file keeps; older ones are overwritten and gap-filled when asked for.
inline constexpr std::uint64_t kDefaultSessionFileBytes = 64U << 20;
// Sender numbers reserved on the disk at a time.
inline constexpr std::uint32_t kReservedBlock = 8192;

struct SessionFileSettings {
  // Of a file that is begun: a power of two from 64 KiB to 4 GiB. One that is there keeps its own.
  std::uint64_t ring_bytes = kDefaultSessionFileBytes;
  // Identifies this boot of the machine; empty: read from the kernel. Another one than the file's,
  // where the file was not closed in order, means that the power went. 44 bytes at most.
  std::string boot_id = {};
};

struct StoredMessage {
  std::uint32_t sequence = 0;
  std::uint32_t report_number = 0;  // of the core's report it carries; 0: none
  bool is_application = false;      // others were never kept as text, and are gap-filled
  std::string_view text;            // good until the next put() or reset(); empty for an admin one
};

// How an open found the file.
struct SessionFileFinding {
  bool is_header_copy_damaged = false;  // other than by a kill while it was written
  bool power_went = false;              // since the file was open last
  std::uint32_t next_sender = 1;        // as the header said
};

// Thread: one at a time; the reserving of numbers has one of its own, shared by all files.
class SessionFile {
  struct Impl;

 public:
  // Opens `path`, or begins it with both numbers at 1. One damaged header copy is taken for a power
  // cut where the other does not say that the file was closed in order. Errors: kDataLoss for a
  // file that is not one of ours, or whose header is damaged in both copies, or whose reserved
  // numbers are unreadable after a power cut; kFailedPrecondition for one that is open already or
  // of a version this program does not know; kInvalidArgument for settings out of range; the
  // system's; all with the path. Cost: two waits for the disk and a read of the messages held.
  static absl::StatusOr<std::unique_ptr<SessionFile>> open(const std::string& path,
                                                           SessionFileSettings settings = {});
  // Closes in order (synced). Cost: waits for the disk.
  ~SessionFile();
  SessionFile(const SessionFile&) = delete;
  SessionFile& operator=(const SessionFile&) = delete;

  // --- Numbers -----------------------------------------------------------------------------------
  [[nodiscard]] std::uint32_t next_sender() const noexcept;
  // Forward only, over numbers that are then gap-filled; backward only by reset(): a lower one
  // changes nothing. Cost: waits for the disk where `sequence` is beyond the numbers reserved.
  void set_next_sender(std::uint32_t sequence);
  [[nodiscard]] std::uint32_t next_target() const noexcept;
  void set_next_target(std::uint32_t sequence) noexcept;
  // The target number to go on with after a crash: kept by the door at the last one all of whose
  // commands are durable.
  [[nodiscard]] std::uint32_t safe_target() const noexcept;
  void set_safe_target(std::uint32_t sequence) noexcept;

  // Numbers the other side has used that need not come again though safe_target() is not beyond
  // them: what was asked is answered. Known of kDealtNumbers numbers from safe_target() on; none
  // after a power cut.
  [[nodiscard]] bool was_dealt_with(std::uint32_t sequence) const noexcept;
  // Notes the numbers from `begin` to below `end`; those further on than can be known are left out.
  // Cost: one step a number that can be known.
  void note_dealt_with(std::uint32_t begin, std::uint32_t end) noexcept;
  // Numbers from `begin` on are not dealt with.
  void forget_dealt_with(std::uint32_t begin) noexcept;
  // Goes on behind a crash: next_target() and safe_target() become the first number from `sequence`
  // on that was not dealt with.
  void resume_target(std::uint32_t sequence) noexcept;

  // Whether the member's last connection ended by its own Logout; false after a power cut.
  [[nodiscard]] bool was_logged_out() const noexcept;
  void set_logged_out(bool logged_out) noexcept;

  // While one lives, what is put, used and set waits for its end, where all of it takes effect at
  // once: a process killed before leaves nothing of it, so nothing of it may be sent before. What
  // is read is what was set. reset() and a first pass_reports() do not wait, and take along what
  // was done before them; nor does a step that puts more than the ring holds. Steps may be nested:
  // the outermost counts. Cost: a copy of the header at its beginning.
  class Step {
   public:
    explicit Step(SessionFile& file) noexcept;
    ~Step();
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    Impl& impl_;
  };

  // --- Messages ----------------------------------------------------------------------------------
  // Records message `sequence` = next_sender(), and moves next_sender() on. With `report_number`
  // above 0 that report counts as sent (last_report()). An admin message is recorded as a number
  // alone. The bytes are in the page cache when this returns. Errors: kInvalidArgument for another
  // sequence or a message over a quarter of the ring; kResourceExhausted where the disk gives no
  // room (checked when space is first touched, so that no SIGBUS comes) or no number is left; the
  // system's where the numbers could not be reserved; nothing changed.
  // Cost: a copy and two checksums; a system call when new space is touched. It waits for the disk
  // only where the reserved numbers are used up (half a block goes by between asking and needing),
  // and in the first put() after reset().
  absl::Status put(std::uint32_t sequence, std::string_view text, bool is_application,
                   std::uint32_t report_number);
  // Uses up next_sender() for a message that is not kept: a resend fills its number. Room in the
  // ring is for messages worth keeping. False where the number is not reserved on the disk yet (it
  // is asked for: try again later) or none is left; nothing changed. Cost: a checksum; never waits.
  [[nodiscard]] bool use_number();
  // Message `sequence`; nothing where it is not held any more (or never was), or is
  // damaged. Cost: a binary search and a checksum.
  [[nodiscard]] std::optional<StoredMessage> get(std::uint32_t sequence) const;
  // The number of the first application message from `sequence` on that is still held;
  // next_sender() where there is none. Cost: a binary search, and one step for each message passed
  // over.
  [[nodiscard]] std::uint32_t next_application(std::uint32_t sequence) const;

  // The highest report number that was recorded; reports above it are still to be sent.
  [[nodiscard]] std::uint32_t last_report() const noexcept;
  // Counts the reports up to `report_number` as sent, though none of them was for this session; a
  // lower one changes nothing. Cost: waits for the disk where last_report() was 0, so that it never
  // is 0 again; else a store, which a power cut may undo.
  void pass_reports(std::uint32_t report_number) noexcept;

  // --- Epochs ------------------------------------------------------------------------------------
  // Both numbers and safe_target() go to 1, messages are forgotten, last_report() stays. Commands
  // of the session up to `applied` belong to the epoch before. Where the power goes before the
  // first put() of the new epoch, the old one may be found again.
  void reset(engine::SequenceNumber applied, std::uint64_t now_ns);
  [[nodiscard]] engine::SequenceNumber epoch_applied() const noexcept;
  // When the epoch began. Units: ns UTC.
  [[nodiscard]] std::uint64_t epoch_time_ns() const noexcept;

  // Names the journal whose reports these are, for a start on another to refuse the file before
  // anything is changed in it. Cost: a store; a power cut may undo it.
  void set_journal(const engine::JournalUuid& journal) noexcept;

  // The journal named last, if one was.
  [[nodiscard]] std::optional<engine::JournalUuid> journal() const noexcept;

  // Whether this open found that the power went: numbers of a block were skipped, reports may have
  // been sent that are not recorded (so they are sent again with PossResend), and next_target() and
  // safe_target() may be older than the last ones set. Stays so until a close in order.
  [[nodiscard]] bool power_was_lost() const noexcept;

  // --- Damage ------------------------------------------------------------------------------------
  [[nodiscard]] const std::string& path() const noexcept;
  [[nodiscard]] const SessionFileFinding& finding() const noexcept;
  // What this open found unreadable and the ring still counted; nothing after reset().
  [[nodiscard]] const LostRecords& lost() const noexcept;

 private:
  explicit SessionFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hourglass::gateway::fix

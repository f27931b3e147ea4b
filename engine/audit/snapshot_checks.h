// SnapshotChecks: holds each snapshot of a directory to what re-execution finds at its command.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/exchange/replica.h"
#include "engine/journal/event_digest.h"
#include "engine/journal/journal_reader.h"
#include "engine/journal/snapshot_file.h"

namespace hourglass::engine {

struct SnapshotComparison {
  enum class Verdict : std::uint8_t {
    kNotReached,    // re-execution ended before it
    kTakenOnTrust,  // re-execution began with it, or after it
    kEqual,         // its state, event digest and chain are what re-execution finds
    kDiffers,
    kRefused,  // the file is damaged or of another journal
  };
  std::string file;
  Verdict verdict = Verdict::kNotReached;
  std::string detail{};  // what differs, or why it was refused

  [[nodiscard]] bool is_fault() const noexcept {
    return verdict == Verdict::kDiffers || verdict == Verdict::kRefused;
  }
};
[[nodiscard]] std::string_view name(SnapshotComparison::Verdict verdict);

// Thread: the replayer's.
class SnapshotChecks {
 public:
  // The snapshots of the directory; those up to `started_after` are taken on trust. Everything
  // outlives the checks. Errors: the device's.
  static absl::StatusOr<SnapshotChecks> list(JournalDevice& device, const JournalUuid& uuid,
                                             SequenceNumber started_after);

  // Whether at() compares the replica's state at a point at command `through`.
  [[nodiscard]] bool has(SequenceNumber through) const noexcept;

  // `frame` names `point` and agrees; where has() says so, `replica` stands there. Cost: none but
  // where there is a snapshot; then it is read, and the replica's state saved and hashed.
  void at(const DigestPoint& point, const FrameView& frame, const Replica& replica);

  // No more points. `whole`: re-execution came to the journal's end.
  [[nodiscard]] std::vector<SnapshotComparison> finish(bool whole) &&;

 private:
  struct Item {
    SnapshotComparison result;
    SequenceNumber sequence;
    Digest chain{};
    bool compared = false;
    bool chain_seen = false;
  };

  explicit SnapshotChecks(JournalDevice& device, const JournalUuid& uuid)
      : device_(device), uuid_(uuid) {}
  void compare(Item& item, const DigestPoint& point, const Replica& replica);
  static void settle(Item& item);

  JournalDevice& device_;
  JournalUuid uuid_;
  std::vector<Item> items_;  // oldest first
  std::size_t next_ = 0;
};

}  // namespace hourglass::engine

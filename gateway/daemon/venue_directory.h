// VenueDirectory: a venue's data directory, held by one process, and what stands in it at a start.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/journal/format.h"
#include "gateway/fix/members/member_list.h"

namespace hourglass::gateway {

// A process that was killed holds its directory until the kernel has taken it down.
inline constexpr std::chrono::milliseconds kDirectoryPatience{2000};

// Thread: one at a time.
class VenueDirectory {
 public:
  // Makes `path` where it is missing, and keeps other venues out of it as long as this lives.
  // Errors: kInvalidArgument where it cannot be made; kFailedPrecondition where another process
  // uses it for longer than kDirectoryPatience, nothing changed; the system's; all with the path.
  static absl::StatusOr<std::unique_ptr<VenueDirectory>> open(std::string path);
  ~VenueDirectory();
  VenueDirectory(const VenueDirectory&) = delete;
  VenueDirectory& operator=(const VenueDirectory&) = delete;

  // Whether a journal was begun here: the venue is not new.
  [[nodiscard]] bool has_journal() const noexcept { return has_journal_; }
  // Errors: kFailedPrecondition where there is no journal but something that only trading leaves
  // (snapshots, the event store, indexes with frames, session files that were logged on to), named;
  // nothing changed. What a first start leaves that died before it began its journal is none of
  // these.
  [[nodiscard]] absl::Status check_journal_is_not_missing() const;
  // Which journal it is; nothing where there is none, or its first segment is not to be read. Cost:
  // a read for each segment.
  [[nodiscard]] std::optional<engine::JournalUuid> journal() const;
  // Errors: kFailedPrecondition where the session file of one of `members` names another journal
  // than that of the directory, and was used; nothing changed. One that names none is let pass.
  [[nodiscard]] absl::Status check_session_files(const fix::MemberList& members) const;
  // Where a volatile run keeps its sessions' files: fix/volatile, made and emptied. Errors: the
  // system's.
  [[nodiscard]] absl::StatusOr<std::string> empty_volatile_sessions() const;

 private:
  VenueDirectory(std::string path, int descriptor) : path_(std::move(path)), lock_(descriptor) {}

  std::string path_;
  int lock_;
  bool has_journal_ = false;
};

}  // namespace hourglass::gateway

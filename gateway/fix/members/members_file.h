// MembersFile: the file members are kept in, changed by one at a time: `hourglass member`, or the
// running venue for a member that changes its password.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/fix/members/member_list.h"

namespace hourglass::gateway::fix {

// Who finds the file locked waits so long at most: a change takes some milliseconds, and whoever
// holds it for longer is stuck.
inline constexpr std::chrono::milliseconds kMembersLockPatience{2'000};

// One reading, or one change: read_to_change() locks the folder until the object ends, against
// every program and every other object of this one. Thread: one. Cost: that of the disk, waits
// included, hence not for the engine's thread.
class MembersFile {
 public:
  // `folder` holds members.json.
  explicit MembersFile(std::string_view folder);
  ~MembersFile();
  MembersFile(const MembersFile&) = delete;
  MembersFile& operator=(const MembersFile&) = delete;

  // The list as it stands; where there is no file, an empty one. Errors: MemberList's.
  [[nodiscard]] absl::StatusOr<MemberList> read() const;
  // The same, with others kept from changing it until this object ends; the folder is made if it is
  // missing. Errors: kUnavailable where another holds the file for longer than `patience`; the
  // system's. To be called once.
  absl::StatusOr<MemberList> read_to_change(
      std::chrono::milliseconds patience = kMembersLockPatience);
  // Whether a list was there, behind read_to_change(). Errors: kFailedPrecondition where there is
  // none but something that only members leave, which is named: theirs was lost.
  [[nodiscard]] absl::Status check_list_is_not_lost() const;
  // Behind read_to_change(). Errors: MemberList::save's.
  [[nodiscard]] absl::Status write(const MemberList& list) const;

  // Gives the session of `member` another password hash, and leaves all else as the file has it.
  // When it returns the hash is on the disk. Errors: kNotFound where the session is not listed any
  // more; kAborted where its hash there is another than `member`'s: somebody else has changed it,
  // and that stays; kInternal with the words of read_to_change() and write(): the file stands as it
  // was, unless only the folder's sync failed.
  absl::Status replace_password_hash(const Member& member, const std::string& hash);

 private:
  std::string folder_;
  std::string path_;
  int lock_ = -1;
};

}  // namespace hourglass::gateway::fix

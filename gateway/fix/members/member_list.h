// Who may log on: the venue's member sessions, kept in a file beside the journal, never in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/fix/wire/fix_version.h"

namespace hourglass::gateway::fix {

inline constexpr std::uint32_t kFirstFixSession = 4096;  // lower numbers are the text door's
inline constexpr std::uint32_t kMaxCompIdChars = 20;
inline constexpr std::uint32_t kMaxAccountsPerMember = 64;
inline constexpr std::uint32_t kMaxMembers = 4096;
inline constexpr std::uint32_t kMaxMessagesPerSecond = 1'000'000;  // of either rate
inline constexpr std::uint64_t kMaxMembersFileBytes = std::uint64_t{4} << 20;

// One session a member may open.
struct Member {
  std::string comp_id{};      // 1..20 of A-Z 0-9 - _, and not the venue's own
  std::uint32_t session = 0;  // the core's session number
  FixVersion version = FixVersion::kFix44;
  std::vector<std::uint32_t> accounts{};  // it may trade for; the first where a message names none
  bool cancel_on_disconnect = true;       // default for DAY orders
  bool drop_copy = false;  // gets copies of all reports about its accounts, and sends no orders
  std::uint32_t orders_per_second = 1000;
  std::uint32_t cancels_per_second = 2000;
  std::string password_hash{};       // libsodium's text form (Argon2id); empty: no password logon
  std::string ed25519_public_key{};  // 64 hex digits; empty: no signed logon
  std::string certificate_sha256{};  // 64 hex digits a TLS client certificate must have; empty: any

  friend bool operator==(const Member&, const Member&) = default;
};

// The members in the order they were added. At most kMaxMembers; names and session numbers are each
// used once. Thread: one at a time. Cost: load() and save() N log N, remove() linear in the
// members, the others a look-up; allocates.
class MemberList {
 public:
  // Reads the JSON file at `path` (member_json.h). Errors: kNotFound where there is none;
  // kInvalidArgument naming the member and the field for anything that is no list, an unknown or
  // repeated field, a wrong type, a name or session number used twice, a number out of range, a
  // file over kMaxMembersFileBytes; else the system's. Nothing is half read.
  static absl::StatusOr<MemberList> load(const std::string& path);
  // Writes it whole as `path`.new with mode 0600, syncs it, renames it to `path` and syncs the
  // folder. Errors: the system's; `path` then stands as it was, unless only the folder's sync
  // failed.
  [[nodiscard]] absl::Status save(const std::string& path) const;

  // Null where there is none. The pointer holds until the list changes.
  [[nodiscard]] const Member* find(std::string_view comp_id) const noexcept;
  [[nodiscard]] const std::vector<Member>& all() const noexcept { return members_; }
  // Adds a member; a session number of 0 gets the next that no member ever had from
  // kFirstFixSession. Errors: kAlreadyExists (name or session number), kResourceExhausted at
  // kMaxMembers, kInvalidArgument as load(); the list is unchanged.
  [[nodiscard]] absl::Status add(Member member);
  // Errors: kNotFound.
  [[nodiscard]] absl::Status remove(std::string_view comp_id);
  // Replaces the member of that name. Errors: kNotFound, kAlreadyExists (session number),
  // kInvalidArgument; the list is unchanged.
  [[nodiscard]] absl::Status update(const Member& member);

 private:
  [[nodiscard]] std::uint32_t reserved_session() const;

  std::vector<Member> members_;
  std::map<std::string, std::size_t, std::less<>> places_;  // in members_, by name
  std::unordered_set<std::uint32_t> numbers_;               // session numbers in use
  // The session number the next member gets. A number is never given twice: orders may still work
  // under a removed member's.
  std::uint32_t next_session_ = 0;
};

}  // namespace hourglass::gateway::fix

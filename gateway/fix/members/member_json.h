// The members file's text: {"format": 1, "members": [{...}, ...]}, one object a member.
//
// "next_session", before "members", is there once a member was removed: numbers below are not given
// again. "comp_id", "session", "version" ("4.4" or "5.0") and "accounts" must be there; the others
// have Member's defaults. Passwords stand in it only as Argon2id hashes, keys only as public ones.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/fix/members/member_list.h"

namespace hourglass::gateway::fix {

inline constexpr std::uint32_t kMembersFileFormat = 1;

// "4.4" or "5.0".
[[nodiscard]] std::string_view version_text(FixVersion version) noexcept;
[[nodiscard]] std::optional<FixVersion> parse_version(std::string_view text) noexcept;

// Whether every field of `member` is in its range. Errors: kInvalidArgument, "member DESK1:
// accounts: ..."; where the name is at fault, "comp_id: ...". Thread: any.
[[nodiscard]] absl::Status check_member(const Member& member);

// The members in `text`, every field checked; names and session numbers used twice are MemberList's
// to find. Errors: kInvalidArgument naming the field and the member, which is "member 3" (counted
// from 1) where it has no valid name. Thread: any. Cost: two passes; allocates.
// `next_session` (or null) is set to the file's, 0 where it has none.
[[nodiscard]] absl::StatusOr<std::vector<Member>> parse_members(
    std::string_view text, std::uint32_t* next_session = nullptr);

// The text parse_members reads, one member a line; `next_session` 0 is left out. Thread: any.
[[nodiscard]] std::string members_text(std::span<const Member> members,
                                       std::uint32_t next_session = 0);

}  // namespace hourglass::gateway::fix

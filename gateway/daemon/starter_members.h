// Who may log on to a venue whose data directory is new.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "gateway/fix/members/member_list.h"

namespace hourglass::gateway {

// The file of `directory` that a person reads the starter members' passwords from, one
// "COMPID PASSWORD" a line.
inline constexpr char kStarterCredentials[] = "starter-credentials";
// The CompID of the drop copy of the starter members' accounts.
inline constexpr char kStarterDropCopy[] = "DROPCOPY1";

// The member list of `directory`, which is made if it is missing. A directory without a list gets
// two members to try the venue with, TRADER1 and TRADER2, and a drop copy of both, whose fresh
// passwords stand in kStarterCredentials, readable by its owner alone; where the venue is
// not new (`is_first_start` is false) a list that is missing was lost. Errors: kFailedPrecondition
// for that, nothing changed; MemberList's, the system's.
absl::StatusOr<fix::MemberList> open_members(const std::string& directory, bool is_first_start);

}  // namespace hourglass::gateway

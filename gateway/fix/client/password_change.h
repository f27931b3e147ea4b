// A member changes its own password at the venue (35=BE, 924=3).
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "gateway/fix/client/fix_client.h"

namespace hourglass::gateway::fix {

// Asks and waits for the answer, which comes when the venue has the new password on its disk; the
// session stays logged on. Errors: kPermissionDenied with the venue's words where it refuses, the
// old password is good then; kDeadlineExceeded where it does not answer: either may be;
// FixClient's. Thread: one.
absl::Status change_password(FixClient& client, std::string_view comp_id,
                             std::string_view old_password, std::string_view new_password);

}  // namespace hourglass::gateway::fix

// What a member's change means for its session while the venue runs. Thread: any, pure.
#pragma once

#include "absl/status/status.h"
#include "engine/order/command.h"
#include "gateway/fix/members/member_list.h"

namespace hourglass::gateway::fix {

// Whether `member` may become `listed`, which is of the same name. Errors: kInvalidArgument with a
// sentence for the operator where the same session would change its version, or whether it is a
// drop copy.
[[nodiscard]] absl::Status check_change(const Member& member, const Member& listed);

// Whether a Logon that one admits is admitted by the other: password, key and certificate.
[[nodiscard]] bool has_same_credentials(const Member& one, const Member& other) noexcept;

// Cancels all of a removed member's working orders. It is of no message (session sequence 0), so
// nobody is told of the whole by 35=r.
[[nodiscard]] engine::MassCancel cancel_all(engine::SessionId session) noexcept;

}  // namespace hourglass::gateway::fix

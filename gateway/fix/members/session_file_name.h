// Which file a member's session is kept in.
#pragma once

#include <string>
#include <string_view>

#include "fmt/format.h"
#include "gateway/fix/members/member_list.h"

namespace hourglass::gateway::fix {

inline constexpr std::string_view kSessionFileSuffix = ".hgf";

// Numbers of reports mean something else in a drop copy session, which has a file of its own name.
[[nodiscard]] inline std::string session_file_name(const Member& member) {
  return fmt::format("{}-{}{}{}", member.comp_id, member.session, member.drop_copy ? "-copy" : "",
                     kSessionFileSuffix);
}

}  // namespace hourglass::gateway::fix

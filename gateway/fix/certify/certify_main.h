// `hourglass fix certify`: whether a member's own client keeps the rules of engagement.
#pragma once

#include <span>
#include <string_view>

namespace hourglass::gateway::fix {

// Returns the process's exit code: 0 where every required step was passed, 1 where not or where it
// could not begin, 2 for a wrong command line. Thread: main.
int certify_main(std::span<const std::string_view> args);

}  // namespace hourglass::gateway::fix

// `hourglass member`: who may log on by FIX.
#pragma once

#include <span>
#include <string_view>

namespace hourglass::gateway::fix {

// Runs `hourglass member ACTION ...` (add, remove, list, password, keys) on DIR/fix/members.json
// and returns the exit code: 0 done, 1 not done, 2 misused. Passwords are read from standard input
// and printed only where the program made them. Thread: the program's main one.
int member_main(std::span<const std::string_view> args);

}  // namespace hourglass::gateway::fix

// `hourglass fix`: trading on a venue by FIX, from the command line.
#pragma once

#include <span>
#include <string_view>

namespace hourglass::gateway::fix {

// Returns the process's exit code: 0, 1 where something was refused or failed, 2 for a wrong
// command line. Thread: main.
int fix_main(std::span<const std::string_view> args);

}  // namespace hourglass::gateway::fix

// `hourglass bench`: the measurements a user can repeat with the shipped program.
#pragma once

#include <span>
#include <string_view>

namespace hourglass::bench {

// The subcommand: dispatches to `streams`, `fix` and `generate`. Exit code as for play_main.
// Thread: main.
int bench_main(std::span<const std::string_view> args);

}  // namespace hourglass::bench

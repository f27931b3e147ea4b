// `hourglass bench fix`: the FIX door under load, beside QuickFIX's own acceptor.
#pragma once

#include <span>
#include <string_view>

namespace hourglass::bench {

// The subcommand after `hourglass bench`. Exit code as for play_main. Thread: main, and no other is
// there, since it forks.
int fix_bench_main(std::span<const std::string_view> args);

}  // namespace hourglass::bench

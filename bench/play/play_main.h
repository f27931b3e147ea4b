// `hourglass play STREAM`: runs an order stream and checks what comes out.
#pragma once

#include <span>
#include <string_view>

namespace hourglass::bench {

// The subcommand. Prints to stdout one JSON line a run, or text; errors go to stderr. Returns the
// exit code: 0 all runs as expected, 1 a run was not or could not be made, 2 misused. Thread: main.
int play_main(std::span<const std::string_view> args);

}  // namespace hourglass::bench

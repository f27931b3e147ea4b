// `hourglass feed`: a market maker's view of the feed, on a terminal.
#pragma once

#include <span>
#include <string_view>

namespace hourglass::marketdata {

// Runs the subcommand with the words behind its name. Returns the exit code: 0 ended by a signal,
// --count or the session's end, 1 a group cannot be joined, 2 misused.
int feed_main(std::span<const std::string_view> args);

}  // namespace hourglass::marketdata

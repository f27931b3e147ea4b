// `hourglass run`: a venue on a data directory, and the text door on standard input.
#pragma once

#include <span>
#include <string_view>

namespace hourglass::gateway {

// Returns the process's exit code. Thread: main.
int run_main(std::span<const std::string_view> args);

}  // namespace hourglass::gateway

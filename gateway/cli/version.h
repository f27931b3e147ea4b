// `hourglass version`: what was built, and which formats it speaks.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace hourglass::gateway {

// The report: project version, compiler and flags, layout and rule set versions, whether the
// assertions are on, what a resting order costs in memory. One fact a line, ending in a newline.
std::string version_page();

// The subcommand: prints the report to stdout. Returns the exit code.
int run_version(std::span<const std::string_view> args);

}  // namespace hourglass::gateway

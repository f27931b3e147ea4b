// dispatch: from the words on the command line to the subcommand that does the job.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gateway/cli/subcommand.h"

namespace hourglass::gateway {

// Runs the subcommand named by args[0] with the rest and returns the process's exit code. `help`
// (also --help, -h) prints the list, `help NAME` that subcommand's page; both need no row in the
// table. Errors, on stderr with exit code 2: no name (with the list), an unknown name (with the
// closest known one). `args` is the command line without the program's name.
int dispatch(std::span<const Subcommand> subcommands, std::span<const std::string_view> args);

// The page `help` prints: what the program is, how to call it, the table, where to go next.
std::string help_page(std::span<const Subcommand> subcommands);

}  // namespace hourglass::gateway

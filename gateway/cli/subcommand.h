// Subcommand: one row of the program's table of what a user can do.
#pragma once

#include <span>
#include <string_view>

namespace hourglass::gateway {

struct Subcommand {
  std::string_view name;
  std::string_view summary;  // one line, for the list in `hourglass help`
  // Does the user's job with what follows the name on the command line (engine/base/command_line.h
  // reads it and answers --help) and returns the process's exit code: 0 done, 1 not, 2 misused.
  int (*run)(std::span<const std::string_view> args);
};

}  // namespace hourglass::gateway

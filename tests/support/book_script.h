// Runs .book scripts: commands a trader can read, each with all the events it must cause.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tests/support/under_test.h"

namespace hourglass::engine::test {

// Runs `script` against an exchange of `make`. The naive model runs beside it, to say when a
// continuation is due; it judges nothing. Returns what went wrong first, with its line, or nothing.
std::optional<std::string> run_script(std::string_view script, const MakeUnderTest& make);

}  // namespace hourglass::engine::test

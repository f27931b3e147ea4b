// What this program was built as: printed by `hourglass version` and beside every measurement.
#pragma once

#include <string_view>

namespace hourglass::engine {

struct BuildInfo {
  std::string_view version;   // of the project, major.minor.patch
  std::string_view compiler;  // name and version
  std::string_view flags;     // optimisation, machine and sanitizer flags
  bool assertions_on = true;
  bool slow_checks_on = false;
};

// The facts of this build. Thread: any. Cost: none.
const BuildInfo& build_info() noexcept;

}  // namespace hourglass::engine

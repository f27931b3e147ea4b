#include "gateway/cli/version.h"

#include <fmt/format.h>

#include <cstdio>
#include <optional>

#include "engine/base/build_info.h"
#include "engine/base/command_line.h"
#include "engine/exchange/memory_per_order.h"
#include "engine/order/command.h"
#include "engine/order/event.h"

namespace hourglass::gateway {

std::string version_page() {
  const engine::BuildInfo& build = engine::build_info();
  return fmt::format(
      "hourglass {}\n"
      "compiler: {}\n"
      "flags: {}\n"
      "command layout: {}\n"
      "event layout: {}\n"
      "rule set: {} (re-executes {} to {})\n"
      "assertions: {}\n"
      "slow checks: {}\n"
      "{}",
      build.version, build.compiler, build.flags, engine::kLayoutVersion,
      engine::kEventLayoutVersion, engine::kRuleSetVersion, engine::kOldestRuleSetVersion,
      engine::kRuleSetVersion, build.assertions_on ? "on" : "off",
      build.slow_checks_on ? "on" : "off", engine::memory_per_order_text());
}

int run_version(std::span<const std::string_view> args) {
  engine::CommandLine line("version",
                           "Prints what this program was built from and with, the versions of the "
                           "command and event layouts, the rule set a journal written by it names "
                           "and those it re-executes, and what a resting order costs in memory.");
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;
  std::fputs(version_page().c_str(), stdout);
  return engine::CommandLine::kExitOk;
}

}  // namespace hourglass::gateway

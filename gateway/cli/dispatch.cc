#include "gateway/cli/dispatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "engine/base/closest_name.h"
#include "engine/base/command_line.h"
#include "engine/base/wrapped_text.h"

namespace hourglass::gateway {
namespace {

using engine::CommandLine;

constexpr std::string_view kHelp = "help";

const Subcommand* find(std::span<const Subcommand> subcommands, std::string_view name) {
  const auto row = std::find_if(subcommands.begin(), subcommands.end(),
                                [name](const Subcommand& known) { return known.name == name; });
  return row == subcommands.end() ? nullptr : &*row;
}

int refuse_unknown(std::span<const Subcommand> subcommands, std::string_view name) {
  std::vector<std::string_view> names{kHelp};
  for (const Subcommand& known : subcommands) names.push_back(known.name);
  std::string message = fmt::format("hourglass: unknown command \"{}\"", name);
  if (const auto closest = engine::closest_name(name, names)) {
    message += fmt::format("; did you mean \"{}\"?", *closest);
  }
  message += "\nTry: hourglass help\n";
  std::fputs(message.c_str(), stderr);
  return CommandLine::kExitUsage;
}

// `help`, or `help NAME`, which is the same as `NAME --help`.
int run_help(std::span<const Subcommand> subcommands, std::span<const std::string_view> args) {
  if (args.empty() || args.front() == kHelp || args.front() == "--help") {
    std::fputs(help_page(subcommands).c_str(), stdout);
    return CommandLine::kExitOk;
  }
  const Subcommand* const subcommand = find(subcommands, args.front());
  if (subcommand == nullptr) return refuse_unknown(subcommands, args.front());
  constexpr std::array<std::string_view, 1> kAskForHelp{"--help"};
  return subcommand->run(kAskForHelp);
}

}  // namespace

int dispatch(std::span<const Subcommand> subcommands, std::span<const std::string_view> args) {
  if (args.empty()) {
    std::fputs(help_page(subcommands).c_str(), stderr);
    return CommandLine::kExitUsage;
  }
  const std::string_view name = args.front();
  const std::span<const std::string_view> rest = args.subspan(1);
  if (name == kHelp || name == "--help" || name == "-h") return run_help(subcommands, rest);
  const Subcommand* const subcommand = find(subcommands, name);
  if (subcommand == nullptr) return refuse_unknown(subcommands, name);
  return subcommand->run(rest);
}

std::string help_page(std::span<const Subcommand> subcommands) {
  std::vector<engine::HelpRow> rows;
  for (const Subcommand& known : subcommands) {
    rows.push_back({std::string(known.name), std::string(known.summary)});
  }
  rows.push_back({std::string(kHelp), "print this page, or with COMMAND that command's page"});
  std::string page =
      "Hourglass is an exchange for GPU-hours: a deterministic matching engine whose\n"
      "log lets anyone check every result.\n"
      "\n"
      "Usage: hourglass COMMAND [options]\n"
      "\n"
      "Commands:\n";
  page += engine::help_table(rows);
  page +=
      "\n"
      "`hourglass COMMAND --help` explains one command and its options.\n"
      "`./hourglass test` in the source tree builds and runs every test.\n";
  return page;
}

}  // namespace hourglass::gateway

// CommandLine: the options of one subcommand, declared once, parsed and explained from the same
// declarations.
//
//   std::int64_t repeat = 1;
//   std::string_view stream;
//   CommandLine line("play", "Runs an order stream through the exchange.");
//   line.number("repeat", repeat, {.min = 1, .max = 1000}, "how often to run it");
//   line.argument("STREAM", stream, "a file in the HGOS1 format");
//   if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;
//
// Accepted: `--name value`, `--name=value`, flags `--name`, positional arguments anywhere, and `--`
// after which everything is positional. A target keeps its value when its option is absent, and
// that value is the default the help prints. Only integers: no decision takes a fraction.
//
// For start-up only: it allocates and writes to the terminal.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace hourglass::engine {

// What a number may be, both ends included.
struct NumberRange {
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

class CommandLine {
 public:
  enum class Outcome : std::uint8_t { kRun, kHelpAsked };

  // Exit codes shared by all subcommands.
  static constexpr int kExitOk = 0;
  static constexpr int kExitUsage = 2;

  // `command` as typed after the program's name; `about` is one or more sentences for a newcomer.
  // Names, help texts and targets must outlive the object; names are given without dashes.
  CommandLine(std::string_view command, std::string_view about);

  // Declares `--name`, which sets `target`.
  void flag(std::string_view name, bool& target, std::string_view help);
  // Declares `--name N`, a whole number in `range`.
  void number(std::string_view name, std::int64_t& target, NumberRange range,
              std::string_view help);
  // Declares `--name VALUE_NAME`, any text but the empty one.
  void text(std::string_view name, std::string_view& target, std::string_view value_name,
            std::string_view help);
  // Declares `--name a|b|c`, one of `choices`.
  void choice(std::string_view name, std::string_view& target,
              std::initializer_list<std::string_view> choices, std::string_view help);
  // Declares the next positional argument, which must be given.
  void argument(std::string_view name, std::string_view& target, std::string_view help);
  // Declares the next positional argument, which may be left out; none required may follow.
  void optional_argument(std::string_view name, std::string_view& target, std::string_view help);
  // Declares that any further positional arguments are collected; the last declaration.
  void remaining_arguments(std::string_view name, std::vector<std::string_view>& target,
                           std::string_view help);

  // Reads `args` (without program and subcommand) into the targets; `--help` or `-h` before any
  // `--` wins over everything else. Errors: kInvalidArgument, one sentence that names the option,
  // for an unknown or repeated option, a missing or unwanted value, a number that is none or out of
  // range, an unlisted choice, a missing or surplus argument; targets may then be half written.
  absl::StatusOr<Outcome> parse(std::span<const std::string_view> args);

  // The same for a subcommand's first line: prints the help page to stdout (exit code 0) or the
  // error to stderr (exit code 2) and returns the code to leave with; nothing means go on.
  std::optional<int> parse_or_explain(std::span<const std::string_view> args);

  // Whether the last parse saw `--name`.
  [[nodiscard]] bool was_given(std::string_view name) const;

  // The help page, at most 80 columns wide, ending in a newline.
  [[nodiscard]] std::string help() const;

 private:
  using Target = std::variant<bool*, std::int64_t*, std::string_view*>;

  struct Option {
    std::string_view name;
    std::string value_name{};  // empty for a flag
    std::string_view help;
    Target target;
    NumberRange range{};
    std::vector<std::string_view> choices{};
    std::string default_text{};
    bool given = false;
  };
  struct Argument {
    std::string_view name;
    std::string_view help;
    std::string_view* target = nullptr;
    bool required = true;
  };

  Option* find(std::string_view name);
  absl::Status unknown_option(std::string_view spelled) const;
  absl::Status take_option(std::span<const std::string_view> args, std::size_t& index);
  absl::Status take_argument(std::string_view value, std::size_t position);
  absl::Status check_required(std::size_t arguments_given) const;
  std::string usage() const;

  std::string_view command_;
  std::string_view about_;
  std::vector<Option> options_;
  std::vector<Argument> arguments_;
  Argument remaining_;
  std::vector<std::string_view>* remaining_target_ = nullptr;
};

}  // namespace hourglass::engine

#include "engine/base/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "engine/base/assert.h"
#include "engine/base/closest_name.h"
#include "engine/base/wrapped_text.h"

namespace hourglass::engine {
namespace {

template <class... Args>
absl::Status refuse(fmt::format_string<Args...> format, Args&&... args) {
  return absl::InvalidArgumentError(fmt::format(format, std::forward<Args>(args)...));
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::string range_text(NumberRange range) {
  if (range.max == std::numeric_limits<std::int64_t>::max()) {
    return fmt::format("at least {}", range.min);
  }
  return fmt::format("from {} to {}", range.min, range.max);
}

absl::Status assign_number(std::string_view name, std::string_view value, NumberRange range,
                           std::int64_t& target) {
  const std::optional<std::int64_t> number = whole_number(value);
  if (!number || *number < range.min || *number > range.max) {
    return refuse("--{} wants a whole number {}, not \"{}\"", name, range_text(range), value);
  }
  target = *number;
  return absl::OkStatus();
}

absl::Status assign_text(std::string_view name, std::string_view value,
                         const std::vector<std::string_view>& choices, std::string_view& target) {
  if (value.empty()) return refuse("--{} wants a value, not an empty one", name);
  if (!choices.empty() && std::find(choices.begin(), choices.end(), value) == choices.end()) {
    return refuse("--{} is one of {}, not \"{}\"", name, fmt::join(choices, ", "), value);
  }
  target = value;
  return absl::OkStatus();
}

}  // namespace

CommandLine::CommandLine(std::string_view command, std::string_view about)
    : command_(command), about_(about) {}

void CommandLine::flag(std::string_view name, bool& target, std::string_view help) {
  HG_ASSERT(find(name) == nullptr);
  options_.push_back({.name = name, .help = help, .target = &target});
}

void CommandLine::number(std::string_view name, std::int64_t& target, NumberRange range,
                         std::string_view help) {
  HG_ASSERT(find(name) == nullptr);
  HG_ASSERT(range.min <= target && target <= range.max, target, range.min, range.max);
  options_.push_back({.name = name,
                      .value_name = "N",
                      .help = help,
                      .target = &target,
                      .range = range,
                      .default_text = std::to_string(target)});
}

void CommandLine::text(std::string_view name, std::string_view& target, std::string_view value_name,
                       std::string_view help) {
  HG_ASSERT(find(name) == nullptr);
  options_.push_back({.name = name,
                      .value_name = std::string(value_name),
                      .help = help,
                      .target = &target,
                      .default_text = std::string(target)});
}

void CommandLine::choice(std::string_view name, std::string_view& target,
                         std::initializer_list<std::string_view> choices, std::string_view help) {
  HG_ASSERT(find(name) == nullptr);
  options_.push_back({.name = name,
                      .value_name = fmt::format("{}", fmt::join(choices, "|")),
                      .help = help,
                      .target = &target,
                      .choices = choices,
                      .default_text = std::string(target)});
}

void CommandLine::argument(std::string_view name, std::string_view& target, std::string_view help) {
  HG_ASSERT(arguments_.empty() || arguments_.back().required);
  HG_ASSERT(remaining_target_ == nullptr);
  arguments_.push_back({.name = name, .help = help, .target = &target, .required = true});
}

void CommandLine::optional_argument(std::string_view name, std::string_view& target,
                                    std::string_view help) {
  HG_ASSERT(remaining_target_ == nullptr);
  arguments_.push_back({.name = name, .help = help, .target = &target, .required = false});
}

void CommandLine::remaining_arguments(std::string_view name, std::vector<std::string_view>& target,
                                      std::string_view help) {
  HG_ASSERT(remaining_target_ == nullptr);
  remaining_ = {.name = name, .help = help, .target = nullptr, .required = false};
  remaining_target_ = &target;
}

absl::StatusOr<CommandLine::Outcome> CommandLine::parse(std::span<const std::string_view> args) {
  for (Option& option : options_) option.given = false;
  const auto options_end = std::find(args.begin(), args.end(), "--");
  for (auto arg = args.begin(); arg != options_end; ++arg) {
    if (*arg == "--help" || *arg == "-h") return Outcome::kHelpAsked;
  }
  std::size_t arguments_given = 0;
  bool only_arguments = false;
  for (std::size_t index = 0; index < args.size(); ++index) {
    const std::string_view arg = args[index];
    absl::Status status;
    if (!only_arguments && arg == "--") {
      only_arguments = true;
    } else if (!only_arguments && arg.size() > 1 && arg.front() == '-') {
      status = take_option(args, index);
    } else {
      status = take_argument(arg, arguments_given++);
    }
    if (!status.ok()) return status;
  }
  if (absl::Status status = check_required(arguments_given); !status.ok()) return status;
  return Outcome::kRun;
}

std::optional<int> CommandLine::parse_or_explain(std::span<const std::string_view> args) {
  const absl::StatusOr<Outcome> outcome = parse(args);
  if (!outcome.ok()) {
    const std::string page = fmt::format("hourglass {0}: {1}\nTry: hourglass {0} --help\n",
                                         command_, std::string(outcome.status().message()));
    std::fputs(page.c_str(), stderr);
    return kExitUsage;
  }
  if (*outcome == Outcome::kHelpAsked) {
    std::fputs(help().c_str(), stdout);
    return kExitOk;
  }
  return std::nullopt;
}

bool CommandLine::was_given(std::string_view name) const {
  return std::any_of(options_.begin(), options_.end(),
                     [name](const Option& option) { return option.name == name && option.given; });
}

CommandLine::Option* CommandLine::find(std::string_view name) {
  const auto option = std::find_if(options_.begin(), options_.end(),
                                   [name](const Option& known) { return known.name == name; });
  return option == options_.end() ? nullptr : &*option;
}

absl::Status CommandLine::unknown_option(std::string_view spelled) const {
  std::vector<std::string_view> names{"help"};
  for (const Option& option : options_) names.push_back(option.name);
  const std::string_view bare =
      spelled.substr(std::min(spelled.find_first_not_of('-'), spelled.size()));
  if (const auto closest = closest_name(bare, names)) {
    return refuse("unknown option {}; did you mean --{}?", spelled, *closest);
  }
  return refuse("unknown option {}", spelled);
}

// Reads the option at args[index], and moves `index` onto its value when that is a word of its own.
absl::Status CommandLine::take_option(std::span<const std::string_view> args, std::size_t& index) {
  const std::string_view arg = args[index];
  const std::size_t equals = arg.find('=');
  const std::string_view spelled = arg.substr(0, equals);
  Option* const option = spelled.starts_with("--") ? find(spelled.substr(2)) : nullptr;
  if (option == nullptr) return unknown_option(spelled);
  if (option->given) return refuse("{} is given twice", spelled);
  option->given = true;

  const bool has_value = equals != std::string_view::npos;
  if (bool** const flag_target = std::get_if<bool*>(&option->target)) {
    if (has_value) return refuse("{} is a switch and takes no value", spelled);
    **flag_target = true;
    return absl::OkStatus();
  }
  std::string_view value;
  if (has_value) {
    value = arg.substr(equals + 1);
  } else if (index + 1 < args.size() && !args[index + 1].starts_with("--")) {
    value = args[++index];
  } else {
    return refuse("{0} wants a value: {0} {1}", spelled, option->value_name);
  }
  if (std::int64_t** const number_target = std::get_if<std::int64_t*>(&option->target)) {
    return assign_number(option->name, value, option->range, **number_target);
  }
  return assign_text(option->name, value, option->choices,
                     **std::get_if<std::string_view*>(&option->target));
}

absl::Status CommandLine::take_argument(std::string_view value, std::size_t position) {
  if (position < arguments_.size()) {
    *arguments_[position].target = value;
    return absl::OkStatus();
  }
  if (remaining_target_ == nullptr) return refuse("one argument too many: \"{}\"", value);
  remaining_target_->push_back(value);
  return absl::OkStatus();
}

absl::Status CommandLine::check_required(std::size_t arguments_given) const {
  for (std::size_t i = arguments_given; i < arguments_.size(); ++i) {
    if (arguments_[i].required) return refuse("{} is missing", arguments_[i].name);
  }
  return absl::OkStatus();
}

std::string CommandLine::usage() const {
  std::string line = fmt::format("Usage: hourglass {}", command_);
  if (!options_.empty()) line += " [options]";
  for (const Argument& argument : arguments_) {
    line +=
        argument.required ? fmt::format(" {}", argument.name) : fmt::format(" [{}]", argument.name);
  }
  if (remaining_target_ != nullptr) line += fmt::format(" [{}...]", remaining_.name);
  return line + "\n";
}

std::string CommandLine::help() const {
  std::string page = usage() + "\n" + wrapped_text(about_, {});
  std::vector<HelpRow> arguments;
  for (const Argument& argument : arguments_) {
    arguments.push_back({std::string(argument.name), std::string(argument.help)});
  }
  if (remaining_target_ != nullptr) {
    arguments.push_back({fmt::format("{}...", remaining_.name), std::string(remaining_.help)});
  }
  if (!arguments.empty()) page += "\nArguments:\n" + help_table(arguments);

  std::vector<HelpRow> options;
  for (const Option& option : options_) {
    std::string left = fmt::format("--{}", option.name);
    if (!option.value_name.empty()) left += " " + option.value_name;
    std::string right(option.help);
    if (!option.default_text.empty()) right += fmt::format(" (default: {})", option.default_text);
    options.push_back({std::move(left), std::move(right)});
  }
  options.push_back({"--help", "print this page"});
  return page + "\nOptions:\n" + help_table(options);
}

}  // namespace hourglass::engine

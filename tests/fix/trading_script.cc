#include "tests/fix/trading_script.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "fmt/format.h"
#include "gateway/fix/wire/fields.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix::test {
namespace {

constexpr std::string_view kNumber = "<N>";
constexpr std::string_view kDecimal = "<DECIMAL>";
constexpr std::string_view kPassword = "PASSWORD ";
constexpr std::string_view kLastSent = "<SENT>";
constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kNsPerDay = 86'400 * kNsPerSecond;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_of_decimal(char c) noexcept {
  return is_digit(c) || c == '.';
}
bool is_of_name(char c) noexcept {
  return is_digit(c) || is_letter(c);
}

std::size_t run_of(std::string_view text, bool (*is_in)(char)) noexcept {
  const auto end = std::find_if_not(text.begin(), text.end(), is_in);
  return static_cast<std::size_t>(end - text.begin());
}

// Names that differ in their digits alone are of one kind.
std::string_view kind_of_name(std::string_view name) noexcept {
  return name.substr(0, run_of(name, is_letter));
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// <WORD>, <WORD+n> and <WORD-n> as `write` has them for 0, n and -n.
template <class Write>
std::string with_offsets(std::string text, std::string_view word, Write write) {
  const std::string start = fmt::format("<{}", word);
  for (std::size_t at = text.find(start); at != std::string::npos;) {
    const std::size_t end = std::min(text.find('>', at), text.size() - 1);
    std::string_view offset(text.data() + at + start.size(), end - at - start.size());
    if (offset.starts_with('+')) offset.remove_prefix(1);
    const std::string value = write(parse_number(offset).value_or(0));
    text.replace(at, end + 1 - at, value);
    at = text.find(start, at + value.size());
  }
  return text;
}

std::string time_after(std::uint64_t now_ns, std::int64_t ns) {
  std::string text;
  append_utc_timestamp(text, now_ns + static_cast<std::uint64_t>(ns), Precision::kMilliseconds);
  return text;
}

bool has_form(std::string_view value, std::string_view form) {
  return value.size() == form.size() &&
         std::equal(value.begin(), value.end(), form.begin(),
                    [](char c, char f) { return f == 'd' ? is_digit(c) : c == f; });
}

// Words for any value of a form, in which d is a digit.
struct FormWord {
  std::string_view word;
  std::string_view form;
};

constexpr std::array kFormWords = {FormWord{"<TIME>", "dddddddd-dd:dd:dd.dddddd"},
                                   FormWord{"<DAY>", "dddddddd"},
                                   FormWord{"<CLOCK>", "dd:dd:dd.dddddd"}};

const FormWord* form_word(std::string_view pattern) noexcept {
  const auto* const found =
      std::find_if(kFormWords.begin(), kFormWords.end(),
                   [pattern](const FormWord& its) { return pattern.starts_with(its.word); });
  return found == kFormWords.end() ? nullptr : found;
}

std::optional<TradingStepKind> kind_of(std::string_view line, std::string_view body) {
  switch (line.front()) {
    case 'I': return TradingStepKind::kSend;
    case 'E': return TradingStepKind::kExpect;
    case 'V': return TradingStepKind::kVenueLine;
    case 'i':
      if (body == "LOGON") return TradingStepKind::kLogOn;
      if (body == "LOGOUT") return TradingStepKind::kLogOut;
      if (body == "DISCONNECT") return TradingStepKind::kDropLine;
      if (body.starts_with(kPassword)) return TradingStepKind::kNewPassword;
      return std::nullopt;
    default: break;
  }
  if (line == "[") return TradingStepKind::kUnbrokenBegins;
  if (line == "]") return TradingStepKind::kUnbrokenEnds;
  if (line == "(") return TradingStepKind::kAnyOrderBegins;
  if (line == ")") return TradingStepKind::kAnyOrderEnds;
  return std::nullopt;
}

bool is_message(TradingStepKind kind) noexcept {
  return kind == TradingStepKind::kSend || kind == TradingStepKind::kExpect;
}

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {  // ends: each round takes a part off the text
    const std::size_t end = std::min(text.find(by), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::string_view tag_of(std::string_view field) {
  return field.substr(0, field.find('='));
}

}  // namespace

absl::StatusOr<TradingScript> parse_trading_script(std::string name, std::string_view text) {
  TradingScript script{std::move(name), {}};
  std::uint32_t number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    if (line == "ALONE") {
      script.is_alone = true;
      continue;
    }
    const std::string_view whole = line;
    const bool is_behind_kill = line.starts_with("? ");
    if (is_behind_kill) line.remove_prefix(2);
    if (line.empty()) line = whole;
    const bool names_connection = line.size() > 3 && is_digit(line[1]) && line[2] == ',';
    const std::uint32_t connection =
        names_connection ? static_cast<std::uint32_t>(line[1] - '1') : 0;
    std::string_view body = line.substr(names_connection ? 3 : 1);
    const auto kind = kind_of(line, body);
    const bool is_fields = body.starts_with("35=") && (body.ends_with('|') || body.ends_with("|}"));
    const bool is_sound =
        kind && connection < kScriptConnections && (!is_message(*kind) || is_fields);
    if (!is_sound) {
      return absl::InvalidArgumentError(
          fmt::format("{}:{}: not a step: {}", script.name, number, whole));
    }
    const bool is_password = *kind == TradingStepKind::kNewPassword;
    const bool is_venue_line = *kind == TradingStepKind::kVenueLine;
    const bool has_text = is_message(*kind) || is_venue_line || is_password;
    if (is_venue_line) body.remove_prefix(1);
    if (is_password) body.remove_prefix(kPassword.size());
    script.steps.push_back(
        {*kind, number, connection, std::string(has_text ? body : ""), is_behind_kill});
  }
  if (script.steps.empty()) return absl::InvalidArgumentError(script.name + ": no steps");
  return script;
}

absl::StatusOr<std::vector<TradingScript>> read_trading_scripts(const std::string& directory) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".def") files.push_back(entry.path());
  }
  if (files.empty()) return absl::NotFoundError(fmt::format("no scripts in {}", directory));
  std::sort(files.begin(), files.end());
  std::vector<TradingScript> scripts;
  for (const std::filesystem::path& file : files) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    auto script = parse_trading_script(file.stem(), text.str());
    if (!script.ok()) return script.status();
    scripts.push_back(*std::move(script));
  }
  return scripts;
}

std::string in_version(std::string_view text, FixVersion version) {
  const std::string_view mine = version == FixVersion::kFix44 ? "{4.4:" : "{5.0:";
  std::string out;
  for (;;) {  // ends: each round takes a part off the text
    const std::size_t begin = text.find('{');
    const std::size_t end = text.find('}', std::min(begin, text.size()));
    if (end == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, begin));
    const std::string_view part = text.substr(begin, end - begin);
    if (part.starts_with(mine)) out.append(part.substr(mine.size()));
    text.remove_prefix(end + 1);
  }
}

bool KillPlaces::is_behind(const TradingStep& step) noexcept {
  using enum TradingStepKind;
  const TradingStepKind kind = step.kind;
  if (kind == kUnbrokenBegins || kind == kAnyOrderBegins) ++depth_;
  if (kind == kUnbrokenEnds || kind == kAnyOrderEnds) --depth_;
  return depth_ == 0 && !step.is_behind_kill && (is_message(kind) || kind == kLogOn);
}

std::uint32_t KillPlaces::count(const TradingScript& script) noexcept {
  KillPlaces places;
  std::uint32_t count = 0;
  for (const TradingStep& step : script.steps) count += places.is_behind(step) ? 1U : 0U;
  return count;
}

std::string ScriptNames::filled_in(std::string_view text, std::uint64_t now_ns) const {
  std::string out = with_words(text);
  out = with_offsets(std::move(out), "TIME",
                     [&](std::int64_t n) { return time_after(now_ns, n * kNsPerSecond); });
  out = with_offsets(std::move(out), "DATE", [&](std::int64_t n) {
    return time_after(now_ns, n * kNsPerDay).substr(0, 8);
  });
  return with_values(out);
}

std::string ScriptNames::with_words(std::string_view text) const {
  std::string out = replaced(std::string(text), "@", id_prefix_);
  for (const auto& [word, meaning] : words_) out = replaced(std::move(out), word, meaning);
  return out;
}

std::string ScriptNames::with_values(std::string_view text) const {
  std::string out;
  for (;;) {  // ends: each round takes a part off the text
    const std::size_t at = std::min(text.find('$'), text.size());
    out.append(text.substr(0, at));
    text.remove_prefix(at);
    if (text.empty()) return out;
    const std::size_t length = 1 + run_of(text.substr(1), is_of_name);
    const auto known = values_.find(text.substr(1, length - 1));
    out.append(known == values_.end() ? text.substr(0, length) : known->second);
    text.remove_prefix(length);
  }
}

std::string ScriptNames::difference(std::string_view expected, std::string_view received,
                                    std::uint32_t last_sent) {
  std::string text = replaced(with_words(expected), kLastSent, std::to_string(last_sent));
  const std::vector<std::string_view> wanted = split(text, '|');
  const std::vector<std::string_view> fields = split(received, '|');
  const auto known = values_;
  std::string wrong;
  for (std::size_t i = 0; wrong.empty() && i < std::min(wanted.size(), fields.size()); ++i) {
    const std::string_view tag = tag_of(wanted[i]);
    if (tag != tag_of(fields[i])) {
      wrong = fmt::format("field {} is \"{}\" instead of tag {}", i + 1, fields[i], tag);
      break;
    }
    if (!matches(wanted[i].substr(tag.size()), fields[i].substr(tag.size()))) {
      wrong = fmt::format("\"{}\" instead of \"{}\"", fields[i], wanted[i]);
    }
  }
  if (wrong.empty() && wanted.size() != fields.size()) {
    wrong = fmt::format("{} fields instead of {}", fields.size(), wanted.size());
  }
  if (wrong.empty()) return {};
  values_ = known;
  std::string names;
  for (const auto& [name, value] : values_) names += fmt::format(" ${}={}", name, value);
  return fmt::format("{}\n  expected: {}\n  received: {}\n  names:{}", wrong, text, received,
                     names);
}

bool ScriptNames::matches(std::string_view pattern, std::string_view value) {
  while (!pattern.empty()) {  // ends: each round takes something off the pattern
    const bool is_number = pattern.starts_with(kNumber);
    if (is_number || pattern.starts_with(kDecimal)) {
      const std::size_t digits = run_of(value, is_number ? is_digit : is_of_decimal);
      if (digits == 0) return false;
      pattern.remove_prefix(is_number ? kNumber.size() : kDecimal.size());
      value.remove_prefix(digits);
    } else if (const FormWord* const word = form_word(pattern)) {
      if (!has_form(value.substr(0, word->form.size()), word->form)) return false;
      pattern.remove_prefix(word->word.size());
      value.remove_prefix(word->form.size());
    } else if (pattern.starts_with('$')) {
      const std::string_view name = pattern.substr(1, run_of(pattern.substr(1), is_of_name));
      if (!take_name(name, value)) return false;
      pattern.remove_prefix(1 + name.size());
    } else {
      if (value.empty() || value.front() != pattern.front()) return false;
      pattern.remove_prefix(1);
      value.remove_prefix(1);
    }
  }
  return value.empty();
}

bool ScriptNames::take_name(std::string_view name, std::string_view& value) {
  const std::string_view said = value.substr(0, run_of(value, is_of_name));
  value.remove_prefix(said.size());
  if (said.empty()) return false;
  if (const auto known = values_.find(name); known != values_.end()) return known->second == said;
  for (const auto& [other, its_value] : values_) {
    if (kind_of_name(other) == kind_of_name(name) && its_value == said) return false;
  }
  values_.emplace(name, said);
  return true;
}

}  // namespace hourglass::gateway::fix::test

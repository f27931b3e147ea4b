#include "tests/tidy/shape.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace hourglass::tests {
namespace {

// Written in two halves, so that this file holds none of them.
constexpr std::array<std::string_view, 8> kForeignWords{
    "/wo"
    "rk/",
    "/ro"
    "ot/",
    "/ho"
    "me/",
    "/tmp/"
    "wt-",
    "../sha"
    "red",
    "language "
    "model",
    "AI "
    "assistant",
    "Co-Authored"
    "-By"};
// Continuous integration may be handed recorded market data from beside the checkout.
constexpr std::string_view kMayNameTheData = ".ci/run";

std::uint32_t characters(std::string_view line) {
  return static_cast<std::uint32_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Whether `line` names an issue of the tracker by its number.
bool names_an_issue(std::string_view line) {
  constexpr std::string_view kIssue = "issue ";
  for (std::size_t at = line.find(kIssue); at != std::string_view::npos;
       at = line.find(kIssue, at + 1)) {
    std::string_view rest = line.substr(at + kIssue.size());
    if (rest.starts_with('#')) rest.remove_prefix(1);
    if (!rest.empty() && is_digit(rest.front())) return true;
  }
  return false;
}

// A declaration's head without what stands in parentheses or, but for an operator's name, in angle
// brackets: template parameters say "class" too, and a class may have alignas(...).
std::string without_arguments(std::string_view head) {
  const bool is_operator = head.find("operator") != std::string_view::npos;
  std::string bare;
  std::int32_t parentheses = 0;
  std::int32_t angles = 0;
  for (const char c : head) {
    if (c == '(') ++parentheses;
    if (c == '<' && parentheses == 0 && !is_operator) ++angles;
    if (parentheses == 0 && angles == 0) bare += c;
    if (c == '>' && parentheses == 0 && angles > 0) --angles;
    if (c == ')') --parentheses;
  }
  return bare;
}

// Follows the braces of a file and reports the functions, which are the braces opened outside any
// other function after a head with parentheses. Preprocessor lines are passed over.
class FunctionFinder {
 public:
  explicit FunctionFinder(const SourceFile& file) : file_(file) {}

  std::vector<Finding> over_long() {
    for (std::size_t i = 0; i < file_.code.size(); ++i) {
      if (file_.code[i] == '#' && at_line_start(i)) {
        i = directive_end(i);
        head_ = i + 1;
        continue;
      }
      step(i);
    }
    return std::move(findings_);
  }

 private:
  enum class Brace : std::uint8_t { kContainer, kFunction, kOther };
  struct Open {
    Brace brace;
    std::size_t head;
  };

  void step(std::size_t i) {
    switch (file_.code[i]) {
      case '(': ++parentheses_; break;
      case ')': --parentheses_; break;
      case ';':
        if (parentheses_ == 0) head_ = i + 1;
        break;
      case '{':
        open_.push_back({classify(i), head_});
        head_ = i + 1;
        break;
      case '}': close(i); break;
      default: break;
    }
  }

  void close(std::size_t i) {
    if (!open_.empty()) {
      const Open top = open_.back();
      open_.pop_back();
      const std::size_t first = file_.code.find_first_not_of(" \n", top.head);
      const std::uint32_t lines = file_.line_of(i) - file_.line_of(first) + 1;
      if (top.brace == Brace::kFunction && lines > kFunctionLinesMax) {
        findings_.push_back({file_.path, file_.line_of(first),
                             "a function of " + std::to_string(lines) + " lines"});
      }
    }
    head_ = i + 1;
  }

  [[nodiscard]] Brace classify(std::size_t brace) const {
    const bool outside_functions = std::all_of(
        open_.begin(), open_.end(), [](const Open& o) { return o.brace == Brace::kContainer; });
    if (!outside_functions || parentheses_ > 0) return Brace::kOther;
    const std::string_view head(file_.code.data() + head_, brace - head_);
    const std::string bare = without_arguments(head);
    for (const std::string_view word : {"namespace", "class ", "struct ", "union ", "extern "}) {
      if (bare.find(word) != std::string::npos) return Brace::kContainer;
    }
    if (head.find('(') != std::string_view::npos) return Brace::kFunction;
    return Brace::kOther;
  }

  [[nodiscard]] bool at_line_start(std::size_t i) const {
    const std::size_t line = i == 0 ? 0 : file_.code.rfind('\n', i - 1) + 1;
    return file_.code.find_first_not_of(' ', line) == i;
  }

  [[nodiscard]] std::size_t directive_end(std::size_t i) const {
    while (true) {
      const std::size_t end = file_.code.find('\n', i);
      if (end == std::string::npos) return file_.code.size() - 1;
      if (file_.code[end - 1] != '\\') return end;
      i = end + 1;
    }
  }

  const SourceFile& file_;
  std::vector<Open> open_;
  std::vector<Finding> findings_;
  std::size_t head_ = 0;  // where the text that leads to the next brace begins
  std::int32_t parentheses_ = 0;
};

}  // namespace

std::vector<Finding> check_columns(const SourceFile& file) {
  if (file.path.ends_with(".md") || file.path.ends_with(".json")) return {};
  std::vector<Finding> findings;
  std::uint32_t number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    if (characters(line) <= kColumnsMax) continue;
    findings.push_back({file.path, number, std::to_string(characters(line)) + " columns"});
  }
  return findings;
}

std::vector<Finding> check_file_length(const SourceFile& file) {
  const std::size_t lines = lines_of(file.text).size();
  if (!file.is_cpp() || lines <= kFileLinesMax) return {};
  return {{file.path, kFileLinesMax, std::to_string(lines) + " lines: more than one idea"}};
}

std::vector<Finding> check_function_length(const SourceFile& file) {
  if (!file.is_cpp()) return {};
  return FunctionFinder(file).over_long();
}

std::vector<Finding> check_guard(const SourceFile& file) {
  if (!file.is_header()) return {};
  const std::size_t first = file.code.find_first_not_of(" \n");
  const bool guarded = first != std::string::npos &&
                       std::string_view(file.code).substr(first).starts_with("#pragma once\n");
  if (guarded) return {};
  return {{file.path, 1, "a header begins with #pragma once"}};
}

std::vector<Finding> check_own_headers(const std::vector<SourceFile>& tree) {
  std::set<std::string_view> headers;
  for (const SourceFile& file : tree) {
    if (file.is_header()) headers.insert(file.path);
  }
  std::vector<Finding> findings;
  for (const SourceFile& file : tree) {
    if (!file.path.ends_with(".cc")) continue;
    const std::string own = file.path.substr(0, file.path.size() - 2) + "h";
    if (!headers.contains(own)) continue;
    const std::size_t first = file.code.find_first_not_of(" \n");
    const std::vector<Include> includes = includes_of(file);
    const bool begins = !includes.empty() && includes.front().path == own &&
                        std::string_view(file.code).substr(first).starts_with("#include ");
    if (!begins) findings.push_back({file.path, 1, "begins with including " + own});
  }
  return findings;
}

std::vector<Finding> check_ending(const SourceFile& file) {
  const std::uint32_t last = file.line_of(file.text.size());
  if (!file.text.ends_with('\n')) return {{file.path, last, "the last line has no end"}};
  if (file.text.ends_with("\n\n")) return {{file.path, last, "empty lines at the end"}};
  if (const std::size_t at = file.text.find('\r'); at != std::string::npos) {
    return {{file.path, file.line_of(at), "a carriage return"}};
  }
  return {};
}

std::vector<Finding> check_words(const SourceFile& file) {
  std::vector<Finding> findings;
  std::uint32_t number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    for (const std::string_view word : kForeignWords) {
      if (line.find(word) == std::string_view::npos) continue;
      if (file.path == kMayNameTheData && word.starts_with("..")) continue;
      findings.push_back({file.path, number, std::string(word) + " is not the project's"});
    }
    if (names_an_issue(line)) findings.push_back({file.path, number, "names an issue's number"});
  }
  return findings;
}

}  // namespace hourglass::tests

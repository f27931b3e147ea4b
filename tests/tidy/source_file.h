// The tree as text: what the tidy tests read instead of running it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hourglass::tests {

// One file. `code` is `text` with comments and the insides of string and character literals blanked
// (line breaks kept), so that a rule about code never sees prose; equal offsets are equal places.
struct SourceFile {
  std::string path;  // from the repository's root, with forward slashes
  std::string text;
  std::string code;

  SourceFile(std::string path_from_root, std::string contents);

  [[nodiscard]] bool is_header() const { return path.ends_with(".h"); }
  [[nodiscard]] bool is_cpp() const { return is_header() || path.ends_with(".cc"); }
  // The line a place is on, from 1.
  [[nodiscard]] std::uint32_t line_of(std::size_t offset) const;
};

struct Include {
  std::uint32_t line = 0;
  std::string path;
  bool quoted = false;  // "x.h" rather than <x.h>
};

// The include directives that are code, in order.
std::vector<Include> includes_of(const SourceFile& file);

// The lines of `text` without their ends.
std::vector<std::string_view> lines_of(std::string_view text);

// One broken rule at one place.
struct Finding {
  std::string path;
  std::uint32_t line = 0;
  std::string what;
  bool operator==(const Finding&) const = default;
};

// One "path:line: what" a line; empty when there is nothing to report.
std::string report(const std::vector<Finding>& findings);

// Every text file of the modules and the root, in path order. Build output and corpora are left
// out.
std::vector<SourceFile> load_tree();

// The findings of `check` over the whole tree.
template <class Check>
std::vector<Finding> check_tree(Check check) {
  std::vector<Finding> all;
  for (const SourceFile& file : load_tree()) {
    for (Finding& finding : check(file)) all.push_back(std::move(finding));
  }
  return all;
}

}  // namespace hourglass::tests

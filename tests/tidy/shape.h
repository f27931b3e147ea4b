// The shape of files: width, length, guards, endings, and words that tie the tree to a machine.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/tidy/source_file.h"

namespace hourglass::tests {

inline constexpr std::uint32_t kColumnsMax = 100;
inline constexpr std::uint32_t kFileLinesMax = 500;
// A function fits a screen. This number only ever falls.
inline constexpr std::uint32_t kFunctionLinesMax = 70;

// Lines of code, scripts and build files over kColumnsMax characters (UTF-8 counts characters).
std::vector<Finding> check_columns(const SourceFile& file);
// C++ files over kFileLinesMax lines.
std::vector<Finding> check_file_length(const SourceFile& file);
// Functions over kFunctionLinesMax lines, from the first line of their head to their last brace.
std::vector<Finding> check_function_length(const SourceFile& file);
// Headers whose first line of code is not `#pragma once`.
std::vector<Finding> check_guard(const SourceFile& file);
// Sources beside a header of their name that do not begin with including it: that is what shows
// that the header compiles alone (tests/CMakeLists.txt leaves it to them).
std::vector<Finding> check_own_headers(const std::vector<SourceFile>& tree);
// Files that do not end in exactly one line break, or hold carriage returns.
std::vector<Finding> check_ending(const SourceFile& file);
// Paths of one machine, numbers of issues, and words that speak of anything but the project.
std::vector<Finding> check_words(const SourceFile& file);

}  // namespace hourglass::tests

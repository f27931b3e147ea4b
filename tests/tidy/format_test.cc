#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

#include "tests/tidy/source_file.h"

namespace hourglass::tests {
namespace {

struct ShellRun {
  bool ok = false;
  std::string output;
};

ShellRun shell(const std::string& command) {
  ShellRun run;
  std::FILE* const pipe = popen(("( " + command + " ) 2>&1 </dev/null").c_str(), "r");
  if (pipe == nullptr) return run;
  std::array<char, 4096> chunk{};
  while (std::fgets(chunk.data(), chunk.size(), pipe) != nullptr) run.output += chunk.data();
  run.ok = pclose(pipe) == 0;
  return run;
}

bool have_clang_format() {
  return shell("command -v clang-format").ok;
}

std::string in_the_tree(const std::string& command) {
  return "cd '" HOURGLASS_SOURCE_DIR "' && " + command;
}

TEST(Format, IsWhatClangFormatWouldWrite) {
  if (!have_clang_format()) GTEST_SKIP() << "clang-format is not installed";
  std::string command = "clang-format --dry-run -Werror";
  for (const SourceFile& file : load_tree()) {
    if (file.is_cpp()) command += " '" + file.path + "'";
  }
  const ShellRun run = shell(in_the_tree(command));
  EXPECT_EQ(run.output, "");
  EXPECT_TRUE(run.ok);
}

TEST(Format, MistakesAreFound) {
  if (!have_clang_format()) GTEST_SKIP() << "clang-format is not installed";
  const ShellRun run = shell(in_the_tree(
      "echo 'int  x ;' | clang-format --dry-run -Werror --assume-filename=engine/base/a.cc"));
  EXPECT_FALSE(run.ok) << run.output;
}

}  // namespace
}  // namespace hourglass::tests

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "tests/tidy/source_file.h"

namespace hourglass::tests {
namespace {

// Modules that have sources but no page of their own.
std::set<std::string> without_readme(const std::vector<SourceFile>& tree) {
  std::set<std::string> modules;
  for (const SourceFile& file : tree) {
    if (file.is_cpp()) modules.insert(file.path.substr(0, file.path.find('/')));
  }
  for (const SourceFile& file : tree) {
    if (file.path.ends_with("/README.md")) {
      modules.erase(file.path.substr(0, file.path.size() - std::string_view("/README.md").size()));
    }
  }
  return modules;
}

TEST(Modules, EachHaveAPageOfTheirOwn) {
  EXPECT_EQ(without_readme(load_tree()), std::set<std::string>{});
}

TEST(Modules, WithoutAPageAreFound) {
  const std::vector<SourceFile> tree{{"engine/base/a.h", "\n"},
                                     {"engine/README.md", "\n"},
                                     {"risk/margin/a.h", "\n"},
                                     {"risk/margin/README.md", "\n"}};
  EXPECT_EQ(without_readme(tree), std::set<std::string>{"risk"});
}

TEST(Modules, AreSeenByTheseTests) {
  const std::vector<SourceFile> tree = load_tree();
  for (const std::string_view path : {"CMakeLists.txt", "hourglass", ".ci/run", "README.md",
                                      "engine/base/types.h", "tests/tidy/modules_test.cc"}) {
    EXPECT_TRUE(std::any_of(tree.begin(), tree.end(), [path](const SourceFile& file) {
      return file.path == path;
    })) << path;
  }
}

}  // namespace
}  // namespace hourglass::tests

#include "tests/tidy/bans.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace hourglass::tests {
namespace {

std::string verdict(std::string path, std::string code) {
  return report(check_bans(SourceFile(std::move(path), std::move(code))));
}

TEST(Bans, HoldInTheWholeTree) {
  EXPECT_EQ(report(check_tree(check_bans)), "");
}

TEST(Bans, FindEachBannedWordInTheCore) {
  for (const std::string code : {"float x;",
                                 "double x;",
                                 "rand();",
                                 "srand(1);",
                                 "std::random_device d;",
                                 "std::mt19937_64 r;",
                                 "std::unordered_map<int, int> m;",
                                 "std::unordered_set<int> s;",
                                 "absl::flat_hash_map<int, int> m;",
                                 "std::function<void()> f;",
                                 "std::thread t;",
                                 "std::atomic<int> a;",
                                 "std::atomic_ref r(x);",
                                 "__atomic_load_n(p, 0);",
                                 "std::mutex m;",
                                 "std::chrono::system_clock::now();",
                                 "steady_clock::now();",
                                 "clock_gettime(0, &t);",
                                 "std::time(&t);",
                                 "time(nullptr);",
                                 "std::getenv(name);",
                                 "#define X 1",
                                 "assert(x);",
                                 "#include <cassert>"}) {
    EXPECT_NE(verdict("engine/book/a.cc", code), "") << code;
    EXPECT_NE(verdict("risk/margin/a.cc", code), "") << code;
  }
  EXPECT_EQ(
      verdict("engine/book/a.cc", "\n\nfloat x;"),
      "engine/book/a.cc:3: float is banned here; instead: integers: ticks, lots, micro-USD\n");
}

TEST(Bans, LeaveOtherModulesTheirClocksAndFractions) {
  EXPECT_EQ(verdict("bench/a.cc", "double ns = 0; steady_clock::now();"), "");
  EXPECT_EQ(verdict("gateway/cli/a.cc", "std::thread t;"), "");
  EXPECT_NE(verdict("gateway/cli/a.cc", "assert(x);"), "");
  EXPECT_NE(verdict("gateway/cli/a.h", "std::printf(text);"), "");
  EXPECT_EQ(verdict("gateway/cli/a.cc", "std::printf(text);"), "");
}

TEST(Bans, SeeOnlyWholeWordsOfCode) {
  EXPECT_EQ(verdict("engine/book/a.cc", "// a double assert(x)\n"), "");
  EXPECT_EQ(verdict("engine/book/a.cc", "/* float\n float */ auto s = \"double\";"), "");
  EXPECT_EQ(verdict("engine/book/a.cc", "static_assert(x); HG_ASSERT(x); doubled operand;"), "");
  EXPECT_EQ(verdict("engine/book/a.cc", "auto n = 1'000; header.time(); x = '\"';"), "");
  EXPECT_NE(verdict("engine/book/a.cc", "auto n = 1'000; float x; auto m = 2'000;"), "");
  EXPECT_NE(verdict("engine/book/a.cc", "auto s = \"\\\"\"; float x;"), "");
}

TEST(Bans, LetOffOnlyThePlacesOfTheTable) {
  EXPECT_EQ(verdict("engine/ring/a.h", "std::atomic<int> a;"), "");
  EXPECT_NE(verdict("engine/ring/a.h", "std::function<void()> f;"), "");
  EXPECT_EQ(verdict("engine/base/assert.h", "#define HG 1"), "");
  EXPECT_NE(verdict("engine/base/types.h", "#define HG 1"), "");
}

TEST(Bans, KeepNoExceptionThatAFileNoLongerNeeds) {
  const std::vector<SourceFile> tree = load_tree();
  for (const Exception& exception : exceptions()) {
    EXPECT_TRUE(names_a_ban(exception)) << exception.word;
    EXPECT_FALSE(exception.reason.empty()) << exception.word;
    // A whole folder may be let off before it needs it; a file may not.
    const bool names_a_file = std::any_of(tree.begin(), tree.end(), [&](const SourceFile& file) {
      return file.path == exception.path_prefix;
    });
    if (!names_a_file) continue;
    EXPECT_TRUE(std::any_of(tree.begin(), tree.end(),
                            [&](const SourceFile& file) { return is_used(exception, file); }))
        << exception.word << " in " << exception.path_prefix;
  }
}

}  // namespace
}  // namespace hourglass::tests

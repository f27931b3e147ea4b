#include "tests/tidy/shape.h"

#include <gtest/gtest.h>

namespace hourglass::tests {
namespace {

using Findings = std::vector<Finding>;

SourceFile header(std::string text) {
  return {"engine/base/a.h", std::move(text)};
}

// A function of `lines` lines, head and closing brace included.
std::string function_of(std::uint32_t lines) {
  std::string text = "int f(int x) {\n";
  for (std::uint32_t i = 0; i + 2 < lines; ++i) text += "  if (x) { ++x; }\n";
  return text + "}\n";
}

TEST(Shape, HoldsInTheWholeTree) {
  EXPECT_EQ(report(check_tree(check_columns)), "");
  EXPECT_EQ(report(check_tree(check_file_length)), "");
  EXPECT_EQ(report(check_tree(check_function_length)), "");
  EXPECT_EQ(report(check_tree(check_guard)), "");
  EXPECT_EQ(report(check_own_headers(load_tree())), "");
  EXPECT_EQ(report(check_tree(check_ending)), "");
  EXPECT_EQ(report(check_tree(check_words)), "");
}

TEST(Shape, CountsColumnsInCharacters) {
  EXPECT_EQ(check_columns(header(std::string(100, 'x') + "\n")), Findings{});
  EXPECT_EQ(check_columns(header("\n" + std::string(101, 'x') + "\n")),
            (Findings{{"engine/base/a.h", 2, "101 columns"}}));
  std::string accents;
  for (std::uint32_t i = 0; i < 100; ++i) accents += "\xC3\xA9";
  EXPECT_EQ(check_columns(header(accents + "\n")), Findings{});
  EXPECT_EQ(check_columns({"README.md", std::string(300, 'x') + "\n"}), Findings{});
}

TEST(Shape, LimitsTheLinesOfAFile) {
  EXPECT_EQ(check_file_length(header(std::string(500, '\n'))), Findings{});
  EXPECT_EQ(check_file_length(header(std::string(501, '\n'))),
            (Findings{{"engine/base/a.h", 500, "501 lines: more than one idea"}}));
}

TEST(Shape, LimitsTheLinesOfAFunctionWhereverItStands) {
  EXPECT_EQ(check_function_length(header(function_of(70))), Findings{});
  const Findings at_first_line{{"engine/base/a.h", 1, "a function of 71 lines"}};
  const Findings at_second_line{{"engine/base/a.h", 2, "a function of 71 lines"}};
  EXPECT_EQ(check_function_length(header(function_of(71))), at_first_line);
  EXPECT_EQ(check_function_length(header("namespace a {\n" + function_of(71) + "}\n")),
            at_second_line);
  EXPECT_EQ(
      check_function_length(header("class A final : public B {\n" + function_of(71) + "};\n")),
      at_second_line);
  EXPECT_EQ(check_function_length(header("template <class T>\n" + function_of(70))),
            (Findings{{"engine/base/a.h", 1, "a function of 71 lines"}}));
  EXPECT_EQ(check_function_length(header("#define A(x) { (\n" + function_of(71))), at_second_line);
  EXPECT_EQ(check_function_length(header("// {{{ (\n" + function_of(71))), at_second_line);
  EXPECT_EQ(check_function_length(header("static_assert(sizeof(A{}) == 1);\n" + function_of(71))),
            at_second_line);
}

TEST(Shape, DoesNotTakeALongTableOrClassForAFunction) {
  const std::string rows = std::string(100, '\n');
  EXPECT_EQ(check_function_length(header("constexpr std::array kRows{" + rows + "};\n")),
            Findings{});
  EXPECT_EQ(check_function_length(header("constexpr auto kRows = sorted({" + rows + "});\n")),
            Findings{});
  EXPECT_EQ(check_function_length(header("struct A {" + rows + "};\n")), Findings{});
  EXPECT_EQ(
      check_function_length(header("template <class T>\nclass alignas(64) A {" + rows + "};\n")),
      Findings{});
  EXPECT_EQ(check_function_length(header("enum class A : int {" + rows + "};\n")), Findings{});
}

TEST(Shape, WantsAGuardBeforeTheFirstCodeOfAHeader) {
  EXPECT_EQ(check_guard(header("// What it is.\n#pragma once\n\nint x;\n")), Findings{});
  EXPECT_NE(check_guard(header("int x;\n#pragma once\n")), Findings{});
  EXPECT_NE(check_guard(header("// #pragma once\nint x;\n")), Findings{});
  EXPECT_NE(check_guard(header("")), Findings{});
  EXPECT_EQ(check_guard({"engine/base/a.cc", "int x;\n"}), Findings{});
}

TEST(Shape, WantsASourceToBeginWithItsOwnHeader) {
  const auto findings = [](const std::string& source) {
    return check_own_headers({{"engine/base/a.cc", source}, {"engine/base/a.h", ""}});
  };
  const std::vector<Finding> expected{
      {"engine/base/a.cc", 1, "begins with including engine/base/a.h"}};
  EXPECT_EQ(findings("// Why.\n#include \"engine/base/a.h\"\n\n#include <set>\n"), Findings{});
  EXPECT_EQ(findings("#include <set>\n#include \"engine/base/a.h\"\n"), expected);
  EXPECT_EQ(findings("#define A\n#include \"engine/base/a.h\"\n"), expected);
  EXPECT_EQ(findings("#include \"engine/base/b.h\"\n"), expected);
  EXPECT_EQ(findings("int x;\n"), expected);
  EXPECT_EQ(findings(""), expected);
  EXPECT_EQ(check_own_headers({{"engine/base/b.cc", "int x;\n"}, {"engine/base/a.h", ""}}),
            Findings{});
}

TEST(Shape, WantsOneLineBreakAtTheEnd) {
  EXPECT_EQ(check_ending({"README.md", "text\n"}), Findings{});
  EXPECT_NE(check_ending({"README.md", "text"}), Findings{});
  EXPECT_NE(check_ending({"README.md", "text\n\n"}), Findings{});
  EXPECT_NE(check_ending({"README.md", "text\r\n"}), Findings{});
  EXPECT_NE(check_ending({"README.md", ""}), Findings{});
}

TEST(Shape, FindsWhatTiesTheTreeToOneMachine) {
  EXPECT_NE(check_words({"README.md",
                         "cd /wo"
                         "rk/main\n"}),
            Findings{});
  EXPECT_NE(check_words({"README.md",
                         "see ../sha"
                         "red/x\n"}),
            Findings{});
  EXPECT_EQ(check_words({".ci/run",
                         "see ../sha"
                         "red/x\n"}),
            Findings{});
  EXPECT_NE(check_words({".ci/run",
                         "cd /wo"
                         "rk/main\n"}),
            Findings{});
  EXPECT_NE(check_words(header("// issue "
                               "12\n")),
            Findings{});
  EXPECT_NE(check_words(header("// issue "
                               "#12\n")),
            Findings{});
  EXPECT_EQ(check_words(header("// the work/rest of an issue of shares\n")), Findings{});
}

}  // namespace
}  // namespace hourglass::tests

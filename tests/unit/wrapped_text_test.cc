#include "engine/base/wrapped_text.h"

#include <gtest/gtest.h>

#include <array>

namespace hourglass::engine {
namespace {

TEST(WrappedText, BreaksBeforeTheWordThatWouldPassEightyColumns) {
  const std::string fills_a_line = std::string(40, 'a') + " " + std::string(39, 'b');
  EXPECT_EQ(wrapped_text(fills_a_line, {}), fills_a_line + "\n");
  EXPECT_EQ(wrapped_text(fills_a_line + "b c", {}),
            std::string(40, 'a') + "\n" + std::string(40, 'b') + " c\n");
}

TEST(WrappedText, IndentsFurtherLinesAndLeavesALongWordWhole) {
  const std::string long_word(90, 'x');
  EXPECT_EQ(wrapped_text("a " + long_word + " b", {.indent = 4}),
            "    a\n    " + long_word + "\n    b\n");
  EXPECT_EQ(wrapped_text("one\ntwo", {.indent = 2, .first_line_used = 1}), " one\n  two\n");
}

TEST(WrappedText, GivesALongNameALineOfItsOwn) {
  const std::array rows{HelpRow{"short", "first"}, HelpRow{std::string(29, 'n'), "second"}};
  EXPECT_EQ(help_table(rows), "  short  first\n  " + std::string(29, 'n') + "\n         second\n");
}

}  // namespace
}  // namespace hourglass::engine

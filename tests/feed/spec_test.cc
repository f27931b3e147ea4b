// marketdata/SPEC.md says what the schema says.
#include <fmt/format.h>

#include <map>
#include <string>

#include "gtest/gtest.h"
#include "tests/feed/published_file.h"
#include "tests/feed/schema_xml.h"
#include "tests/feed/spec_tables.h"
#include "tests/support/tree_file.h"

namespace hourglass::marketdata::test {
namespace {

const std::string kPage = "marketdata/SPEC.md";

std::map<std::string, std::string> tables() {
  const auto schema = read_schema(engine::test::tree_file("marketdata/schema/hourglass-md.xml"));
  EXPECT_TRUE(schema.ok()) << schema.status();
  return schema.ok() ? spec_tables(*schema) : std::map<std::string, std::string>{};
}

TEST(Spec, PrintsTheSchemasTables) {
  std::map<std::string, int> names;
  const std::string expected = with_tables(engine::test::tree_file(kPage), tables(), names);
  EXPECT_EQ(published_file(kPage, expected), expected);
}

TEST(Spec, PrintsEachTableOnceAndNoOther) {
  std::map<std::string, int> expected;
  for (const auto& [name, table] : tables()) expected.emplace(name, 1);
  std::map<std::string, int> names;
  with_tables(engine::test::tree_file(kPage), tables(), names);
  EXPECT_EQ(names, expected);
}

TEST(Spec, PutsTablesBetweenTheirMarksAndNothingElse) {
  std::map<std::string, int> names;
  EXPECT_EQ(with_tables("a\n<!-- begin t -->\nold\nold\n<!-- end -->\nb\n"
                        "<!-- begin u -->\nkept\n<!-- end -->\n",
                        {{"t", "new\n"}}, names),
            "a\n<!-- begin t -->\nnew\n<!-- end -->\nb\n<!-- begin u -->\nkept\n<!-- end -->\n");
  EXPECT_EQ(names, (std::map<std::string, int>{{"t", 1}, {"u", 1}}));
}

}  // namespace
}  // namespace hourglass::marketdata::test

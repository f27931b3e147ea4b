// Every *.book file below tests/scenarios, against the naive model and the exchange.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/book_script.h"

namespace hourglass::engine::test {
namespace {

struct Subject {
  const char* name;
  MakeUnderTest make;
};

// The rules as scripts hold for the model and for the exchange.
const std::array kSubjects = {Subject{"Model", make_naive}, Subject{"Exchange", make_exchange}};

struct Scenario {
  Subject subject;
  std::filesystem::path file;
};

void PrintTo(const Scenario& scenario, std::ostream* out) {
  *out << scenario.subject.name << ", " << scenario.file.filename();
}

std::vector<Scenario> all_scenarios() {
  std::vector<std::filesystem::path> files;
  const auto root = std::filesystem::path(HOURGLASS_SOURCE_DIR) / "tests" / "scenarios";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() == ".book") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Scenario> scenarios;
  for (const Subject& subject : kSubjects) {
    for (const auto& file : files) scenarios.push_back({subject, file});
  }
  return scenarios;
}

std::string test_name(const testing::TestParamInfo<Scenario>& info) {
  std::string name = info.param.subject.name;
  bool upper = true;
  for (const char letter : info.param.file.stem().string()) {
    const bool plain = std::isalnum(static_cast<unsigned char>(letter)) != 0;
    if (plain) name += upper ? static_cast<char>(std::toupper(letter)) : letter;
    upper = !plain;
  }
  return name;
}

class Scenarios : public testing::TestWithParam<Scenario> {};

TEST_P(Scenarios, CauseExactlyTheExpectedEvents) {
  std::ifstream in(GetParam().file);
  std::stringstream script;
  script << in.rdbuf();
  const auto wrong = run_script(script.str(), GetParam().subject.make);
  EXPECT_FALSE(wrong.has_value()) << GetParam().file.filename() << " " << wrong.value_or("");
}

INSTANTIATE_TEST_SUITE_P(Books, Scenarios, testing::ValuesIn(all_scenarios()), test_name);

// --- The runner itself
// ----------------------------------------------------------------------------

std::string started(std::string_view rest) {
  return fmt::format("given instrument H1\n{}", rest);
}

TEST(ScenarioRunner, AcceptsAScriptThatListsEveryEvent) {
  const std::string script = started(
      "s1 buy 5 @ 101.50 as a\n"
      "  expect accepted a buy 5 @ 101.50 rests\n"
      "s1 cancel a\n"
      "  expect cancelled a 5 @ 101.50 by_client\n");
  EXPECT_EQ(run_script(script, make_naive), std::nullopt);
}

TEST(ScenarioRunner, FailsOnAnEventTheScriptDoesNotList) {
  const std::string script = started(
      "s1 buy 5 @ 101.50 as a\n"
      "  expect accepted a buy 5 @ 101.50 rests\n"
      "s1 cancel a\n");
  EXPECT_NE(run_script(script, make_naive), std::nullopt);
}

TEST(ScenarioRunner, FailsOnAnEventThatDoesNotHappen) {
  const std::string script = started("time 10:00:00\n  expect day-ended 0\n");
  EXPECT_NE(run_script(script, make_naive), std::nullopt);
}

TEST(ScenarioRunner, FailsOnAGivenCommandThatIsRefused) {
  EXPECT_NE(run_script(started("given s1 cancel a\n"), make_naive), std::nullopt);
}

TEST(ScenarioRunner, FailsOnALineItDoesNotUnderstand) {
  EXPECT_NE(run_script(started("s1 by 5 @ 101.50 as a\n"), make_naive), std::nullopt);
  EXPECT_NE(run_script(started("s1 buy 5 @ 101.505 as a\n"), make_naive), std::nullopt);
  EXPECT_NE(run_script(started("s1 buy 5 @ 101.50 as a sooner\n"), make_naive), std::nullopt);
}

TEST(ScenarioRunner, FailsOnAScriptWithoutCommands) {
  EXPECT_NE(run_script("# nothing\n", make_naive), std::nullopt);
}

}  // namespace
}  // namespace hourglass::engine::test

// The scripts of trading against the dictionaries: each message of the business layer is in one.
#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/fix/dictionary_tables.h"
#include "tests/fix/trading_script.h"
#include "tests/support/tree_file.h"

namespace hourglass::gateway::fix::test {
namespace {

// Of the session layer: QuickFIX's own suite plays them (our_acceptance_test.cc), and FIX 5.0 SP2
// has them in a dictionary of their own.
constexpr std::array<std::string_view, 7> kOfTheSession = {"0", "1", "2", "3", "4", "5", "A"};

std::set<std::string> types_of(std::string_view dictionary) {
  const auto messages = read_dictionary(
      engine::test::tree_file(fmt::format("gateway/fix/dictionary/{}-HG.xml", dictionary)));
  EXPECT_TRUE(messages.ok()) << messages.status();
  std::set<std::string> types;
  if (!messages.ok()) return types;
  for (const DictionaryMessage& message : *messages) {
    const bool is_of_session =
        std::ranges::find(kOfTheSession, message.msg_type) != kOfTheSession.end();
    if (!message.msg_type.empty() && !is_of_session) types.insert(message.msg_type);
  }
  return types;
}

// As section 12 of RULES_OF_ENGAGEMENT heads them: "### News (35=B), from us".
std::set<std::string> types_from(std::string_view whom) {
  const std::string page = engine::test::tree_file("gateway/RULES_OF_ENGAGEMENT.md");
  const std::string end = fmt::format("), from {}\n", whom);
  std::set<std::string> types;
  for (std::size_t at = page.find(end); at != std::string::npos; at = page.find(end, at + 1)) {
    const std::size_t begin = page.rfind('=', at) + 1;
    types.insert(page.substr(begin, at - begin));
  }
  return types;
}

std::set<std::string> types_in_scripts(TradingStepKind kind, FixVersion version) {
  const auto scripts = read_trading_scripts(HOURGLASS_SOURCE_DIR "/tests/fix/scripts");
  EXPECT_TRUE(scripts.ok()) << scripts.status();
  std::set<std::string> types;
  if (!scripts.ok()) return types;
  for (const TradingScript& script : *scripts) {
    for (const TradingStep& step : script.steps) {
      if (step.kind != kind) continue;
      const std::string text = in_version(step.text, version);
      types.insert(text.substr(3, text.find('|') - 3));
    }
  }
  return types;
}

std::set<std::string> missing(const std::set<std::string>& wanted,
                              const std::set<std::string>& found) {
  std::set<std::string> left;
  std::ranges::set_difference(wanted, found, std::inserter(left, left.end()));
  return left;
}

TEST(ScriptMessages, AreAllOfTheBusinessLayerBothWaysInBothVersions) {
  const std::set<std::string> requests = types_from("you");
  const std::set<std::string> answers = types_from("us");
  std::set<std::string> both = requests;
  both.insert(answers.begin(), answers.end());
  EXPECT_GT(both.size(), 30U);
  EXPECT_EQ(both, types_of("FIX44"));
  EXPECT_EQ(both, types_of("FIX50SP2"));
  const std::set<std::string> none;
  for (const FixVersion version : {FixVersion::kFix44, FixVersion::kFix50Sp2}) {
    EXPECT_EQ(missing(requests, types_in_scripts(TradingStepKind::kSend, version)), none);
    EXPECT_EQ(missing(answers, types_in_scripts(TradingStepKind::kExpect, version)), none);
  }
}

}  // namespace
}  // namespace hourglass::gateway::fix::test

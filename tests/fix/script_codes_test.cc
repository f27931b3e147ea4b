// The scripts of trading against the catalogue of RULES_OF_ENGAGEMENT: each reject code (25001) a
// member can be told is told in one.
#include <array>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
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

struct NotInScripts {
  std::uint32_t code;
  std::string_view why;
  std::string_view test;  // which has it said to a member; empty: see kOfTheMarket
};

// The market's own reasons, which a script cannot bring about: the first has each said by a small
// exchange, the second has each told to a FIX session of either version.
constexpr std::array<std::string_view, 2> kOfTheMarket = {"RejectPrecedence.EveryReasonIsReached",
                                                          "RejectCodes.OfEveryReasonReachWhoAsked"};

constexpr std::array kNotInScripts = {
    NotInScripts{1, "the door makes no other command", ""},
    NotInScripts{2, "the door writes this layout's version", ""},
    NotInScripts{3, "the door fills no field with what has no meaning", ""},
    NotInScripts{4, "a continuation follows its command before any request", ""},
    NotInScripts{5, "members have no continuations", ""},
    NotInScripts{6, "the list of members takes no such number", ""},
    NotInScripts{7, "the list of members takes no such number", ""},
    NotInScripts{8, "the door says 1004 first", ""},
    NotInScripts{9, "the door says 1012 first", ""},
    NotInScripts{10, "the door says 1000 first, and gives each request a key of its own", ""},
    NotInScripts{16, "of definitions of contracts, which members do not make", ""},
    NotInScripts{28, "takes over 65,536 orders to meet", ""},
    NotInScripts{29, "takes over 8 million working orders", ""},
    NotInScripts{30, "takes millions of orders", ""},
    NotInScripts{31, "takes millions of orders, each at a price of its own", ""},
    NotInScripts{32, "of definitions of contracts", ""},
    NotInScripts{33, "of definitions of contracts", ""},
    NotInScripts{34, "of definitions of contracts", ""},
    NotInScripts{65, "of payments, which members do not make", ""},
    NotInScripts{66, "no contract listed makes so large an order", ""},
    NotInScripts{1007, "an order's needs a venue whose ring is full or that closes",
                 "NotAvailable.IsSaidOfEachRequestForWhichTheRingHasNoRoom"},
    NotInScripts{1007, "a question's needs an answer of megabytes that nobody reads",
                 "LongAnswers.TradesAreToldAsTheyAreReadAndNewOnesBehindTheOldOnes"},
    NotInScripts{1008, "not sent: 35=j with 380=3 says it",
                 "TradingScripts.AreAnsweredWordForWord"},
    NotInScripts{1012, "takes 16,777,216 orders in a day",
                 "NotAvailable.IsNotWhatIsSaidWhereTheDaysIdsAreUsedUp"},
};

// Whether tests/ has a test of this name, "Suite.SaysWhatHolds".
bool is_there(std::string_view name) {
  const std::string_view suite = name.substr(0, name.find('.'));
  const std::string sentence = fmt::format("({}, {})", suite, name.substr(suite.size() + 1));
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(HOURGLASS_SOURCE_DIR "/tests")) {
    if (!entry.path().string().ends_with("_test.cc")) continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    for (const std::string_view macro : {"TEST", "TEST_P", "TEST_F"}) {
      if (text.view().find(fmt::format("{}{}", macro, sentence)) != std::string::npos) return true;
    }
  }
  return false;
}

std::uint32_t number(std::string_view text) {
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Names by their codes, from the page's two tables: rows begin "| 1000 | `name` |".
std::map<std::uint32_t, std::string> catalogue() {
  std::map<std::uint32_t, std::string> names;
  const std::string page = engine::test::tree_file("gateway/RULES_OF_ENGAGEMENT.md");
  for (const PageBlock& block : page_blocks(page)) {
    if (block.name != "rejects" && block.name != "door rejects") continue;
    for (std::size_t at = block.text.find("\n| "); at != std::string::npos;
         at = block.text.find("\n| ", at + 1)) {
      const std::size_t begin = block.text.find('`', at);
      const std::uint32_t code = number(std::string_view(block.text).substr(at + 3));
      if (code == 0 || begin == std::string::npos) continue;
      names[code] = block.text.substr(begin + 1, block.text.find('`', begin + 1) - begin - 1);
    }
  }
  return names;
}

std::set<std::uint32_t> codes_of(const TradingScript& script, FixVersion version) {
  constexpr std::string_view kCode = "|25001=";
  std::set<std::uint32_t> codes;
  for (const TradingStep& step : script.steps) {
    const std::string text = in_version(step.text, version);
    const std::size_t at = text.find(kCode);
    if (step.kind != TradingStepKind::kExpect || at == std::string::npos) continue;
    codes.insert(number(std::string_view(text).substr(at + kCode.size())));
  }
  return codes;
}

std::vector<TradingScript> scripts() {
  auto all = read_trading_scripts(HOURGLASS_SOURCE_DIR "/tests/fix/scripts");
  EXPECT_TRUE(all.ok()) << all.status();
  return all.ok() ? *std::move(all) : std::vector<TradingScript>{};
}

TEST(ScriptCodes, AreThoseOfTheCatalogueThatAMemberCanBeTold) {
  std::set<std::uint32_t> wanted;
  for (const auto& [code, name] : catalogue()) wanted.insert(code);
  EXPECT_GT(wanted.size(), 40U);
  std::set<std::uint32_t> excused;
  for (const NotInScripts& row : kNotInScripts) {
    const bool is_first = excused.insert(row.code).second;
    EXPECT_EQ(wanted.erase(row.code), is_first ? 1U : 0U) << row.code << ": " << row.why;
  }
  for (const FixVersion version : {FixVersion::kFix44, FixVersion::kFix50Sp2}) {
    std::set<std::uint32_t> told;
    for (const TradingScript& script : scripts()) told.merge(codes_of(script, version));
    EXPECT_EQ(told, wanted);
  }
}

TEST(ScriptCodes, HaveAScriptOfTheirNameEach) {
  std::set<std::uint32_t> named;
  const auto names = catalogue();
  for (const TradingScript& script : scripts()) {
    constexpr std::string_view kReject = "reject_";
    if (!script.name.starts_with(kReject)) continue;
    const std::uint32_t code = number(std::string_view(script.name).substr(kReject.size()));
    ASSERT_TRUE(names.contains(code)) << script.name;
    EXPECT_EQ(script.name, fmt::format("reject_{:04}_{}", code, names.at(code)));
    EXPECT_TRUE(codes_of(script, FixVersion::kFix44).contains(code)) << script.name;
    named.insert(code);
  }
  for (const NotInScripts& row : kNotInScripts) named.insert(row.code);
  EXPECT_EQ(named.size(), names.size());
}

TEST(ScriptCodes, ThatNoScriptCanBringAboutAreReachedByTheTestsNamed) {
  for (const std::string_view test : kOfTheMarket) EXPECT_TRUE(is_there(test)) << test;
  for (const NotInScripts& row : kNotInScripts) {
    const bool is_the_markets = row.code < 1000;
    EXPECT_EQ(row.test.empty(), is_the_markets) << row.code;
    EXPECT_TRUE(is_the_markets || is_there(row.test)) << row.code << ": " << row.test;
  }
}

}  // namespace
}  // namespace hourglass::gateway::fix::test

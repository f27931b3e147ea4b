// What scripts of trading may say, and what they take for the same.
#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fix/trading_script.h"

namespace hourglass::gateway::fix::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::map<std::string, std::string> kWords = {{"<SYM>", "H100.D1"}};
constexpr std::uint64_t kNoonNs = 43'200'000'000'000;  // of 1970-01-01

TEST(ScriptLanguage, HasStepsOfSeveralConnections) {
  const auto script = parse_trading_script(
      "s",
      "# why\n\niLOGON\nI3,35=D|1=2|\nE35=8|{4.4:1=2|}\nV state <SYM> halt\n(\n)\ni2,LOGOUT\n");
  ASSERT_TRUE(script.ok()) << script.status();
  using enum TradingStepKind;
  EXPECT_THAT(script->steps,
              ElementsAre(TradingStep{kLogOn, 3, 0, ""}, TradingStep{kSend, 4, 2, "35=D|1=2|"},
                          TradingStep{kExpect, 5, 0, "35=8|{4.4:1=2|}"},
                          TradingStep{kVenueLine, 6, 0, "state <SYM> halt"},
                          TradingStep{kAnyOrderBegins, 7, 0, ""},
                          TradingStep{kAnyOrderEnds, 8, 0, ""}, TradingStep{kLogOut, 9, 1, ""}));
  EXPECT_FALSE(script->is_alone);
}

TEST(ScriptLanguage, HasScriptsToBeKilledAloneAndStepsBehindAKill) {
  const auto script = parse_trading_script(
      "s", "ALONE\niLOGON\n? I35=V|\n? E2,35=W|\ni6,PASSWORD battery staple\nE35=8|\n");
  ASSERT_TRUE(script.ok()) << script.status();
  EXPECT_TRUE(script->is_alone);
  using enum TradingStepKind;
  EXPECT_THAT(script->steps,
              ElementsAre(TradingStep{kLogOn, 2, 0, ""}, TradingStep{kSend, 3, 0, "35=V|", true},
                          TradingStep{kExpect, 4, 1, "35=W|", true},
                          TradingStep{kNewPassword, 5, 5, "battery staple"},
                          TradingStep{kExpect, 6, 0, "35=8|"}));
  EXPECT_EQ(KillPlaces::count(*script), 2U);
}

TEST(ScriptLanguage, HasNoOtherLines) {
  for (const std::string line :
       {"iLOGIN", "E8=FIX.4.4|", "I0,35=D|", "E35=8|1=2", "[ ", "X", "eDISCONNECT", "I7,35=D|",
        "? ", "?I35=D|", "ALONE ", "i6,PASSWORD"}) {
    EXPECT_EQ(parse_trading_script("s", "iLOGON\n" + line).status().message(),
              "s:2: not a step: " + line);
  }
  EXPECT_EQ(parse_trading_script("s", "# nothing\n").status().message(), "s: no steps");
}

TEST(ScriptLanguage, TakesTheKillPlacesThatAreNotWithinBrackets) {
  const auto script = parse_trading_script(
      "s", "iLOGON\nI35=D|\n[\n(\nE35=8|\n)\nE35=8|\n]\n(\nI35=D|\n)\nV list\nE35=8|\niLOGOUT\n");
  ASSERT_TRUE(script.ok()) << script.status();
  EXPECT_EQ(KillPlaces::count(*script), 3U);
}

TEST(ScriptLanguage, LeavesOutWhatIsOfTheOtherVersion) {
  constexpr std::string_view kText = "1=2|{4.4:3=4|}5={4.4:6}{5.0:7}|{5.0:8=9|}";
  EXPECT_EQ(in_version(kText, FixVersion::kFix44), "1=2|3=4|5=6|");
  EXPECT_EQ(in_version(kText, FixVersion::kFix50Sp2), "1=2|5=7|8=9|");
}

TEST(ScriptLanguage, FillsInIdsTimesAndNames) {
  ScriptNames names("A01", kWords);
  EXPECT_EQ(names.difference("37=$o1|37=$o12|", "37=5|37=6|", 0), "");
  EXPECT_EQ(names.filled_in("11=@x|55=<SYM>|37=$o1|37=$o12.$o1.R|$o|", kNoonNs),
            "11=A01x|55=H100.D1|37=5|37=6.5.R|$o|");
  EXPECT_EQ(names.filled_in("<TIME>|<TIME+61>|<TIME-1>|<DATE>|<DATE+1>|", kNoonNs),
            "19700101-12:00:00.000|19700101-12:01:01.000|19700101-11:59:59.000|19700101|19700102|");
}

// Whether the one expected is what the other is, by names that hold for this alone.
bool is_same(std::string_view expected, std::string_view received) {
  return ScriptNames("A01", kWords).difference(expected, received, 7).empty();
}

TEST(ScriptLanguage, ComparesWholeMessages) {
  EXPECT_TRUE(is_same("35=8|11=@x|55=<SYM>|45=<SENT>|", "35=8|11=A01x|55=H100.D1|45=7|"));
  EXPECT_FALSE(is_same("35=8|39=0|", "35=8|39=1|"));
  EXPECT_FALSE(is_same("35=8|39=0|", "35=8|39=00|"));
  EXPECT_FALSE(is_same("35=8|39=00|", "35=8|39=0|"));
  EXPECT_FALSE(is_same("35=8|39=0|", "35=8|"));
  EXPECT_FALSE(is_same("35=8|", "35=8|39=0|"));
  EXPECT_FALSE(is_same("35=8|1=2|3=4|", "35=8|3=4|1=2|"));
  EXPECT_TRUE(is_same("17=<N>.<N>.R|", "17=12.3.R|"));
  EXPECT_FALSE(is_same("17=<N>.<N>.R|", "17=12.3|"));
  EXPECT_FALSE(is_same("17=<N>.<N>|", "17=12.3.R|"));
  EXPECT_FALSE(is_same("17=<N>|", "17=|"));
  EXPECT_TRUE(is_same("60=<TIME>|", "60=20260101-12:00:00.123456|"));
  EXPECT_FALSE(is_same("60=<TIME>|", "60=20260101-12:00:00.123|"));
  EXPECT_TRUE(is_same("272=<DAY>|273=<CLOCK>|", "272=20260101|273=12:00:00.123456|"));
  EXPECT_FALSE(is_same("272=<DAY>|", "272=2026010|"));
  EXPECT_FALSE(is_same("273=<CLOCK>|", "273=12:00:00|"));
  EXPECT_TRUE(is_same("270=<DECIMAL>|", "270=2.5|"));
  EXPECT_FALSE(is_same("270=<DECIMAL>|", "270=-2.5|"));
}

TEST(ScriptLanguage, HoldsNamesToWhatTheyWere) {
  EXPECT_TRUE(is_same("37=$o1|41=$o1|880=$m1|", "37=5|41=5|880=5|"));
  EXPECT_FALSE(is_same("37=$o1|41=$o1|", "37=5|41=6|"));
  EXPECT_FALSE(is_same("37=$o1|37=$o2|", "37=5|37=5|"));
  EXPECT_FALSE(is_same("37=$o1|", "37=|"));
}

TEST(ScriptLanguage, ForgetsTheNamesOfAMessageThatIsAnother) {
  ScriptNames names("A01", kWords);
  EXPECT_THAT(names.difference("37=$o1|39=0|", "37=5|39=1|", 0),
              StartsWith("\"39=1\" instead of \"39=0\"\n  expected: 37=$o1|39=0|\n"));
  EXPECT_EQ(names.difference("37=$o1|39=0|", "37=6|39=0|", 0), "");
  EXPECT_THAT(names.difference("37=$o1|", "37=7|", 0), HasSubstr("names: $o1=6"));
}

}  // namespace
}  // namespace hourglass::gateway::fix::test

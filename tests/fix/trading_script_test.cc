// Our own conformance scripts against the real program, in each version and between the two, and
// again with kill -9 in the middle. HOURGLASS_SEED sets the seed of where, HOURGLASS_KILLS how
// often in each script, HOURGLASS_SCRIPT plays those alone whose names hold it.
#include "tests/fix/trading_script.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fix/script_player.h"
#include "tests/fix/script_venue.h"
#include "tests/support/fix_text.h"
#include "tests/support/random_source.h"

namespace hourglass::gateway::fix::test {
namespace {

using engine::test::number_from_environment;
using engine::test::RandomSource;
using testing::StartsWith;

std::vector<TradingScript> scripts() {
  auto all = read_trading_scripts(HOURGLASS_SOURCE_DIR "/tests/fix/scripts");
  EXPECT_TRUE(all.ok()) << all.status();
  if (!all.ok()) return {};
  if (const char* const wanted = std::getenv("HOURGLASS_SCRIPT")) {
    std::erase_if(*all, [&](const TradingScript& script) {
      return script.name.find(wanted) == std::string::npos;
    });
  }
  return *std::move(all);
}

// The versions of a script's connections.
using Versions = std::array<FixVersion, kScriptConnections>;
constexpr auto k44 = FixVersion::kFix44;
constexpr auto k50 = FixVersion::kFix50Sp2;

struct Case {
  const char* name;
  Versions versions;
};
void PrintTo(const Case& its, std::ostream* out) {
  *out << its.name;
}

class TradingScripts : public testing::TestWithParam<Case> {};

TEST_P(TradingScripts, AreAnsweredWordForWord) {
  ScriptVenue venue(GetParam().versions);
  for (const TradingScript& script : scripts()) {
    ScriptPlayer player(script, venue, 0);
    EXPECT_EQ(player.finish(), "");
    if (HasFailure()) return;  // what that script left would be in the next one's way
  }
}

// Scripts that are killed together, each where the seed says.
class KilledScripts {
 public:
  KilledScripts(std::span<const TradingScript> scripts, ScriptVenue& venue, RandomSource& random)
      : venue_(venue), random_(random) {
    const std::uint64_t kills = number_from_environment("HOURGLASS_KILLS", 1);
    for (const TradingScript& script : scripts) {
      players_.push_back(std::make_unique<ScriptPlayer>(script, venue, players_.size()));
      const auto last = static_cast<std::int64_t>(KillPlaces::count(script));
      std::vector<std::uint32_t> places;
      for (std::uint64_t i = 0; i < kills; ++i) {
        places.push_back(static_cast<std::uint32_t>(random.between(1, last)));
      }
      std::sort(places.begin(), places.end());
      places_.push_back(std::move(places));
    }
  }

  void play() {
    for (std::size_t kill = 0; kill < places_.front().size(); ++kill) {
      for (std::size_t i = 0; i < players_.size(); ++i) {
        ASSERT_EQ(players_[i]->play_to(places_[i][kill]), "");
      }
      venue_.kill();
      for (const auto& player : players_) player->lose_venue(random_.percent(50));
      venue_.restart();
      for (const auto& player : players_) ASSERT_EQ(player->come_back(), "");
    }
    for (const auto& player : players_) ASSERT_EQ(player->finish(), "");
  }

  [[nodiscard]] std::string places() const {
    std::string text;
    for (const auto& places : places_) text += fmt::format(" {}", fmt::join(places, ","));
    return text;
  }

 private:
  ScriptVenue& venue_;
  RandomSource& random_;
  std::vector<std::unique_ptr<ScriptPlayer>> players_;
  std::vector<std::vector<std::uint32_t>> places_;
};

class KilledTradingScripts : public TradingScripts {};

TEST_P(KilledTradingScripts, AreAnsweredTheSame) {
  const std::uint64_t seed = fix::seed();
  RandomSource random(seed);
  ScriptVenue venue(GetParam().versions);
  const std::vector<TradingScript> all = scripts();
  constexpr std::size_t kTogether = ScriptVenue::kSymbols.size();
  std::size_t count = 0;
  for (std::size_t from = 0; from < all.size(); from += count) {
    count = 1;
    while (!all[from].is_alone && count < kTogether && from + count < all.size() &&
           !all[from + count].is_alone) {
      ++count;
    }
    const std::span together = std::span(all).subspan(from, count);
    KilledScripts killed(together, venue, random);
    SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}, from {} on, killed behind places{}", seed,
                             together.front().name, killed.places()));
    killed.play();
    if (HasFailure()) return;
  }
}

constexpr Case kFix44{"Fix44", {k44, k44, k44, k44, k44, k44}};
constexpr Case kFix50{"Fix50Sp2", {k50, k50, k50, k50, k50, k50}};
constexpr Case kBetween{"BetweenTheVersions", {k44, k50, k50, k50, k44, k50}};

INSTANTIATE_TEST_SUITE_P(Versions, TradingScripts, testing::Values(kFix44, kFix50, kBetween),
                         [](const auto& test) { return std::string(test.param.name); });
INSTANTIATE_TEST_SUITE_P(Versions, KilledTradingScripts, testing::Values(kFix44, kFix50),
                         [](const auto& test) { return std::string(test.param.name); });

// That the tests above can fail.
TEST(ScriptPlayer, ReportsWhatIsNotAsTheScriptHasIt) {
  ScriptVenue venue(kFix44.versions);
  const std::string order = "iLOGON\nI35=D|11=@1|38=5|40=2|44=2.5|54=1|55=<SYM>|60=<TIME>|\n";
  const std::string report =
      "E35=8|1=11|6=0|11=@1|14=0|17=<N>.<N>|37=$o1|38=5|39=0|40=2|44=2.5|54=1|55=<SYM>|59=0|"
      "60=<TIME>|150=0|151=5|25000=<N>|\n";
  const auto played = [&](const std::string& text, std::size_t place = 0) {
    const auto script = parse_trading_script("changed", text);
    EXPECT_TRUE(script.ok()) << script.status();
    ScriptPlayer player(*script, venue, place);
    const std::string wrong = player.finish();
    if (!wrong.empty()) venue.members(place)[0].client->close_abruptly();
    return wrong;
  };
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string text = report;
    return played(order + text.replace(text.find(from), from.size(), to));
  };
  EXPECT_EQ(played(order + report), "");
  EXPECT_THAT(changed("|39=0|", "|39=1|"),
              StartsWith("changed:3: \"39=0\" instead of \"39=1\"\n  expected: 35=8|"));
  EXPECT_THAT(changed("25000=<N>|", ""), StartsWith("changed:3: 18 fields instead of 17"));
  EXPECT_THAT(changed("|59=0|", "|"),
              StartsWith("changed:3: field 14 is \"59=0\" instead of tag 60"));
  // One message more than the script has, and one more again.
  EXPECT_THAT(played(order, 1),
              StartsWith("changed behind its end: not in the script: 35=8|1=11|6=0|"));
  EXPECT_THAT(played(order + report + order.substr(order.find('I')), 2),
              StartsWith("changed behind its end: not in the script: 35=8|37=NONE|"));
}

}  // namespace
}  // namespace hourglass::gateway::fix::test

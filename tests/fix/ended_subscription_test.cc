// A subscription that ends while its first answer is still being told: the answer is told to its
// end, and nothing behind it. The door runs by hand, so that each end comes just where it is meant.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/door_in_hand.h"

namespace hourglass::gateway::fix::test {
namespace {

constexpr std::uint32_t kFirstAccount = 11;
constexpr std::uint32_t kAccounts = 64;
constexpr std::uint32_t kContracts = 15;
constexpr std::uint32_t kPositions = kAccounts * kContracts;
constexpr std::uint32_t kRounds = 1'000;
constexpr std::uint32_t kAnswersBefore = 100;

std::vector<std::uint32_t> accounts() {
  std::vector<std::uint32_t> all(kAccounts);
  std::iota(all.begin(), all.end(), kFirstAccount);
  return all;
}

std::size_t count_of(const std::vector<std::string>& heard, std::string_view start) {
  return static_cast<std::size_t>(std::ranges::count_if(
      heard, [&](const std::string& message) { return message.starts_with(start); }));
}

// A member with so many positions, each of one trade, that not all are told in one round.
class EndedSubscription : public testing::TestWithParam<FixVersion> {
 protected:
  void SetUp() override {
    trade_everywhere();
    ASSERT_TRUE(door_.log_on());
  }

  void trade_everywhere() {
    for (std::uint32_t place = 0; place < kPositions; ++place) {
      door_.buy(kFirstAccount + place / kContracts, place % kContracts, 1, 100);
    }
    door_.tell_changes();
  }
  // Asks, and leaves the rest of the answer for when what was told is on its way. Before it so many
  // other answers take a part of what may wait, for rows that are short.
  void ask(std::string_view type, std::string_view body, std::uint32_t answers_before = 0) {
    for (std::uint32_t i = 0; i < answers_before; ++i) door_.say("x", "320=L|559=4|");
    door_.say(type, body);
    for (std::uint32_t round = 0; round < kRounds && !door_.is_answering(); ++round) door_.take();
    ASSERT_TRUE(door_.is_answering());
  }
  void read_on() {
    door_.flush();
    for (std::string& message : door_.hear()) heard_.push_back(std::move(message));
  }
  // Everything, up to a test request's answer and what still comes behind it.
  std::vector<std::string> hear_all() {
    door_.say("1", "112=END|");
    for (std::uint32_t round = 0; round < kRounds; ++round) {
      const std::size_t before = heard_.size();
      door_.take();
      read_on();
      const bool is_answered = count_of(heard_, "35=0|112=END|") != 0;
      if (is_answered && heard_.size() == before && !door_.is_answering()) break;
    }
    EXPECT_FALSE(door_.is_answering());
    return std::exchange(heard_, {});
  }

  DoorInHand door_{{.version = GetParam(), .accounts = accounts(), .contracts = kContracts}};
  std::vector<std::string> heard_;
};

constexpr std::string_view kEndPositions = "60=20261128-12:00:00|263=2|710=P|724=0|";

// The rows are all told when the end comes, and what changed of them before it is told behind.
TEST_P(EndedSubscription, OfPositionsEndsBehindWhatChangedBefore) {
  ask("AN", "60=20261128-12:00:00|263=1|710=P|724=0|");
  trade_everywhere();  // what was told has changed
  read_on();
  const std::size_t told_before = count_of(heard_, "35=AP|");
  ASSERT_TRUE(door_.is_answering());
  door_.say("AN", kEndPositions);
  const std::vector<std::string> heard = hear_all();
  EXPECT_EQ(count_of(heard, "35=AO|"), 2U);
  EXPECT_EQ(count_of(heard, "35=AP|"), kPositions + told_before);
  trade_everywhere();
  EXPECT_EQ(hear_all(), std::vector<std::string>{"35=0|112=END|"});
}

TEST_P(EndedSubscription, OfPositionsIsStillAnsweredToTheEnd) {
  ask("AN", "60=20261128-12:00:00|263=1|710=P|724=0|");
  door_.say("AN", kEndPositions);
  door_.take();
  ASSERT_TRUE(door_.is_answering());
  trade_everywhere();
  const std::vector<std::string> heard = hear_all();
  EXPECT_EQ(count_of(heard, "35=AO|"), 2U);
  EXPECT_EQ(count_of(heard, "35=AP|"), kPositions);
}

TEST_P(EndedSubscription, OfPositionsGoesWithItsSession) {
  ask("AN", "60=20261128-12:00:00|263=1|710=P|724=0|");
  trade_everywhere();
  read_on();
  ASSERT_TRUE(door_.is_answering());
  door_.hang_up();
  EXPECT_FALSE(door_.is_answering());
  trade_everywhere();
  ASSERT_TRUE(door_.log_on());
  heard_.clear();
  trade_everywhere();
  EXPECT_EQ(hear_all(), std::vector<std::string>{"35=0|112=END|"});
}

TEST_P(EndedSubscription, OfTradesIsAnsweredToTheEndAndNotBeyond) {
  ask("AD", "568=T|569=1|263=1|", kAnswersBefore);
  door_.say("AD", "568=T|569=1|263=2|");
  door_.take();
  ASSERT_TRUE(door_.is_answering());
  trade_everywhere();
  const std::vector<std::string> heard = hear_all();
  EXPECT_EQ(count_of(heard, "35=AQ|"), 2U);
  EXPECT_EQ(count_of(heard, "35=AE|"), kPositions);
  const auto is_last = [](const std::string& message) {
    return message.find("|912=Y|") != std::string::npos;
  };
  EXPECT_EQ(std::ranges::count_if(heard, is_last), 1);
}

// Trades from before the end are told behind the answer, those from behind it are not.
TEST_P(EndedSubscription, OfTradesEndsBehindThoseFromBefore) {
  ask("AD", "568=T|569=1|263=1|", kAnswersBefore);
  trade_everywhere();
  read_on();
  ASSERT_TRUE(door_.is_answering());
  door_.say("AD", "568=T|569=1|263=2|");
  const std::vector<std::string> heard = hear_all();
  EXPECT_EQ(count_of(heard, "35=AQ|"), 2U);
  EXPECT_EQ(count_of(heard, "35=AE|"), 2 * kPositions);
  trade_everywhere();
  EXPECT_EQ(hear_all(), std::vector<std::string>{"35=0|112=END|"});
}

INSTANTIATE_TEST_SUITE_P(Versions, EndedSubscription,
                         testing::Values(FixVersion::kFix44, FixVersion::kFix50Sp2),
                         [](const auto& info) {
                           return info.param == FixVersion::kFix44 ? "Fix44" : "Fix50Sp2";
                         });

}  // namespace
}  // namespace hourglass::gateway::fix::test

// The text door's answers about money and to the operator: what it takes, and what it says of the
// rest.
#include "gateway/daemon/text_door.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

namespace hourglass::gateway {
namespace {

class TextDoorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string path = ::testing::TempDir() + "hourglass-door-XXXXXX";
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    path_ = path;
    auto venue = Venue::open({.data_dir = path_, .segment_bytes = 1U << 20});
    ASSERT_TRUE(venue.ok()) << venue.status();
    venue_ = *std::move(venue);
    door_ = std::make_unique<TextDoor>(*venue_);
  }
  void TearDown() override {
    if (venue_ != nullptr) {
      EXPECT_EQ(venue_->close(), absl::OkStatus());
    }
    venue_.reset();
    std::filesystem::remove_all(path_);
  }

  // The answer's first line, or what is said of a line that means nothing.
  std::string say(const std::string& line) {
    const auto answer = door_->answer(line);
    if (!answer.ok()) return "? " + std::string(answer.status().message());
    return answer->substr(0, answer->find('\n'));
  }

  std::string path_;
  std::unique_ptr<Venue> venue_;
  std::unique_ptr<TextDoor> door_;
};

TEST_F(TextDoorTest, TakesEveryAmountThatClearingTakes) {
  EXPECT_EQ(say("deposit 1099511.63"), "funds of account 1: 1099511.63 USD");
  // The largest adjustment, 2^53 micro-USD, and the step beyond, which clearing refuses.
  EXPECT_EQ(say("account 2"), "account 2");
  EXPECT_EQ(say("deposit 9007199254.740992"), "funds of account 2: 9007199254.740992 USD");
  EXPECT_EQ(say("deposit 9007199254.740993"), "rejected 0: amount is zero or over the limit");
  EXPECT_EQ(say("withdraw 9007199254.74"), "funds of account 2: 0.000992 USD");
}

TEST_F(TextDoorTest, TakesOnlyAmountsOverZero) {
  EXPECT_EQ(say("deposit 100"), "funds of account 1: 100.00 USD");
  const auto refusal = [](const std::string& amount) {
    return "? \"" + amount + "\" is not more than 0: deposit pays in, withdraw pays out";
  };
  for (const std::string amount : {"-5", "-0.000001", "-9223372036854.775807", "0", "-0"}) {
    EXPECT_EQ(say("deposit " + amount), refusal(amount));
    EXPECT_EQ(say("withdraw " + amount), refusal(amount));
  }
  // The step beyond, and proof that nothing was booked before it.
  EXPECT_EQ(say("deposit 0.000001"), "funds of account 1: 100.000001 USD");
  EXPECT_EQ(say("withdraw 0.000001"), "funds of account 1: 100.00 USD");
}

TEST_F(TextDoorTest, SaysWhyALineIsNoAmount) {
  EXPECT_EQ(say("deposit"), "? deposit USD");
  EXPECT_EQ(say("withdraw"), "? withdraw USD");
  EXPECT_EQ(say("deposit lots"), "? \"lots\" is no amount in USD, as 2500 or 2500.50");
  EXPECT_EQ(say("deposit 0.0000001"), "? \"0.0000001\" has parts of a micro-USD (0.000001)");
  EXPECT_EQ(say("withdraw 10000000000000"),
            "? \"10000000000000\" is over 9223372036854.775807 USD");
}

TEST_F(TextDoorTest, SetsStatesAndBands) {
  EXPECT_EQ(say("deposit 100"), "funds of account 1: 100.00 USD");
  for (const std::string state : {"halt", "pause", "closed"}) {
    EXPECT_EQ(say("state H100.D1 " + state), "H100.D1: " + state);
    EXPECT_EQ(say("buy 1 H100.D1 @ 1 as 7"), "rejected 7: not allowed in this trading state");
  }
  EXPECT_EQ(say("state H100.D1 open"), "H100.D1: open");
  EXPECT_EQ(say("band H100.D1 2 2.4"), "H100.D1: prices from 2.00 to 2.40");
  EXPECT_EQ(say("buy 1 H100.D1 @ 1 as 7"), "rejected 7: price outside the price band");
  EXPECT_EQ(say("band H100.D1 2.4 2"), "rejected 0: contract terms contradict each other");
}

TEST_F(TextDoorTest, SaysWhyALineIsNoStateOrBand) {
  EXPECT_EQ(say("state H100.D1"), "? state SYMBOL open|pause|halt|closed");
  EXPECT_EQ(say("state V100.D1 open"), "? \"V100.D1\" is not listed; try list");
  EXPECT_EQ(say("state H100.D1 shut"), "? \"shut\" is no state: open, pause, halt or closed");
  EXPECT_EQ(say("band H100.D1 2"), "? band SYMBOL LOW HIGH");
  EXPECT_EQ(say("band H100.D1 two 3"), "? \"two\": a field has no meaning");
}

}  // namespace
}  // namespace hourglass::gateway

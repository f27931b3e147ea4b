// The member's end of a FIX session, against a venue played by the test.
#include "gateway/fix/client/fix_client.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "gateway/fix/client/number_file.h"
#include "gateway/fix/members/authentication.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_venue.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr milliseconds kSoon{50};
constexpr milliseconds kLong{10'000};

// A client and a venue that are connected; log_on() logs on with message 1 of either side.
class FixClientTest : public testing::Test {
 protected:
  void connect(ClientSettings settings = {}) {
    settings.host = "127.0.0.1";
    settings.port = venue_.port();
    settings.comp_id = "TRADER1";
    client_.emplace(std::move(settings));
    ASSERT_TRUE(client_->connect().ok());
    venue_.accept();
  }
  void log_on(ClientSettings settings = {}) {
    connect(std::move(settings));
    venue_.say("35=A|34=1|98=0|108=30|");
    ASSERT_TRUE(client_->logon().ok());
    EXPECT_THAT(venue_.hear(), testing::StartsWith("35=A|34=1|"));
  }
  // MsgSeqNum and text of all that the client gives, up to a silence.
  std::vector<std::string> given() {
    std::vector<std::string> all;
    for (;;) {  // ends: with what was said
      const auto message = client_->receive(kSoon);
      if (!message.ok()) {
        all.push_back(std::string(message.status().message()));
        return all;
      }
      if (!message->has_value()) return all;
      all.push_back(std::string((*message)->value(34)) + " " + std::string((*message)->value(58)));
    }
  }

  FakeVenue venue_;
  std::optional<FixClient> client_;
};

TEST_F(FixClientTest, LogsOnWithNameAndPassword) {
  connect({.username = "TRADER1", .password = "secret"});
  venue_.say("35=A|34=1|98=0|108=30|");
  EXPECT_EQ(client_->logon(), absl::OkStatus());
  EXPECT_TRUE(client_->is_logged_on());
  EXPECT_EQ(venue_.hear(), "35=A|34=1|98=0|108=30|553=TRADER1|554=secret|");
  EXPECT_THAT(readable(venue_.last_heard()), testing::StartsWith("8=FIX.4.4|"));
  EXPECT_EQ(client_->next_sender(), 2U);
  EXPECT_EQ(client_->next_target(), 2U);
}

TEST_F(FixClientTest, SpeaksFixFiveAndBeginsAnew) {
  connect({.begin_string = "FIXT.1.1",
           .heart_bt_seconds = 7,
           .reset_numbers = true,
           .send_next_expected = true,
           .next_sender = 40,
           .next_target = 50});
  venue_.say("35=A|34=1|98=0|108=7|141=Y|1137=9|", "FIXT.1.1");
  EXPECT_EQ(client_->logon(), absl::OkStatus());
  EXPECT_EQ(venue_.hear(), "35=A|34=1|98=0|108=7|141=Y|789=1|1137=9|");
  EXPECT_THAT(readable(venue_.last_heard()), testing::StartsWith("8=FIXT.1.1|"));
  EXPECT_EQ(client_->next_target(), 2U);
}

TEST_F(FixClientTest, SignsItsLogon) {
  ASSERT_TRUE(start_cryptography().ok());
  const KeyPair keys = make_key_pair();
  connect({.secret_key_hex = keys.secret_key, .next_sender = 17});
  venue_.say("35=A|34=1|98=0|108=30|");
  EXPECT_EQ(client_->logon(), absl::OkStatus());
  venue_.hear();
  Fields logon;
  ASSERT_TRUE(logon.parse(venue_.last_heard()));
  LogonClaim claim;
  claim.sender = logon.value(49);
  claim.target = logon.value(56);
  claim.sequence = logon.value(34);
  claim.sending_time = logon.value(52);
  EXPECT_EQ(logon.value(34), "17");
  EXPECT_EQ(logon.value(96), *sign(keys.secret_key, signed_text(claim)));
  EXPECT_EQ(logon.value(95), std::to_string(logon.value(96).size()));
}

TEST_F(FixClientTest, SaysWhyItWasNotLetIn) {
  connect();
  venue_.say("35=5|34=1|58=wrong password|");
  const absl::Status status = client_->logon();
  EXPECT_EQ(status, absl::UnauthenticatedError("wrong password"));
  EXPECT_FALSE(client_->is_open());
  // That Logout has a number that is none of the session's.
  EXPECT_EQ(client_->next_target(), 1U);
  connect({.next_target = 7});
  venue_.say("35=5|34=1|58=wrong password|");
  EXPECT_EQ(client_->logon(), absl::UnauthenticatedError("wrong password"));
  EXPECT_EQ(client_->next_target(), 7U);

  connect();
  venue_.close();
  EXPECT_TRUE(absl::IsUnavailable(client_->logon()));

  connect({.patience = kSoon});
  EXPECT_TRUE(absl::IsDeadlineExceeded(client_->logon()));

  connect({.secret_key_hex = "no key"});
  EXPECT_TRUE(absl::IsInvalidArgument(client_->logon()));
}

TEST_F(FixClientTest, SendsMessagesUnderRisingNumbers) {
  log_on();
  EXPECT_EQ(*client_->send("D", fix_text("11=a|")), 2U);
  EXPECT_EQ(*client_->send("F", fix_text("11=b|")), 3U);
  EXPECT_EQ(venue_.hear(), "35=D|34=2|11=a|");
  EXPECT_EQ(venue_.hear(), "35=F|34=3|11=b|");
}

TEST_F(FixClientTest, AsksForAGapOnceAndGivesAllInOrder) {
  log_on();
  venue_.say("35=8|34=2|58=two|");
  venue_.say("35=8|34=4|58=four|");
  venue_.say("35=8|34=6|58=six|");
  EXPECT_THAT(given(), ElementsAre("2 two"));
  EXPECT_EQ(venue_.hear(), "35=2|34=2|7=3|16=0|");
  venue_.say("35=8|34=3|43=Y|58=three|");
  venue_.say("35=8|34=4|43=Y|58=four|");
  venue_.say("35=4|34=5|43=Y|36=6|123=Y|");
  venue_.say("35=8|34=6|43=Y|58=six|");
  venue_.say("35=8|34=7|58=seven|");
  EXPECT_THAT(given(), ElementsAre("3 three", "4 four", "6 six", "7 seven"));
  EXPECT_EQ(client_->repeat_count(), 2U);
  EXPECT_EQ(client_->next_target(), 8U);
  // Nothing but the one request went out; a second gap is asked for again.
  venue_.say("35=8|34=9|58=nine|");
  EXPECT_THAT(given(), IsEmpty());
  EXPECT_EQ(venue_.hear(), "35=2|34=3|7=8|16=0|");
}

TEST_F(FixClientTest, LogsOnWhereTheLogonItselfComesBehindAGap) {
  connect({.next_sender = 5, .next_target = 3});
  venue_.say("35=A|34=6|98=0|108=30|");
  EXPECT_EQ(client_->logon(), absl::OkStatus());
  EXPECT_EQ(venue_.hear(), "35=A|34=5|98=0|108=30|");
  EXPECT_EQ(venue_.hear(), "35=2|34=6|7=3|16=0|");
  venue_.say("35=8|34=3|43=Y|58=three|");
  venue_.say("35=4|34=4|43=Y|36=7|123=Y|");
  EXPECT_THAT(given(), ElementsAre("3 three"));
  if (client_->next_target() != 7U) {  // the second came behind the first's reading
    EXPECT_THAT(given(), IsEmpty());
  }
  EXPECT_EQ(client_->next_target(), 7U);
}

TEST_F(FixClientTest, DoesNotAskWhereItSaidWhatItExpects) {
  connect({.send_next_expected = true, .next_sender = 5, .next_target = 3});
  venue_.say("35=A|34=4|98=0|108=30|789=6|");
  EXPECT_EQ(client_->logon(), absl::OkStatus());
  EXPECT_EQ(venue_.hear(), "35=A|34=5|98=0|108=30|789=3|");
  venue_.say("35=8|34=3|43=Y|58=three|");
  EXPECT_THAT(given(), ElementsAre("3 three"));
  EXPECT_EQ(*client_->send("D", ""), 6U);
  EXPECT_EQ(venue_.hear(), "35=D|34=6|");
}

TEST_F(FixClientTest, SendsAgainWhatTheVenueExpectsInItsLogon) {
  log_on();
  EXPECT_EQ(*client_->send("D", fix_text("11=a|")), 2U);
  EXPECT_EQ(venue_.hear(), "35=D|34=2|11=a|");
  client_->close_abruptly();
  ASSERT_TRUE(client_->connect().ok());
  venue_.accept();
  venue_.say("35=A|34=2|98=0|108=30|789=2|");
  EXPECT_EQ(client_->logon(), absl::OkStatus());
  EXPECT_EQ(venue_.hear(), "35=A|34=3|98=0|108=30|");
  EXPECT_EQ(venue_.hear(), "35=D|34=2|43=Y|11=a|");
  EXPECT_EQ(venue_.hear(), "35=4|34=3|43=Y|36=4|123=Y|");
}

TEST_F(FixClientTest, DropsWhatComesASecondTime) {
  log_on();
  venue_.say("35=8|34=2|58=two|");
  venue_.say("35=8|34=2|43=Y|58=two|");
  venue_.say("35=8|34=1|43=Y|58=one|");
  venue_.say("35=8|34=3|43=Y|58=three|");
  EXPECT_THAT(given(), ElementsAre("2 two", "3 three"));
  EXPECT_EQ(client_->repeat_count(), 2U);
}

TEST_F(FixClientTest, EndsASessionWhoseNumbersGoBack) {
  log_on();
  venue_.say("35=8|34=2|58=two|");
  venue_.say("35=8|34=2|58=again|");
  EXPECT_THAT(given(), ElementsAre("2 two", "the venue's MsgSeqNum is too low, 2 and not 3"));
  EXPECT_EQ(venue_.hear(), "35=5|34=2|58=the venue's MsgSeqNum is too low, 2 and not 3|");
  EXPECT_EQ(venue_.hear(), "closed");
  EXPECT_FALSE(client_->is_logged_on());
}

TEST_F(FixClientTest, GoesForwardWithASequenceResetButNotBack) {
  log_on();
  venue_.say("35=4|34=90|36=10|");
  venue_.say("35=8|34=10|58=ten|");
  venue_.say("35=4|34=11|36=5|");
  venue_.say("35=8|34=11|58=eleven|");
  EXPECT_THAT(given(), ElementsAre("10 ten", "11 eleven"));
}

TEST_F(FixClientTest, AnswersATestRequest) {
  log_on();
  venue_.say("35=1|34=2|112=are you there|");
  EXPECT_THAT(given(), IsEmpty());
  EXPECT_EQ(venue_.hear(), "35=0|34=2|112=are you there|");
}

TEST_F(FixClientTest, SendsOrdersAgainAndFillsOverTheRest) {
  log_on();
  EXPECT_EQ(*client_->send("D", fix_text("11=a|")), 2U);
  venue_.say("35=1|34=2|112=x|");
  EXPECT_THAT(given(), IsEmpty());
  EXPECT_EQ(*client_->send("D", fix_text("11=b|")), 4U);
  EXPECT_EQ(*client_->send("F", fix_text("11=c|")), 5U);
  venue_.say("35=1|34=3|112=y|");
  EXPECT_THAT(given(), IsEmpty());
  for (int i = 0; i < 5; ++i) venue_.hear();
  const std::string first_sent = "35=D|34=2|43=Y|11=a|";
  venue_.say("35=2|34=4|7=1|16=0|");
  EXPECT_THAT(given(), IsEmpty());
  EXPECT_EQ(venue_.hear(), "35=4|34=1|43=Y|36=2|123=Y|");
  EXPECT_EQ(venue_.hear(), first_sent);
  Fields resent;
  ASSERT_TRUE(resent.parse(venue_.last_heard()));
  EXPECT_TRUE(resent.find(122).has_value());
  EXPECT_EQ(venue_.hear(), "35=4|34=3|43=Y|36=4|123=Y|");
  EXPECT_EQ(venue_.hear(), "35=D|34=4|43=Y|11=b|");
  EXPECT_EQ(venue_.hear(), "35=F|34=5|43=Y|11=c|");
  EXPECT_EQ(venue_.hear(), "35=4|34=6|43=Y|36=7|123=Y|");
  venue_.say("35=2|34=5|7=4|16=4|");
  venue_.say("35=2|34=6|7=6|16=900|");
  EXPECT_THAT(given(), IsEmpty());
  EXPECT_EQ(venue_.hear(), "35=D|34=4|43=Y|11=b|");
  EXPECT_EQ(venue_.hear(), "35=4|34=6|43=Y|36=7|123=Y|");
}

TEST_F(FixClientTest, KeepsNoPasswordToSendItAgain) {
  log_on();
  EXPECT_EQ(*client_->send("BE", fix_text("554=secret|925=open sesame|")), 2U);
  EXPECT_EQ(*client_->send("D", fix_text("11=a|")), 3U);
  for (int i = 0; i < 2; ++i) venue_.hear();
  venue_.say("35=2|34=2|7=2|16=0|");
  EXPECT_THAT(given(), IsEmpty());
  EXPECT_EQ(venue_.hear(), "35=4|34=2|43=Y|36=3|123=Y|");
  EXPECT_EQ(venue_.hear(), "35=D|34=3|43=Y|11=a|");
}

TEST_F(FixClientTest, AnswersAResendRequestBehindAGapAtOnceAndOnce) {
  log_on();
  EXPECT_EQ(*client_->send("D", fix_text("11=a|")), 2U);
  venue_.say("35=2|34=3|7=2|16=0|");
  EXPECT_THAT(given(), IsEmpty());
  EXPECT_EQ(venue_.hear(), "35=D|34=2|11=a|");
  EXPECT_EQ(venue_.hear(), "35=D|34=2|43=Y|11=a|");
  EXPECT_EQ(venue_.hear(), "35=2|34=3|7=2|16=0|");
  venue_.say("35=8|34=2|43=Y|58=two|");
  venue_.say("35=1|34=4|112=x|");
  EXPECT_THAT(given(), ElementsAre("2 two"));
  EXPECT_EQ(venue_.hear(), "35=0|34=4|112=x|");
}

TEST_F(FixClientTest, PassesOverGarbledMessages) {
  log_on();
  std::string garbled = whole("FIX.4.4", "35=8|34=2|58=garbled|");
  garbled[garbled.size() - 2] ^= 1;
  venue_.say_raw(garbled);
  venue_.say_raw(whole("FIX.4.4", "35=8|34=2|no field|"));
  venue_.say("35=8|34=2|58=two|");
  EXPECT_THAT(given(), ElementsAre("2 two"));
}

TEST_F(FixClientTest, SendsHeartbeatsAndEndsASilentSession) {
  log_on({.heart_bt_seconds = 1});
  const auto ended = client_->receive(kLong);
  EXPECT_EQ(ended.status(), absl::AbortedError("the venue is silent"));
  std::vector<std::string> heard;
  while (heard.empty() || heard.back() != "closed") heard.push_back(venue_.hear());
  ASSERT_GE(heard.size(), 4U);
  EXPECT_EQ(heard[0], "35=0|34=2|");
  EXPECT_EQ(heard[1], "35=1|34=3|112=ALIVE|");
  EXPECT_THAT(heard[heard.size() - 2], testing::HasSubstr("58=the venue is silent|"));
}

TEST_F(FixClientTest, LogsOutAndKeepsWhatCameBefore) {
  log_on();
  venue_.say("35=8|34=2|58=two|");
  venue_.say("35=5|34=3|");
  EXPECT_EQ(client_->logout(), absl::OkStatus());
  EXPECT_EQ(venue_.hear(), "35=5|34=2|");
  EXPECT_EQ(venue_.hear(), "closed");
  EXPECT_THAT(given(), ElementsAre("2 two", "3 ", "not connected"));
}

TEST_F(FixClientTest, AnswersTheVenuesLogoutAndGivesItsReason) {
  log_on();
  venue_.say("35=5|34=2|58=day is over|");
  const auto reason = client_->receive(kLong);
  ASSERT_TRUE(reason.ok() && reason->has_value());
  EXPECT_EQ((*reason)->value(58), "day is over");
  EXPECT_FALSE(client_->is_logged_on());
  EXPECT_EQ(venue_.hear(), "35=5|34=2|");
}

TEST_F(FixClientTest, WaitsForTheMessageWantedAndKeepsTheOthers) {
  log_on();
  venue_.say("35=8|34=2|58=two|");
  venue_.say("35=9|34=3|58=three|");
  venue_.say("35=8|34=4|58=four|");
  const auto reject = client_->wait_for([](const Message& m) { return m.type() == "9"; }, kLong);
  ASSERT_TRUE(reject.ok() && reject->has_value());
  EXPECT_EQ((*reject)->value(58), "three");
  const auto none = client_->wait_for([](const Message& m) { return m.type() == "j"; }, kSoon);
  EXPECT_TRUE(none.ok() && !none->has_value());
  EXPECT_THAT(given(), ElementsAre("2 two", "4 four"));
}

TEST_F(FixClientTest, LetsATestBreakTheRules) {
  connect();
  const std::string bytes = whole("FIX.4.4", "35=A|34=0|");
  EXPECT_TRUE(client_->send_raw(bytes).ok());
  venue_.hear();
  EXPECT_EQ(venue_.last_heard(), bytes);
  venue_.say("35=1|34=77|112=x|");
  const auto raw = client_->receive_raw(kLong);
  ASSERT_TRUE(raw.ok() && raw->has_value());
  EXPECT_THAT(readable(**raw), testing::HasSubstr("|35=1|34=77|112=x|"));
  EXPECT_EQ(client_->next_target(), 1U);
  client_->close_abruptly();
  EXPECT_EQ(venue_.hear(), "reset");
}

TEST_F(FixClientTest, TellsItsNumbersBeforeAMessageGoesOut) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> told;
  const auto note = [&told](std::uint32_t sender, std::uint32_t target) {
    told.emplace_back(sender, target);
  };
  log_on({.on_numbers = note});
  venue_.say("35=8|34=2|");
  EXPECT_THAT(given(), ElementsAre("2 "));
  EXPECT_TRUE(client_->send("D", "").ok());
  EXPECT_THAT(told,
              ElementsAre(std::pair(2, 1), std::pair(2, 2), std::pair(2, 3), std::pair(3, 3)));
}

// --- Numbers in a file
// -----------------------------------------------------------------------------

std::string fresh_directory(const std::string& name) {
  // Tests may run at the same time.
  const std::string path =
      testing::TempDir() + "hourglass_" + name + "_" + std::to_string(::getpid());
  std::filesystem::remove_all(path);
  return path;
}

TEST(NumberFile, BeginsWithOnesAndKeepsWhatIsWritten) {
  const std::string path = fresh_directory("number_file") + "/deep/TRADER1";
  {
    NumberFile file;
    ASSERT_EQ(file.open(path), absl::OkStatus());
    EXPECT_EQ(std::pair(file.next_sender(), file.next_target()), std::pair(1U, 1U));
    EXPECT_EQ(file.write(4294967295U, 12), absl::OkStatus());
    NumberFile other;
    EXPECT_TRUE(absl::IsUnavailable(other.open(path)));
  }
  NumberFile file;
  ASSERT_EQ(file.open(path), absl::OkStatus());
  EXPECT_EQ(std::pair(file.next_sender(), file.next_target()), std::pair(4294967295U, 12U));
}

TEST(NumberFile, RefusesAFileThatIsNone) {
  const std::string folder = fresh_directory("number_file");
  std::filesystem::create_directories(folder);
  const std::string path = folder + "/TRADER1";
  for (const std::string_view text :
       {"x", "0000000001 0000000001", "0000000001 0000000000\n", "000000000a 0000000001\n",
        "0000000001 0000000001\n\n", "9999999999 0000000001\n"}) {
    std::ofstream(path, std::ios::trunc) << text;
    NumberFile file;
    EXPECT_TRUE(absl::IsDataLoss(file.open(path))) << text;
  }
}

}  // namespace
}  // namespace hourglass::gateway::fix

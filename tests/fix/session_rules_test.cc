// Numbers, repeats, logons and clocks that break the session's rules, at the real door.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "gateway/fix/door/door_session.h"
#include "gtest/gtest.h"
#include "tests/fix/memory_counted.h"
#include "tests/fix/running_fix.h"

namespace hourglass::gateway::fix {
namespace {

constexpr char kLoggedOn[] = "35=A|34=1|98=0|108=60|";

class SessionRules : public testing::Test {
 protected:
  void log_on() { EXPECT_EQ(peer_.log_on(password_), kLoggedOn); }

  RunningFix venue_;
  std::string password_ = venue_.password();
  Peer peer_{venue_};
};

std::string sent_again(std::int64_t seconds_ago = 0) {
  return "43=Y|122=" + time_text(-seconds_ago) + "|";
}

TEST_F(SessionRules, ANumberTooLowEndsTheSession) {
  log_on();
  EXPECT_EQ(peer_.order("A1"), accepted("A1"));
  peer_.next = 2;
  peer_.say("D", order_body("A2"));
  EXPECT_EQ(peer_.hear(), "35=5|34=3|58=MsgSeqNum too low, expecting 3 but received 2|");
  EXPECT_EQ(peer_.hear(), "closed");
}

TEST_F(SessionRules, ALogonWithANumberTooLowIsRefused) {
  log_on();
  EXPECT_EQ(peer_.order("A1"), accepted("A1"));
  peer_.close_abruptly();  // 34=3 reports the order's cancel
  Peer peer(venue_);
  EXPECT_EQ(peer.log_on(password_), "35=5|34=4|58=MsgSeqNum too low, expecting 3 but received 1|");
  EXPECT_EQ(peer.hear(), "closed");
}

TEST_F(SessionRules, WhatCameAheadOfAGapIsTakenInItsTurn) {
  log_on();
  peer_.next = 4;
  peer_.say("D", order_body("A4"));
  EXPECT_EQ(peer_.hear(), "35=2|34=2|7=2|16=0|");
  peer_.say("D", order_body("A5"));
  peer_.next = 2;
  peer_.say("D", order_body("A2"), sent_again());
  EXPECT_EQ(only(peer_.hear(), {35, 11, 39, 150}), accepted("A2"));
  peer_.say("4", "123=Y|36=4|", sent_again());
  EXPECT_EQ(only(peer_.hear(), {35, 11, 39, 150}), accepted("A4"));
  EXPECT_EQ(only(peer_.hear(), {35, 11, 39, 150}), accepted("A5"));
  peer_.next = 6;
  EXPECT_EQ(peer_.order("A6"), accepted("A6"));
}

TEST_F(SessionRules, MoreAheadOfAGapThanIsKeptIsCarriedOutOnceAllTheSame) {
  constexpr std::uint32_t kKept = 2 + kMaxAheadOfGap;  // behind the gap, which is message 2
  constexpr std::uint32_t kLast = 5'001;
  const std::string password = venue_.add_member("FAST", "12", {"--orders-per-second", "100000"});
  ASSERT_NE(venue_.reload().find("read again"), std::string::npos);
  Peer peer(venue_, {.sender = "FAST"});
  ASSERT_EQ(peer.log_on(password), kLoggedOn);
  const auto orders = [&](std::uint32_t first, std::uint32_t last, std::string_view more) {
    std::string text;
    for (peer.next = first; peer.next <= last;) {
      text += peer.message("D", order_body("A" + std::to_string(peer.next)), more);
    }
    ASSERT_TRUE(peer.send(text));
  };
  const auto expect_accepted = [&](std::uint32_t first, std::uint32_t last) {
    for (std::uint32_t number = first; number <= last; ++number) {
      ASSERT_EQ(only(peer.hear(), {35, 11, 39, 150}), accepted("A" + std::to_string(number)));
    }
  };
  orders(3, kLast, "");
  EXPECT_EQ(peer.hear(), "35=2|34=2|7=2|16=0|");
  orders(2, 2, sent_again());
  expect_accepted(2, kKept);
  // What was not kept is asked for as soon as it is missed.
  orders(kLast + 1, kLast + 1, "");
  EXPECT_EQ(only(peer.hear(), {35, 7, 16}), "35=2|7=" + std::to_string(kKept + 1) + "|16=0|");
  orders(2, kLast + 1, sent_again());
  expect_accepted(kKept + 1, kLast + 1);
  peer.say("q", "11=MASS|60=" + time_text() + "|530=7|");
  EXPECT_EQ(only(peer.hear_through("35=r"), {35, 11, 531, 533}), "35=r|11=MASS|531=7|533=5001|");
}

TEST_F(SessionRules, LongMessagesAheadOfAGapAreKeptUpToAMegabyte) {
  constexpr std::uint32_t kLast = 30;
  log_on();
  const std::string padding = fmt::format("58={}|", std::string(60'000, 'x'));
  std::string ahead;
  std::size_t bytes = 0;
  std::uint32_t kept = 2;  // the last that is kept, or the gap's
  for (peer_.next = 3; peer_.next <= kLast;) {
    const std::uint32_t number = peer_.next;
    const std::string text = peer_.message("D", order_body(fmt::format("A{}", number)) + padding);
    bytes += text.size();
    if (bytes <= kMaxAheadOfGapBytes) kept = number;
    ahead += text;
  }
  ASSERT_LT(kept, kLast);
  peer_.send(ahead);
  EXPECT_EQ(peer_.hear(), "35=2|34=2|7=2|16=0|");
  peer_.next = 2;
  peer_.say("D", order_body("A2"), sent_again());
  for (std::uint32_t number = 2; number <= kept; ++number) {
    EXPECT_EQ(only(peer_.hear(), {35, 11, 39, 150}), accepted(fmt::format("A{}", number)));
  }
  peer_.next = kept + 2;
  peer_.say("D", order_body("LATER"));
  EXPECT_EQ(only(peer_.hear(), {35, 7, 16}), fmt::format("35=2|7={}|16=0|", kept + 1));
  peer_.next = kept + 1;
  peer_.say("D", order_body("B1"), sent_again());
  EXPECT_EQ(only(peer_.hear(), {35, 11, 39, 150}), accepted("B1"));
  EXPECT_EQ(only(peer_.hear(), {35, 11, 39, 150}), accepted("LATER"));
}

// Whoever closes the gap by a number beyond what waits has taken it back.
TEST_F(SessionRules, WhatWaitsBehindAGapThatIsPassedOverIsForgotten) {
  constexpr std::uint32_t kRounds = 60;
  constexpr std::uint32_t kMessages = 15;
  log_on();
  const std::string padding = fmt::format("58={}|", std::string(60'000, 'x'));
  const std::uint64_t before = venue_.own_memory_bytes();
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    const std::uint32_t due = peer_.next;
    std::string ahead;
    for (++peer_.next; peer_.next <= due + kMessages;) {
      ahead += peer_.message("D", order_body(fmt::format("A{}", peer_.next)) + padding);
    }
    peer_.send(ahead);
    EXPECT_EQ(only(peer_.hear(), {35, 7, 16}), fmt::format("35=2|7={}|16=0|", due));
    peer_.next = due;
    peer_.say("4", fmt::format("36={}|", due + kMessages + 1));
    peer_.next = due + kMessages + 1;
    // What was asked for counts as sent once a number behind it comes in its turn.
    peer_.say("1", fmt::format("112=R{}|", round));
    EXPECT_EQ(peer_.hear(), fmt::format("35=0|34={}|112=R{}|", 2 * round + 3, round));
  }
  EXPECT_EQ(peer_.order("LAST"), accepted("LAST"));
  if (kMemoryIsCounted) {  // of 54 MB
    EXPECT_LT(venue_.own_memory_bytes(), before + (std::uint64_t{16} << 20));
  }
}

TEST_F(SessionRules, ARefusedMessageInAGapLetsWhatWaitsBehindItGoOn) {
  log_on();
  peer_.next = 3;
  peer_.say("D", order_body("A3"));
  EXPECT_EQ(peer_.hear(), "35=2|34=2|7=2|16=0|");
  peer_.next = 2;
  peer_.say("0", "", "43=Y|");
  EXPECT_EQ(only(peer_.hear(), {35, 45, 371, 373}), "35=3|45=2|371=122|373=1|");
  EXPECT_EQ(only(peer_.hear(), {35, 11, 39, 150}), accepted("A3"));
}

TEST_F(SessionRules, AnOrderSentAgainIsNotCarriedOutAgain) {
  log_on();
  EXPECT_EQ(peer_.order("A1"), accepted("A1"));
  peer_.next = 2;
  peer_.say("D", order_body("A1"), sent_again());
  EXPECT_EQ(peer_.order("A2"), accepted("A2"));
  peer_.say("AF", "584=M|585=7|");
  EXPECT_EQ(only(peer_.hear(), {11, 39, 911, 912}), "11=A1|39=0|911=2|912=N|");
  EXPECT_EQ(only(peer_.hear(), {11, 39, 911, 912}), "11=A2|39=0|911=2|912=Y|");
}

TEST_F(SessionRules, ARepeatWithoutAGoodOriginalTimeIsRefused) {
  log_on();
  EXPECT_EQ(peer_.order("A1"), accepted("A1"));
  peer_.next = 2;
  peer_.say("D", order_body("A1"), "43=Y|");
  EXPECT_EQ(only(peer_.hear(), {35, 45, 371, 372, 373}), "35=3|45=2|371=122|372=D|373=1|");
  EXPECT_EQ(peer_.order("A2"), accepted("A2"));
  peer_.next = 2;
  peer_.say("D", order_body("A1"), sent_again(-60));
  EXPECT_EQ(only(peer_.hear(), {35, 45, 372, 373}), "35=3|45=2|372=D|373=10|");
  EXPECT_EQ(only(peer_.hear(), {35}), "35=5|");
}

// Source: FIX session protocol, acceptance test cases 2f and 2t.
TEST_F(SessionRules, ARepeatUnderTheNextNumberIsHeldToItsOriginalTimeToo) {
  log_on();
  const std::string question = "11=A1|54=1|55=H100.D1|";
  for (const auto& [type, body] : {std::pair("D", order_body("A1")), std::pair("H", question),
                                   std::pair("1", std::string("112=there|"))}) {
    const std::uint32_t number = peer_.next;
    peer_.say(type, body, "43=Y|");
    EXPECT_EQ(peer_.hear(), fmt::format("35=3|34={}|45={}|58=Required tag missing|371=122|372={}|"
                                        "373=1|",
                                        number, number, type));
  }
  EXPECT_EQ(peer_.order("A1", sent_again(2)), accepted("A1"));
  peer_.say("1", "112=there|", sent_again(2));
  EXPECT_EQ(only(peer_.hear(), {35, 112}), "35=0|112=there|");
  // A gap fill says nothing that has a time of its own.
  peer_.say("4", "123=Y|36=8|", "43=Y|");
  peer_.next = 8;
  EXPECT_EQ(peer_.order("A2"), accepted("A2"));
}

TEST_F(SessionRules, ARepeatThatWaitedForAGapIsHeldToItsOriginalTimeToo) {
  log_on();
  peer_.next = 3;
  peer_.say("D", order_body("A3"), "43=Y|");
  EXPECT_EQ(peer_.hear(), "35=2|34=2|7=2|16=0|");
  peer_.next = 2;
  peer_.say("D", order_body("A2"), sent_again());
  // The answer of the door comes at once, the market's when it is on disk.
  std::vector<std::string> heard{only(peer_.hear(), {35, 45, 371, 372, 373, 11, 39, 150}),
                                 only(peer_.hear(), {35, 45, 371, 372, 373, 11, 39, 150})};
  std::sort(heard.begin(), heard.end());
  EXPECT_EQ(heard[0], "35=3|45=3|371=122|372=D|373=1|");
  EXPECT_EQ(heard[1], accepted("A2"));
  peer_.next = 4;
  EXPECT_EQ(peer_.order("A4"), accepted("A4"));
}

TEST_F(SessionRules, ARepeatUnderTheNextNumberFirstSentLaterThanSentEndsTheSession) {
  for (const std::string type : {"D", "1"}) {
    Peer peer(venue_);
    ASSERT_EQ(peer.log_on(password_, "141=Y|"), "35=A|34=1|98=0|108=60|141=Y|");
    peer.say(type, type == "D" ? order_body("A1") : "112=there|", sent_again(-60));
    EXPECT_EQ(peer.hear(), fmt::format("35=3|34=2|45=2|58=SendingTime accuracy problem|372={}|"
                                       "373=10|",
                                       type));
    EXPECT_EQ(peer.hear(), "35=5|34=3|58=OrigSendingTime (122) is after SendingTime (52)|");
    peer.say("5", "");
    EXPECT_EQ(peer.hear(), "closed");
  }
}

TEST_F(SessionRules, AnOldOrderNeverSeenIsStaleAndAYoungOneIsTaken) {
  log_on();
  peer_.say("D", order_body("A1"), sent_again(11));
  EXPECT_EQ(only(peer_.hear(), {35, 11, 37, 39, 103, 150, 25001}),
            "35=8|11=A1|37=NONE|39=8|103=8|150=8|25001=1003|");
  EXPECT_EQ(peer_.order("A2", sent_again(2)), accepted("A2"));
  peer_.say("G", "41=A2|" + order_body("A3"), sent_again(11));
  EXPECT_EQ(only(peer_.hear(), {35, 11, 41, 39, 434, 102, 25001}),
            "35=9|11=A3|41=A2|39=0|434=2|102=99|25001=1003|");
  peer_.say("F", "11=A4|41=A2|54=1|55=H100.D1|60=" + time_text() + "|", sent_again(11));
  EXPECT_EQ(only(peer_.hear(), {35, 11, 41, 39, 150}), "35=8|11=A4|41=A2|39=4|150=4|");
}

TEST_F(SessionRules, AnOrderPossiblyResentIsAnsweredByHowItStands) {
  log_on();
  EXPECT_EQ(peer_.order("A1"), accepted("A1"));
  EXPECT_EQ(peer_.order("A1", "97=Y|"), "35=8|11=A1|39=0|150=I|");
  EXPECT_EQ(peer_.order("A2", "97=Y|"), accepted("A2"));
  peer_.say("D", order_body("A1"));
  EXPECT_EQ(only(peer_.hear(), {35, 11, 37, 39, 103, 150, 25001}),
            "35=8|11=A1|37=NONE|39=8|103=6|150=8|25001=1000|");
}

TEST_F(SessionRules, ASequenceResetMovesForwardOnly) {
  log_on();
  peer_.say("4", "36=10|");
  peer_.next = 10;
  EXPECT_EQ(peer_.order("A1"), accepted("A1"));
  peer_.say("4", "36=5|");
  EXPECT_EQ(only(peer_.hear(), {35, 45, 372, 373}), "35=3|45=11|372=4|373=5|");
  peer_.next = 11;
  EXPECT_EQ(peer_.order("A2"), accepted("A2"));
}

TEST_F(SessionRules, ASecondLogonOfALoggedOnMemberIsRefused) {
  log_on();
  for (const char* more : {"", "141=Y|"}) {
    Peer second(venue_);
    EXPECT_EQ(second.log_on(password_, more), "35=5|34=1|58=already logged on|");
    EXPECT_EQ(second.hear(), "closed");
  }
  EXPECT_EQ(peer_.order("A1"), accepted("A1"));
}

TEST_F(SessionRules, AClockThatIsWrongEndsTheSession) {
  for (const std::int64_t error : {-600, 600}) {
    Peer peer(venue_);
    EXPECT_EQ(peer.log_on(password_, "141=Y|"), "35=A|34=1|98=0|108=60|141=Y|");
    peer.header.clock_error_seconds = error;
    peer.say("D", order_body("A1"));
    EXPECT_EQ(only(peer.hear(), {35, 45, 372, 373}), "35=3|45=2|372=D|373=10|");
    EXPECT_EQ(only(peer.hear(), {35, 34}), "35=5|34=3|");
    peer.header.clock_error_seconds = 0;
    peer.say("5", "");
    EXPECT_EQ(peer.hear(), "closed");
  }
}

TEST_F(SessionRules, AnotherMembersNameInASessionEndsIt) {
  log_on();
  peer_.header.sender = "TRADER2";
  peer_.say("D", order_body("A1"));
  EXPECT_EQ(only(peer_.hear(), {35, 45, 372, 373}), "35=3|45=2|372=D|373=9|");
  EXPECT_EQ(only(peer_.hear(), {35, 34}), "35=5|34=3|");
}

TEST_F(SessionRules, AHeartbeatIntervalOutOfRangeIsRefusedWithText) {
  for (const char* interval : {"0", "4", "61", "-5", "x", "99999999999999999999"}) {
    Peer peer(venue_);
    peer.say("A", "98=0|108=" + std::string(interval) + "|554=" + password_ + "|");
    EXPECT_EQ(peer.hear(), "35=5|34=1|58=HeartBtInt (108) must be from 5 to 60 seconds|");
    EXPECT_EQ(peer.hear(), "closed");
  }
  for (const char* interval : {"5", "60"}) {
    Peer peer(venue_);
    peer.say("A", "98=0|108=" + std::string(interval) + "|141=Y|554=" + password_ + "|");
    EXPECT_EQ(peer.hear(), "35=A|34=1|98=0|108=" + std::string(interval) + "|141=Y|");
    peer.say("5", "");
    EXPECT_EQ(peer.hear(), "35=5|34=2|");
  }
}

}  // namespace
}  // namespace hourglass::gateway::fix

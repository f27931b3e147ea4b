// A venue whose output nobody reads, and the operator's door beside members' trading.
#include <signal.h>

#include <chrono>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fix/running_fix.h"

namespace hourglass::gateway::fix {
namespace {

// Ample; were it not, the test would see less and still pass.
constexpr std::chrono::milliseconds kPipeIsFullIn{500};
constexpr char kLoggedOn[] = "35=A|34=1|98=0|108=60|";

// More answers than the pipe and the program's own queue hold.
TEST(UnreadOutput, HoldsUpNoMemberAndNoEnd) {
  RunningFix venue;
  Peer peer(venue);
  ASSERT_EQ(peer.log_on(venue.password()), kLoggedOn);
  for (int i = 0; i < 400; ++i) ASSERT_TRUE(venue.program().say("list"));
  std::this_thread::sleep_for(kPipeIsFullIn);
  EXPECT_EQ(peer.order("A1"), accepted("A1"));
  peer.say("1", "112=still here|");
  EXPECT_EQ(peer.hear_through("35=0"), "35=0|34=3|112=still here|");
  venue.program().signal(SIGTERM);
  EXPECT_THAT(peer.hear_through("35=5"), testing::HasSubstr("58=the venue closes"));
  peer.say("5", "");
  EXPECT_EQ(peer.hear_through("closed"), "closed");
  EXPECT_EQ(venue.program().wait(), 0);
}

// Each line's answer is read whole, however many lines wait for it.
TEST(UnreadOutput, IsWholeWhenItIsRead) {
  RunningFix venue;
  for (int i = 0; i < 400; ++i) ASSERT_TRUE(venue.program().say("list"));
  Peer peer(venue);
  ASSERT_EQ(peer.log_on(venue.password()), kLoggedOn);
  for (int i = 0; i < 400; ++i) {
    const auto lines = venue.program().hear_through("GPUX");
    ASSERT_THAT(lines, testing::Contains(testing::StartsWith("H100.D1 "))) << "answer " << i;
    ASSERT_THAT(lines, testing::Not(testing::Contains(testing::HasSubstr("left out"))));
  }
}

TEST(TextDoorBesideMembers, TellsOnlyWhatIsItsOwn) {
  RunningFix venue;
  Peer peer(venue);
  ASSERT_EQ(peer.log_on(venue.password()), kLoggedOn);
  const auto say = [&](const std::string& line) {
    venue.program().say(line);
    std::string heard;
    for (const std::string& text : venue.program().hear_through("durable through")) {
      if (!text.starts_with("durable")) heard += text;
    }
    return heard;
  };
  say("deposit 1000");
  EXPECT_EQ(peer.order("A1"), accepted("A1"));
  EXPECT_EQ(say("deposit 1"), "funds of account 1: 1001.00 USD\n");
  EXPECT_THAT(say("sell 1 H200.D1 @ 2 as 7"), testing::StartsWith("accepted 7 order "));
  // A member trades with it, and nothing else is told with the next answer.
  peer.say("D", "11=A2|38=1|40=2|44=2|54=1|55=H200.D1|59=0|60=" + time_text() + "|");
  EXPECT_THAT(peer.hear_through("35=8"), testing::HasSubstr("11=A2"));
  EXPECT_THAT(peer.hear_through("35=8"), testing::HasSubstr("150=F"));
  EXPECT_THAT(say("deposit 1"), testing::MatchesRegex("trade [0-9]+: 1 @ 2.00, order [0-9]+ leaves "
                                                      "0, order [0-9]+ leaves 0\n"
                                                      "funds of account 1: 1002.00 USD\n"));
}

}  // namespace
}  // namespace hourglass::gateway::fix

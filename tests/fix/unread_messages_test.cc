// A member that does not read: it is cut off with a Logout, and misses nothing.
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include "engine/sequencer/clock.h"
#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/fix/door_bench.h"
#include "tests/fix/running_fix.h"

namespace hourglass::gateway::fix {
namespace {

using test::DoorBench;
using test::kBenchPassword;

constexpr char kLoggedOn[] = "35=A|34=1|98=0|108=60|";
// Their answers are more than the systems between and the door's own bound hold.
constexpr std::uint32_t kQuestions = 400;
constexpr std::size_t kQuestionBytes = 60'000;

void ask_without_reading(Peer& peer) {
  const std::string body = fmt::format("112={}|", std::string(kQuestionBytes, 'x'));
  for (std::uint32_t i = 0; i < kQuestions; ++i) {
    if (!peer.say("1", body)) return;
  }
}

// An order that its connection's end leaves in the book.
std::string rest(Peer& peer) {
  peer.say("D", fmt::format("18=n|{}", order_body("A1")));
  return only(peer.hear(), {35, 11, 39, 150});
}

class UnreadMessages : public testing::Test {
 protected:
  // Its order of the day trades when it is cut off already; `slow` has logged on as TRADER1.
  void cut_off_and_come_back(Peer& slow) {
    Peer other(venue_, {.sender = "TRADER2"});
    ASSERT_EQ(other.log_on(venue_.password("TRADER2")), kLoggedOn);
    ASSERT_EQ(rest(slow), accepted("A1"));
    ask_without_reading(slow);
    other.say("D", "11=B1|38=1|40=2|44=1|54=2|55=H100.D1|59=3|60=" + time_text() + "|");
    EXPECT_EQ(only(other.hear_through("35=8|34=3"), {35, 34, 11, 150}), "35=8|34=3|11=B1|150=F|");
    std::uint32_t heard = 0;
    std::string last = slow.hear();
    for (; last.starts_with(fmt::format("35=0|34={}|112=xxx", 3 + heard)); last = slow.hear()) {
      ++heard;
    }
    EXPECT_GT(heard, 0U);
    EXPECT_LT(heard, kQuestions);
    // One answer was recorded and found no room.
    EXPECT_EQ(last, fmt::format("35=5|34={}|58=messages are not read|", heard + 4));
    EXPECT_EQ(slow.hear(), "closed");
    Peer again(venue_);
    again.next = heard + 4;
    EXPECT_EQ(again.log_on(venue_.password()), fmt::format("35=A|34={}|98=0|108=60|", heard + 6));
    again.say("2", fmt::format("7={}|16=0|", heard + 3));
    EXPECT_EQ(again.hear(), fmt::format("35=4|34={}|43=Y|36={}|123=Y|", heard + 3, heard + 5));
    EXPECT_EQ(only(again.hear(), {35, 34, 43, 11, 150}),
              fmt::format("35=8|34={}|43=Y|11=A1|150=F|", heard + 5));
    EXPECT_EQ(again.hear(), fmt::format("35=4|34={}|43=Y|36={}|123=Y|", heard + 6, heard + 7));
    other.say("1", "112=as ever|");
    EXPECT_EQ(only(other.hear(), {35, 112}), "35=0|112=as ever|");
  }

  RunningFix venue_;
};

TEST_F(UnreadMessages, EndTheConnectionWithALogoutAndComeByResend) {
  Peer slow(venue_);
  ASSERT_EQ(slow.log_on(venue_.password()), kLoggedOn);
  cut_off_and_come_back(slow);
}

TEST_F(UnreadMessages, EndATlsConnectionWithALogoutAndComeByResend) {
  Peer slow(venue_, {}, venue_.tls_files());
  ASSERT_EQ(slow.log_on(venue_.password()), kLoggedOn);
  cut_off_and_come_back(slow);
}

TEST(UnreadMessagesAndTheClock, AreNotWaitedForWhereNobodyEverReadsThem) {
  std::uint64_t clock_ns = engine::SystemClock{}.now().value();
  DoorBench bench(clock_ns);
  Peer slow(bench.port(), {.sender = "DESK1"});
  ASSERT_EQ(slow.log_on(kBenchPassword), kLoggedOn);
  ask_without_reading(slow);
  std::string answer = "35=5|34=1|58=already logged on|";
  for (std::uint32_t look = 0; look < 50 && answer == "35=5|34=1|58=already logged on|"; ++look) {
    clock_ns += 1'000'000'000;
    bench.set_clock(clock_ns);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    Peer again(bench.port(), {.sender = "DESK1"});
    answer = again.log_on(kBenchPassword, "141=Y|");
  }
  EXPECT_EQ(answer, "35=A|34=1|98=0|108=60|141=Y|");
}

}  // namespace
}  // namespace hourglass::gateway::fix

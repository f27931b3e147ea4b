// What time and a failing disk do to sessions: the week's end, and a file that takes nothing more.
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include "engine/sequencer/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fix/door_bench.h"
#include "tests/fix/running_fix.h"

namespace hourglass::gateway::fix {
namespace {

using test::DoorBench;
using test::kBenchPassword;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr char kLoggedOn[] = "35=A|34=1|98=0|108=60|";

std::uint64_t now_ns() {
  return engine::SystemClock{}.now().value();
}

// A clock that goes by hand, and peers whose clocks agree with it.
class DoorTime : public testing::Test {
 protected:
  // Half a minute before the week's end.
  static std::uint64_t late_on_friday() { return week_begin(now_ns()) + kWeekNs - 30 * kSecondNs; }
  void set_clock(std::uint64_t clock_ns) {
    clock_ns_ = clock_ns;
    bench_.set_clock(clock_ns);
  }
  // Of a peer whose clock agrees with the door's.
  [[nodiscard]] PeerHeader header(const std::string& name = "DESK1") const {
    const auto ahead = static_cast<std::int64_t>(clock_ns_) - static_cast<std::int64_t>(now_ns());
    return {.sender = name, .clock_error_seconds = ahead / static_cast<std::int64_t>(kSecondNs)};
  }
  static std::string headline(const std::string& heard) { return only(heard, {35, 34, 43, 148}); }

  std::uint64_t clock_ns_ = late_on_friday();
  DoorBench bench_{clock_ns_};
};

TEST_F(DoorTime, AtTheWeeksEndEverybodyIsLoggedOutAndNumbersBeginAnew) {
  Peer peer(bench_.port(), header());
  ASSERT_EQ(peer.log_on(kBenchPassword), kLoggedOn);
  peer.say("D", order_body("A1"));
  EXPECT_EQ(headline(peer.hear()), "35=B|34=2|148=A1|");
  set_clock(clock_ns_ + 60 * kSecondNs);
  EXPECT_EQ(peer.hear(), "35=5|34=3|58=weekly reset of sequence numbers|");
  peer.say("5", "");
  EXPECT_EQ(peer.hear(), "closed");
  Peer again(bench_.port(), header());
  EXPECT_EQ(again.log_on(kBenchPassword), kLoggedOn);
  again.say("D", order_body("A2"));
  EXPECT_EQ(headline(again.hear()), "35=B|34=2|148=A2|");
  // What was sent before is not to be had any more.
  again.say("2", "7=1|16=0|");
  EXPECT_EQ(again.hear(), "35=4|34=1|43=Y|36=2|123=Y|");
  EXPECT_EQ(headline(again.hear()), "35=B|34=2|43=Y|148=A2|");
  // Once a week: a minute later nobody is logged out.
  set_clock(clock_ns_ + 60 * kSecondNs);
  EXPECT_EQ(again.hear(std::chrono::milliseconds(1'500)), "silence");
}

// QuickFIX waits two seconds behind whatever was sent last, and answers go on being sent.
TEST_F(DoorTime, WhoAnswersNoLogoutIsCutOffWhateverElseItSays) {
  Peer peer(bench_.port(), header());
  ASSERT_EQ(peer.log_on(kBenchPassword), kLoggedOn);
  set_clock(clock_ns_ + 60 * kSecondNs);
  EXPECT_EQ(peer.hear(), "35=5|34=2|58=weekly reset of sequence numbers|");
  for (int i = 0; i < 5; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    peer.header = header();
    peer.say("1", "112=still here|");
    EXPECT_EQ(only(peer.hear(), {35, 112}), "35=0|112=still here|");
  }
  set_clock(clock_ns_ + kLogoutWithinNs + kSecondNs);
  EXPECT_EQ(peer.hear(), "closed");
}

TEST_F(DoorTime, AWeeksEndWithRequestsUnderWayWaitsForTheirAnswers) {
  {
    Peer peer(bench_.port(), header());
    ASSERT_EQ(peer.log_on(kBenchPassword), kLoggedOn);
    peer.say("D", order_body("HOLD"));
    peer.say("D", order_body("A1"));
    EXPECT_EQ(headline(peer.hear()), "35=B|34=2|148=A1|");
    set_clock(clock_ns_ + 60 * kSecondNs);
    EXPECT_EQ(peer.hear(), "35=5|34=3|58=weekly reset of sequence numbers|");
    peer.say("5", "");
    EXPECT_EQ(peer.hear(), "closed");
  }
  // Another's numbers wait for nobody.
  Peer other(bench_.port(), header("DESK2"));
  EXPECT_EQ(other.log_on(kBenchPassword), kLoggedOn);
  Peer again(bench_.port(), header());
  again.say("A", fmt::format("98=0|108=60|554={}|", kBenchPassword));
  // The door looks at the week once more.
  set_clock(clock_ns_ + 2 * kSecondNs);
  EXPECT_EQ(again.hear(std::chrono::milliseconds(300)), "silence");
  bench_.answer_held();
  // The answer was the old week's.
  EXPECT_EQ(again.hear(), kLoggedOn);
  again.say("D", order_body("A2"));
  EXPECT_EQ(headline(again.hear()), "35=B|34=2|148=A2|");
}

TEST_F(DoorTime, ASessionThatRecordsNothingIsClosedUntilARestartAndOthersGoOn) {
  Peer other(bench_.port(), header("DESK2"));
  ASSERT_EQ(other.log_on(kBenchPassword), kLoggedOn);
  Peer peer(bench_.port(), header());
  ASSERT_EQ(peer.log_on(kBenchPassword), kLoggedOn);
  std::string packet = peer.message("D", order_body("A1"));
  packet += peer.message("D", order_body("BIG"));
  packet += peer.message("D", order_body("A2"));
  peer.send(packet);
  // What was recorded before may still be on its way when the line is cut.
  const std::string heard = headline(peer.hear());
  EXPECT_TRUE(heard == "35=B|34=2|148=A1|" || heard == "closed") << heard;
  EXPECT_EQ(peer.hear_through("closed"), "closed");
  other.say("D", order_body("B1"));
  EXPECT_EQ(headline(other.hear()), "35=B|34=2|148=B1|");
  Peer refused(bench_.port(), header("DESK1"));
  refused.next = 3;
  EXPECT_EQ(refused.log_on(kBenchPassword),
            "35=5|34=1|58=the venue cannot record this session's messages; call its operator|");
  EXPECT_EQ(refused.hear(), "closed");
  EXPECT_THAT(bench_.alarms(), ElementsAre(HasSubstr("the FIX session of DESK1 records nothing")));
  other.say("D", order_body("B2"));
  EXPECT_EQ(headline(other.hear()), "35=B|34=3|148=B2|");
  bench_.restart();
  // Its next number is that behind what was recorded. The request whose answer was not is asked
  // for.
  Peer again(bench_.port(), header("DESK1"));
  again.next = 4;
  EXPECT_EQ(only(again.log_on(kBenchPassword, "789=2|"), {35, 34}), "35=A|34=3|");
  EXPECT_EQ(only(again.hear(), {35, 7, 16}), "35=2|7=3|16=0|");
  EXPECT_EQ(headline(again.hear()), "35=B|34=2|43=Y|148=A1|");
}

}  // namespace
}  // namespace hourglass::gateway::fix

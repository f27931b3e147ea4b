// Orders of who logged out stay over a kill of the venue, and of who was cut off by it do not.
#include <string>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/fix/running_fix.h"

namespace hourglass::gateway::fix {
namespace {

class LoggedOut : public testing::Test {
 protected:
  void log_on(Peer& peer, std::uint32_t next) {
    peer.next = next;
    EXPECT_EQ(only(peer.log_on(password_), {35}), "35=A|");
  }
  static void log_out(Peer& peer) {
    peer.say("5", "");
    EXPECT_EQ(only(peer.hear(), {35}), "35=5|");
    EXPECT_EQ(peer.hear(), "closed");
  }
  void kill() {
    venue_.program().kill();
    venue_.start();
  }
  // How the venue says the orders stand.
  static std::string working(Peer& peer) {
    peer.say("AF", "584=M|585=7|");
    std::string all;
    for (;;) {  // ends: with the last of them, or the connection
      const std::string heard = peer.hear();
      if (!heard.starts_with("35=8")) return all + heard;
      if (only(heard, {584}).empty()) continue;
      all += only(heard, {11, 39});
      if (only(heard, {912}) != "912=N|") return all;
    }
  }

  RunningFix venue_;
  std::string password_ = venue_.password();
};

TEST_F(LoggedOut, DayOrdersStayOverKillsAndOrderlyStarts) {
  {
    Peer peer(venue_);
    log_on(peer, 1);
    EXPECT_EQ(peer.order("D1"), accepted("D1"));
    log_out(peer);
  }
  kill();
  kill();
  EXPECT_EQ(venue_.stop(), 0);
  venue_.start();
  {
    Peer peer(venue_);
    log_on(peer, 4);
    EXPECT_EQ(working(peer), "11=D1|39=0|");
  }
}

TEST_F(LoggedOut, WhoLoggedOnSinceIsCutOffByAKill) {
  Peer peer(venue_);
  log_on(peer, 1);
  EXPECT_EQ(peer.order("D1"), accepted("D1"));
  log_out(peer);
  {
    Peer again(venue_);
    log_on(again, 4);
    EXPECT_EQ(working(again), "11=D1|39=0|");
    kill();
  }
  Peer back(venue_);
  log_on(back, 6);
  EXPECT_EQ(working(back), "39=8|");
}

}  // namespace
}  // namespace hourglass::gateway::fix

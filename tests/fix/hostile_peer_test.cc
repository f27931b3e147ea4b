// Strangers and members who keep no rule: nobody else notices.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/fix/transport/connection.h"
#include "gtest/gtest.h"
#include "tests/fix/memory_counted.h"
#include "tests/fix/running_fix.h"

namespace hourglass::gateway::fix {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kMiB = 1U << 20;
// Each byte in a packet of its own.
bool drip(Peer& peer, std::string_view bytes, std::chrono::microseconds pause) {
  for (const char byte : bytes) {
    if (!peer.send({&byte, 1})) return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

// Logs on, however many others want to.
std::string log_on_patiently(const RunningFix& venue, std::optional<Peer>& peer) {
  std::string answer;
  for (std::uint32_t attempt = 0; attempt < 100; ++attempt) {
    peer.emplace(venue);
    answer = peer->log_on(venue.password());
    if (answer != "35=5|34=1|58=too many logons at once, try again|") return answer;
    std::this_thread::sleep_for(milliseconds(100));
  }
  return answer;
}

// Descriptors for so many connections; false where the system forbids it.
bool allow_descriptors(rlim_t count) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max < count) return false;
  limit.rlim_cur = std::max(limit.rlim_cur, count);
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

TEST(HostilePeer, IsAnsweredWhenItsBytesComeOneAtATime) {
  RunningFix venue;
  Peer peer(venue);
  const auto pause = std::chrono::microseconds(300);
  ASSERT_TRUE(drip(peer, peer.message("A", "98=0|108=60|554=" + venue.password() + "|"), pause));
  EXPECT_EQ(peer.hear(), "35=A|34=1|98=0|108=60|");
  ASSERT_TRUE(drip(peer, peer.message("D", order_body("A1")), pause));
  EXPECT_EQ(only(peer.hear(), {35, 11, 39, 150}), accepted("A1"));
}

TEST(HostilePeer, StallsNobodyByDrippingALogon) {
  RunningFix venue;
  Peer trader(venue);
  ASSERT_EQ(trader.log_on(venue.password()), "35=A|34=1|98=0|108=60|");
  std::atomic<bool> enough = false;
  std::atomic<bool> is_over = false;
  std::thread stranger([&] {
    Peer peer(venue);
    std::string logon = peer.message("A", "98=0|108=60|58=" + std::string(2000, 'x') + "|");
    for (std::size_t i = 0; i < 1600 && !enough; ++i) {
      drip(peer, logon.substr(i, 1), milliseconds(5));
    }
    is_over = true;
  });
  for (std::uint32_t i = 0; i < 200; ++i) {
    const std::string id = "A" + std::to_string(i);
    EXPECT_EQ(trader.order(id), accepted(id));
  }
  EXPECT_FALSE(is_over);
  enough = true;
  stranger.join();
}

TEST(HostilePeer, IsToldNothingWhereItIsNoMember) {
  RunningFix venue;
  const std::string logon = "98=0|108=60|554=" + venue.password() + "|";
  struct Stranger {
    const char* what;
    const char* type;
    PeerHeader header;
  };
  const Stranger strangers[] = {
      {"an order first", "D", {}},
      {"a heartbeat first", "0", {}},
      {"a resend request first", "2", {}},
      {"a Logout first", "5", {}},
      {"unknown SenderCompID", "A", {.sender = "TRADER9"}},
      {"no SenderCompID", "A", {.sender = ""}},
      {"a path as SenderCompID", "A", {.sender = "../members"}},
      {"wrong TargetCompID", "A", {.target = "ELSEWHERE"}},
      {"wrong BeginString", "A", {.begin_string = "FIX.4.2"}},
      {"another session's BeginString", "A", {.begin_string = "FIXT.1.1"}},
  };
  for (const Stranger& stranger : strangers) {
    Peer peer(venue, stranger.header);
    peer.say(stranger.type, logon);
    EXPECT_EQ(peer.hear(), "closed") << stranger.what;
  }
  Peer trader(venue);
  EXPECT_EQ(trader.log_on(venue.password()), "35=A|34=1|98=0|108=60|");
}

TEST(HostilePeer, CannotMoveTheNumbersOfAMemberWhosePasswordItDoesNotKnow) {
  RunningFix venue;
  {
    Peer trader(venue);
    EXPECT_EQ(trader.log_on(venue.password()), "35=A|34=1|98=0|108=60|");
    EXPECT_EQ(trader.order("A1"), accepted("A1"));
    trader.say("5", "");
    EXPECT_EQ(trader.hear(), "35=5|34=3|");
  }
  // Four: a fifth would keep the member itself out for a while.
  const std::pair<std::uint32_t, const char*> guesses[] = {
      {4, ""}, {1, "141=Y|"}, {4, "141=Y|"}, {1, "789=1|"}};
  for (const auto& [number, more] : guesses) {
    Peer stranger(venue);
    stranger.next = number;
    EXPECT_EQ(stranger.log_on("guessed", more), "35=5|34=1|58=wrong user name or password|");
    EXPECT_EQ(stranger.hear(), "closed");
  }
  Peer trader(venue);
  trader.next = 4;
  EXPECT_EQ(trader.log_on(venue.password()), "35=A|34=4|98=0|108=60|");
  EXPECT_EQ(trader.order("A2"), accepted("A2"));
}

TEST(HostilePeer, KeepsNobodyOutByManyWrongLogons) {
  RunningFix venue;
  std::deque<Peer> strangers;
  for (std::uint32_t i = 0; i < 300; ++i) {
    strangers.emplace_back(venue, PeerHeader{.sender = "TRADER2"});
    strangers.back().say("A", "98=0|108=60|554=guessed|141=Y|");
  }
  std::optional<Peer> trader;
  EXPECT_EQ(log_on_patiently(venue, trader), "35=A|34=1|98=0|108=60|");
  EXPECT_EQ(trader->order("A1"), accepted("A1"));
  for (Peer& stranger : strangers) {
    EXPECT_EQ(only(stranger.hear(), {35, 34}), "35=5|34=1|");
    EXPECT_EQ(stranger.hear(), "closed");
  }
  EXPECT_EQ(trader->order("A2"), accepted("A2"));
}

TEST(HostilePeer, KeepsNobodyOutByManyConnectionsThatSayNothing) {
  constexpr std::uint32_t kSilent = 2000;
  if (!allow_descriptors(kSilent + 200)) GTEST_SKIP() << "too few descriptors are allowed";
  RunningFix venue;
  std::deque<Peer> silent;
  for (std::uint32_t i = 0; i < kSilent; ++i) silent.emplace_back(venue);
  silent.front().send("GET / HTTP/1.1\r\n\r\n");
  Peer trader(venue);
  EXPECT_EQ(trader.log_on(venue.password()), "35=A|34=1|98=0|108=60|");
  EXPECT_EQ(trader.order("A1"), accepted("A1"));
  // Their time to log on runs for all at once.
  for (Peer& peer : silent) ASSERT_EQ(peer.hear(std::chrono::seconds(60)), "closed");
  EXPECT_EQ(trader.order("A2"), accepted("A2"));
}

// What a stranger says costs work; a Logon stands in the first bytes, or there is none.
TEST(HostilePeer, IsNotReadOnWithoutALogon) {
  RunningFix venue;
  Peer lucky(venue);
  ASSERT_TRUE(lucky.send(std::string(kMaxFreshBytes / 2, 'x')));
  EXPECT_EQ(lucky.log_on(venue.password()), "35=A|34=1|98=0|108=60|");
  Peer late(venue, {.sender = "TRADER2"});
  late.send(std::string(kMaxFreshBytes, 'x'));
  EXPECT_EQ(late.log_on(venue.password("TRADER2")), "closed");
}

TEST(HostilePeer, FillsNoMemoryByAskingWithoutReading) {
  // Slow checks go over all orders behind each.
  constexpr std::uint32_t kOrders = kMemoryIsCounted ? 20'000 : 3'000;
  RunningFix venue;
  const std::vector<std::string> fast = {"--orders-per-second", "1000000"};
  const std::string greed = venue.add_member("GREEDY", "12", fast);
  const std::string password = venue.add_member("OTHER", "11", fast);
  ASSERT_NE(venue.reload().find("read again"), std::string::npos);
  Peer greedy(venue, {.sender = "GREEDY"});
  ASSERT_EQ(greedy.log_on(greed), "35=A|34=1|98=0|108=60|");
  Peer other(venue, {.sender = "OTHER"});
  ASSERT_EQ(other.log_on(password), "35=A|34=1|98=0|108=60|");
  const std::uint64_t before = venue.own_memory_bytes();
  ASSERT_NE(before, 0U);
  std::atomic<bool> is_over = false;
  std::thread asking([&] {
    for (std::uint32_t i = 0; i < kOrders; ++i) {
      if (!greedy.say("D", order_body("G" + std::to_string(i)))) break;
      if (i % 100 == 0 && !greedy.say("2", "7=1|16=0|")) break;
      if (i % 500 == 0 && !greedy.say("AF", "584=M|585=7|")) break;
    }
    is_over = true;
  });
  std::uint32_t asked = 0;
  while (asked < 200 || !is_over) {
    const std::string id = "A" + std::to_string(asked++);
    EXPECT_EQ(other.order(id), accepted(id));
    if (HasFailure()) break;
  }
  asking.join();
  const std::uint64_t after = venue.own_memory_bytes();
  RecordProperty("growth_kib", std::to_string(after / 1024 - std::min(before, after) / 1024));
  if (kMemoryIsCounted) {
    EXPECT_LT(after, before + 64 * kMiB);
  }
  EXPECT_EQ(other.order("LAST"), accepted("LAST"));
}

}  // namespace
}  // namespace hourglass::gateway::fix

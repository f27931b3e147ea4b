// What the door itself answered is answered once, though the venue is killed while an earlier order
// is still on its way to the disk.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fmt/format.h"
#include "gateway/daemon/venue.h"
#include "gateway/fix/store/session_file_layout.h"
#include "gtest/gtest.h"
#include "tests/fix/door_bench.h"
#include "tests/fix/running_fix.h"

namespace hourglass::gateway::fix {
namespace {

using test::DoorBench;
using test::kBenchPassword;

constexpr std::chrono::milliseconds kBetweenRounds{2};
constexpr std::uint32_t kRounds = 5'000;

std::string sent_again() {
  return fmt::format("43=Y|122={}|", time_text());
}

// A venue whose journal and matching move only when told to. Its member is TRADER1, of either
// version.
class SteppedVenue {
 public:
  explicit SteppedVenue(std::string data_dir, std::string_view version)
      : data_dir_(std::move(data_dir)) {
    std::filesystem::remove_all(data_dir_);
    open();
    if (version == "FIX.4.4") return;
    // The starter member's, with the same password.
    const std::string path = data_dir_ + "/fix/members.json";
    std::ifstream file(path);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    const std::size_t at = text.find("\"4.4\"");
    EXPECT_NE(at, std::string::npos) << text;
    text.replace(at, 5, "\"5.0\"");
    venue_.reset();
    std::ofstream(path) << text;
    open();
  }

  // What the peer hears when all of the venue does its work, or only the door and no command is
  // applied.
  std::string hear(Peer& peer) {
    return hear(peer, [this] { venue_->do_work(); });
  }
  std::string hear_of_door(Peer& peer) {
    return hear(peer, [this] {
      venue_->fix()->do_work();
      venue_->fix()->door().flush();
    });
  }
  // Applies what waits and sees it onto the disk; nobody is told.
  void make_durable() {
    engine::PipelineRings& rings = venue_->pipeline().rings();
    do {
      venue_->pipeline().do_work();
    } while (rings.ingress.backlog() != 0 || rings.durable.get() != rings.applied.get());
  }
  // Begins again from what a kill at this moment leaves.
  void kill() {
    const std::string left = data_dir_ + ".killed";
    std::filesystem::remove_all(left);
    std::filesystem::copy(data_dir_, left, std::filesystem::copy_options::recursive);
    venue_.reset();
    std::filesystem::remove_all(data_dir_);
    std::filesystem::rename(left, data_dir_);
    open();
  }
  [[nodiscard]] std::uint16_t port() { return venue_->fix()->door().port(); }
  [[nodiscard]] std::string password() const { return starter_password(data_dir_); }

 private:
  void open() {
    FixDoorSettings door;
    door.port = 0;
    door.session_file_bytes = 1U << 20;
    auto venue = Venue::open(
        {.data_dir = data_dir_, .segment_bytes = 1U << 20, .shadow = std::nullopt, .fix = door});
    ASSERT_TRUE(venue.ok()) << venue.status();
    venue_ = *std::move(venue);
  }
  template <class Work>
  std::string hear(Peer& peer, const Work& work) {
    for (std::uint32_t round = 0; round < kRounds; ++round) {
      work();
      std::string heard = peer.hear(kBetweenRounds);
      if (heard != "silence") return heard;
    }
    return "silence";
  }

  std::string data_dir_;
  std::unique_ptr<Venue> venue_;
};

// By version.
class AnsweredOnce : public testing::TestWithParam<const char*> {
 protected:
  static std::string version() { return GetParam(); }

  // A peer that logs on under this number.
  std::unique_ptr<Peer> log_on(std::uint32_t next, std::uint32_t answer) {
    auto peer = std::make_unique<Peer>(venue_.port(), PeerHeader{.begin_string = version()});
    peer->next = next;
    const std::string appl = version() == "FIX.4.4" ? "" : "1137=9|";
    peer->say("A", fmt::format("98=0|108=60|{}554={}|", appl, venue_.password()));
    EXPECT_EQ(only(venue_.hear(*peer), {35, 34}), fmt::format("35=A|34={}|", answer));
    return peer;
  }

  // Messages 4 to 9: an order, and what the door answers by itself while that is under way.
  struct Request {
    std::string_view type;
    std::string body;
    std::vector<std::string> answers;
  };
  static std::vector<Request> requests() {
    const std::string order = order_body("A3");
    const std::string time = fmt::format("60={}|", time_text());
    return {
        {"D", order, {}},
        {"D", order, {"35=8|34=4|11=A3|103=6|"}},
        {"D", fmt::format("11=A4|38=1|40=2|44=1|54=Z|55=H100.D1|{}", time), {"35=3|34=5|45=6|"}},
        {"F", fmt::format("11=A5|41=NONE|54=1|55=H100.D1|{}", time), {"35=9|34=6|11=A5|102=1|"}},
        {"q", fmt::format("11=A6|530=1|55=NONE|{}", time), {"35=r|34=7|11=A6|"}},
        {"AF", "584=M|585=7|", {"35=8|34=8|11=A1|", "35=8|34=9|11=A2|"}}};
  }
  // Two orders that are answered, then those to a door whose market stands still.
  std::unique_ptr<Peer> trade() {
    auto peer = log_on(1, 1);
    for (const char* id : {"A1", "A2"}) {
      peer->say("D", order_body(id));
      EXPECT_EQ(only(venue_.hear(*peer), {35, 11, 39, 150}), accepted(id));
    }
    for (const Request& request : requests()) {
      peer->say(request.type, request.body);
      for (const std::string& answer : request.answers) {
        EXPECT_EQ(only(venue_.hear_of_door(*peer), {35, 34, 45, 11, 102, 103}), answer);
      }
    }
    return peer;
  }

  SteppedVenue venue_{
      fmt::format("{}/{}/{}", testing::TempDir(),
                  testing::UnitTest::GetInstance()->current_test_info()->test_suite_name(),
                  testing::UnitTest::GetInstance()->current_test_info()->name()),
      version()};
};

TEST_P(AnsweredOnce, WhatTheDoorAnsweredBehindAnOrderThatWasLost) {
  const auto peer = trade();
  venue_.kill();

  // 10 and 11 cancel A1 and A2: the connection was lost.
  const std::uint32_t next = peer->next;
  const auto back = log_on(next, 12);
  EXPECT_EQ(only(venue_.hear(*back), {35, 34, 7, 16}), "35=2|34=13|7=4|16=0|");
  back->next = 4;
  // As repeats, and as what was never sent.
  for (const Request& request : requests()) {
    back->say(request.type, request.body, back->next % 2 == 0 ? sent_again() : "");
  }
  back->say("4", fmt::format("123=Y|36={}|", next + 1), sent_again());
  EXPECT_EQ(only(venue_.hear(*back), {35, 34, 11, 39, 150}), "35=8|34=14|11=A3|39=0|150=0|");
  back->next = next + 1;
  back->say("1", "112=T|");
  EXPECT_EQ(venue_.hear(*back), "35=0|34=15|112=T|");
  // What is asked now is answered.
  back->say("D", order_body("A3"));
  EXPECT_EQ(only(venue_.hear(*back), {35, 34, 11, 103}), "35=8|34=16|11=A3|103=6|");
}

TEST_P(AnsweredOnce, BehindAnOrderThatWasNotLostNothingIsAskedForAgain) {
  const auto peer = trade();
  venue_.make_durable();
  venue_.kill();

  // 10 reports A3, 11 to 13 cancel all.
  const auto back = log_on(peer->next, 14);
  back->say("1", "112=T|");
  EXPECT_EQ(venue_.hear(*back), "35=0|34=15|112=T|");
}

INSTANTIATE_TEST_SUITE_P(Versions, AnsweredOnce, testing::Values("FIX.4.4", "FIXT.1.1"),
                         [](const auto& tested) {
                           return std::string_view(tested.param) == "FIX.4.4" ? "Fix44" : "Fix50";
                         });

// --- At the door alone ---------------------------------------------------------------------------

class AnsweredOnceAtTheDoor : public testing::Test {
 protected:
  static std::string headline(const std::string& heard) { return only(heard, {35, 34, 148}); }

  // Messages 2 to 4: an order that stays under way, and two that the door answers; then the venue
  // begins again, and the peer is back with message 5.
  std::unique_ptr<Peer> come_back(std::uint32_t number = 5) {
    {
      Peer peer(bench_.port(), {.sender = "DESK1"});
      EXPECT_EQ(only(peer.log_on(kBenchPassword), {35, 34}), "35=A|34=1|");
      peer.say("D", order_body("HOLD"));
      peer.say("D", order_body("A3"));
      peer.say("D", order_body("A4"));
      EXPECT_EQ(headline(peer.hear()), "35=B|34=2|148=A3|");
      EXPECT_EQ(headline(peer.hear()), "35=B|34=3|148=A4|");
    }
    bench_.restart();
    auto back = std::make_unique<Peer>(bench_.port(), PeerHeader{.sender = "DESK1"});
    back->next = number;
    EXPECT_EQ(only(back->log_on(kBenchPassword), {35, 34}), "35=A|34=4|");
    return back;
  }
  // Nothing was sent but what was heard: the answer has the number given.
  static void expect_quiet(Peer& peer, std::uint32_t answer) {
    peer.say("1", "112=T|");
    EXPECT_EQ(peer.hear(), fmt::format("35=0|34={}|112=T|", answer));
  }

  DoorBench bench_{static_cast<std::uint64_t>(
      std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count())};
};

TEST_F(AnsweredOnceAtTheDoor, ARepeatThatComesAheadOfItsTurnCountsInItsTurn) {
  const auto peer = come_back();
  EXPECT_EQ(only(peer->hear(), {35, 34, 7, 16}), "35=2|34=5|7=2|16=0|");
  peer->next = 3;
  peer->say("D", order_body("A3"), sent_again());
  peer->say("D", order_body("A4"), sent_again());
  peer->next = 2;
  peer->say("D", order_body("A2"), sent_again());
  EXPECT_EQ(headline(peer->hear()), "35=B|34=6|148=A2|");
  peer->next = 6;
  expect_quiet(*peer, 7);
}

TEST_F(AnsweredOnceAtTheDoor, AGarbledRepeatIsPassedOverAndAGoodOneCounts) {
  const auto peer = come_back();
  EXPECT_EQ(only(peer->hear(), {35, 34, 7, 16}), "35=2|34=5|7=2|16=0|");
  peer->next = 2;
  peer->say("D", order_body("A2"), sent_again());
  EXPECT_EQ(headline(peer->hear()), "35=B|34=6|148=A2|");
  std::string text = peer->message("D", order_body("A3"), sent_again());
  std::string garbled = text;
  garbled[garbled.size() - 2] = garbled[garbled.size() - 2] == '0' ? '1' : '0';
  peer->send(garbled);
  peer->next = 6;
  peer->say("D", order_body("A6"));  // ahead of a gap, for 3 was not counted
  peer->send(text);
  peer->next = 4;
  peer->say("D", order_body("A4"), sent_again());
  EXPECT_EQ(headline(peer->hear()), "35=B|34=7|148=A6|");
}

TEST_F(AnsweredOnceAtTheDoor, AGapFillSpeaksOfMoreThanItsOwnNumber) {
  const auto peer = come_back();
  EXPECT_EQ(only(peer->hear(), {35, 34, 7, 16}), "35=2|34=5|7=2|16=0|");
  peer->next = 2;
  peer->say("D", order_body("A2"), sent_again());
  EXPECT_EQ(headline(peer->hear()), "35=B|34=6|148=A2|");
  peer->say("4", "123=Y|36=6|", sent_again());  // 3 to 5
  peer->next = 6;
  expect_quiet(*peer, 7);
}

TEST_F(AnsweredOnceAtTheDoor, AKillBetweenAnAnswerAndTheEndOfItsRequestLeavesNeither) {
  {
    Peer peer(bench_.port(), {.sender = "DESK1"});
    EXPECT_EQ(only(peer.log_on(kBenchPassword), {35, 34}), "35=A|34=1|");
    peer.say("D", order_body("KILL"));
    EXPECT_EQ(headline(peer.hear()), "35=B|34=2|148=KILL|");
  }
  bench_.restart_killed();
  Peer peer(bench_.port(), {.sender = "DESK1"});
  peer.next = 3;
  EXPECT_EQ(only(peer.log_on(kBenchPassword), {35, 34}), "35=A|34=2|");
  EXPECT_EQ(only(peer.hear(), {35, 34, 7, 16}), "35=2|34=3|7=2|16=0|");
  peer.next = 2;
  peer.say("D", order_body("A2"), sent_again());
  EXPECT_EQ(headline(peer.hear()), "35=B|34=4|148=A2|");
}

// RULES_OF_ENGAGEMENT, section 6: so many numbers from the first message under way on.
TEST_F(AnsweredOnceAtTheDoor, ANumberTooFarBehindTheOneUnderWayIsJudgedAnew) {
  constexpr std::uint32_t kFirst = 2;  // under way
  constexpr std::uint32_t kLast = kFirst + kDealtNumbers;
  const auto orders = [](Peer& peer, std::string_view letter) {
    std::string text;
    while (peer.next <= kLast) {
      text += peer.message("D", order_body(fmt::format("{}{}", letter, peer.next)), sent_again());
    }
    peer.send(text);
  };
  {
    Peer peer(bench_.port(), {.sender = "DESK1"});
    EXPECT_EQ(only(peer.log_on(kBenchPassword), {35, 34}), "35=A|34=1|");
    peer.say("D", order_body("HOLD"));
    orders(peer, "A");
    EXPECT_EQ(headline(peer.hear_through(fmt::format("35=B|34={}|", kLast - 1))),
              fmt::format("35=B|34={}|148=A{}|", kLast - 1, kLast));
  }
  bench_.restart();
  Peer peer(bench_.port(), {.sender = "DESK1"});
  peer.next = kLast + 1;
  EXPECT_EQ(only(peer.log_on(kBenchPassword), {35, 34}), fmt::format("35=A|34={}|", kLast));
  EXPECT_EQ(only(peer.hear(), {35, 7, 16}), "35=2|7=2|16=0|");
  peer.next = kFirst;
  orders(peer, "B");
  EXPECT_EQ(only(peer.hear(), {35, 148}), "35=B|148=B2|");
  EXPECT_EQ(only(peer.hear(), {35, 148}), fmt::format("35=B|148=B{}|", kLast));
  peer.next = kLast + 2;
  expect_quiet(peer, kLast + 4);
}

// A member that lost its last numbers uses them for something else.
TEST_F(AnsweredOnceAtTheDoor, ANumberThatTheLogonDoesNotKnowOfIsTakenAnew) {
  const auto peer = come_back(4);
  EXPECT_EQ(only(peer->hear(), {35, 34, 7, 16}), "35=2|34=5|7=2|16=0|");
  peer->next = 2;
  peer->say("D", order_body("A2"), sent_again());
  EXPECT_EQ(headline(peer->hear()), "35=B|34=6|148=A2|");
  peer->say("D", order_body("A3"), sent_again());
  peer->say("4", "123=Y|36=5|", sent_again());  // in place of its Logon
  peer->say("D", order_body("B5"));
  EXPECT_EQ(headline(peer->hear()), "35=B|34=7|148=B5|");
}

TEST_F(AnsweredOnceAtTheDoor, ALogoutAheadOfAGapLeavesTheRestToBeAskedFor) {
  {
    const auto peer = come_back();
    EXPECT_EQ(only(peer->hear(), {35, 34, 7, 16}), "35=2|34=5|7=2|16=0|");
    peer->say("5", "");
    EXPECT_EQ(only(peer->hear(), {35, 34}), "35=5|34=6|");
    EXPECT_EQ(peer->hear(), "closed");
  }
  Peer peer(bench_.port(), {.sender = "DESK1"});
  peer.next = 7;
  EXPECT_EQ(only(peer.log_on(kBenchPassword), {35, 34}), "35=A|34=7|");
  EXPECT_EQ(only(peer.hear(), {35, 34, 7, 16}), "35=2|34=8|7=2|16=0|");
  peer.next = 2;
  peer.say("D", order_body("A2"), sent_again());
  peer.say("D", order_body("A3"), sent_again());
  peer.say("D", order_body("A4"), sent_again());
  peer.say("4", "123=Y|36=8|", sent_again());
  EXPECT_EQ(headline(peer.hear()), "35=B|34=9|148=A2|");
  peer.next = 8;
  expect_quiet(peer, 10);
}

}  // namespace
}  // namespace hourglass::gateway::fix

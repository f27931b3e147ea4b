// What a member is told that no script can bring about (scripts/README.md): while the market takes
// no requests (25001=1007): before the door is fastened to it, while its ring is full, and when it
// closes; and where it has used up its order ids of the day.
#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "fmt/format.h"
#include "gateway/fix/door/fix_door.h"
#include "gateway/fix/market/market_data.h"
#include "gateway/fix/members/authentication.h"
#include "gateway/fix/orders/order_entry.h"
#include "gateway/fix/post_trade/post_trade.h"
#include "gtest/gtest.h"
#include "tests/fix/report_desk.h"
#include "tests/fix/running_fix.h"

namespace hourglass::gateway::fix {
namespace {

constexpr char kPassword[] = "correct horse";
constexpr std::uint64_t kRingCommands = 2;

// The door with a market that never takes a command off its ring. Each test has a thread at a time
// serve it.
class NotAvailable : public testing::TestWithParam<FixVersion> {
 protected:
  NotAvailable() : directory_(fmt::format("{}/not_available", testing::TempDir())) {
    const std::string_view test = testing::UnitTest::GetInstance()->current_test_info()->name();
    for (const char c : test) directory_.push_back(c == '/' ? '_' : c);
    EXPECT_EQ(start_cryptography(), absl::OkStatus());
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    MemberList members;
    Member member;
    member.comp_id = "TRADER1";
    member.version = GetParam();
    member.accounts = {11};
    member.password_hash = hash_password(kPassword).value();
    EXPECT_EQ(members.add(member), absl::OkStatus());
    auto door = FixDoor::open({.directory = directory_, .port = 0}, std::move(members), entry_);
    EXPECT_TRUE(door.ok()) << door.status();
    door_ = *std::move(door);
    EXPECT_EQ(door_->listen(), absl::OkStatus());
  }
  ~NotAvailable() override {
    door_.reset();
    std::filesystem::remove_all(directory_);
  }

  // Lets the door work while `talk` speaks to it.
  template <class Talk>
  void with_door(Talk talk) {
    std::atomic<bool> stop = false;
    std::thread server([this, &stop] {
      while (!stop) {
        door_->do_work(engine::SequenceNumber(0));
        door_->flush();
        door_->wait(5'000'000);
      }
    });
    talk();
    stop = true;
    server.join();
  }
  static std::string order(std::string_view id) {
    return fmt::format("11={}|38=1|40=2|44=2.5|54=1|55=H1|60={}|", id, time_text());
  }
  void log_on(Peer& peer) { EXPECT_EQ(only(peer.log_on(kPassword), {35}), "35=A|"); }
  [[nodiscard]] PeerHeader header() const {
    return {.begin_string = GetParam() == FixVersion::kFix44 ? "FIX.4.4" : "FIXT.1.1"};
  }

  std::string directory_;
  test::Desk desk_;
  MarketData market_{desk_.reports};
  PostTrade post_trade_{desk_.reports};
  OrderEntry entry_{desk_.reports, market_, post_trade_};
  engine::MpscRing<engine::Command> ring_{kRingCommands};
  std::unique_ptr<FixDoor> door_;
};

TEST_P(NotAvailable, IsSaidOfEachRequestForWhichTheRingHasNoRoom) {
  entry_.attach(ring_);
  Peer peer(door_->port(), header());
  with_door([&] {
    log_on(peer);
    peer.say("D", order("A1"));
    peer.say("D", order("A2"));
    peer.say("D", order("A3"));
    EXPECT_EQ(only(peer.hear(), {35, 11, 37, 39, 58, 103, 150, 25001}),
              "35=8|11=A3|37=NONE|39=8|58=the market does not take requests now|103=99|150=8|"
              "25001=1007|");
    peer.say("G", fmt::format("41=A1|{}", order("A4")));
    EXPECT_EQ(only(peer.hear(), {35, 11, 39, 41, 102, 434, 25001}),
              "35=9|11=A4|39=A|41=A1|102=99|434=2|25001=1007|");
    peer.say("F", fmt::format("11=A5|41=A1|54=1|55=H1|60={}|", time_text()));
    EXPECT_EQ(only(peer.hear(), {35, 11, 39, 41, 102, 434, 25001}),
              "35=9|11=A5|39=A|41=A1|102=99|434=1|25001=1007|");
    peer.say("q", fmt::format("11=A6|60={}|530=7|", time_text()));
    EXPECT_EQ(only(peer.hear(), {35, 11, 531, 532, 25001}), "35=r|11=A6|531=0|532=99|25001=1007|");
    // Its ClOrdID is not used up: the market never saw it.
    peer.say("D", order("A3"));
    EXPECT_EQ(only(peer.hear(), {35, 11, 103, 25001}), "35=8|11=A3|103=99|25001=1007|");
  });
  EXPECT_EQ(ring_.backlog(), kRingCommands);
}

TEST_P(NotAvailable, IsSaidBeforeTheDoorHasAMarketAndWhenItHasNoneAnyMore) {
  Peer peer(door_->port(), header());
  const auto expect_refused = [&](std::string_view id) {
    peer.say("D", order(id));
    EXPECT_EQ(only(peer.hear(), {35, 11, 150, 25001}),
              fmt::format("35=8|11={}|150=8|25001=1007|", id));
  };
  with_door([&] {
    log_on(peer);
    expect_refused("A1");
  });
  entry_.attach(ring_);
  entry_.detach();
  with_door([&] { expect_refused("A2"); });
  entry_.attach(ring_);
  ring_.close();
  with_door([&] { expect_refused("A3"); });
  EXPECT_EQ(ring_.backlog(), 0U);
}

// 25001=1012: 16,777,216 orders in a day, here told to the door's memory at once.
TEST_P(NotAvailable, IsNotWhatIsSaidWhereTheDaysIdsAreUsedUp) {
  entry_.attach(ring_);
  desk_.reports.on_command(
      test::named(engine::test::new_order({.from = {.session = kFirstFixSession, .account = 11},
                                           .key = engine::kMaxClientKeysPerSession - 1}),
                  "LAST"));
  Peer peer(door_->port(), header());
  with_door([&] {
    log_on(peer);
    peer.say("D", order("A1"));
    EXPECT_EQ(only(peer.hear(), {35, 11, 58, 103, 25001}),
              "35=8|11=A1|58=no order ids are left for today|103=99|25001=1012|");
  });
  EXPECT_EQ(ring_.backlog(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Versions, NotAvailable,
                         testing::Values(FixVersion::kFix44, FixVersion::kFix50Sp2),
                         [](const auto& test) {
                           return test.param == FixVersion::kFix44 ? "Fix44" : "Fix50Sp2";
                         });

}  // namespace
}  // namespace hourglass::gateway::fix

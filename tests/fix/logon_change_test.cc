// A Logon that waits while its member changes is judged by what the member is when it is let in.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "fmt/format.h"
#include "gateway/fix/client/client_socket.h"
#include "gateway/fix/door/fix_door.h"
#include "gateway/fix/members/authentication.h"
#include "gateway/fix/wire/framer.h"
#include "gtest/gtest.h"
#include "tests/fix/idle_application.h"
#include "tests/fix/running_fix.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::string_view kOld = "the-old-password";
constexpr std::string_view kNew = "the-new-password";
constexpr std::uint32_t kRounds = 20'000;

class LogonChange : public testing::Test {
 protected:
  LogonChange() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    const std::string directory = fmt::format("{}/LogonChange_{}", testing::TempDir(), name);
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    EXPECT_TRUE(start_cryptography().ok());
    const MemberList members = listed({.comp_id = "TRADER", .password_hash = hash_of(kOld)});
    auto door = FixDoor::open(
        {.directory = directory, .port = 0, .session_file_bytes = std::uint64_t{1} << 20}, members,
        nothing_);
    EXPECT_TRUE(door.ok()) << door.status();
    door_ = *std::move(door);
    EXPECT_TRUE(door_->listen().ok());
  }

  static std::string hash_of(std::string_view password) {
    const auto hash = hash_password(password);
    EXPECT_TRUE(hash.ok());
    return hash.ok() ? *hash : std::string();
  }
  // That member, and another who is known by no password.
  static MemberList listed(Member member) {
    MemberList members;
    member.session = kFirstFixSession;
    member.accounts = {11};
    EXPECT_TRUE(members.add(member).ok());
    Member other = member;
    other.comp_id = "OTHER";
    other.session = kFirstFixSession + 1;
    other.password_hash = hash_of("of-nobody");
    EXPECT_TRUE(members.add(other).ok());
    return members;
  }

  void round() {
    door_->do_work(engine::SequenceNumber(0));
    door_->flush();
  }
  // A connection that says a Logon.
  void log_on(ClientSocket& socket, std::string_view sender, std::string_view password) {
    ASSERT_TRUE(socket.connect("127.0.0.1", door_->port()).ok());
    ASSERT_TRUE(
        socket
            .send(whole("FIX.4.4",
                        fmt::format("35=A|34=1|49={}|52={}|56=HOURGLASS|98=0|108=30|554={}|",
                                    sender, time_text(), password)))
            .ok());
  }
  // What it is answered: type and text.
  std::string answer(ClientSocket& socket) {
    Framer framer;
    for (std::uint32_t i = 0; i < kRounds; ++i) {
      round();
      std::string bytes;
      if (!socket.receive(bytes, std::chrono::milliseconds(1)).ok()) return "closed";
      framer.add(bytes);
      std::string_view text;
      if (framer.next(text) == Framer::Result::kMessage) return only(heard(text), {35, 58});
    }
    return "silence";
  }
  static std::string heard(std::string_view text) {
    const std::string all = readable(text);
    return all.substr(all.find("35="));
  }
  // What was asked of the door before is decided: it decides one Logon after another.
  void decide() {
    ClientSocket other;
    ASSERT_NO_FATAL_FAILURE(log_on(other, "OTHER", "wrong"));
    ASSERT_EQ(answer(other), kWrong);
  }

  static constexpr std::string_view kWrong = "35=5|58=wrong user name or password|";

  IdleApplication nothing_;
  std::unique_ptr<FixDoor> door_;
  ClientSocket trader_;
};

TEST_F(LogonChange, IsJudgedByTheNewPasswordWhereItWaitedForItsSession) {
  DoorSession& session = *door_->session(engine::SessionId(kFirstFixSession));
  session.pushed(0);  // something of the last connection is under way
  ASSERT_NO_FATAL_FAILURE(log_on(trader_, "TRADER", kOld));
  ASSERT_NO_FATAL_FAILURE(decide());
  ASSERT_TRUE(
      door_->set_members(listed({.comp_id = "TRADER", .password_hash = hash_of(kNew)})).ok());
  session.answered(0);
  EXPECT_EQ(answer(trader_), kWrong);
  ClientSocket again;
  ASSERT_NO_FATAL_FAILURE(log_on(again, "TRADER", kNew));
  EXPECT_EQ(answer(again), "35=A|");
}

// By 35=BE, on the connection before.
TEST_F(LogonChange, IsJudgedByThePasswordItsMemberChangedTo) {
  DoorSession& session = *door_->session(engine::SessionId(kFirstFixSession));
  session.pushed(0);
  ASSERT_NO_FATAL_FAILURE(log_on(trader_, "TRADER", kOld));
  ASSERT_NO_FATAL_FAILURE(decide());
  session.set_password_hash(hash_of(kNew));
  session.answered(0);
  EXPECT_EQ(answer(trader_), kWrong);
}

TEST_F(LogonChange, NeedsTheCertificateThatWasAgreedWhileItWasAuthenticated) {
  Member member{.comp_id = "TRADER", .password_hash = hash_of(kOld)};
  member.certificate_sha256 = std::string(64, 'a');
  const MemberList members = listed(member);
  ASSERT_NO_FATAL_FAILURE(log_on(trader_, "TRADER", kOld));
  // Taken by the door, and its password not yet hashed.
  for (std::uint32_t i = 0; i < 5; ++i) round();
  ASSERT_TRUE(door_->set_members(members).ok());
  EXPECT_EQ(answer(trader_), "35=5|58=this session needs TLS with the client certificate agreed|");
}

TEST_F(LogonChange, IsClosedWhereItsSessionWasRemoved) {
  DoorSession& session = *door_->session(engine::SessionId(kFirstFixSession));
  session.pushed(0);
  ASSERT_NO_FATAL_FAILURE(log_on(trader_, "TRADER", kOld));
  ASSERT_NO_FATAL_FAILURE(decide());
  ASSERT_TRUE(door_->set_members(MemberList()).ok());
  session.answered(0);
  EXPECT_EQ(answer(trader_), "closed");
}

TEST_F(LogonChange, IsLetInWhereSomethingElseOfItsMemberChanged) {
  DoorSession& session = *door_->session(engine::SessionId(kFirstFixSession));
  Member member = session.member();
  session.pushed(0);
  ASSERT_NO_FATAL_FAILURE(log_on(trader_, "TRADER", kOld));
  ASSERT_NO_FATAL_FAILURE(decide());
  member.orders_per_second = 7;
  ASSERT_TRUE(door_->set_members(listed(member)).ok());
  session.answered(0);
  EXPECT_EQ(answer(trader_), "35=A|");
}

}  // namespace
}  // namespace hourglass::gateway::fix

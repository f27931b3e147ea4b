// When numbers move and when they do not, and what may follow what in one packet, at the real door.
#include <optional>
#include <string>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/fix/running_fix.h"

namespace hourglass::gateway::fix {
namespace {

class LogonRules : public testing::Test {
 protected:
  void log_on() { EXPECT_EQ(peer_.log_on(password_), "35=A|34=1|98=0|108=60|"); }
  // Logs on from a new connection under `number`.
  std::string log_on_again(std::uint32_t number) {
    again_.emplace(venue_);
    again_->next = number;
    return again_->log_on(password_);
  }

  RunningFix venue_;
  std::string password_ = venue_.password();
  Peer peer_{venue_};
  std::optional<Peer> again_;
};

std::string cancel_body(std::string_view id, std::string_view target) {
  return fmt::format("11={}|41={}|54=1|55=H100.D1|60={}|", id, target, time_text());
}

TEST_F(LogonRules, ACancelMayFollowItsOrderInTheSamePacket) {
  log_on();
  std::string packet = peer_.message("D", order_body("A1"));
  packet += peer_.message("F", cancel_body("C1", "A1"));
  peer_.send(packet);
  EXPECT_EQ(only(peer_.hear(), {35, 11, 39, 150}), accepted("A1"));
  EXPECT_EQ(only(peer_.hear(), {35, 11, 39, 41, 150}), "35=8|11=C1|39=4|41=A1|150=4|");
}

TEST_F(LogonRules, ACancelMayFollowItsOrderAndTheOrdersReplacesInOnePacket) {
  log_on();
  std::string packet = peer_.message("D", order_body("A1"));
  packet += peer_.message("G", "38=2|40=2|44=2.5|" + cancel_body("R1", "A1"));
  packet += peer_.message("G", "38=3|40=2|44=2.5|" + cancel_body("R2", "R1"));
  packet += peer_.message("F", cancel_body("C1", "R2"));
  peer_.send(packet);
  EXPECT_EQ(only(peer_.hear(), {35, 11, 39, 150}), accepted("A1"));
  EXPECT_EQ(only(peer_.hear(), {35, 11, 39, 41, 150}), "35=8|11=R1|39=0|41=A1|150=5|");
  EXPECT_EQ(only(peer_.hear(), {35, 11, 39, 41, 150}), "35=8|11=R2|39=0|41=R1|150=5|");
  EXPECT_EQ(only(peer_.hear(), {35, 11, 39, 41, 150}), "35=8|11=C1|39=4|41=R2|150=4|");
}

TEST_F(LogonRules, AnOrderUnderWayIsPendingToItsOwner) {
  log_on();
  std::string packet = peer_.message("D", order_body("A1"));
  packet += peer_.message("H", "11=A1|54=1|55=H100.D1|");
  peer_.send(packet);
  EXPECT_EQ(only(peer_.hear(), {35, 11, 37, 39, 150}), "35=8|11=A1|37=NONE|39=A|150=I|");
  EXPECT_EQ(only(peer_.hear(), {35, 11, 39, 150}), accepted("A1"));
}

TEST_F(LogonRules, ALogonInsideASessionEndsItAndMovesNoNumber) {
  log_on();
  peer_.say("A", "98=0|108=0|141=Y|");
  EXPECT_EQ(peer_.hear(), "35=5|34=2|58=already logged on|");
  EXPECT_EQ(peer_.hear(), "closed");
  EXPECT_EQ(log_on_again(2), "35=A|34=3|98=0|108=60|");
}

// The connection ends while what came with it is still being looked at.
TEST_F(LogonRules, ALogonBehindALogonOrAnOrderInOnePacketEndsTheSessionToo) {
  const std::string logon = fmt::format("98=0|108=60|554={}|", password_);
  std::string packet = peer_.message("A", logon);
  for (std::uint32_t i = 0; i < 3; ++i) packet += peer_.message("A", logon);
  peer_.send(packet);
  EXPECT_EQ(peer_.hear(), "35=A|34=1|98=0|108=60|");
  EXPECT_EQ(peer_.hear(), "35=5|34=2|58=already logged on|");
  EXPECT_EQ(peer_.hear(), "closed");
  ASSERT_EQ(log_on_again(2), "35=A|34=3|98=0|108=60|");
  packet = again_->message("D", order_body("A1"));
  packet += again_->message("A", logon);
  packet += again_->message("D", order_body("A2"));
  again_->send(packet);
  EXPECT_EQ(again_->hear_through("35=5"), "35=5|34=4|58=already logged on|");
  EXPECT_EQ(again_->hear_through("closed"), "closed");
  // The order before it was taken, and went with the connection.
  EXPECT_EQ(log_on_again(4), "35=A|34=7|98=0|108=60|");
}

TEST_F(LogonRules, ARefusedLogonResetsNoNumber) {
  log_on();
  peer_.close_abruptly();
  Peer late(venue_, {.clock_error_seconds = -600});
  EXPECT_EQ(late.log_on(password_, "141=Y|"),
            "35=5|34=1|58=SendingTime (52) is not within 120 seconds of the venue's clock|");
  EXPECT_EQ(log_on_again(2), "35=A|34=2|98=0|108=60|");
}

TEST_F(LogonRules, ALogoutAheadOfAGapFillsNoGap) {
  log_on();
  peer_.next = 3;
  peer_.say("5", "");
  EXPECT_EQ(peer_.hear_through("35=5"), "35=5|34=2|");
  EXPECT_EQ(log_on_again(4), "35=A|34=3|98=0|108=60|");
  EXPECT_EQ(again_->hear(), "35=2|34=4|7=2|16=0|");
}

}  // namespace
}  // namespace hourglass::gateway::fix

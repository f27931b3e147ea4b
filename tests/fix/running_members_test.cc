// What the operator and a member's rates do to sessions of a running venue.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fix/running_fix.h"

namespace hourglass::gateway::fix {
namespace {

using testing::HasSubstr;

constexpr char kLoggedOn[] = "35=A|34=1|98=0|108=60|";

TEST(RunningMembers, AreThrottledByTheirRateAndLoggedOutWhenTheyGoOn) {
  RunningFix venue;
  const std::string password = venue.add_member("SLOW", "12", {"--orders-per-second", "5"});
  ASSERT_THAT(venue.reload(), HasSubstr("read again"));
  Peer peer(venue, {.sender = "SLOW"});
  ASSERT_EQ(peer.log_on(password), kLoggedOn);
  std::string burst;
  for (char name = 'A'; name <= 'F'; ++name) burst += peer.message("D", order_body({&name, 1}));
  peer.send(burst);
  // A refusal waits for no disk, so it may come before the others.
  std::vector<std::string> answers;
  for (std::uint32_t i = 0; i < 6; ++i) {
    answers.push_back(only(peer.hear(), {35, 11, 39, 45, 150, 372, 379, 380, 25001}));
  }
  EXPECT_THAT(answers, testing::UnorderedElementsAre(accepted("A"), accepted("B"), accepted("C"),
                                                     accepted("D"), accepted("E"),
                                                     "35=j|45=7|372=D|379=F|380=0|25001=1002|"));
  peer.say("F", "11=G|41=A|54=1|55=H100.D1|60=" + time_text() + "|");
  EXPECT_EQ(only(peer.hear(), {35, 11, 41, 39, 150}), "35=8|11=G|41=A|39=4|150=4|");
  burst.clear();
  for (char name = 'a'; name <= 't'; ++name) burst += peer.message("D", order_body({&name, 1}));
  peer.send(burst);
  EXPECT_EQ(only(peer.hear_through("35=5"), {35, 58}), "35=5|58=too many messages a second|");
  // An answer to an order before may come behind the Logout; a refusal may not.
  std::string heard = peer.hear(std::chrono::milliseconds(300));
  for (; heard.starts_with("35=8"); heard = peer.hear(std::chrono::milliseconds(300))) {
  }
  EXPECT_EQ(heard, "silence");
  peer.say("5", "");
  EXPECT_EQ(peer.hear_through("closed"), "closed");
}

TEST(RunningMembers, AreTakenFromTheListOnASignal) {
  RunningFix venue;
  Peer trader(venue);
  ASSERT_EQ(trader.log_on(venue.password()), kLoggedOn);
  const std::string password = venue.add_member("NEW", "12");
  {
    Peer peer(venue, {.sender = "NEW"});
    EXPECT_EQ(peer.log_on(password), "closed");
  }
  EXPECT_THAT(venue.reload(), HasSubstr("hourglass run: members read again from "));
  Peer peer(venue, {.sender = "NEW"});
  EXPECT_EQ(peer.log_on(password), kLoggedOn);
  EXPECT_EQ(peer.order("N1"), accepted("N1"));
  EXPECT_EQ(trader.order("A1"), accepted("A1"));
}

TEST(RunningMembers, AreLoggedOutWhenTheyAreRemoved) {
  RunningFix venue;
  Peer trader(venue);
  ASSERT_EQ(trader.log_on(venue.password()), kLoggedOn);
  Peer other(venue, {.sender = "TRADER2"});
  ASSERT_EQ(other.log_on(venue.password("TRADER2")), kLoggedOn);
  EXPECT_EQ(other.order("B1"), accepted("B1"));
  ASSERT_EQ(venue.member({"remove", "TRADER2"}).exit_code, 0);
  EXPECT_THAT(venue.reload(), HasSubstr("read again"));
  EXPECT_EQ(other.hear(), "35=5|34=3|58=this session was removed|");
  EXPECT_EQ(other.hear(), "closed");
  EXPECT_EQ(trader.order("A1"), accepted("A1"));
  // Nobody can cancel what it left.
  venue.program().say("book H100.D1");
  venue.program().say("list");
  std::string book;
  for (const std::string& line : venue.program().hear_through("GPUX")) book += line;
  EXPECT_THAT(book, HasSubstr("account 11"));
  EXPECT_THAT(book, testing::Not(HasSubstr("account 12")));
  Peer again(venue, {.sender = "TRADER2"});
  EXPECT_EQ(again.log_on(venue.password("TRADER2")), "closed");
}

TEST(RunningMembers, LoseAllTheirOrdersWithTheirPlaceAndFindThatWhenTheyAreListedAgain) {
  RunningFix venue;
  const std::string path = venue.data_dir() + "/fix/members.json";
  std::filesystem::copy_file(path, path + ".with");
  const std::string watcher = venue.add_member("WATCH", "12", {"--drop-copy"});
  ASSERT_THAT(venue.reload(), HasSubstr("read again"));
  Peer copies(venue, {.sender = "WATCH"});
  ASSERT_EQ(copies.log_on(watcher), kLoggedOn);
  {
    Peer other(venue, {.sender = "TRADER2"});
    ASSERT_EQ(other.log_on(venue.password("TRADER2")), kLoggedOn);
    other.say("D", order_body("B1") + "59=1|");
    ASSERT_EQ(only(other.hear(), {35, 11, 39, 150}), accepted("B1"));
    ASSERT_EQ(only(copies.hear(), {35, 11, 39, 150, 797}), accepted("B1") + "797=Y|");
    ASSERT_EQ(venue.member({"remove", "TRADER2"}).exit_code, 0);
    ASSERT_THAT(venue.reload(), HasSubstr("read again"));
    EXPECT_EQ(other.hear(), "35=5|34=3|58=this session was removed|");
  }
  EXPECT_EQ(only(copies.hear(), {35, 11, 39, 58, 150, 797}),
            "35=8|11=B1|39=4|58=mass cancel by another session or the venue|150=4|797=Y|");
  Peer trader(venue);
  ASSERT_EQ(trader.log_on(venue.password()), kLoggedOn);
  trader.say("D", "11=A1|38=1|40=2|44=1|54=2|55=H100.D1|59=3|60=" + time_text() + "|");
  EXPECT_EQ(only(trader.hear_through("35=8|34=3"), {11, 39, 150}), "11=A1|39=4|150=4|");
  std::filesystem::rename(path + ".with", path);
  // Read by the running venue, and by one that follows its history from the beginning.
  for (std::uint32_t logons = 0; logons < 2; ++logons) {
    if (logons == 0) {
      ASSERT_THAT(venue.reload(), HasSubstr("read again"));
    } else {
      venue.stop();
      venue.start();
    }
    Peer other(venue, {.sender = "TRADER2"});
    // The number of our Logon says that nothing else was told meanwhile.
    other.next = 3 + 3 * logons;
    EXPECT_EQ(only(other.log_on(venue.password("TRADER2"), "789=4|"), {35, 34}),
              logons == 0 ? "35=A|34=5|" : "35=A|34=8|");
    EXPECT_EQ(only(other.hear(), {35, 34, 43, 11, 39, 150}), "35=8|34=4|43=Y|11=B1|39=4|150=4|");
    other.say("1", "112=T|");
    EXPECT_EQ(only(other.hear_through("35=0"), {35, 112}), "35=0|112=T|");
    other.say("5", "");
    other.hear_through("35=5");
  }
}

TEST(RunningMembers, LoseTheirOrdersAtAStartThatNoLongerListsThem) {
  RunningFix venue;
  {
    Peer other(venue, {.sender = "TRADER2"});
    ASSERT_EQ(other.log_on(venue.password("TRADER2")), kLoggedOn);
    other.say("D", order_body("B1") + "59=1|");
    ASSERT_EQ(only(other.hear(), {35, 11, 39, 150}), accepted("B1"));
    other.say("5", "");
    EXPECT_EQ(other.hear(), "35=5|34=3|");
  }
  venue.stop();
  ASSERT_EQ(venue.member({"remove", "TRADER2"}).exit_code, 0);
  venue.start();
  Peer trader(venue);
  ASSERT_EQ(trader.log_on(venue.password()), kLoggedOn);
  trader.say("V", "262=x|263=0|264=0|267=1|269=0|146=1|55=H100.D1|");
  EXPECT_EQ(only(trader.hear(), {35, 55, 268}), "35=W|55=H100.D1|268=0|");
}

TEST(RunningMembers, KnowNothingOfARemovedOneInWhosePlaceTheyCame) {
  RunningFix venue;
  Peer old(venue, {.sender = "TRADER2"});
  ASSERT_EQ(old.log_on(venue.password("TRADER2")), kLoggedOn);
  EXPECT_EQ(old.order("B1"), accepted("B1"));
  ASSERT_EQ(venue.member({"remove", "TRADER2"}).exit_code, 0);
  const std::string password = venue.add_member("NEW", "12");
  EXPECT_THAT(venue.reload(), HasSubstr("read again"));
  Peer peer(venue, {.sender = "NEW"});
  EXPECT_EQ(peer.log_on(password), kLoggedOn);
  EXPECT_EQ(peer.order("B1"), accepted("B1"));
  peer.say("AF", "584=M|585=7|");
  EXPECT_EQ(only(peer.hear(), {11, 39, 911, 912}), "11=B1|39=0|911=1|912=Y|");
}

TEST(RunningMembers, GetTheirNewRateOnASignal) {
  RunningFix venue;
  ASSERT_EQ(venue.member({"remove", "TRADER2"}).exit_code, 0);
  const std::string password = venue.add_member("TRADER2", "12", {"--orders-per-second", "1"});
  EXPECT_THAT(venue.reload(), HasSubstr("read again"));
  Peer peer(venue, {.sender = "TRADER2"});
  ASSERT_EQ(peer.log_on(password), kLoggedOn);
  std::string packet = peer.message("D", order_body("B1"));
  packet += peer.message("D", order_body("B2"));
  peer.send(packet);
  // At 1.5 times the rate, which the second is: refused, and logged out.
  EXPECT_EQ(only(peer.hear_through("35=j"), {35, 45, 372, 379, 380, 25001}),
            "35=j|45=3|372=D|379=B2|380=0|25001=1002|");
  EXPECT_EQ(only(peer.hear_through("35=5"), {35, 58}), "35=5|58=too many messages a second|");
}

TEST(RunningMembers, StayAsTheyAreWhereTheirFileIsBroken) {
  RunningFix venue;
  Peer trader(venue);
  ASSERT_EQ(trader.log_on(venue.password()), kLoggedOn);
  const std::string path = venue.data_dir() + "/fix/members.json";
  std::filesystem::copy_file(path, path + ".good");
  for (const char* text : {"", "{", "{\"members\": [{\"comp_id\": \"A B\"}]}", "[]"}) {
    std::ofstream(path) << text;
    EXPECT_THAT(venue.reload(), HasSubstr("hourglass run: members stay as they are: ")) << text;
  }
  std::filesystem::remove(path);
  EXPECT_THAT(venue.reload(), HasSubstr("hourglass run: members stay as they are: "));
  EXPECT_EQ(trader.order("A1"), accepted("A1"));
  Peer other(venue, {.sender = "TRADER2"});
  EXPECT_EQ(other.log_on(venue.password("TRADER2")), kLoggedOn);
  std::filesystem::rename(path + ".good", path);
  EXPECT_THAT(venue.reload(), HasSubstr("read again"));
  EXPECT_EQ(other.order("B1"), accepted("B1"));
}

// A certificate asked for and not looked at would be none.
TEST(RunningMembers, AreNotLetInWithoutTheCertificateTheyNeed) {
  RunningFix venue;
  const std::string password =
      venue.add_member("CERT", "12", {"--certificate", std::string(64, 'a')});
  EXPECT_THAT(venue.reload(), HasSubstr("read again"));
  Peer peer(venue, {.sender = "CERT"});
  EXPECT_EQ(peer.log_on(password),
            "35=5|34=1|58=this session needs TLS with the client certificate agreed|");
}

TEST(RunningMembers, MayComeBackWithAnotherVersion) {
  RunningFix venue;
  Peer old(venue, {.sender = "TRADER2"});
  ASSERT_EQ(old.log_on(venue.password("TRADER2")), kLoggedOn);
  ASSERT_EQ(venue.member({"remove", "TRADER2"}).exit_code, 0);
  const std::string password = venue.add_member("TRADER2", "12", {"--version", "5.0"});
  EXPECT_THAT(venue.reload(), HasSubstr("read again"));
  EXPECT_EQ(old.hear(), "35=5|34=2|58=this session was removed|");
  Peer peer(venue, {.sender = "TRADER2", .begin_string = "FIXT.1.1"});
  EXPECT_EQ(peer.log_on(password), "35=A|34=1|98=0|108=60|1137=9|");
}

TEST(RunningMembers, AreLoggedOutWhenTheVenueStopsAndGoOnWithTheirNumbers) {
  RunningFix venue;
  {
    Peer trader(venue);
    ASSERT_EQ(trader.log_on(venue.password()), kLoggedOn);
    EXPECT_EQ(trader.order("A1"), accepted("A1"));
    Peer other(venue, {.sender = "TRADER2"});
    ASSERT_EQ(other.log_on(venue.password("TRADER2")), kLoggedOn);
    EXPECT_EQ(venue.stop(), 0);
    EXPECT_EQ(only(trader.hear(), {35, 34}), "35=B|34=3|");
    EXPECT_EQ(trader.hear(), "35=5|34=4|58=the venue closes|");
    EXPECT_EQ(trader.hear(), "closed");
    EXPECT_EQ(only(other.hear(), {35, 34}), "35=B|34=2|");
    EXPECT_EQ(other.hear(), "35=5|34=3|58=the venue closes|");
    EXPECT_EQ(other.hear(), "closed");
  }
  venue.start();
  Peer trader(venue);
  trader.next = 3;
  EXPECT_EQ(trader.log_on(venue.password()), "35=A|34=6|98=0|108=60|");
  // Between the two its DAY order went with the connection.
  trader.say("2", "7=5|16=0|");
  EXPECT_EQ(only(trader.hear(), {35, 34, 43, 11, 39, 150}), "35=8|34=5|43=Y|11=A1|39=4|150=4|");
  EXPECT_EQ(trader.hear(), "35=4|34=6|43=Y|36=7|123=Y|");
  EXPECT_EQ(trader.order("A2"), accepted("A2"));
}

}  // namespace
}  // namespace hourglass::gateway::fix

// What a member asks about its own logon (35=BE), at the real door.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <vector>

#include "fmt/format.h"
#include "gateway/fix/members/member_list.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fix/running_fix.h"
#include "tests/support/random_source.h"

namespace hourglass::gateway::fix {
namespace {

using testing::HasSubstr;

constexpr char kLoggedOn[] = "35=A|34=1|98=0|108=60|";
constexpr char kWrong[] = "35=5|34=1|58=wrong user name or password|";
constexpr char kNext[] = "927=the next Logon needs the new password|";

std::string change_body(std::string_view id, std::string_view name, std::string_view old_password,
                        std::string_view new_password) {
  return fmt::format("553={}|554={}|923={}|924=3|925={}|", name, old_password, id, new_password);
}

class UserRequests : public testing::Test {
 protected:
  // Asks and hears the answer.
  static std::string ask(Peer& peer, std::string_view body) {
    peer.say("BE", body);
    return only(peer.hear(), {35, 553, 923, 926, 927, 371, 372, 373, 379, 380});
  }
  static std::string change(Peer& peer, std::string_view old_password,
                            std::string_view new_password) {
    return ask(peer, change_body("C", peer.header.sender, old_password, new_password));
  }
  std::string log_on(Peer& peer, const std::string& password) {
    return peer.log_on(password, "141=Y|");
  }
  std::string stored_hash(const std::string& name) {
    const auto list = MemberList::load(venue_.data_dir() + "/fix/members.json");
    if (!list.ok() || list->find(name) == nullptr) return "none";
    return list->find(name)->password_hash;
  }

  RunningFix venue_;
};

const std::string kChanged = fmt::format("35=BF|553=TRADER1|923=C|926=5|{}", kNext);

TEST_F(UserRequests, ChangeThePasswordForTheNextLogonAndForARestart) {
  const std::string modern = venue_.add_member("MODERN", "12", {"--version", "5.0"});
  ASSERT_THAT(venue_.reload(), HasSubstr("read again"));
  for (const PeerHeader& header :
       {PeerHeader{}, PeerHeader{.sender = "MODERN", .begin_string = "FIXT.1.1"}}) {
    const std::string old_password = header.sender == "MODERN" ? modern : venue_.password();
    const std::string ours = header.sender == "MODERN" ? "1137=9|" : "";
    Peer peer(venue_, header);
    ASSERT_EQ(peer.log_on(old_password), kLoggedOn + ours);
    EXPECT_EQ(change(peer, old_password, "open sesame 1"),
              fmt::format("35=BF|553={}|923=C|926=5|{}", header.sender, kNext));
    EXPECT_EQ(peer.order("A1"), accepted("A1"));  // still logged on
    EXPECT_EQ(change(peer, "open sesame 1", "open sesame 2"),
              fmt::format("35=BF|553={}|923=C|926=5|{}", header.sender, kNext));
    peer.say("5", "");
    EXPECT_EQ(only(peer.hear(), {35}), "35=5|");
    for (const std::string& wrong : {old_password, std::string("open sesame 1")}) {
      Peer late(venue_, header);
      EXPECT_EQ(late.log_on(wrong), kWrong);
    }
    Peer again(venue_, header);
    EXPECT_EQ(log_on(again, "open sesame 2"), "35=A|34=1|98=0|108=60|141=Y|" + ours);
  }
  ASSERT_EQ(venue_.stop(), 0);
  venue_.start();
  Peer old(venue_);
  EXPECT_EQ(old.log_on(venue_.password()), kWrong);
  Peer peer(venue_);
  EXPECT_EQ(log_on(peer, "open sesame 2"), "35=A|34=1|98=0|108=60|141=Y|");
}

TEST_F(UserRequests, AreAnsweredOneByOneWhereNothingIsChanged) {
  const std::string password = venue_.password();
  const std::string before = stored_hash("TRADER1");
  Peer peer(venue_);
  ASSERT_EQ(peer.log_on(password), kLoggedOn);
  const std::string form = "927=a password is 8 to 128 printable ASCII characters|";
  const auto asks = [&](std::string_view new_password) {
    return change_body("C", "TRADER1", password, new_password);
  };
  const struct {
    std::string body;
    std::string answer;
  } cases[] = {
      {"553=TRADER1|923=S|924=4|", "35=BF|553=TRADER1|923=S|926=1|"},
      {"553=TRADER1|923=L|924=1|",
       "35=BF|553=TRADER1|923=L|926=6|927=log on by Logon (35=A), off by Logout (35=5)|"},
      {"553=TRADER1|923=L|924=2|",
       "35=BF|553=TRADER1|923=L|926=6|927=log on by Logon (35=A), off by Logout (35=5)|"},
      {"553=TRADER2|923=S|924=4|",
       "35=BF|553=TRADER2|923=S|926=3|927=Username (553) is not this session's CompID|"},
      {change_body("C", "TRADER2", password, "open sesame"),
       "35=BF|553=TRADER2|923=C|926=3|927=Username (553) is not this session's CompID|"},
      {asks("seven77"), "35=BF|553=TRADER1|923=C|926=6|" + form},
      {asks(std::string(129, 'x')), "35=BF|553=TRADER1|923=C|926=6|" + form},
      {asks("caf\xC3\xA9 society"), "35=BF|553=TRADER1|923=C|926=6|" + form},
      {asks(password), "35=BF|553=TRADER1|923=C|926=6|927=the new password is the old one|"},
      {change_body("C", "TRADER1", "guessed it", "open sesame"),
       "35=BF|553=TRADER1|923=C|926=4|927=the old password is wrong|"},
      {"553=TRADER1|554=x|923=C|924=3|", "35=j|372=BE|379=C|380=5|"},
      {"553=TRADER1|923=C|924=3|925=open sesame|", "35=j|372=BE|379=C|380=5|"},
      {"553=TRADER1|923=C|924=5|", "35=3|371=924|372=BE|373=5|"},
      {"553=TRADER1|923=C|", "35=3|371=924|372=BE|373=1|"},
      {"923=C|924=4|", "35=3|371=553|372=BE|373=1|"},
  };
  for (const auto& [body, answer] : cases) EXPECT_EQ(ask(peer, body), answer) << body;
  EXPECT_EQ(stored_hash("TRADER1"), before);
  EXPECT_EQ(change(peer, password, std::string(128, 'x')), kChanged);
}

TEST_F(UserRequests, ChangeOnePasswordAtATime) {
  Peer peer(venue_);
  ASSERT_EQ(peer.log_on(venue_.password()), kLoggedOn);
  std::string packet =
      peer.message("BE", change_body("1", "TRADER1", venue_.password(), "open sesame"));
  packet += peer.message("BE", change_body("2", "TRADER1", venue_.password(), "something else"));
  packet += peer.message("BE", "553=TRADER1|923=3|924=4|");
  peer.send(packet);
  const auto heard = [&] { return only(peer.hear(), {35, 923, 926, 927}); };
  EXPECT_EQ(heard(), "35=BF|923=2|926=6|927=a change is under way already|");
  EXPECT_EQ(heard(), "35=BF|923=3|926=1|");
  EXPECT_EQ(heard(), fmt::format("35=BF|923=1|926=5|{}", kNext));
}

TEST_F(UserRequests, WithAWrongOldPasswordCountAsFailedLogons) {
  const std::string password = venue_.password();
  Peer peer(venue_);
  ASSERT_EQ(peer.log_on(password), kLoggedOn);
  for (std::uint32_t i = 0; i < 5; ++i) {
    EXPECT_EQ(change(peer, "guessed it", "open sesame"),
              "35=BF|553=TRADER1|923=C|926=4|927=the old password is wrong|");
  }
  EXPECT_EQ(change(peer, password, "open sesame"),
            "35=BF|553=TRADER1|923=C|926=6|927=too many failed logons, try again later|");
  peer.close_abruptly();
  Peer again(venue_);
  EXPECT_EQ(again.log_on(password), "35=5|34=1|58=too many failed logons, try again later|");
}

TEST_F(UserRequests, FindNothingToChangeWhereTheSessionHasOnlyAKey) {
  const std::string password = venue_.add_member("KEYED", "12");
  ASSERT_THAT(venue_.reload(), HasSubstr("read again"));
  Peer peer(venue_, {.sender = "KEYED"});
  ASSERT_EQ(peer.log_on(password), kLoggedOn);
  // As if it had come by its key: the list it is in now has no password for it.
  const std::string path = venue_.data_dir() + "/fix/members.json";
  auto list = MemberList::load(path);
  ASSERT_TRUE(list.ok()) << list.status();
  Member member = *list->find("KEYED");
  member.password_hash.clear();
  member.ed25519_public_key = std::string(64, 'a');
  ASSERT_EQ(list->update(member), absl::OkStatus());
  ASSERT_EQ(list->save(path), absl::OkStatus());
  ASSERT_THAT(venue_.reload(), HasSubstr("read again"));
  EXPECT_EQ(change(peer, password, "open sesame"),
            "35=BF|553=KEYED|923=C|926=6|927=this session has no password to change|");
}

TEST_F(UserRequests, LeaveWhatTheOperatorChangesMeanwhile) {
  Peer peer(venue_);
  ASSERT_EQ(peer.log_on(venue_.password()), kLoggedOn);
  // The operator sets a password, and the venue has not read the list again.
  ASSERT_EQ(venue_.member({"password", "TRADER1", "--generate"}).exit_code, 0);
  const std::string hash = stored_hash("TRADER1");
  EXPECT_EQ(change(peer, venue_.password(), "open sesame"),
            "35=BF|553=TRADER1|923=C|926=6|927=the password of TRADER1 was changed by somebody "
            "else|");
  EXPECT_EQ(stored_hash("TRADER1"), hash);
  ASSERT_EQ(venue_.member({"remove", "TRADER1"}).exit_code, 0);
  EXPECT_EQ(change(peer, venue_.password(), "open sesame"),
            "35=BF|553=TRADER1|923=C|926=6|927=TRADER1 is not listed any more|");
  EXPECT_EQ(stored_hash("TRADER1"), "none");
}

TEST_F(UserRequests, LoseNoMemberThatIsAddedAtTheSameTime) {
  constexpr std::uint32_t kAdded = 12;
  std::atomic<bool> is_over = false;
  std::thread added([&] {
    for (std::uint32_t i = 0; i < kAdded; ++i) {
      EXPECT_EQ(venue_.member({"add", fmt::format("M{}", i), "--accounts", "12"}).exit_code, 0);
    }
    is_over = true;
  });
  Peer peer(venue_);
  std::string password = venue_.password();
  EXPECT_EQ(peer.log_on(password), kLoggedOn);
  std::uint32_t changes = 0;
  while (!is_over || changes < 2) {
    const std::string next = fmt::format("open sesame {}", ++changes);
    EXPECT_EQ(change(peer, password, next), kChanged);
    password = next;
    if (HasFailure()) break;
  }
  added.join();
  for (std::uint32_t i = 0; i < kAdded; ++i) {
    EXPECT_EQ(stored_hash(fmt::format("M{}", i)), "") << i;
  }
  ASSERT_THAT(venue_.reload(), HasSubstr("read again"));
  EXPECT_EQ(change(peer, password, "the last one"), kChanged);
}

// The bytes of every file below.
std::string everything_in(const std::string& folder) {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::string bytes(entry.file_size(), '\0');
    std::ifstream(entry.path(), std::ios::binary)
        .read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    all += bytes;
  }
  return all;
}

TEST_F(UserRequests, LeaveNoPasswordOnTheDiskOrInWhatTheVenueSays) {
  const std::string password = venue_.add_member("QUIET", "12");
  ASSERT_THAT(venue_.reload(), HasSubstr("read again"));
  Peer peer(venue_, {.sender = "QUIET"});
  ASSERT_EQ(peer.log_on(password), kLoggedOn);
  ask(peer, change_body("C", "QUIET", "wrong-secret-1", "new-secret-2"));
  ask(peer, "553=QUIET|554=wrong-secret-3|923=C|924=3|925=short|925=new-secret-4|");
  ask(peer, "553=QUIET|554=wrong-secret-5|923=C|924=9|925=new-secret-6|");
  EXPECT_EQ(ask(peer, change_body("C", "QUIET", password, "new-secret-7")),
            fmt::format("35=BF|553=QUIET|923=C|926=5|{}", kNext));
  EXPECT_EQ(venue_.stop(), 0);
  const std::string all = everything_in(venue_.data_dir() + "/fix") + venue_.program().errors();
  EXPECT_THAT(all, HasSubstr("926=5"));
  EXPECT_EQ(all.find(password), std::string::npos);
  EXPECT_EQ(all.find("-secret-"), std::string::npos);
}

// Whatever the moment, one of the two passwords lets the member in; the new one, where it was told.
TEST_F(UserRequests, LeaveOnePasswordGoodWhenTheVenueIsKilled) {
  const std::uint64_t seed = engine::test::number_from_environment("HOURGLASS_SEED", 20261128);
  SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", seed));
  engine::test::RandomSource random(seed);
  std::string password = venue_.password();
  for (std::uint32_t life = 0; life < 6; ++life) {
    const std::string next = fmt::format("open sesame {}", life);
    std::string answer;
    {
      Peer peer(venue_);
      ASSERT_EQ(log_on(peer, password), "35=A|34=1|98=0|108=60|141=Y|");
      peer.say("BE", change_body("C", "TRADER1", password, next));
      answer = peer.hear(std::chrono::milliseconds(random.between(0, 250)));
      venue_.program().kill();
    }
    venue_.start();
    Peer peer(venue_);
    const bool is_old_good = log_on(peer, password) == "35=A|34=1|98=0|108=60|141=Y|";
    if (is_old_good) {
      EXPECT_EQ(answer, "silence") << life;
      continue;
    }
    Peer again(venue_);
    ASSERT_EQ(log_on(again, next), "35=A|34=1|98=0|108=60|141=Y|") << life << ": " << answer;
    password = next;
  }
}

// `hourglass fix` with these words and a line of input.
engine::test::Ended fix_with_input(const RunningFix& venue, std::string_view words,
                                   std::string_view input) {
  return engine::test::run_program(
      {"/bin/sh", "-c",
       fmt::format("printf '%s\\n' '{}' | '{}' fix --data-dir '{}' --port {} {}", input,
                   HOURGLASS_PROGRAM, venue.data_dir(), venue.port(), words)});
}

TEST_F(UserRequests, ComeFromOurClientWhichKeepsTheStartersLogin) {
  const std::string others = venue_.password("TRADER2");
  const std::string path = venue_.data_dir() + "/fix/starter-credentials";
  const auto changed = fix_with_input(venue_, "password", "battery staple");
  EXPECT_EQ(changed.exit_code, 0) << changed.output;
  EXPECT_EQ(changed.output, "the password of TRADER1 is changed\n");
  // The next run logs on by it, the other starters are as before, and the file is the owner's.
  const auto next = fix_with_input(venue_, "password", "correct-horse");
  EXPECT_EQ(next.exit_code, 0) << next.output;
  EXPECT_EQ(venue_.password("TRADER2"), others);
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  Peer peer(venue_);
  EXPECT_EQ(log_on(peer, "correct-horse"), "35=A|34=1|98=0|108=60|141=Y|");
  peer.close_abruptly();

  // Where the login is given, the file is left alone.
  const auto given = fix_with_input(
      venue_, fmt::format("--as TRADER2 --password {} password", others), "open sesame 2");
  EXPECT_EQ(given.exit_code, 0) << given.output;
  EXPECT_EQ(venue_.password("TRADER2"), others);
}

TEST_F(UserRequests, OfOurClientThatAreRefusedSayWhyAndChangeNothing) {
  const std::string before = stored_hash("TRADER1");
  const std::string password = venue_.password();
  for (const auto& [words, input, said] :
       {std::tuple{"password", std::string("short"),
                   "hourglass fix: a password is 8 to 128 printable ASCII characters\n"},
        std::tuple{"password", password,
                   "hourglass fix: the password is not changed: the new password is the old one\n"},
        std::tuple{"password open-sesame-2", std::string(),
                   "hourglass fix: password stands alone: the new one is read from standard "
                   "input\n"}}) {
    const auto ended = fix_with_input(venue_, words, input);
    EXPECT_EQ(ended.exit_code, 1);
    EXPECT_EQ(ended.output, said);
  }
  EXPECT_EQ(stored_hash("TRADER1"), before);
  EXPECT_EQ(venue_.password(), password);
}

}  // namespace
}  // namespace hourglass::gateway::fix

// Wireshark's dissector, which knows nothing of us, reads sessions of both versions.
#include <fmt/format.h>

#include <fstream>
#include <string>
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fix/capture.h"
#include "tests/fix/running_fix.h"

namespace hourglass::gateway::fix {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A peer whose messages are counted as it says and hears them.
class CountedPeer {
 public:
  CountedPeer(const RunningFix& venue, const PeerHeader& header, Decoded& counts)
      : peer_(venue, header), counts_(counts) {}

  std::string log_on(const std::string& password) {
    ++counts_.to_venue["A"];
    return counted(peer_.log_on(password));
  }
  void say(const std::string& type, std::string_view body) {
    ++counts_.to_venue[type];
    peer_.say(type, body);
  }
  // Through the first message of this type, or the end.
  std::string hear(std::string_view type) {
    const std::string start = fmt::format("35={}|", type);
    for (;;) {  // ends: with that message, or with the connection
      const std::string heard = counted(peer_.hear());
      if (!heard.starts_with("35=") || heard.starts_with(start)) return heard;
    }
  }
  void ask(const std::string& type, std::string_view body, std::string_view answer) {
    say(type, body);
    EXPECT_THAT(hear(answer), HasSubstr(fmt::format("35={}|", answer))) << type;
  }

 private:
  std::string counted(std::string heard) {
    if (!heard.starts_with("35=")) return heard;
    ++counts_.from_venue[heard.substr(3, heard.find('|') - 3)];
    return heard;
  }

  Peer peer_;
  Decoded& counts_;
};

// Most of what a session can hold: list, order, trade, replace, cancel, refusals, resend.
void trade(CountedPeer& peer, CountedPeer& other, const std::string& name) {
  const std::string now = time_text();
  const auto terms = [&](std::string_view id, std::string_view more) {
    return fmt::format("11={}{}|{}55=H100.D1|60={}|", name, id, more, now);
  };
  peer.ask("x", "320=L|559=4|", "y");
  peer.ask("e", "263=0|324=S|55=H100.D1|", "f");
  peer.ask("D", terms("rest", "38=3|40=2|44=2|54=1|"), "8");
  other.ask("D", terms("hit", "38=1|40=2|44=2|54=2|59=3|"), "8");
  other.hear("8");
  peer.hear("8");
  peer.ask("G", terms("more", fmt::format("38=9|40=2|41={}rest|44=2|54=1|", name)), "8");
  peer.ask("F", terms("end", fmt::format("41={}more|54=1|", name)), "8");
  peer.ask("F", terms("again", fmt::format("41={}more|54=1|", name)), "9");
  peer.ask("D", terms("odd", "38=1|40=2|44=-0.00001|54=1|"), "8");
  peer.ask("D", terms("side", "38=1|40=2|44=2|54=3|"), "3");
  peer.ask("q", fmt::format("11={}all|530=7|60={}|", name, now), "r");
  peer.say("2", "7=1|16=0|");
  peer.ask("1", "112=still there|", "0");
}

// One byte of the first order, in the file: no longer what its checksum says.
void damage(const std::string& file) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(bytes), {}};
  const std::size_t order = text.find("\00135=D\001");
  const std::size_t at = text.find("H100.D1\00160=", order);
  ASSERT_NE(order, std::string::npos);
  ASSERT_NE(at, std::string::npos);
  bytes.seekp(static_cast<std::streamoff>(at));
  bytes.put('h');
}

TEST(Tshark, DecodesEachMessageOfBothVersions) {
  RunningFix venue;
  const std::string password = venue.add_member("FIVE", "12", {"--version", "5.0"});
  ASSERT_THAT(venue.reload(), HasSubstr("read again"));
  const std::string file = venue.data_dir() + "/session.pcapng";
  auto capture = Capture::start(venue.port(), file);
  if (!capture.ok()) GTEST_SKIP() << "no packets can be captured: " << capture.status();

  Decoded counts;
  CountedPeer fix44(venue, {}, counts);
  CountedPeer fix50(venue, {.sender = "FIVE", .begin_string = "FIXT.1.1"}, counts);
  ASSERT_THAT(fix44.log_on(venue.password()), HasSubstr("35=A|"));
  ASSERT_THAT(fix50.log_on(password), HasSubstr("35=A|"));
  trade(fix44, fix50, "A");
  trade(fix50, fix44, "B");
  for (CountedPeer* const peer : {&fix44, &fix50}) peer->ask("5", "", "5");
  CountedPeer last(venue, {}, counts);
  ASSERT_THAT(last.log_on("wrong"), HasSubstr("58=wrong user name or password|"));
  ASSERT_TRUE(capture->stop_behind("58=wrong user name or password"));

  const auto decoded = decode(file, venue.port());
  if (absl::IsUnavailable(decoded.status())) GTEST_SKIP() << decoded.status();
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_THAT(decoded->faults, IsEmpty());
  EXPECT_EQ(decoded->to_venue, counts.to_venue);
  EXPECT_EQ(decoded->from_venue, counts.from_venue);

  damage(file);
  const auto damaged = decode(file, venue.port());
  ASSERT_TRUE(damaged.ok()) << damaged.status();
  EXPECT_THAT(damaged->faults, ElementsAre(HasSubstr("checksum of D")));
}

}  // namespace
}  // namespace hourglass::gateway::fix

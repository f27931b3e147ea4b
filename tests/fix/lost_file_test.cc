// The real program on session files that were damaged or are gone: no execution is lost to the
// member, and the operator is told.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "fmt/format.h"
#include "gateway/fix/store/session_file_layout.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fix/running_fix.h"

namespace hourglass::gateway::fix {
namespace {

using testing::HasSubstr;

constexpr std::int32_t kOrders = 6;

class LostFile : public testing::Test {
 protected:
  // Orders O1 to O6 and their reports, the numbers 2 to 7 of both sides; the venue is down then.
  void trade_and_stop() {
    {
      Peer peer(venue_);
      EXPECT_EQ(only(peer.log_on(password_), {34, 35}), "34=1|35=A|");
      for (std::int32_t order = 1; order <= kOrders; ++order) {
        const std::string id = fmt::format("O{}", order);
        EXPECT_EQ(peer.order(id, ""), accepted(id));
      }
      peer.say("5", "");
      EXPECT_EQ(only(peer.hear(), {34, 35}), "34=8|35=5|");
      EXPECT_EQ(peer.hear(), "closed");
    }
    stop_and_find();
  }
  void stop_and_find() {
    EXPECT_EQ(venue_.stop(), 0);
    for (const auto& entry : std::filesystem::directory_iterator(venue_.data_dir() + "/fix")) {
      if (entry.path().filename().string().starts_with("TRADER1-")) path_ = entry.path();
    }
    ASSERT_FALSE(path_.empty());
  }
  // Makes the text of the report about this order unreadable.
  void damage(std::string_view id) {
    std::ifstream in(path_, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    const std::size_t at =
        bytes.find(fmt::format("\x01"
                               "11={}\x01",
                               id));
    ASSERT_NE(at, std::string::npos);
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file << "####";
  }
  // All before the messages.
  [[nodiscard]] std::string beginning() const {
    std::string text(kRingOffset, '\0');
    std::ifstream(path_, std::ios::binary).read(text.data(), kRingOffset);
    return text;
  }
  void set_beginning(const std::string& text) const {
    std::fstream(path_, std::ios::in | std::ios::out | std::ios::binary) << text;
  }
  // To TRADER1, who is told so; TRADER2 trades.
  void expect_closed() {
    Peer peer(venue_);
    peer.next = 9;
    EXPECT_EQ(peer.log_on(password_),
              "35=5|34=1|58=the venue cannot record this session's messages; call its operator|");
    EXPECT_EQ(peer.hear(), "closed");
    Peer other(venue_, {.sender = "TRADER2"});
    EXPECT_EQ(only(other.log_on(venue_.password("TRADER2"), "141=Y|"), {34, 35}), "34=1|35=A|");
    const std::string id = fmt::format("P{}", ++others_orders_);
    EXPECT_EQ(other.order(id), accepted(id));
  }
  // All from `begin` on, as a resend gives it; `last` is what its last gap fill ends at.
  static std::string resent(Peer& peer, std::string_view begin, std::string_view last) {
    peer.say("2", fmt::format("7={}|16=0|", begin));
    std::string all;
    for (std::int32_t count = 0; count < 100; ++count) {
      const std::string heard = peer.hear();
      if (!heard.starts_with("35=")) return all + heard;
      all += only(heard, {34, 35, 36, 97, 11}) + "\n";
      if (only(heard, {36}) == fmt::format("36={}|", last)) return all;
    }
    return all;
  }
  // The alarms of this start, which come when the venue is idle.
  std::string alarms(std::string_view wanted) {
    for (std::int32_t turn = 0; turn < 500; ++turn) {
      if (venue_.program().errors().find(wanted) != std::string::npos) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return venue_.program().errors();
  }

  RunningFix venue_;
  std::string password_ = venue_.password();
  std::string path_;
  std::int32_t others_orders_ = 0;
};

TEST_F(LostFile, ReportsOfDamagedRecordsComeUnderNewNumbersOnce) {
  ASSERT_NO_FATAL_FAILURE(trade_and_stop());
  ASSERT_NO_FATAL_FAILURE(damage("O3"));
  ASSERT_NO_FATAL_FAILURE(damage("O4"));
  for (std::int32_t start = 0; start < 2; ++start) {
    venue_.start();
    EXPECT_THAT(alarms("4 to 5"), HasSubstr(path_));
    EXPECT_THAT(alarms("4 to 5"), HasSubstr("unreadable among the numbers 4 to 5"));
    if (start == 0) {
      EXPECT_EQ(venue_.stop(), 0);
    }
  }
  Peer peer(venue_);
  peer.next = 9;
  EXPECT_EQ(only(peer.log_on(password_), {34, 35}), "34=11|35=A|");
  EXPECT_EQ(resent(peer, "1", "12"),
            "34=1|35=4|36=2|\n34=2|35=8|11=O1|\n34=3|35=8|11=O2|\n34=4|35=4|36=6|\n"
            "34=6|35=8|11=O5|\n34=7|35=8|11=O6|\n34=8|35=4|36=9|\n"
            "34=9|35=8|97=Y|11=O3|\n34=10|35=8|97=Y|11=O4|\n34=11|35=4|36=12|\n");
  EXPECT_THAT(alarms("a resend met"), HasSubstr("a resend met damage in the FIX session file"));
}

TEST_F(LostFile, AMissingFileTakesTheNumbersBehindAllThatWereSeen) {
  ASSERT_NO_FATAL_FAILURE(trade_and_stop());
  std::filesystem::remove(path_);
  venue_.start();
  EXPECT_THAT(alarms("is missing"), HasSubstr(path_ + " is missing"));
  Peer peer(venue_);
  peer.next = 9;
  // That it had logged out is not known any more, so its orders of the day were cancelled.
  EXPECT_EQ(only(peer.log_on(password_), {34, 35}), "34=1000000012|35=A|");
  EXPECT_EQ(only(peer.hear(), {35, 7}), "35=2|7=8|");
  std::string all = "34=9|35=4|36=1000000000|\n";
  for (std::int32_t at = 0; at < 2 * kOrders; ++at) {
    all += fmt::format("34={}|35=8|{}11=O{}|\n", 1'000'000'000 + at, at < kOrders ? "97=Y|" : "",
                       at % kOrders + 1);
  }
  all += "34=1000000012|35=4|36=1000000014|\n";
  EXPECT_EQ(resent(peer, "9", "1000000014"), all);
}

// A cut, and both copies of the header damaged: the file is nothing to go on with. Its numbers'
// owner waits, and nobody else.
TEST_F(LostFile, ADamagedFileClosesItsOwnSessionAlone) {
  ASSERT_NO_FATAL_FAILURE(trade_and_stop());
  const std::uintmax_t size = std::filesystem::file_size(path_);
  const std::string whole = beginning();
  std::string headers = whole;
  headers.replace(kHeaderOffset, 8, 8, '#').replace(kHeaderOffset + kSessionPageBytes, 8, 8, '#');
  // The messages are few: behind the half there is nothing.
  for (const auto& [its_size, text] : {std::pair(size / 2, whole), std::pair(size, headers)}) {
    set_beginning(text);
    std::filesystem::resize_file(path_, its_size);
    venue_.start();
    EXPECT_THAT(alarms("is closed"),
                HasSubstr("the FIX session of TRADER1 is closed until the venue starts again"));
    EXPECT_THAT(alarms("is closed"), HasSubstr(path_));
    EXPECT_THAT(alarms("is closed"), HasSubstr("move the file away and start again"));
    EXPECT_EQ(std::filesystem::file_size(path_), its_size);
    EXPECT_TRUE(beginning() == text);
    // Nor when it is put right: reports would be missing in it.
    set_beginning(whole);
    std::filesystem::resize_file(path_, size);
    EXPECT_THAT(venue_.reload(), HasSubstr("members read again"));
    expect_closed();
    EXPECT_EQ(venue_.stop(), 0);
    EXPECT_TRUE(beginning() == whole);
  }
  std::filesystem::remove(path_);
  venue_.start();
  EXPECT_THAT(alarms("is missing"), HasSubstr(path_ + " is missing"));
  Peer peer(venue_);
  peer.next = 9;
  EXPECT_EQ(only(peer.log_on(password_), {35}), "35=A|");
  EXPECT_EQ(only(peer.hear(), {35, 7}), "35=2|7=8|");
  const std::string all = resent(peer, "1000000000", "1000000014");
  for (std::int32_t order = 1; order <= kOrders; ++order) {
    EXPECT_THAT(all,
                HasSubstr(fmt::format("34={}|35=8|97=Y|11=O{}|\n", 999'999'999 + order, order)));
  }
}

// Its owner cannot see to them, but nobody else may take them.
TEST_F(LostFile, ADamagedFileLeavesOrdersThatOutliveTheDayWhereTheyAre) {
  {
    Peer peer(venue_);
    EXPECT_EQ(only(peer.log_on(password_), {34, 35}), "34=1|35=A|");
    peer.say("D", order_body("LONG") + "59=1|");
    EXPECT_EQ(only(peer.hear(), {35, 11, 39, 150}), accepted("LONG"));
  }
  ASSERT_NO_FATAL_FAILURE(stop_and_find());
  std::string headers = beginning();
  headers.replace(kHeaderOffset, 8, 8, '#').replace(kHeaderOffset + kSessionPageBytes, 8, 8, '#');
  set_beginning(headers);
  venue_.start();
  expect_closed();
  EXPECT_EQ(venue_.stop(), 0);
  std::filesystem::remove(path_);
  venue_.start();
  Peer peer(venue_);
  peer.next = 3;
  EXPECT_EQ(only(peer.log_on(password_), {35}), "35=A|");
  peer.say("AF", "584=M|585=7|");
  EXPECT_EQ(only(peer.hear(), {35, 11, 39, 911}), "35=8|11=LONG|39=0|911=1|");
}

TEST_F(LostFile, AWholeFileGivesNoAlarmBehindAKill) {
  ASSERT_NO_FATAL_FAILURE(trade_and_stop());
  venue_.start();
  venue_.program().kill();
  venue_.start();
  EXPECT_EQ(venue_.stop(), 0);
  EXPECT_THAT(venue_.program().errors(), testing::Not(HasSubstr("ALARM")));
}

}  // namespace
}  // namespace hourglass::gateway::fix

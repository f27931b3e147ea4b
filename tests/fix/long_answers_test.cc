// Long answers go out as the peer reads: nothing overtakes, nothing is lost, and one is told at a
// time.
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "fmt/format.h"
#include "gateway/fix/post_trade/trade_reports.h"
#include "gateway/fix/wire/fields.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fix/running_fix.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix {
namespace {

using testing::HasSubstr;

constexpr std::uint32_t kOrderLots = 300;
constexpr std::uint32_t kFills = 4 * kOrderLots;
static_assert(kFills > kMaxTradeReports);
// Asked for and not read they are more than the system's buffers take, some 10 MB.
constexpr std::uint32_t kResends = 28;

std::string value_of(const std::string& heard, std::uint32_t tag) {
  const std::string text = fix_text(heard);
  Fields fields;
  fields.parse(text);
  return std::string(fields.value(tag));
}

// A buyer with many fills, who may stop reading; in the clear, or by TLS.
class LongAnswers : public testing::TestWithParam<bool> {
 protected:
  LongAnswers() {
    const std::vector<std::string> fast = {"--orders-per-second", "1000000"};
    const std::string buys = venue_.add_member("BUYER", "11", fast);
    const std::string sells = venue_.add_member("SELLER", "12", fast);
    EXPECT_THAT(venue_.reload(), HasSubstr("read again"));
    EXPECT_THAT(buyer_.log_on(buys), HasSubstr("35=A|34=1|"));
    EXPECT_THAT(seller_.log_on(sells), HasSubstr("35=A|34=1|"));
    for (std::uint32_t i = 0; i < kFills / kOrderLots; ++i) {
      order(buyer_, '1', kOrderLots);
      EXPECT_EQ(only(buyer_.hear(), {35, 150}), "35=8|150=0|");
    }
    sell(kFills);
    while (fills_.size() < kFills && !HasFailure()) {
      const std::string heard = buyer_.hear();
      EXPECT_EQ(only(heard, {35, 150}), "35=8|150=F|");
      fills_.push_back(value_of(heard, 17));
    }
  }

  static std::string order_text(Peer& peer, char side, std::uint32_t lots) {
    return peer.message("D", fmt::format("11=o{}|38={}|40=2|44=2|54={}|55=H100.D1|60={}|",
                                         peer.next, lots, side, time_text()));
  }
  static void order(Peer& peer, char side, std::uint32_t lots) {
    EXPECT_TRUE(peer.send(order_text(peer, side, lots)));
  }
  // So many orders of one lot, each of which trades with what the buyer has.
  void sell(std::uint32_t count) {
    constexpr std::uint32_t kInAPacket = 100;
    for (std::uint32_t done = 0; done < count;) {
      const std::uint32_t end = std::min(done + kInAPacket, count);
      std::string packet;
      for (std::uint32_t i = done; i < end; ++i) packet += order_text(seller_, '2', 1);
      EXPECT_TRUE(seller_.send(packet));
      for (; done < end; ++done) {
        EXPECT_EQ(only(seller_.hear(), {35, 150}), "35=8|150=0|");
        EXPECT_EQ(only(seller_.hear(), {35, 150}), "35=8|150=F|");
      }
    }
  }

  // So many trades behind whatever the buyer has said before: its order is behind that.
  void trade_behind(std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      order(seller_, '2', 1);
      EXPECT_EQ(only(seller_.hear(), {35, 150}), "35=8|150=0|");
    }
    order(buyer_, '1', count);
    for (std::uint32_t i = 0; i < count; ++i) {
      EXPECT_EQ(only(seller_.hear(), {35, 150}), "35=8|150=F|");
    }
  }
  // One that comes while another is answered would only widen that.
  void stop_reading() {
    for (std::uint32_t i = 0; i < kResends; ++i) {
      buyer_.say("2", "7=1|16=0|");
      seller_.say("1", "112=T|");
      EXPECT_EQ(only(seller_.hear(), {35, 112}), "35=0|112=T|");
    }
  }

  // The buyer's next message but reports, whose fills are noted, and what is resent.
  std::string next_answer() {
    for (;;) {  // ends: with it, or the connection
      const std::string heard = buyer_.hear();
      const std::string type = only(heard, {35});
      if (type == "35=8|" && only(heard, {150}) == "150=F|") {
        fills_.push_back(value_of(heard, 17));
      }
      if (type != "35=8|" && type != "35=4|" && type != "35=0|") return heard;
    }
  }
  // The accounts of the buyer from now on, as the list has them.
  void give_buyer(const std::string& accounts) {
    const std::string path = venue_.data_dir() + "/fix/members.json";
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    const std::string list = text.str();
    const std::size_t begin = list.find('[', list.find("\"accounts\"", list.find("\"BUYER\"")));
    ASSERT_NE(begin, std::string::npos);
    const std::size_t end = list.find(']', begin) + 1;
    std::ofstream(path) << list.substr(0, begin) << accounts << list.substr(end);
    EXPECT_THAT(venue_.reload(), HasSubstr("read again"));
  }

  RunningFix venue_;
  Peer buyer_ = GetParam() ? Peer(venue_, {.sender = "BUYER"}, venue_.tls_files())
                           : Peer(venue_, {.sender = "BUYER"});
  Peer seller_{venue_, {.sender = "SELLER"}};
  std::vector<std::string> fills_;  // ExecIDs the buyer heard of
};

TEST_P(LongAnswers, TradesAreToldAsTheyAreReadAndNewOnesBehindTheOldOnes) {
  constexpr std::uint32_t kNew = 5;
  stop_reading();
  buyer_.say("AD", "568=T|569=1|263=1|");
  buyer_.say("AD", "568=Q|569=1|");
  trade_behind(kNew);
  EXPECT_EQ(only(buyer_.hear_through("35=AQ"), {568, 748, 749, 750, 25031}),
            "568=T|748=1024|749=0|750=0|25031=Y|");
  EXPECT_EQ(only(buyer_.hear_through("35=j"), {58, 372, 380, 25001}),
            "58=the answer to the last 35=AF, AD or AN is still on its way|372=AD|380=4|"
            "25001=1007|");
  std::vector<std::string> told;
  while (told.size() < kMaxTradeReports + kNew) {  // ends: with them, or with what is none
    const std::string heard = buyer_.hear();
    if (heard.starts_with("35=8")) {
      // Those that waited behind the resend come as part of it.
      if (only(heard, {150}) == "150=F|") fills_.push_back(value_of(heard, 17));
      continue;
    }
    const bool is_update = told.size() >= kMaxTradeReports;
    const char last = told.size() + 1 == kMaxTradeReports ? 'Y' : 'N';
    ASSERT_EQ(only(heard, {35, 568, 748, 912}),
              is_update ? "35=AE|568=T|" : fmt::format("35=AE|568=T|748=1024|912={}|", last));
    told.push_back(value_of(heard, 571));
  }
  ASSERT_EQ(fills_.size(), kFills + kNew);
  std::vector<std::string> expected(fills_.begin(), fills_.begin() + kMaxTradeReports);
  expected.insert(expected.end(), fills_.end() - kNew, fills_.end());
  EXPECT_EQ(told, expected);
  // Where all is read it may ask again.
  buyer_.say("AD", fmt::format("568=A|569=1|25030={}|", fills_.back()));
  EXPECT_EQ(only(buyer_.hear_through("35=AQ"), {568, 748, 749}), "568=A|748=0|749=0|");
}

TEST_P(LongAnswers, WhatHappenedBeforeTheEndOfASubscriptionIsToldAndTheEndBehindIt) {
  constexpr std::uint32_t kNew = 5;
  stop_reading();
  buyer_.say("AD", "568=T|569=1|263=1|");
  trade_behind(kNew);
  buyer_.say("AD", "568=T|569=1|263=2|");
  buyer_.say("AD", "568=T|569=1|263=2|");
  trade_behind(2);
  EXPECT_EQ(only(buyer_.hear_through("35=AQ"), {568, 748, 749, 750}),
            "568=T|748=1024|749=0|750=0|");
  EXPECT_EQ(only(next_answer(), {35, 372, 379, 380, 25001}), "35=j|372=AD|379=T|380=4|25001=1007|");
  std::vector<std::string> told;
  std::string heard = next_answer();
  for (; heard.starts_with("35=AE"); heard = next_answer()) told.push_back(value_of(heard, 571));
  ASSERT_EQ(fills_.size(), kFills + kNew + 2);
  std::vector<std::string> expected(fills_.begin(), fills_.begin() + kMaxTradeReports);
  expected.insert(expected.end(), fills_.begin() + kFills, fills_.begin() + kFills + kNew);
  EXPECT_EQ(told, expected);
  EXPECT_EQ(only(heard, {35, 568, 748, 749, 750}), "35=AQ|568=T|748=0|749=0|750=1|");
  trade_behind(1);
  buyer_.say("AD", fmt::format("568=A|569=1|25030={}|", fills_[kFills + kNew]));
  EXPECT_EQ(only(next_answer(), {35, 568, 748}), "35=AQ|568=A|748=2|");
}

TEST_P(LongAnswers, ASubscriptionToPositionsEndsBehindItsAnswer) {
  stop_reading();
  buyer_.say("AN", fmt::format("60={}|263=1|710=P|724=0|", time_text()));
  buyer_.say("AN", fmt::format("60={}|263=2|710=P|724=0|", time_text()));
  EXPECT_EQ(only(buyer_.hear_through("35=AO"), {710, 727, 728, 729}), "710=P|727=1|728=0|729=0|");
  EXPECT_EQ(only(next_answer(), {35, 710, 727}), "35=AP|710=P|727=1|");
  EXPECT_EQ(only(next_answer(), {35, 710, 727, 728, 729}), "35=AO|710=P|727=0|728=0|729=0|");
  trade_behind(1);
  buyer_.say("AN", fmt::format("60={}|710=Q|724=0|", time_text()));
  EXPECT_EQ(only(next_answer(), {35, 710, 727}), "35=AO|710=Q|727=1|");
}

TEST_P(LongAnswers, NothingIsToldOfAnAccountThatWasTakenAwayMeanwhile) {
  stop_reading();
  buyer_.say("AD", "568=T|569=1|263=1|");
  trade_behind(1);
  give_buyer("[13]");
  EXPECT_EQ(only(buyer_.hear_through("35=AQ"), {568, 748, 749, 750}),
            "568=T|748=1024|749=0|750=0|");
  EXPECT_EQ(only(next_answer(), {35, 58, 568, 749, 750}),
            "35=AQ|58=an account was taken from this session: not all is told|568=T|749=9|750=2|");
  give_buyer("[11]");
  buyer_.say("AD", "568=T|569=1|263=2|");
  EXPECT_EQ(only(next_answer(), {35, 568, 749}), "35=AQ|568=T|749=0|");
  stop_reading();
  buyer_.say("AN", fmt::format("60={}|710=P|724=0|", time_text()));
  trade_behind(1);
  give_buyer("[13]");
  EXPECT_EQ(only(buyer_.hear_through("35=AO"), {710, 727, 728, 729}), "710=P|727=1|728=0|729=0|");
  EXPECT_EQ(only(next_answer(), {35, 58, 710, 728, 729}),
            "35=AO|58=an account was taken from this session: not all is told|710=P|728=3|729=2|");
}

TEST_P(LongAnswers, PositionsAreToldAsTheyStandWhenTheyAreRead) {
  stop_reading();
  buyer_.say("AN", fmt::format("60={}|263=1|710=P|724=0|", time_text()));
  buyer_.say("AN", fmt::format("60={}|710=Q|724=0|", time_text()));
  trade_behind(2);
  EXPECT_EQ(only(buyer_.hear_through("35=AO"), {710, 727, 728, 729}), "710=P|727=1|728=0|729=0|");
  EXPECT_EQ(only(buyer_.hear_through("35=j"), {372, 380, 25001}), "372=AN|380=4|25001=1007|");
  const std::string report = buyer_.hear_through("35=AP");
  EXPECT_EQ(only(report, {325, 710, 727}), "710=P|727=1|");
  EXPECT_THAT(report, HasSubstr(fmt::format("|703=FIN|704={}|", kFills + 2)));
  trade_behind(1);
  const std::string update = buyer_.hear_through("35=AP");
  EXPECT_EQ(only(update, {325, 710, 727}), "325=Y|710=P|");
  EXPECT_THAT(update, HasSubstr(fmt::format("|703=FIN|704={}|", kFills + 3)));
}

INSTANTIATE_TEST_SUITE_P(Ports, LongAnswers, testing::Bool(),
                         [](const auto& port) { return port.param ? "ByTls" : "InTheClear"; });

}  // namespace
}  // namespace hourglass::gateway::fix

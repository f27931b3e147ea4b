// What the operator tells everybody (35=B), and what a question about very many orders is told.
#include "gateway/fix/door/news.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fix/running_fix.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix {
namespace {

using testing::HasSubstr;

constexpr char kLoggedOn[] = "35=A|34=1|98=0|108=60|";

std::string written(const News& news) {
  MessageWriter writer;
  write_news(news, writer);
  return fmt::format("35={}|{}", writer.msg_type(), readable(writer.body()));
}

TEST(News, IsAHeadlineAndLinesBetweenBars) {
  EXPECT_EQ(read_news(" the venue restarts \t", false).value(),
            (News{.headline = "the venue restarts", .lines = {}, .is_urgent = false}));
  EXPECT_EQ(read_news("a|b | c d|", true).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(read_news("a|b | c d", true).value(),
            (News{.headline = "a", .lines = {"b", "c d"}, .is_urgent = true}));
  for (const std::string& wrong :
       {std::string(), std::string(" "), std::string("|a"), std::string("a||b"),
        std::string("caf\xC3\xA9"), std::string("a\x01b"), std::string(kMaxNewsChars + 1, 'x')}) {
    EXPECT_THAT(std::string(read_news(wrong, false).status().message()),
                HasSubstr("each of 1 to 250 printable ASCII characters"))
        << wrong;
  }
  std::string most(kMaxNewsChars, 'x');
  for (std::uint32_t i = 0; i < kMaxNewsLines; ++i) most += "|y";
  EXPECT_EQ(read_news(most, false).value().lines.size(), kMaxNewsLines);
  EXPECT_EQ(read_news(most.append("|y"), false).status(),
            absl::InvalidArgumentError("over 20 lines of news"));
}

TEST(News, HasALineWhereItHasOnlyAHeadline) {
  EXPECT_EQ(written({.headline = "a", .lines = {}, .is_urgent = false}),
            "35=B|148=a|61=0|33=1|58=a|");
  EXPECT_EQ(written({.headline = "a", .lines = {"b", "c"}, .is_urgent = true}),
            "35=B|148=a|61=1|33=2|58=b|58=c|");
}

class RunningNews : public testing::Test {
 protected:
  std::string say(const std::string& line, const std::string& answer) {
    venue_.program().say(line);
    const auto heard = venue_.program().hear_through(answer);
    return heard.empty() ? "nothing" : heard.back();
  }

  RunningFix venue_;
};

TEST_F(RunningNews, GoesToEverybodyWhoIsLoggedOnAndIsResent) {
  const std::string modern = venue_.add_member("MODERN", "12", {"--version", "5.0"});
  ASSERT_THAT(venue_.reload(), HasSubstr("read again"));
  EXPECT_EQ(say("news nobody hears this", "news to"), "news to 0 sessions\n");
  Peer old(venue_);
  ASSERT_EQ(old.log_on(venue_.password()), kLoggedOn);
  EXPECT_EQ(say("news one hears this", "news to"), "news to 1 session\n");
  Peer peer(venue_, {.sender = "MODERN", .begin_string = "FIXT.1.1"});
  ASSERT_EQ(only(peer.log_on(modern), {35, 34}), "35=A|34=1|");
  EXPECT_EQ(say("  news! restart at 18:00 | log on again | behind it ", "news to"),
            "news to 2 sessions\n");
  EXPECT_EQ(old.hear(), "35=B|34=2|148=one hears this|61=0|33=1|58=one hears this|");
  const char* rest = "148=restart at 18:00|61=1|33=2|58=log on again|58=behind it|";
  EXPECT_EQ(old.hear(), fmt::format("35=B|34=3|{}", rest));
  EXPECT_EQ(peer.hear(), fmt::format("35=B|34=2|{}", rest));
  peer.say("2", "7=2|16=2|");
  EXPECT_EQ(peer.hear(), fmt::format("35=B|34=2|43=Y|{}", rest));
  // Those who come later do not get it.
  Peer late(venue_, {.sender = "TRADER2"});
  EXPECT_EQ(late.log_on(venue_.password("TRADER2")), kLoggedOn);
  EXPECT_EQ(late.order("B1"), accepted("B1"));
  EXPECT_THAT(say("news a||b", "? "), HasSubstr("news HEADLINE [| LINE ...]"));
  EXPECT_EQ(old.order("A1"), accepted("A1"));
}

TEST_F(RunningNews, SaysThatTheVenueClosesAheadOfTheLogout) {
  {
    Peer peer(venue_);
    ASSERT_EQ(peer.log_on(venue_.password()), kLoggedOn);
    EXPECT_EQ(venue_.stop(), 0);
    EXPECT_EQ(peer.hear(), "35=B|34=2|148=the venue closes|61=1|33=1|58=the venue closes|");
    EXPECT_EQ(peer.hear(), "35=5|34=3|58=the venue closes|");
    EXPECT_EQ(peer.hear(), "closed");
  }
  venue_.start();
  Peer peer(venue_);
  peer.next = 2;
  EXPECT_EQ(peer.log_on(venue_.password(), "789=2|"), "35=A|34=4|98=0|108=60|789=3|");
  EXPECT_EQ(only(peer.hear(), {35, 34, 43, 148}), "35=B|34=2|43=Y|148=the venue closes|");
}

// --- Mass status ---------------------------------------------------------------------------------

constexpr std::uint32_t kOrders = 9'000;

// A member with very many orders in the book, and what it hears of them.
class MassStatus : public testing::Test {
 protected:
  void SetUp() override {
    const std::string password =
        venue_.add_member("MANY", "12", {"--orders-per-second", "1000000"});
    ASSERT_NE(venue_.reload().find("read again"), std::string::npos);
    peer_.emplace(venue_, PeerHeader{.sender = "MANY"});
    ASSERT_EQ(peer_->log_on(password), kLoggedOn);
    for (std::uint32_t i = 0; i < kOrders; i += 500) {
      std::string orders;
      for (std::uint32_t j = i; j < i + 500; ++j) {
        orders += peer_->message("D", order_body(fmt::format("A{}", j)));
      }
      ASSERT_TRUE(peer_->send(orders));
      for (std::uint32_t j = i; j < i + 500; ++j) {
        ASSERT_EQ(only(peer_->hear(), {35, 11, 39, 150}), accepted(fmt::format("A{}", j)));
      }
    }
  }
  // Hears up to 912=Y: how often each order was told of while it worked. Of those that ended `end`
  // is told, in the order heard.
  std::map<std::string, std::uint32_t> hear_statuses(std::vector<std::string>& end) {
    std::map<std::string, std::uint32_t> told;
    for (;;) {  // ends: with 912=Y or the connection
      const std::string heard = only(peer_->hear(), {35, 11, 39, 150, 531, 533, 584, 911, 912});
      const std::string text = fix_text(heard);
      Fields fields;
      fields.parse(text);
      const std::string id(fields.value(11));
      if (fields.value(150) == "4") {
        ended_.insert(id);
      } else if (heard.starts_with("35=r")) {
        mass_report_ = heard;
      } else if (fields.value(150) != "I") {
        end.push_back(heard);
        if (!heard.starts_with("35=j")) return told;
      } else {
        EXPECT_EQ(fields.value(911), std::to_string(kOrders));
        EXPECT_EQ(fields.value(584), "M");
        if (!id.empty()) {
          ++told[id];
          EXPECT_FALSE(ended_.contains(id)) << id;
        }
        if (fields.value(912) == "Y") return told;
      }
    }
  }

  RunningFix venue_;
  std::optional<Peer> peer_;
  std::set<std::string> ended_;  // whose cancel was heard
  std::string mass_report_;      // where it was heard
};

TEST_F(MassStatus, IsToldWholeHoweverManyOrdersThereAre) {
  peer_->say("AF", "584=M|585=7|");
  std::vector<std::string> end;
  const auto told = hear_statuses(end);
  EXPECT_EQ(end, std::vector<std::string>());
  EXPECT_EQ(told.size(), kOrders);
  for (const auto& [id, times] : told) EXPECT_EQ(times, 1U) << id;
  EXPECT_EQ(peer_->order("B"), accepted("B"));
  peer_->say("AF", "584=N|585=1|55=H200.D1|");
  EXPECT_EQ(only(peer_->hear(), {39, 103, 584, 911, 912}), "39=8|103=5|584=N|911=0|912=Y|");
}

TEST_F(MassStatus, LeavesOutWhatEndsMeanwhileAndIsAskedForOnceAtATime) {
  std::string packet = peer_->message("AF", "584=M|585=7|");
  packet += peer_->message("AF", "584=SECOND|585=7|");
  packet += peer_->message("q", fmt::format("11=MASS|60={}|530=7|", time_text()));
  peer_->send(packet);
  std::vector<std::string> end;
  const auto told = hear_statuses(end);
  ASSERT_EQ(end.size(), 1U);
  EXPECT_THAT(end.front(), testing::StartsWith("35=j|"));
  for (const auto& [id, times] : told) EXPECT_EQ(times, 1U) << id;
  // Those that had not ended when the answer did end behind it.
  for (; mass_report_.empty() && !HasFailure();) {
    const std::string heard = only(peer_->hear(), {35, 11, 150, 531, 533});
    if (heard.starts_with("35=r")) mass_report_ = heard;
    EXPECT_TRUE(heard.starts_with("35=r") || heard.ends_with("150=4|")) << heard;
    if (heard.ends_with("150=4|")) ended_.insert(heard);
  }
  EXPECT_EQ(mass_report_, fmt::format("35=r|11=MASS|531=7|533={}|", kOrders));
  EXPECT_EQ(ended_.size(), kOrders);
  EXPECT_EQ(peer_->order("B"), accepted("B"));
  peer_->say("AF", "584=M|585=7|");
  EXPECT_EQ(only(peer_->hear(), {11, 39, 911, 912}), "11=B|39=0|911=1|912=Y|");
}

}  // namespace
}  // namespace hourglass::gateway::fix

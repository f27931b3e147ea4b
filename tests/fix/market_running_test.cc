// Market data of the program itself, and `hourglass fix watch`.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <string>

#include "fmt/format.h"
#include "gateway/fix/client/market_watch.h"
#include "gateway/fix/client/watched_market.h"
#include "gateway/fix/market/market_request.h"
#include "gateway/fix/orders/order_entry.h"
#include "tests/fix/running_fix.h"
#include "tests/support/fake_venue.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::string_view kRequest =
    "262=w|263=1|264=0|265=1|267=3|269=0|269=1|269=2|146=1|55=H100.D1|";

TEST(RunningMarketData, IsSeenByAnotherMemberUntilItsConnectionEnds) {
  RunningFix venue;
  const std::string password = venue.add_member("WATCHER", "12", {"--version", "5.0"});
  venue.reload();
  Peer trader(venue);
  trader.log_on(venue.password());
  Peer watcher(venue, {.sender = "WATCHER", .begin_string = "FIXT.1.1"});
  watcher.log_on(password);
  watcher.say("V", kRequest);
  EXPECT_EQ(only(watcher.hear(), {35, 34, 55, 83, 262, 268}),
            "35=W|34=2|55=H100.D1|83=0|262=w|268=0|");
  EXPECT_EQ(trader.order("A1"), accepted("A1"));
  EXPECT_EQ(only(watcher.hear(), {35, 34, 83, 268, 279, 269, 270, 271, 346}),
            "35=X|34=3|83=1|268=1|279=0|269=0|270=1|271=1|346=1|");
  // Kept is only what is no market data.
  watcher.say("c", "320=c|321=0|55=H100.D1|");
  const std::string definition = watcher.hear();
  EXPECT_EQ(only(definition, {35, 34, 55, 15, 320, 323, 326}),
            "35=d|34=4|55=H100.D1|15=USD|320=c|323=1|326=17|");
  EXPECT_EQ(trader.order("A2"), accepted("A2"));
  EXPECT_EQ(only(watcher.hear(), {35, 34, 83, 279, 271, 346}), "35=X|34=5|83=2|279=1|271=2|346=2|");
  watcher.say("2", "7=1|16=0|");
  EXPECT_EQ(watcher.hear(), "35=4|34=1|43=Y|36=4|123=Y|");
  EXPECT_EQ(only(watcher.hear(), {35, 34, 43, 320}), "35=d|34=4|43=Y|320=c|");
  EXPECT_EQ(watcher.hear(), "35=4|34=5|43=Y|36=6|123=Y|");
  watcher.close_abruptly();
  EXPECT_EQ(trader.order("A3"), accepted("A3"));

  Peer again(venue, {.sender = "WATCHER", .begin_string = "FIXT.1.1"});
  again.next = watcher.next;
  EXPECT_EQ(only(again.log_on(password), {35, 34}), "35=A|34=6|");
  EXPECT_EQ(trader.order("A4"), accepted("A4"));
  EXPECT_EQ(again.hear(std::chrono::milliseconds(200)), "silence");
  again.say("V", kRequest);
  EXPECT_EQ(only(again.hear(), {35, 34, 83, 269, 271, 346}), "35=W|34=7|83=0|269=0|271=4|346=4|");
}

TEST(RunningMarketData, SurvivesARestartInItsBooksAndRefusesWhatTheDictionaryDoes) {
  RunningFix venue;
  Peer trader(venue);
  trader.log_on(venue.password());
  trader.say("D", order_body("A1") + "59=1|18=n|");
  EXPECT_EQ(only(trader.hear(), {35, 39}), "35=8|39=0|");
  venue.stop();
  venue.start();
  Peer watcher(venue, {.sender = "TRADER2"});
  watcher.log_on(venue.password("TRADER2"));
  watcher.say("V", kRequest);
  EXPECT_EQ(only(watcher.hear(), {35, 268, 269, 270, 271, 346}),
            "35=W|268=1|269=0|270=1|271=1|346=1|");
  watcher.say("V", "262=x|263=1|264=0|267=1|269=0|146=1|55=H100.D1|");
  EXPECT_EQ(only(watcher.hear(), {35, 372, 379, 380}), "35=j|372=V|379=x|380=5|");
  watcher.say("V", "262=x|263=1|264=0|265=1|267=2|269=0|146=1|55=H100.D1|");
  EXPECT_EQ(only(watcher.hear(), {35, 373}), "35=3|373=16|");
  watcher.say("V", "262=x|263=1|264=0|265=1|267=1|269=6|146=1|55=H100.D1|");
  EXPECT_EQ(only(watcher.hear(), {35, 262, 281}), "35=Y|262=x|281=8|");
  watcher.say("g", "263=0|335=g|");
  EXPECT_EQ(only(watcher.hear(), {35, 335, 336, 340}), "35=h|335=g|336=1|340=2|");
}

// Enters buy orders of one lot, and waits until they are answered.
void enter(Peer& trader, std::uint32_t count,
           const std::function<std::string(std::uint32_t)>& price) {
  constexpr std::uint32_t kInAPacket = 100;
  for (std::uint32_t done = 0; done < count;) {
    const std::uint32_t end = std::min(done + kInAPacket, count);
    std::string packet;
    for (std::uint32_t i = done; i < end; ++i) {
      packet += trader.message("D", fmt::format("11=o{}|38=1|40=2|44={}|54=1|55=H100.D1|60={}|",
                                                trader.next, price(i), time_text()));
    }
    ASSERT_TRUE(trader.send(packet));
    for (; done < end; ++done) ASSERT_EQ(only(trader.hear(), {35, 150}), "35=8|150=0|");
  }
}

// The last word of the whole book is right, whatever was left out on the way. The system's buffers
// take some megabytes for who does not read.
TEST(RunningMarketData, LeavesOutUpdatesForAMemberWhoDoesNotReadAndThenSendsTheBook) {
  constexpr std::uint32_t kLevels = 300;
  constexpr std::uint32_t kOrders = 6'000;
  RunningFix venue;
  const std::string password = venue.add_member("FAST", "11", {"--orders-per-second", "1000000"});
  ASSERT_NE(venue.reload().find("read again"), std::string::npos);
  Peer trader(venue, {.sender = "FAST"});
  ASSERT_EQ(trader.log_on(password), "35=A|34=1|98=0|108=60|");
  ASSERT_NO_FATAL_FAILURE(
      enter(trader, kLevels, [](std::uint32_t i) { return fmt::format("1.{:03}", i); }));
  Peer watcher(venue);
  watcher.log_on(venue.password());
  const std::string long_id(kMaxValueBytes - 1, 'w');
  for (std::uint32_t i = 0; i < kMaxRequestsPerContract; ++i) {
    watcher.say(
        "V", fmt::format("262={}{}|263=1|264=0|265=1|267=1|269=0|146=1|55=H100.D1|", long_id, i));
  }
  ASSERT_NO_FATAL_FAILURE(enter(trader, kOrders, [](std::uint32_t) { return "1.5"; }));
  std::map<std::string, WatchedMarket> markets;
  std::uint32_t snapshots = 0;
  const auto is_done = [&markets] {
    return markets.size() == kMaxRequestsPerContract &&
           std::all_of(markets.begin(), markets.end(), [](const auto& market) {
             const WatchedBook* const book = market.second.book("H100.D1");
             return !book->bids.empty() && book->bids.begin()->second.orders == kOrders;
           });
  };
  while (!is_done()) {  // ends: with that book, or with the connection
    const std::string heard = watcher.hear();
    ASSERT_TRUE(heard.starts_with("35=W") || heard.starts_with("35=X")) << heard;
    const std::string text = fix_text(heard);
    Fields fields;
    ASSERT_TRUE(fields.parse(text));
    if (heard.starts_with("35=W")) ++snapshots;
    const absl::Status status = markets[std::string(fields.value(262))].apply(fields, [](auto) {});
    ASSERT_TRUE(status.ok()) << status << heard;
  }
  EXPECT_GT(snapshots, kMaxRequestsPerContract);
  for (const auto& [id, market] : markets) {
    EXPECT_EQ(market.book("H100.D1")->bids.size(), kLevels + 1) << id;
  }
}

// A venue's part, played to a watcher who stops behind so many lines.
class MarketWatchTest : public testing::Test {
 protected:
  absl::Status watch(std::uint32_t lines) {
    ClientSettings settings;
    settings.host = "127.0.0.1";
    settings.port = venue_.port();
    settings.comp_id = "TRADER1";
    FixClient client(settings);
    EXPECT_TRUE(client.connect().ok());
    venue_.accept();
    venue_.say("35=A|34=1|98=0|108=30|");
    EXPECT_TRUE(client.logon().ok());
    venue_.hear();
    for (const std::string& message : messages_) venue_.say(message);
    return watch_market(
        client, {"H1", "H2"}, [this](std::string_view line) { printed_ += line; },
        [&, this] { return std::count(printed_.begin(), printed_.end(), '\n') >= lines; });
  }

  FakeVenue venue_;
  std::vector<std::string> messages_;
  std::string printed_;
};

TEST_F(MarketWatchTest, PrintsTheBestLevelsAtEachChange) {
  messages_ = {
      "35=W|34=2|55=H1|83=4|262=watch-2|268=3|269=0|270=2.5|271=10|346=2|269=0|270=2.25|271=1|"
      "346=1|269=1|270=2.75|271=4|346=1|25000=9|",
      "35=W|34=3|55=H2|83=0|262=watch-2|268=0|25000=9|",
      "35=X|34=4|262=watch-2|268=4|279=0|55=H1|83=5|269=2|270=2.75|271=4|272=20260101|"
      "273=00:00:00.000001|2446=1|279=0|55=H1|83=6|269=B|271=4|279=2|55=H1|83=7|269=1|270=2.75|"
      "279=1|55=H1|83=8|269=0|270=2.5|271=9|346=1|25000=10|"};
  EXPECT_EQ(watch(3), absl::OkStatus());
  EXPECT_EQ(printed_,
            "H1 | 10 x 2.50, 1 x 2.25 | 4 x 2.75\n"
            "H2 | - | -\n"
            "H1 | 9 x 2.50, 1 x 2.25 | - | last 4 @ 2.75 | volume 4\n");
  EXPECT_EQ(venue_.hear(),
            "35=V|34=2|262=watch-2|263=1|264=5|265=1|267=4|269=0|269=1|269=2|269=B|146=2|55=H1|"
            "55=H2|");
  EXPECT_EQ(venue_.hear(),
            "35=V|34=3|262=watch-2|263=2|264=5|265=1|267=4|269=0|269=1|269=2|269=B|146=2|55=H1|"
            "55=H2|");
}

TEST_F(MarketWatchTest, EndsWhereTheVenueRefusesOrLeavesAnUpdateOut) {
  messages_ = {"35=Y|34=2|58=no such contract: H2|262=watch-2|281=0|"};
  EXPECT_EQ(watch(1), absl::NotFoundError("no such contract: H2"));
  messages_ = {"35=W|34=2|55=H1|83=4|262=watch-2|268=0|25000=9|",
               "35=X|34=3|262=watch-2|268=1|279=0|55=H1|83=6|269=0|270=2.5|271=9|346=1|25000=10|"};
  EXPECT_EQ(watch(2), absl::DataLossError("entry 6 where 5 is next"));
}

}  // namespace
}  // namespace hourglass::gateway::fix

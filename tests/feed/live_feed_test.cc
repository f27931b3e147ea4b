// The real program: what a venue publishes, as a client on its groups sees it, over a kill.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "fmt/format.h"
#include "marketdata/console/feed_console.h"
#include "tests/feed/own_group.h"
#include "tests/support/running_venue.h"

namespace hourglass::marketdata {
namespace {

namespace fs = std::filesystem;
using engine::test::RunningVenue;

class LiveFeed : public testing::Test {
 protected:
  void TearDown() override { fs::remove_all(directory_); }

  std::unique_ptr<RunningVenue> start(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> options{"--feed-group-a", own_group(4), "--feed-group-b",
                                     own_group(5)};
    options.insert(options.end(), more.begin(), more.end());
    auto venue =
        std::make_unique<RunningVenue>(engine::test::VenueStart{.program = HOURGLASS_PROGRAM,
                                                                .data_dir = directory_,
                                                                .snapshot_every = 1000,
                                                                .with_fix = false,
                                                                .options = options});
    EXPECT_FALSE(venue->hear_through("hourglass: market data sent again").empty());
    return venue;
  }
  static FeedConsole console(ConsoleView view, const std::string& symbol = "") {
    return FeedConsole({.view = view,
                        .groups = {own_group(4), own_group(5)},
                        .base_port = kDefaultBasePort,
                        .interface = "127.0.0.1",
                        .partition = 0,
                        .symbol = symbol,
                        .levels = 5,
                        .retransmission = ""});
  }
  // Follows the feed until `text` was printed, for as long as a slow machine may take.
  static std::string follow(FeedConsole& console, const std::string& text) {
    std::string all;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (all.find(text) == std::string::npos && std::chrono::steady_clock::now() < end) {
      console.round(5);
      all += console.take_output();
    }
    return all;
  }

  const std::string directory_ = testing::TempDir() + "live_feed";
};

TEST_F(LiveFeed, ATradeABookAndTheSessionsEndReachAClientThatJoinedLate) {
  const auto venue = start();
  ASSERT_TRUE(venue->say("deposit 1000000"));
  ASSERT_TRUE(venue->say("buy 5 GPUX @ 30.25"));
  ASSERT_TRUE(venue->say("buy 7 GPUX @ 30.25"));
  ASSERT_TRUE(venue->say("list"));
  FeedConsole late = console(ConsoleView::kLadder, "GPUX");
  ASSERT_EQ(late.error(), "");
  const std::string joined = follow(late, "live GPUX");
  EXPECT_NE(joined.find("live GPUX: bid 12 x 30.25 (2), offer none\n"), std::string::npos)
      << joined;
  ASSERT_TRUE(venue->say("account 2"));
  ASSERT_TRUE(venue->say("deposit 1000000"));
  ASSERT_TRUE(venue->say("sell 6 GPUX @ 30.25"));
  // The first in time is filled whole, the second in part: one event, one book.
  const std::string traded = follow(late, "6 x 30.25 (1)");
  EXPECT_NE(traded.find("trade GPUX 5 @ 30.25, seller came"), std::string::npos) << traded;
  EXPECT_NE(traded.find("trade GPUX 1 @ 30.25, seller came"), std::string::npos) << traded;
  EXPECT_EQ(traded.find("1 x 30.25 (1)"), std::string::npos) << "in the middle of an event";
  ASSERT_TRUE(venue->say("quit"));
  EXPECT_NE(follow(late, "end of session").find("end of session"), std::string::npos);
  EXPECT_EQ(venue->wait(), 0);
}

TEST_F(LiveFeed, AVenueKilledAndStartedAgainGoesOnWithTheNextNumber) {
  FeedConsole whole = console(ConsoleView::kJson);
  ASSERT_EQ(whole.error(), "");
  auto venue = start();
  ASSERT_TRUE(venue->say("deposit 1000000"));
  ASSERT_TRUE(venue->say("buy 5 GPUX @ 30.25"));
  const std::string before = follow(whole, "OrderAdd");
  venue->kill();
  venue = start();
  ASSERT_TRUE(venue->say("buy 5 GPUX @ 30.26"));
  std::string all = before + follow(whole, "30.260000000");
  // A number a line, none left out and none twice, from the first to the last.
  std::uint64_t expected = 0;
  std::size_t at = 0;
  constexpr std::string_view kKey = "{\"seqNum\":";
  while ((at = all.find(kKey, at)) != std::string::npos) {
    const std::uint64_t number = std::stoull(all.substr(at + kKey.size()));
    ASSERT_EQ(number, expected == 0 ? number : expected) << all;
    expected = number + 1;
    at += kKey.size();
  }
  EXPECT_NE(all.find("30.260000000"), std::string::npos) << all;
}

TEST_F(LiveFeed, SettingsThatCannotBeAreRefusedByName) {
  const auto run = [&](const std::vector<std::string>& options) {
    std::vector<std::string> words{HOURGLASS_PROGRAM, "run", "--no-fix", "--data-dir", directory_};
    words.insert(words.end(), options.begin(), options.end());
    return engine::test::run_program(words);
  };
  const auto same = run({"--feed-group-a", "239.1.1.1", "--feed-group-b", "239.1.1.1"});
  EXPECT_EQ(same.exit_code, 2);
  EXPECT_NE(same.output.find("lines A and B both go to 239.1.1.1"), std::string::npos);
  const auto unicast = run({"--feed-group-a", "10.0.0.1"});
  EXPECT_EQ(unicast.exit_code, 1);
  EXPECT_NE(unicast.output.find("\"10.0.0.1\" is no IPv4 multicast group"), std::string::npos);
  const auto feed = engine::test::run_program({HOURGLASS_PROGRAM, "feed", "--json", "--ladder"});
  EXPECT_EQ(feed.exit_code, 2);
  EXPECT_NE(feed.output.find("exclude each other"), std::string::npos);
}

}  // namespace
}  // namespace hourglass::marketdata

// Market data by FIX: what is asked, what is refused, and what the messages are.
#include <gtest/gtest.h>

#include "tests/fix/market_desk.h"

namespace hourglass::gateway::fix::test {
namespace {

using engine::Side;
using engine::TradingState;
using engine::test::From;
using Said = std::vector<std::string>;

constexpr std::string_view kBookOf = "267=2|269=0|269=1|146=1|55=H1|";
constexpr std::string_view kAllOf = "267=7|269=0|269=1|269=2|269=4|269=7|269=8|269=B|146=1|55=H1|";

// Types of the messages, with the number of their entries.
Said kinds(const Said& messages) {
  Said kinds;
  for (const std::string& message : messages) {
    const std::string text = fix_text(message);
    Fields fields;
    fields.parse(text);
    kinds.push_back(fmt::format("{}{}", fields.value(35), fields.value(268)));
  }
  return kinds;
}

// An exchange with contracts H1 (a cent a tick) and H2, both open, and its market data.
class MarketDataTest : public testing::Test {
 protected:
  MarketDataTest() {
    apply(engine::test::define_instrument({.symbol = "H1"}));
    apply(engine::test::define_instrument(
        {.from = {.session = 0, .account = 0, .instrument = 1}, .symbol = "H2"}));
  }

  void apply(const engine::Command& command) {
    carry_out(command);
    while (exchange_.has_pending_work()) carry_out(exchange_.continuation());
  }
  void carry_out(const engine::Command& command) {
    ++sequence_;
    const auto events = exchange_.apply(
        engine::test::stamped(command, sequence_, kMidnightNs + sequence_ * kSecondNs));
    desk_.follow({events.begin(), events.end()});
  }
  // A limit order of session 1, or an immediate one. Returns its key.
  std::uint32_t enter(Side side, std::int64_t price, std::int64_t qty,
                      std::uint32_t instrument = 0) {
    apply(engine::test::new_order({.from = {.instrument = instrument},
                                   .key = ++key_,
                                   .side = side,
                                   .price = price,
                                   .qty = qty}));
    return key_;
  }
  void cancel(std::uint32_t key) { apply(engine::test::cancel_order(From{}, key)); }
  Said ask(std::string_view request) {
    judgement_ = desk_.ask(peer_, request);
    return peer_.said();
  }
  // The same body after the fields a subscription has.
  Said subscribe(std::string_view id, std::uint32_t depth, std::string_view rest) {
    return ask(fmt::format("35=V|262={}|263=1|264={}|265=1|{}", id, depth, rest));
  }

  engine::Exchange<engine::PermissiveClearing> exchange_{engine::ExchangeLimits{}};
  MarketDesk desk_;
  WatchingPeer peer_{kOld};
  Judgement judgement_{Disposition::kTaken, 0};
  std::uint64_t sequence_ = 0;
  std::uint32_t key_ = 0;
};

TEST_F(MarketDataTest, BeginsWithASnapshotAndGoesOnWithOneUpdateACommand) {
  enter(Side::kBuy, 100, 5);
  enter(Side::kBuy, 100, 2);
  enter(Side::kSell, 102, 4);
  EXPECT_EQ(subscribe("w", 0, kAllOf),
            (Said{"35=W|55=H1|83=0|262=w|268=2|269=0|270=1|271=7|346=2|269=1|270=1.02|271=4|346=1|"
                  "25000=5|"}));
  enter(Side::kBuy, 102, 6);
  EXPECT_EQ(peer_.said(),
            (Said{"35=X|262=w|268=7|"
                  "279=0|55=H1|83=1|269=2|270=1.02|271=4|272=20260101|273=00:00:06.000000|2446=1|"
                  "25002=1|"
                  "279=0|55=H1|83=2|269=4|270=1.02|279=0|55=H1|83=3|269=7|270=1.02|"
                  "279=0|55=H1|83=4|269=8|270=1.02|279=0|55=H1|83=5|269=B|271=4|"
                  "279=0|55=H1|83=6|269=0|270=1.02|271=2|346=1|279=2|55=H1|83=7|269=1|270=1.02|"
                  "25000=7|"}));
  apply(engine::test::end_trading_day());
  EXPECT_EQ(
      peer_.said(),
      (Said{"35=X|262=w|268=6|279=2|55=H1|83=8|269=4|270=1.02|279=2|55=H1|83=9|269=7|270=1.02|"
            "279=2|55=H1|83=10|269=8|270=1.02|279=2|55=H1|83=11|269=B|"
            "279=2|55=H1|83=12|269=0|270=1.02|279=2|55=H1|83=13|269=0|270=1|25000=11|"}));
  // Also of a day that ends with nothing in the book.
  enter(Side::kBuy, 100, 1);
  enter(Side::kSell, 100, 1);
  peer_.said();
  apply(engine::test::end_trading_day());
  EXPECT_EQ(peer_.said(),
            (Said{"35=X|262=w|268=4|279=2|55=H1|83=21|269=4|270=1|279=2|55=H1|83=22|269=7|270=1|"
                  "279=2|55=H1|83=23|269=8|270=1|279=2|55=H1|83=24|269=B|25000=14|"}));
}

TEST_F(MarketDataTest, TellsMembersOfTheNewVersionATradesIdInItsField) {
  WatchingPeer peer(kNew, FixVersion::kFix50Sp2);
  enter(Side::kSell, 101, 1);
  desk_.ask(peer, "35=V|262=t|263=1|264=1|265=1|267=1|269=2|146=1|55=H1|");
  EXPECT_EQ(peer.said(), (Said{"35=W|55=H1|83=0|262=t|268=0|25000=3|"}));
  enter(Side::kBuy, 101, 1);
  EXPECT_EQ(peer.said(), (Said{"35=X|262=t|268=1|279=0|55=H1|83=1|269=2|270=1.01|271=1|"
                               "272=20260101|273=00:00:04.000000|1003=1|2446=1|25000=4|"}));
}

TEST_F(MarketDataTest, ShowsLevelsThatEnterAndLeaveTheBestOnes) {
  const std::uint32_t best = enter(Side::kBuy, 100, 1);
  enter(Side::kBuy, 99, 2);
  enter(Side::kBuy, 98, 3);
  EXPECT_EQ(subscribe("w", 2, kBookOf), (Said{"35=W|55=H1|83=0|262=w|268=2|269=0|270=1|271=1|346=1|"
                                              "269=0|270=0.99|271=2|346=1|25000=5|"}));
  enter(Side::kBuy, 97, 9);
  EXPECT_EQ(peer_.said(), Said());
  cancel(best);
  EXPECT_EQ(peer_.said(), (Said{"35=X|262=w|268=2|279=2|55=H1|83=1|269=0|270=1|"
                                "279=0|55=H1|83=2|269=0|270=0.98|271=3|346=1|25000=7|"}));
  enter(Side::kBuy, 101, 4);
  EXPECT_EQ(peer_.said(), (Said{"35=X|262=w|268=2|279=0|55=H1|83=3|269=0|270=1.01|271=4|346=1|"
                                "279=2|55=H1|83=4|269=0|270=0.98|25000=8|"}));
}

TEST_F(MarketDataTest, SendsAWholeBookAtEachChangeWhereAskedTo) {
  const std::string request = fmt::format("35=V|262=w|263=1|264=1|265=0|{}", kBookOf);
  EXPECT_EQ(ask(request), (Said{"35=W|55=H1|83=0|262=w|268=0|25000=2|"}));
  enter(Side::kSell, 103, 5);
  enter(Side::kSell, 104, 5);
  EXPECT_EQ(peer_.said(),
            (Said{"35=W|55=H1|83=1|262=w|268=1|269=1|270=1.03|271=5|346=1|25000=3|"}));
}

TEST_F(MarketDataTest, AnswersASnapshotOnceAndKeepsNothingOfIt) {
  const std::string request = fmt::format("35=V|262=w|263=0|264=1|{}", kBookOf);
  EXPECT_EQ(ask(request), (Said{"35=W|55=H1|83=0|262=w|268=0|25000=2|"}));
  enter(Side::kSell, 103, 5);
  EXPECT_EQ(peer_.said(), Said());
  EXPECT_EQ(ask(request),
            (Said{"35=W|55=H1|83=0|262=w|268=1|269=1|270=1.03|271=5|346=1|25000=3|"}));
}

TEST_F(MarketDataTest, EndsASubscriptionThatIsNamed) {
  subscribe("w", 0, kBookOf);
  EXPECT_EQ(ask("35=V|262=w|263=2|264=0|267=1|269=0|146=1|55=H1|"), Said());
  enter(Side::kSell, 103, 5);
  EXPECT_EQ(peer_.said(), Said());
  EXPECT_EQ(ask("35=V|262=w|263=2|264=0|267=1|269=0|146=1|55=H1|"),
            (Said{"35=Y|58=no request with this MDReqID (262) is open|262=w|"}));
}

TEST_F(MarketDataTest, RefusesWhatItDoesNotHaveAndSubscribesToNothing) {
  const auto refused = [this](std::string_view rest) {
    return ask(fmt::format("35=V|262=w|{}", rest));
  };
  EXPECT_EQ(refused("263=1|264=0|265=1|267=1|269=0|146=2|55=H1|55=H9|"),
            (Said{"35=Y|58=no such contract: H9|262=w|281=0|"}));
  EXPECT_EQ(refused("263=1|264=401|265=1|267=1|269=0|146=1|55=H1|"),
            (Said{"35=Y|58=MarketDepth (264) is 0, the whole book, or 1 to 400|262=w|281=5|"}));
  EXPECT_EQ(refused("263=1|264=-1|265=1|267=1|269=0|146=1|55=H1|"),
            (Said{"35=Y|58=MarketDepth (264) is 0, the whole book, or 1 to 400|262=w|281=5|"}));
  EXPECT_EQ(
      refused("263=1|264=11|265=0|267=1|269=0|146=1|55=H1|"),
      (Said{"35=Y|58=full refresh (265=0) needs a MarketDepth (264) of 1 to 10|262=w|281=5|"}));
  EXPECT_EQ(refused("263=1|264=1|265=1|266=N|267=1|269=0|146=1|55=H1|"),
            (Said{"35=Y|58=orders are told by price level only (266=Y)|262=w|281=7|"}));
  for (const char* type : {"5", "6", "A", "C", "9", "3", "01"}) {
    EXPECT_EQ(
        refused(fmt::format("263=1|264=1|265=1|267=1|269={}|146=1|55=H1|", type)),
        (Said{fmt::format("35=Y|58=there is no MDEntryType (269) {} here|262=w|281=8|", type)}));
  }
  EXPECT_EQ(refused("263=1|264=1|265=1|267=0|146=1|55=H1|"),
            (Said{"35=Y|58=no MDEntryType (269) is asked for|262=w|281=8|"}));
  EXPECT_EQ(refused("263=1|264=1|265=1|267=1|269=0|146=0|"),
            (Said{"35=Y|58=no Symbol (55) is asked for|262=w|281=0|"}));
  enter(Side::kBuy, 100, 5);
  EXPECT_EQ(peer_.said(), Said());
}

TEST_F(MarketDataTest, LeavesToTheSessionLayerWhatIsNoRequest) {
  const auto judged = [this](std::string_view request) {
    EXPECT_EQ(ask(request), Said());
    return std::pair(judgement_.disposition, judgement_.tag);
  };
  EXPECT_EQ(judged("35=V|262=w|263=1|264=0|267=1|269=0|146=1|55=H1|"),
            std::pair(Disposition::kFieldMissing, 265));
  EXPECT_EQ(judged("35=V|262=w|263=7|264=0|267=1|269=0|146=1|55=H1|"),
            std::pair(Disposition::kWrongValue, 263));
  EXPECT_EQ(judged("35=g|335=s|263=3|"), std::pair(Disposition::kWrongValue, 263));
}

TEST_F(MarketDataTest, BoundsWhatASessionMayAskFor) {
  subscribe("w", 0, kBookOf);
  EXPECT_EQ(subscribe("w", 1, kBookOf),
            (Said{"35=Y|58=a request with this MDReqID (262) is open|262=w|281=1|"}));
  std::string symbols;
  for (std::uint32_t i = 0; i <= kMaxSymbolsPerRequest; ++i) symbols += "55=H1|";
  EXPECT_EQ(subscribe("many", 1,
                      fmt::format("267=1|269=0|146={}|{}", kMaxSymbolsPerRequest + 1, symbols)),
            (Said{"35=Y|58=at most 100 symbols in a request|262=many|281=2|"}));
  // Those for a snapshot count while they wait for it.
  peer_.reads = false;
  for (std::uint32_t i = 1; i < kMaxMarketRequests; ++i) {
    EXPECT_EQ(ask(fmt::format("35=V|262=w{}|263=0|264=1|{}", i, kBookOf)), Said());
  }
  EXPECT_EQ(subscribe("over", 1, kBookOf),
            (Said{"35=Y|58=at most 64 requests are open at a time|262=over|281=2|"}));
  peer_.reads = true;
  desk_.market.forget(peer_.id());
  enter(Side::kBuy, 100, 5);
  EXPECT_EQ(peer_.said(), Said());
  EXPECT_EQ(subscribe("w", 1, kBookOf).size(), 1U);
}

// Each would be work at every command of the contract.
TEST_F(MarketDataTest, BoundsHowOftenASessionIsToldOfTheSameContract) {
  constexpr std::string_view kOver =
      "35=Y|58=at most 4 requests for updates of H1 are open at a "
      "time|262=over|281=2|";
  constexpr std::string_view kBoth = "267=1|269=0|146=2|55=H2|55=H1|";
  for (std::uint32_t i = 1; i < kMaxRequestsPerContract; ++i) {
    EXPECT_EQ(subscribe(fmt::format("w{}", i), i, kBookOf).size(), 1U);
  }
  EXPECT_EQ(subscribe("both", 1, kBoth).size(), 2U);
  EXPECT_EQ(subscribe("over", 9, kBookOf), (Said{std::string(kOver)}));
  EXPECT_EQ(subscribe("over", 9, kBoth), (Said{std::string(kOver)}));
  // A refused one is not told; another contract is told, and so are snapshots and other sessions.
  enter(Side::kBuy, 100, 5);
  EXPECT_EQ(kinds(peer_.said()), (Said(kMaxRequestsPerContract, "X1")));
  EXPECT_EQ(subscribe("other", 1, "267=1|269=0|146=1|55=H2|").size(), 1U);
  EXPECT_EQ(kinds(ask(fmt::format("35=V|262=once|263=0|264=1|{}", kBookOf))), Said{"W1"});
  WatchingPeer second(kNew);
  desk_.ask(second, fmt::format("35=V|262=w|263=1|264=1|265=1|{}", kBookOf));
  EXPECT_EQ(kinds(second.said()), Said{"W1"});
  // One that ended makes room.
  EXPECT_EQ(ask("35=V|262=w1|263=2|264=0|267=1|269=0|146=1|55=H1|"), Said());
  EXPECT_EQ(kinds(subscribe("over", 9, kBookOf)), Said{"W1"});
}

TEST_F(MarketDataTest, LeavesOutUpdatesForWhoDoesNotReadAndThenSendsTheBook) {
  subscribe("w", 0, kBookOf);
  enter(Side::kBuy, 100, 5);
  peer_.said();
  peer_.reads = false;
  enter(Side::kBuy, 100, 1);
  enter(Side::kBuy, 99, 2);
  EXPECT_EQ(desk_.market.streams.refresh(), 0U);
  peer_.reads = true;
  enter(Side::kBuy, 98, 3);
  EXPECT_EQ(peer_.said(), Said());
  EXPECT_EQ(desk_.market.streams.refresh(), 1U);
  // 1 was told, 2 to 4 were left out.
  EXPECT_EQ(peer_.said(),
            (Said{"35=W|55=H1|83=4|262=w|268=3|269=0|270=1|271=6|346=2|269=0|270=0.99|271=2|346=1|"
                  "269=0|270=0.98|271=3|346=1|25000=6|"}));
  enter(Side::kBuy, 98, 1);
  EXPECT_EQ(peer_.said(),
            (Said{"35=X|262=w|268=1|279=1|55=H1|83=5|269=0|270=0.98|271=4|346=2|25000=7|"}));
}

// It would be made again each round.
TEST_F(MarketDataTest, MakesNoSnapshotForWhoCannotTakeIt) {
  subscribe("w", 0, kBookOf);
  peer_.reads = false;
  enter(Side::kBuy, 100, 1);
  for (std::uint32_t round = 0; round < 10; ++round) {
    EXPECT_EQ(desk_.market.streams.refresh(), 0U);
  }
  EXPECT_EQ(peer_.offered_in_vain, 0U);
}

TEST_F(MarketDataTest, SplitsTradesOverMessagesAndNeverABook) {
  subscribe("w", 0, "267=3|269=0|269=1|269=2|146=1|55=H1|");
  for (std::int64_t i = 0; i < 500; ++i) enter(Side::kSell, 200 + i, 1);
  peer_.said();
  enter(Side::kBuy, 699, 450);
  // 450 levels are gone, of those told 400; the 50 left behind came in.
  EXPECT_EQ(kinds(peer_.said()), (Said{"X400", "X50", "W51"}));
  for (std::int64_t i = 0; i < 450; ++i) enter(Side::kBuy, 600, 1);
  peer_.said();
  enter(Side::kSell, 600, 401);
  EXPECT_EQ(kinds(peer_.said()), (Said{"X400", "X1", "X1"}));
}

// Our own client reads no more.
TEST_F(MarketDataTest, SendsNoMoreFieldsInAMessageThanAreRead) {
  subscribe("w", 0, "267=3|269=0|269=1|269=2|146=1|55=H1|");
  for (std::int64_t i = 0; i < 500; ++i) enter(Side::kBuy, 600, 1);
  peer_.said();
  enter(Side::kSell, 600, 500);
  const Said said = peer_.said();
  ASSERT_EQ(kinds(said), (Said{"X400", "X100", "X1"}));
  const std::string text = fix_text(said[0]);
  Fields fields;
  EXPECT_TRUE(fields.parse(text));
  EXPECT_GE(fields.all().size(), 4000U);
}

TEST_F(MarketDataTest, TellsTheStateOfAContractAndItsChanges) {
  EXPECT_EQ(ask("35=e|55=H1|263=0|324=q|"),
            (Said{"35=f|55=H1|60=20260101-00:00:00.000000|324=q|326=17|"}));
  EXPECT_EQ(ask("35=e|55=H9|263=1|324=q|"),
            (Said{"35=f|55=H9|60=20260101-00:00:00.000000|324=q|326=20|"}));
  EXPECT_EQ(ask("35=e|55=H1|263=1|324=s|"),
            (Said{"35=f|55=H1|60=20260101-00:00:00.000000|324=s|326=17|"}));
  EXPECT_EQ(ask("35=e|34=7|55=H1|263=1|324=s|"),
            (Said{"35=j|45=7|58=a subscription with this id is open|372=e|379=s|380=0|"}));
  apply(engine::test::set_trading_state(From{.instrument = 1}, TradingState::kHalt));
  EXPECT_EQ(peer_.said(), Said());
  apply(engine::test::set_trading_state(From{.instrument = 0}, TradingState::kHalt));
  EXPECT_EQ(peer_.said(), (Said{"35=f|55=H1|60=20260101-00:00:04.000000|324=s|325=Y|326=2|"}));
  EXPECT_EQ(ask("35=e|55=H1|263=2|324=s|"), Said());
  EXPECT_EQ(ask("35=e|34=9|55=H1|263=2|324=s|"),
            (Said{"35=j|45=9|58=no subscription with this id is open|372=e|379=s|380=1|"}));
  apply(engine::test::set_trading_state(From{.instrument = 0}, TradingState::kOpen));
  EXPECT_EQ(peer_.said(), Said());
}

TEST_F(MarketDataTest, TellsWhetherTheMarketIsOpenAndItsChanges) {
  EXPECT_EQ(ask("35=g|335=a|263=0|"), (Said{"35=h|335=a|336=1|340=2|"}));
  EXPECT_EQ(ask("35=g|335=s|336=1|263=1|"), (Said{"35=h|335=s|336=1|340=2|"}));
  EXPECT_EQ(ask("35=g|335=s|263=1|"),
            (Said{"35=h|58=a subscription with this id is open|335=s|336=1|340=6|567=99|"}));
  EXPECT_EQ(ask("35=g|335=b|336=2|263=1|"),
            (Said{"35=h|58=the only trading session is 1|335=b|336=2|340=6|567=1|"}));
  apply(engine::test::set_trading_state(From{.instrument = 0}, TradingState::kPause));
  EXPECT_EQ(peer_.said(), Said());  // the other is open
  apply(engine::test::set_trading_state(From{.instrument = 1}, TradingState::kHalt));
  EXPECT_EQ(peer_.said(), (Said{"35=h|325=Y|335=s|336=1|340=4|"}));
  apply(engine::test::set_trading_state(From{.instrument = 0}, TradingState::kClosed));
  apply(engine::test::set_trading_state(From{.instrument = 1}, TradingState::kClosed));
  EXPECT_EQ(peer_.said(), (Said{"35=h|325=Y|335=s|336=1|340=1|", "35=h|325=Y|335=s|336=1|340=3|"}));
  EXPECT_EQ(ask("35=g|335=s|263=2|"), Said());
  EXPECT_EQ(ask("35=g|335=s|263=2|"),
            (Said{"35=h|58=no subscription with this id is open|335=s|336=1|340=6|567=99|"}));
  apply(engine::test::set_trading_state(From{.instrument = 1}, TradingState::kOpen));
  EXPECT_EQ(peer_.said(), Said());
}

// Being told may be what cuts a session off.
TEST_F(MarketDataTest, TellsTheOthersOfAStateWhereOneLeavesAsItIsTold) {
  WatchingPeer leaving(kOld + 2);
  WatchingPeer last(kOld + 4);
  ask("35=e|55=H1|263=1|324=s|");
  desk_.ask(leaving, "35=e|55=H1|263=1|324=s|");
  desk_.ask(leaving, "35=g|335=m|263=1|");
  desk_.ask(last, "35=e|55=H1|263=1|324=s|");
  leaving.said();
  last.said();
  leaving.when_told = [&] { desk_.market.forget(leaving.id()); };
  apply(engine::test::set_trading_state(From{.instrument = 0}, TradingState::kHalt));
  const Said told{"35=f|55=H1|60=20260101-00:00:03.000000|324=s|325=Y|326=2|"};
  EXPECT_EQ(peer_.said(), told);
  EXPECT_EQ(leaving.said(), told);
  EXPECT_EQ(last.said(), told);
  apply(engine::test::set_trading_state(From{.instrument = 0}, TradingState::kOpen));
  EXPECT_EQ(peer_.said().size(), 1U);
  EXPECT_EQ(leaving.said(), Said());
  EXPECT_EQ(last.said().size(), 1U);
}

TEST_F(MarketDataTest, BoundsTheStatesASessionMayWatch) {
  for (std::uint32_t i = 0; i < kMaxStatusRequests; ++i) {
    ask(fmt::format("35=e|55=H1|263=1|324={}|", i));
  }
  EXPECT_EQ(ask("35=e|34=3|55=H1|263=1|324=over|"),
            (Said{"35=j|45=3|58=too many subscriptions are open|372=e|379=over|380=0|"}));
  EXPECT_EQ(ask("35=g|335=over|263=1|"),
            (Said{"35=h|58=too many subscriptions are open|335=over|336=1|340=6|567=99|"}));
  desk_.market.forget(peer_.id());
  apply(engine::test::set_trading_state(From{.instrument = 0}, TradingState::kHalt));
  EXPECT_EQ(peer_.said(), Said());
}

// The window's updates against two windows taken whole.
TEST(BookWindow, TakesOneWindowToTheOther) {
  std::pmr::unsynchronized_pool_resource memory;
  PriceBook book(memory);
  for (const std::int64_t price : {10, 11, 12, 13}) {
    book.add(Side::kSell, engine::Price(price), price, 1);
  }
  std::vector<LevelBefore> before;
  const auto change = [&](std::int64_t price, std::int64_t lots, std::int32_t orders) {
    before.push_back({price, book.add(Side::kSell, engine::Price(price), lots, orders)});
  };
  const auto updates = [&](std::uint32_t depth) {
    std::vector<LevelUpdate> out;
    append_window_updates(book.levels(Side::kSell), before, depth, out);
    std::string text;
    for (const LevelUpdate& update : out) {
      text += fmt::format("{}@{}x{} ", update.action, update.rank, update.level.qty);
    }
    return text;
  };
  EXPECT_EQ(updates(2), "");
  change(9, 5, 1);
  change(10, -10, -1);
  change(11, 4, 1);
  EXPECT_EQ(updates(1), "0@9x5 2@10x0 ");
  EXPECT_EQ(updates(2), "0@9x5 2@10x0 1@11x15 ");
  change(12, -12, -1);
  change(13, -13, -1);
  EXPECT_EQ(updates(3), "0@9x5 2@10x0 1@11x15 2@12x0 ");
  EXPECT_EQ(updates(9), "0@9x5 2@10x0 1@11x15 2@12x0 2@13x0 ");
}

}  // namespace
}  // namespace hourglass::gateway::fix::test

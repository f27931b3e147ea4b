// Order ids of a session: which texts and keys are used, and what a day's end leaves of them.
#include <gtest/gtest.h>

#include "gateway/fix/orders/order_reports.h"
#include "gateway/fix/orders/session_ids.h"
#include "tests/fix/report_desk.h"

namespace hourglass::gateway::fix::test {
namespace {

using engine::ClientKey;
using engine::ClientOrderId;
using engine::SessionId;
using engine::test::From;

constexpr From kMember{.session = kOld, .account = 11};
constexpr SessionId kSession{kOld};

ClientOrderId id(std::string_view text) {
  return ClientOrderId::from(text).value_or(ClientOrderId{});
}

TEST(OrderIds, OfOrdersReplacesAndCancelsAreUsed) {
  Desk desk;
  desk.enter("A1", {.from = kMember, .price = 101, .qty = 10});
  desk.replace("A2", "A1", {.from = kMember, .price = 101, .qty = 5});
  desk.cancel("A3", "A2", kMember);
  desk.mass_cancel("A4", {.from = kMember});
  for (const char* text : {"A1", "A2", "A3", "A4"}) {
    EXPECT_TRUE(desk.reports.was_used(kSession, text)) << text;
    EXPECT_FALSE(desk.reports.was_used(SessionId(kNew), text)) << text;
  }
  EXPECT_FALSE(desk.reports.was_used(kSession, "A5"));
  EXPECT_EQ(desk.reports.key_of(kSession, "A2"), ClientKey(1));
  EXPECT_EQ(desk.reports.key_of(kSession, "A3"), std::nullopt);
  EXPECT_EQ(desk.reports.next_key(kSession), ClientKey(2));
}

TEST(OrderIds, OldAndNewOfAReplaceNameTheSameOrder) {
  Desk desk;
  desk.enter("A1", {.from = kMember, .price = 101, .qty = 10});
  desk.replace("A2", "A1", {.from = kMember, .price = 103, .qty = 5, .display = 2});
  for (const std::uint32_t key : {0U, 1U}) {
    const auto order = desk.reports.order(kSession, ClientKey(key));
    ASSERT_TRUE(order.has_value());
    EXPECT_EQ(order->client_order_id, id("A2"));
    EXPECT_EQ(order->qty, 5);
    EXPECT_EQ(order->display_qty, 2);
    EXPECT_EQ(order->asked_price, engine::Price(103));
  }
}

TEST(OrderIds, OfOrdersThatOutliveTheDayStayUsedAndOthersAreFree) {
  Desk desk;
  desk.enter("A1", {.from = kMember, .price = 101, .qty = 10});
  desk.enter("A2", {.from = kMember,
                    .price = 101,
                    .qty = 10,
                    .time_in_force = engine::TimeInForce::kGoodTillCancel});
  desk.replace("A3", "A2", {.from = kMember, .price = 102, .qty = 10});
  desk.enter("A4", {.from = kMember, .price = 101, .qty = 10});
  desk.apply(engine::test::end_trading_day());
  for (const char* text : {"A1", "A2", "A4"}) {
    EXPECT_FALSE(desk.reports.was_used(kSession, text)) << text;
  }
  EXPECT_EQ(desk.reports.key_of(kSession, "A3"), ClientKey(2));
  EXPECT_EQ(desk.reports.next_key(kSession), ClientKey(3));
  EXPECT_EQ(desk.reports.order(kSession, ClientKey(0)), std::nullopt);
  EXPECT_EQ(desk.reports.order(kSession, ClientKey(1)), std::nullopt);
  const std::vector<engine::OrderId> working = desk.reports.working_ids(kSession);
  ASSERT_EQ(working.size(), 1U);
  EXPECT_EQ(desk.reports.order(working[0]).value().client_order_id, id("A3"));

  desk.skip();
  desk.enter("A1", {.from = kMember, .price = 90, .qty = 1});
  desk.cancel("A5", "A3", kMember);
  const auto said = desk.said();
  ASSERT_EQ(said.size(), 2U);
  EXPECT_NE(said[0].find("|11=A1|"), std::string::npos) << said[0];
  EXPECT_NE(said[0].find("|150=0|"), std::string::npos) << said[0];
  EXPECT_NE(said[1].find("|11=A5|"), std::string::npos) << said[1];
  EXPECT_NE(said[1].find("|41=A3|"), std::string::npos) << said[1];
}

TEST(OrderIds, OfRequestsUnderWayAreOfTheNewDay) {
  Desk desk;
  desk.enter("A1", {.from = kMember, .price = 101, .qty = 10});
  const engine::Command under_way = named(
      engine::test::new_order({.from = {.session = kOld, .account = 11, .session_sequence = 50},
                               .key = 1,
                               .price = 101,
                               .qty = 10}),
      "A2");
  desk.reports.on_command(under_way);
  desk.apply(engine::test::end_trading_day());
  EXPECT_EQ(desk.reports.key_of(kSession, "A2"), ClientKey(1));
  EXPECT_EQ(desk.reports.next_key(kSession), ClientKey(2));
  desk.carry_out(under_way);
  EXPECT_EQ(desk.reports.order(kSession, ClientKey(1))->client_order_id, id("A2"));
  desk.apply(engine::test::end_trading_day());
  EXPECT_EQ(desk.reports.next_key(kSession), ClientKey(0)) << "nothing lives";
}

TEST(OrderIds, ThatACancelUnderWayNamesAreNotGivenAgain) {
  const engine::Command cancel =
      named(engine::test::cancel_order({.session = kOld, .account = 11, .session_sequence = 50}, 1),
            "A9");
  Desk live;
  Desk recovered;
  for (Desk* const desk : {&live, &recovered}) {
    desk->enter("A1", {.from = kMember, .price = 101, .qty = 10});
    desk->enter("A2", {.from = kMember, .price = 101, .qty = 10});
  }
  live.reports.on_command(cancel);
  live.apply(engine::test::end_trading_day());
  live.carry_out(cancel);
  recovered.apply(engine::test::end_trading_day());
  recovered.apply(cancel);
  EXPECT_EQ(live.reports.next_key(kSession), ClientKey(2));
  EXPECT_EQ(recovered.reports.next_key(kSession), ClientKey(2));
  EXPECT_EQ(live.said(), recovered.said());
}

TEST(OrderIds, AreKeptWithinTheCoresKeys) {
  SessionIds ids;
  ids.note(id("A1"), ClientKey(engine::kMaxClientKeysPerSession));
  EXPECT_TRUE(ids.was_used("A1"));
  EXPECT_EQ(ids.key_of("A1"), std::nullopt);
  EXPECT_FALSE(ids.is_full());
  ids.note(id("A2"), ClientKey(0));
  ids.note(id("A3"), ClientKey(0));
  EXPECT_EQ(ids.text_of(ClientKey(0)), id("A2")) << "a key keeps its first text";
  EXPECT_TRUE(ids.was_used("A3"));
  ids.note(ClientOrderId{}, ClientKey(1));
  EXPECT_EQ(ids.next_key(), ClientKey(2));
  EXPECT_FALSE(ids.was_used(""));
  const SessionIds::Kept last{.text = id("A9"),
                              .key = ClientKey(engine::kMaxClientKeysPerSession - 1)};
  ids.start_day(std::span(&last, 1));
  EXPECT_TRUE(ids.is_full());
  EXPECT_EQ(ids.text_of(ClientKey(engine::kMaxClientKeysPerSession - 1)), id("A9"));
}

TEST(OrderIds, InstrumentsAreFollowed) {
  Desk desk;
  EXPECT_EQ(desk.reports.instrument_count(), 3U);
  engine::InstrumentId found;
  const engine::Instrument* const instrument = desk.reports.find_instrument("H2", found);
  ASSERT_NE(instrument, nullptr);
  EXPECT_EQ(found, engine::InstrumentId(1));
  desk.apply(engine::test::set_trading_state({.session = 0, .instrument = 1},
                                             engine::TradingState::kHalt));
  desk.apply(engine::test::set_price_band({.session = 0, .instrument = 1}, 5, 50));
  EXPECT_EQ(instrument, desk.reports.instrument(found));
  EXPECT_EQ(0, std::memcmp(instrument, &desk.exchange.state().instruments[1], sizeof(*instrument)));
  EXPECT_EQ(desk.reports.find_instrument("H9", found), nullptr);
  EXPECT_EQ(desk.reports.instrument(engine::InstrumentId(3)), nullptr);
}

}  // namespace
}  // namespace hourglass::gateway::fix::test

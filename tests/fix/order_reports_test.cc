// What a session is told in each flow of an order's life, whole messages at a time.
#include "gateway/fix/orders/order_reports.h"

#include <gtest/gtest.h>

#include "tests/fix/report_desk.h"

namespace hourglass::gateway::fix::test {
namespace {

using engine::OrderType;
using engine::PostOnly;
using engine::Side;
using engine::TimeInForce;
using engine::test::From;
using Said = std::vector<std::string>;

constexpr From kOldMember{.session = kOld, .account = 11};
constexpr From kNewMember{.session = kNew, .account = 12};

TEST(OrderReports, AcceptANewOrderInBothVersions) {
  Desk desk;
  desk.enter("A1", {.from = kOldMember, .price = 101, .qty = 10});
  desk.enter("B1", {.from = kNewMember, .side = Side::kSell, .price = 105, .qty = 7});
  EXPECT_EQ(desk.said(),
            (Said{"4096#1 35=8|1=11|6=0|11=A1|14=0|17=4.0|37=4|38=10|39=0|40=2|44=1.01|54=1|55=H1|"
                  "59=0|60=20260101-00:00:04.000000|150=0|151=10|25000=4|",
                  "4097#1 35=8|1=12|6=0|11=B1|14=0|17=5.0|37=5|38=7|39=0|40=2|44=1.05|54=2|55=H1|"
                  "59=0|60=20260101-00:00:05.000000|150=0|151=7|25000=5|"}));
}

TEST(OrderReports, AcceptedOrdersSayTheirInstructions) {
  Desk desk;
  for (const From& from : {kOldMember, kNewMember}) {
    desk.enter("T1", {.from = from,
                      .price = 101,
                      .qty = 10,
                      .display = 3,
                      .expire_time = kMidnightNs + 100 * kSecondNs,
                      .time_in_force = TimeInForce::kGoodTillDate});
    desk.enter("T2", {.from = from, .price = 90, .qty = 5, .post_only = PostOnly::kReject});
  }
  EXPECT_EQ(desk.said(),
            (Said{"4096#1 35=8|1=11|6=0|11=T1|14=0|17=4.0|37=4|38=10|39=0|40=2|44=1.01|54=1|55=H1|"
                  "59=6|60=20260101-00:00:04.000000|111=3|126=20260101-00:01:40.000000|150=0|"
                  "151=10|25000=4|",
                  "4096#2 35=8|1=11|6=0|11=T2|14=0|17=5.0|18=6|37=5|38=5|39=0|40=2|44=0.9|54=1|"
                  "55=H1|59=0|60=20260101-00:00:05.000000|150=0|151=5|25000=5|",
                  "4097#1 35=8|1=12|6=0|11=T1|14=0|17=6.0|37=6|38=10|39=0|40=2|44=1.01|54=1|55=H1|"
                  "59=6|60=20260101-00:00:06.000000|126=20260101-00:01:40.000000|150=0|151=10|"
                  "1138=3|25000=6|",
                  "4097#2 35=8|1=12|6=0|11=T2|14=0|17=7.0|18=6|37=7|38=5|39=0|40=2|44=0.9|54=1|"
                  "55=H1|59=0|60=20260101-00:00:07.000000|150=0|151=5|25000=7|"}));
}

TEST(OrderReports, TellBothSidesOfATradeTheRestingOneFirst) {
  Desk desk;
  desk.enter("A1", {.from = kOldMember, .price = 101, .qty = 10});
  desk.skip();
  desk.enter("B1", {.from = kNewMember, .side = Side::kSell, .price = 100, .qty = 4});
  EXPECT_EQ(desk.said(),
            (Said{"4097#1 35=8|1=12|6=0|11=B1|14=0|17=5.0|37=5|38=4|39=0|40=2|44=1|54=2|55=H1|59=0|"
                  "60=20260101-00:00:05.000000|150=0|151=4|",
                  "4096#2 35=8|1=11|6=1.01|11=A1|14=4|17=5.1.R|31=1.01|32=4|37=4|38=10|39=1|40=2|"
                  "44=1.01|54=1|55=H1|59=0|60=20260101-00:00:05.000000|150=F|151=6|851=1|25000=5|"
                  "25002=1|",
                  "4097#2 35=8|1=12|6=1.01|11=B1|14=4|17=5.1|31=1.01|32=4|37=5|38=4|39=2|40=2|44=1|"
                  "54=2|55=H1|59=0|60=20260101-00:00:05.000000|150=F|151=0|851=2|880=1|1057=Y|"
                  "25000=5|"}));
  desk.enter("B2", {.from = kNewMember, .side = Side::kSell, .price = 101, .qty = 9});
  EXPECT_EQ(desk.said(),
            (Said{"4097#3 35=8|1=12|6=0|11=B2|14=0|17=6.0|37=6|38=9|39=0|40=2|44=1.01|54=2|55=H1|"
                  "59=0|60=20260101-00:00:06.000000|150=0|151=9|",
                  "4096#3 35=8|1=11|6=1.01|11=A1|14=10|17=6.1.R|31=1.01|32=6|37=4|38=10|39=2|40=2|"
                  "44=1.01|54=1|55=H1|59=0|60=20260101-00:00:06.000000|150=F|151=0|851=1|25000=6|"
                  "25002=2|",
                  "4097#4 35=8|1=12|6=1.01|11=B2|14=6|17=6.1|31=1.01|32=6|37=6|38=9|39=1|40=2|"
                  "44=1.01|54=2|55=H1|59=0|60=20260101-00:00:06.000000|150=F|151=3|851=2|880=2|"
                  "1057=Y|25000=6|"}));
}

TEST(OrderReports, AverageThePricesOfAllFills) {
  Desk desk;
  From other = kOldMember;
  other.instrument = 1;
  From mine = kNewMember;
  mine.instrument = 1;
  desk.enter("A1", {.from = other, .side = Side::kSell, .price = 100, .qty = 1});
  desk.enter("A2", {.from = other, .side = Side::kSell, .price = 101, .qty = 2});
  desk.skip();
  desk.enter("B1", {.from = mine, .price = 101, .qty = 3});
  EXPECT_EQ(desk.said(),
            (Said{"4097#1 35=8|1=12|6=0|11=B1|14=0|17=6.0|37=6|38=3|39=0|40=2|44=0.000101|54=1|"
                  "55=H2|59=0|60=20260101-00:00:06.000000|150=0|151=3|",
                  "4096#3 35=8|1=11|6=0.0001|11=A1|14=1|17=6.1.R|31=0.0001|32=1|37=4|38=1|39=2|"
                  "40=2|44=0.0001|54=2|55=H2|59=0|60=20260101-00:00:06.000000|150=F|151=0|851=1|"
                  "25000=6|25002=1|",
                  "4097#2 35=8|1=12|6=0.0001|11=B1|14=1|17=6.1|31=0.0001|32=1|37=6|38=3|39=1|40=2|"
                  "44=0.000101|54=1|55=H2|59=0|60=20260101-00:00:06.000000|150=F|151=2|851=2|880=1|"
                  "1057=Y|25000=6|",
                  "4096#4 35=8|1=11|6=0.000101|11=A2|14=2|17=6.2.R|31=0.000101|32=2|37=5|38=2|39=2|"
                  "40=2|44=0.000101|54=2|55=H2|59=0|60=20260101-00:00:06.000000|150=F|151=0|851=1|"
                  "25000=7|25002=2|",
                  "4097#3 35=8|1=12|6=0.000100667|11=B1|14=3|17=6.2|31=0.000101|32=2|37=6|38=3|"
                  "39=2|40=2|44=0.000101|54=1|55=H2|59=0|60=20260101-00:00:06.000000|150=F|151=0|"
                  "851=2|880=2|1057=Y|25000=7|"}));
}

TEST(OrderReports, TellOneSideWhereTheOtherIsNotASessionOfFix) {
  Desk desk;
  desk.apply(engine::test::new_order({.from = {.session = 1}, .price = 101, .qty = 10}));
  desk.enter("B1", {.from = kNewMember, .side = Side::kSell, .price = 101, .qty = 4});
  EXPECT_EQ(desk.said(),
            (Said{"4097#1 35=8|1=12|6=0|11=B1|14=0|17=5.0|37=5|38=4|39=0|40=2|44=1.01|54=2|55=H1|"
                  "59=0|60=20260101-00:00:05.000000|150=0|151=4|",
                  "4097#2 35=8|1=12|6=1.01|11=B1|14=4|17=5.1|31=1.01|32=4|37=5|38=4|39=2|40=2|"
                  "44=1.01|54=2|55=H1|59=0|60=20260101-00:00:05.000000|150=F|151=0|851=2|880=1|"
                  "1057=Y|25000=5|"}));
}

TEST(OrderReports, NameBothIdsOfAReplace) {
  Desk desk;
  desk.enter("A1", {.from = kOldMember, .price = 101, .qty = 10});
  desk.enter("B1", {.from = kNewMember, .side = Side::kSell, .price = 101, .qty = 4});
  desk.skip();
  desk.replace("A2", "A1", {.from = kOldMember, .price = 101, .qty = 8});
  EXPECT_EQ(desk.said(),
            (Said{"4096#3 35=8|1=11|6=1.01|11=A2|14=4|17=6.0|37=4|38=8|39=1|40=2|41=A1|44=1.01|"
                  "54=1|55=H1|59=0|60=20260101-00:00:06.000000|150=5|151=4|25000=6|"}))
      << "keeps its place";
  desk.replace("A3", "A2", {.from = kOldMember, .price = 102, .qty = 12});
  EXPECT_EQ(desk.said(),
            (Said{"4096#4 35=8|1=11|6=1.01|11=A3|14=4|17=7.0|37=4|38=12|39=1|40=2|41=A2|44=1.02|"
                  "54=1|55=H1|59=0|60=20260101-00:00:07.000000|150=5|151=8|25000=7|"}))
      << "goes to the back";
  EXPECT_EQ(desk.reports.order(engine::SessionId(kOld), engine::ClientKey(2))->leaves, 8);
}

TEST(OrderReports, CancelAnOrderReplacedToNoMoreThanItExecuted) {
  Desk desk;
  desk.enter("A1", {.from = kOldMember, .price = 101, .qty = 10});
  desk.enter("B1", {.from = kNewMember, .side = Side::kSell, .price = 101, .qty = 4});
  desk.skip();
  desk.replace("A2", "A1", {.from = kOldMember, .price = 101, .qty = 4});
  EXPECT_EQ(desk.said(),
            (Said{"4096#3 35=8|1=11|6=1.01|11=A2|14=4|17=6.0|37=4|38=10|39=4|40=2|41=A1|44=1.01|"
                  "54=1|55=H1|58=replaced to no more than was executed|59=0|"
                  "60=20260101-00:00:06.000000|150=4|151=0|25000=6|"}));
  desk.cancel("A3", "A2", kOldMember);
  EXPECT_EQ(desk.said(),
            (Said{"4096#4 35=9|1=11|11=A3|37=4|39=4|41=A2|"
                  "58=no working order of this session has this id|60=20260101-00:00:07.000000|"
                  "102=0|434=1|25001=11|"}))
      << "the new id names the order that is done";
}

TEST(OrderReports, NameBothIdsOfACancel) {
  Desk desk;
  desk.enter("A1", {.from = kOldMember, .price = 101, .qty = 10});
  desk.enter("B1", {.from = kNewMember, .price = 101, .qty = 10});
  desk.skip();
  desk.cancel("A2", "A1", kOldMember);
  desk.cancel("B2", "B1", kNewMember);
  EXPECT_EQ(desk.said(),
            (Said{"4096#2 35=8|1=11|6=0|11=A2|14=0|17=6.0|37=4|38=10|39=4|40=2|41=A1|44=1.01|54=1|"
                  "55=H1|59=0|60=20260101-00:00:06.000000|150=4|151=0|25000=6|",
                  "4097#2 35=8|1=12|6=0|11=B2|14=0|17=7.0|37=5|38=10|39=4|40=2|41=B1|44=1.01|54=1|"
                  "55=H1|59=0|60=20260101-00:00:07.000000|150=4|151=0|25000=7|"}));
}

TEST(OrderReports, CancelWhatMayNotRest) {
  Desk desk;
  desk.enter("A1", {.from = kOldMember, .price = 101, .qty = 4});
  desk.skip();
  desk.enter("B1", {.from = kNewMember,
                    .side = Side::kSell,
                    .price = 101,
                    .qty = 9,
                    .time_in_force = TimeInForce::kFillOrKill});
  EXPECT_EQ(desk.said(),
            (Said{"4097#1 35=8|1=12|6=0|11=B1|14=0|17=5.0|37=5|38=9|39=0|40=2|44=1.01|54=2|55=H1|"
                  "59=4|60=20260101-00:00:05.000000|150=0|151=9|",
                  "4097#2 35=8|1=12|6=0|11=B1|14=0|17=5.1|37=5|38=9|39=4|40=2|44=1.01|54=2|55=H1|"
                  "58=fill-or-kill could not be filled|59=4|60=20260101-00:00:05.000000|150=4|"
                  "151=0|378=99|"}))
      << "fill or kill";
  desk.enter("B2", {.from = kNewMember, .side = Side::kSell, .price = 101, .qty = 9, .min_qty = 5});
  EXPECT_EQ(desk.said(),
            (Said{"4097#3 35=8|1=12|6=0|11=B2|14=0|17=6.0|37=6|38=9|39=0|40=2|44=1.01|54=2|55=H1|"
                  "59=0|60=20260101-00:00:06.000000|110=5|150=0|151=9|",
                  "4097#4 35=8|1=12|6=0|11=B2|14=0|17=6.1|37=6|38=9|39=4|40=2|44=1.01|54=2|55=H1|"
                  "58=minimum quantity not available|59=0|60=20260101-00:00:06.000000|110=5|150=4|"
                  "151=0|378=99|"}))
      << "minimum quantity";
  desk.enter("B3", {.from = kNewMember,
                    .side = Side::kSell,
                    .price = 101,
                    .qty = 9,
                    .time_in_force = TimeInForce::kImmediateOrCancel});
  EXPECT_EQ(desk.said(),
            (Said{"4097#5 35=8|1=12|6=0|11=B3|14=0|17=7.0|37=7|38=9|39=0|40=2|44=1.01|54=2|55=H1|"
                  "59=3|60=20260101-00:00:07.000000|150=0|151=9|",
                  "4096#2 35=8|1=11|6=1.01|11=A1|14=4|17=7.1.R|31=1.01|32=4|37=4|38=4|39=2|40=2|"
                  "44=1.01|54=1|55=H1|59=0|60=20260101-00:00:07.000000|150=F|151=0|851=1|25000=5|"
                  "25002=1|",
                  "4097#6 35=8|1=12|6=1.01|11=B3|14=4|17=7.1|31=1.01|32=4|37=7|38=9|39=1|40=2|"
                  "44=1.01|54=2|55=H1|59=3|60=20260101-00:00:07.000000|150=F|151=5|851=2|880=1|"
                  "1057=Y|25000=5|",
                  "4097#7 35=8|1=12|6=1.01|11=B3|14=4|17=7.2|37=7|38=9|39=4|40=2|44=1.01|54=2|"
                  "55=H1|58=rest of an immediate-or-cancel order|59=3|60=20260101-00:00:07.000000|"
                  "150=4|151=0|378=99|"}))
      << "immediate or cancel";
}

TEST(OrderReports, CountAnIcebergsTranchesAsOneOrder) {
  Desk desk;
  desk.enter("A1", {.from = kOldMember, .price = 101, .qty = 10, .display = 3});
  desk.skip();
  desk.enter("B1", {.from = kNewMember, .side = Side::kSell, .price = 101, .qty = 7});
  EXPECT_EQ(desk.said(),
            (Said{"4097#1 35=8|1=12|6=0|11=B1|14=0|17=5.0|37=5|38=7|39=0|40=2|44=1.01|54=2|55=H1|"
                  "59=0|60=20260101-00:00:05.000000|150=0|151=7|",
                  "4096#2 35=8|1=11|6=1.01|11=A1|14=3|17=5.1.R|31=1.01|32=3|37=4|38=10|39=1|40=2|"
                  "44=1.01|54=1|55=H1|59=0|60=20260101-00:00:05.000000|111=3|150=F|151=7|851=1|"
                  "25000=5|25002=1|",
                  "4097#2 35=8|1=12|6=1.01|11=B1|14=3|17=5.1|31=1.01|32=3|37=5|38=7|39=1|40=2|"
                  "44=1.01|54=2|55=H1|59=0|60=20260101-00:00:05.000000|150=F|151=4|851=2|880=1|"
                  "1057=Y|25000=5|",
                  "4096#3 35=8|1=11|6=1.01|11=A1|14=6|17=5.3.R|31=1.01|32=3|37=4|38=10|39=1|40=2|"
                  "44=1.01|54=1|55=H1|59=0|60=20260101-00:00:05.000000|111=3|150=F|151=4|851=1|"
                  "25000=7|25002=2|",
                  "4097#3 35=8|1=12|6=1.01|11=B1|14=6|17=5.3|31=1.01|32=3|37=5|38=7|39=1|40=2|"
                  "44=1.01|54=2|55=H1|59=0|60=20260101-00:00:05.000000|150=F|151=1|851=2|880=2|"
                  "1057=Y|25000=7|",
                  "4096#4 35=8|1=11|6=1.01|11=A1|14=7|17=5.5.R|31=1.01|32=1|37=4|38=10|39=1|40=2|"
                  "44=1.01|54=1|55=H1|59=0|60=20260101-00:00:05.000000|111=3|150=F|151=3|851=1|"
                  "25000=9|25002=3|",
                  "4097#4 35=8|1=12|6=1.01|11=B1|14=7|17=5.5|31=1.01|32=1|37=5|38=7|39=2|40=2|"
                  "44=1.01|54=2|55=H1|59=0|60=20260101-00:00:05.000000|150=F|151=0|851=2|880=3|"
                  "1057=Y|25000=9|"}));
}

TEST(OrderReports, ReportThePriceASlidOrderWorksAt) {
  Desk desk;
  desk.enter("A1", {.from = kOldMember, .side = Side::kSell, .price = 101, .qty = 4});
  desk.skip();
  desk.enter("B1", {.from = kNewMember, .price = 103, .qty = 9, .post_only = PostOnly::kSlide});
  EXPECT_EQ(desk.said(),
            (Said{"4097#1 35=8|1=12|6=0|11=B1|14=0|17=5.0|18=6 R|37=5|38=9|39=0|40=2|44=1|54=1|"
                  "55=H1|59=0|60=20260101-00:00:05.000000|150=0|151=9|25000=5|"}));
}

TEST(OrderReports, ReportTheLimitAMarketOrderWorksAt) {
  Desk desk;
  desk.enter("A1", {.from = kOldMember, .side = Side::kSell, .price = 101, .qty = 4});
  desk.skip();
  desk.enter("B1", {.from = kNewMember, .qty = 1, .type = OrderType::kMarket});
  desk.enter("B2", {.from = kNewMember, .qty = 5, .type = OrderType::kMarketToLimit});
  desk.enter("B3", {.from = kNewMember, .qty = 5, .type = OrderType::kMarket});
  EXPECT_EQ(desk.said(),
            (Said{"4097#1 35=8|1=12|6=0|11=B1|14=0|17=5.0|37=5|38=1|39=0|40=1|44=1.11|54=1|55=H1|"
                  "59=0|60=20260101-00:00:05.000000|150=0|151=1|",
                  "4096#2 35=8|1=11|6=1.01|11=A1|14=1|17=5.1.R|31=1.01|32=1|37=4|38=4|39=1|40=2|"
                  "44=1.01|54=2|55=H1|59=0|60=20260101-00:00:05.000000|150=F|151=3|851=1|25000=5|"
                  "25002=1|",
                  "4097#2 35=8|1=12|6=1.01|11=B1|14=1|17=5.1|31=1.01|32=1|37=5|38=1|39=2|40=1|"
                  "44=1.11|54=1|55=H1|59=0|60=20260101-00:00:05.000000|150=F|151=0|851=2|880=1|"
                  "1057=Y|25000=5|",
                  "4097#3 35=8|1=12|6=0|11=B2|14=0|17=6.0|37=6|38=5|39=0|40=K|44=1.01|54=1|55=H1|"
                  "59=0|60=20260101-00:00:06.000000|150=0|151=5|",
                  "4096#3 35=8|1=11|6=1.01|11=A1|14=4|17=6.1.R|31=1.01|32=3|37=4|38=4|39=2|40=2|"
                  "44=1.01|54=2|55=H1|59=0|60=20260101-00:00:06.000000|150=F|151=0|851=1|25000=6|"
                  "25002=2|",
                  "4097#4 35=8|1=12|6=1.01|11=B2|14=3|17=6.1|31=1.01|32=3|37=6|38=5|39=1|40=K|"
                  "44=1.01|54=1|55=H1|59=0|60=20260101-00:00:06.000000|150=F|151=2|851=2|880=2|"
                  "1057=Y|25000=6|",
                  "4097#5 35=8|1=12|6=0|11=B3|14=0|17=7.0|37=NONE|38=5|39=8|40=1|54=1|55=H1|"
                  "58=no price to trade or peg against|59=0|60=20260101-00:00:07.000000|103=99|"
                  "150=8|151=0|25001=26|"}));
}

TEST(OrderReports, ExpireOrdersWhoseTimeHasCome) {
  Desk desk;
  desk.enter("A1", {.from = kOldMember,
                    .price = 101,
                    .qty = 10,
                    .expire_time = kMidnightNs + 5 * kSecondNs,
                    .time_in_force = TimeInForce::kGoodTillDate});
  desk.enter("B1", {.from = kNewMember, .price = 101, .qty = 10});
  desk.skip();
  desk.apply(engine::test::advance_time());
  EXPECT_EQ(desk.said(),
            (Said{"4096#2 35=8|1=11|6=0|11=A1|14=0|17=6.0|37=4|38=10|39=C|40=2|44=1.01|54=1|55=H1|"
                  "58=good-till-date reached|59=6|60=20260101-00:00:06.000000|"
                  "126=20260101-00:00:05.000000|150=C|151=0|25000=6|"}));
  desk.apply(engine::test::end_trading_day());
  EXPECT_EQ(desk.said(),
            (Said{"4097#2 35=8|1=12|6=0|11=B1|14=0|17=7.0|37=5|38=10|39=C|40=2|44=1.01|54=1|55=H1|"
                  "58=trading day ended|59=0|60=20260101-00:00:07.000000|150=C|151=0|25000=7|"}));
}

TEST(OrderReports, FollowAMassCancelWithItsReport) {
  Desk desk;
  for (const From& from : {kOldMember, kNewMember}) {
    desk.enter("T1", {.from = from, .price = 101, .qty = 10});
    desk.enter("T2", {.from = from, .price = 102, .qty = 10});
  }
  desk.skip();
  desk.mass_cancel("A9", {.from = kOldMember, .by_instrument = true, .side = Side::kBuy});
  EXPECT_EQ(
      desk.said(),
      (Said{"4096#3 35=8|1=11|6=0|11=T1|14=0|17=8.0|37=4|38=10|39=4|40=2|44=1.01|54=1|55=H1|"
            "58=mass cancel|59=0|60=20260101-00:00:08.000000|150=4|151=0|378=99|25000=8|",
            "4096#4 35=8|1=11|6=0|11=T2|14=0|17=8.1|37=5|38=10|39=4|40=2|44=1.02|54=1|55=H1|"
            "58=mass cancel|59=0|60=20260101-00:00:08.000000|150=4|151=0|378=99|25000=9|",
            "4096#5 35=r|11=A9|37=8|54=1|55=H1|60=20260101-00:00:08.000000|530=1|531=1|533=2|"}));
  desk.mass_cancel("B9", {.from = kNewMember, .group = 2});
  desk.mass_cancel("B10", {.from = kNewMember});
  EXPECT_EQ(
      desk.said(),
      (Said{"4097#3 35=r|11=B9|37=9|60=20260101-00:00:09.000000|530=A|531=A|533=0|1369=9|",
            "4097#4 35=8|1=12|6=0|11=T1|14=0|17=10.0|37=6|38=10|39=4|40=2|44=1.01|54=1|55=H1|"
            "58=mass cancel|59=0|60=20260101-00:00:10.000000|150=4|151=0|378=99|25000=10|",
            "4097#5 35=8|1=12|6=0|11=T2|14=0|17=10.1|37=7|38=10|39=4|40=2|44=1.02|54=1|55=H1|"
            "58=mass cancel|59=0|60=20260101-00:00:10.000000|150=4|151=0|378=99|25000=11|",
            "4097#6 35=r|11=B10|37=10|60=20260101-00:00:10.000000|530=7|531=7|533=2|1369=10|"}));
}

TEST(OrderReports, TellOfAMassCancelSomebodyElseAskedFor) {
  Desk desk;
  desk.enter("A1", {.from = kOldMember, .price = 101, .qty = 10});
  desk.skip();
  desk.mass_cancel(
      "B1", {.from = {.session = kNew, .account = 11}, .scope = engine::MassCancelScope::kAccount});
  EXPECT_EQ(desk.said(),
            (Said{"4096#2 35=8|1=11|6=0|11=A1|14=0|17=5.0|37=4|38=10|39=4|40=2|44=1.01|54=1|55=H1|"
                  "58=mass cancel by another session or the venue|59=0|60=20260101-00:00:05.000000|"
                  "150=4|151=0|378=99|25000=5|",
                  "4097#1 35=r|11=B1|37=5|60=20260101-00:00:05.000000|530=7|531=7|533=1|1369=5|"}));
}

TEST(OrderReports, SayThatTheConnectionWasLost) {
  Desk desk;
  desk.enter("A1", {.from = kOldMember, .price = 101, .qty = 10, .cancel_on_disconnect = true});
  desk.enter("B1", {.from = kNewMember, .price = 101, .qty = 10, .cancel_on_disconnect = true});
  desk.skip();
  desk.apply(engine::test::session_disconnected(kOldMember));
  desk.apply(engine::test::session_disconnected(kNewMember));
  EXPECT_EQ(
      desk.said(),
      (Said{"4096#2 35=8|1=11|6=0|11=A1|14=0|17=6.0|37=4|38=10|39=4|40=2|44=1.01|54=1|55=H1|"
            "58=connection lost|59=0|60=20260101-00:00:06.000000|150=4|151=0|378=99|25000=6|",
            "4097#2 35=8|1=12|6=0|11=B1|14=0|17=7.0|37=5|38=10|39=4|40=2|44=1.01|54=1|55=H1|"
            "58=connection lost|59=0|60=20260101-00:00:07.000000|150=4|151=0|378=12|25000=7|"}));
  desk.enter("A2", {.from = kOldMember, .price = 101, .qty = 10});
  EXPECT_EQ(desk.said(),
            (Said{"4096#4 35=8|1=11|6=0|11=A2|14=0|17=8.0|37=8|38=10|39=0|40=2|44=1.01|54=1|55=H1|"
                  "59=0|60=20260101-00:00:08.000000|150=0|151=10|25000=8|"}))
      << "the disconnect's own report used up a number";
}

TEST(OrderReports, RefuseANewOrder) {
  Desk desk;
  From paused = kOldMember;
  paused.instrument = 2;
  desk.enter("A1", {.from = paused, .price = 101, .qty = 10});
  desk.enter("A2", {.from = kOldMember, .qty = 10, .type = OrderType::kMarket});
  desk.enter("B1", {.from = kNewMember, .price = 200'000, .qty = 10});
  From unlisted = kNewMember;
  unlisted.instrument = 9;
  desk.enter("B2", {.from = unlisted, .price = 1, .qty = 10});
  EXPECT_EQ(desk.said(),
            (Said{"4096#1 35=8|1=11|6=0|11=A1|14=0|17=4.0|37=NONE|38=10|39=8|40=2|44=1.01|54=1|"
                  "55=H3|58=not allowed in this trading state|59=0|60=20260101-00:00:04.000000|"
                  "103=2|150=8|151=0|25001=15|",
                  "4096#2 35=8|1=11|6=0|11=A2|14=0|17=5.0|37=NONE|38=10|39=8|40=1|54=1|55=H1|"
                  "58=no price to trade or peg against|59=0|60=20260101-00:00:05.000000|103=99|"
                  "150=8|151=0|25001=26|",
                  "4097#1 35=8|1=12|6=0|11=B1|14=0|17=6.0|37=NONE|38=10|39=8|40=2|44=2000|54=1|"
                  "55=H1|58=price outside the instrument's range|59=0|60=20260101-00:00:06.000000|"
                  "103=16|150=8|151=0|25001=22|",
                  "4097#2 35=8|1=12|6=0|11=B2|14=0|17=7.0|37=NONE|38=10|39=8|40=2|54=1|55=[N/A]|"
                  "58=instrument is not listed|59=0|60=20260101-00:00:07.000000|103=1|150=8|151=0|"
                  "25001=8|"}));
  EXPECT_TRUE(desk.reports.was_used(engine::SessionId(kOld), "A2"));
  EXPECT_EQ(desk.reports.next_key(engine::SessionId(kOld)), engine::ClientKey(2));
}

TEST(OrderReports, RefuseACancelAndAReplace) {
  Desk desk;
  desk.enter("A1", {.from = kOldMember, .price = 101, .qty = 10});
  desk.skip();
  desk.cancel("A2", "A0", kOldMember);
  EXPECT_EQ(desk.said(),
            (Said{"4096#2 35=9|1=11|11=A2|37=NONE|39=8|41=NONE|"
                  "58=no working order of this session has this id|60=20260101-00:00:05.000000|"
                  "102=1|434=1|25001=11|"}))
      << "never was";
  desk.replace("A3", "A1", {.from = kOldMember, .side = Side::kSell, .price = 101, .qty = 5});
  EXPECT_EQ(desk.said(), (Said{"4096#3 35=9|1=11|11=A3|37=4|39=0|41=A1|58=side cannot be changed|"
                               "60=20260101-00:00:06.000000|102=99|434=2|25001=14|"}))
      << "works on";
  desk.enter("B1", {.from = kNewMember, .side = Side::kSell, .price = 101, .qty = 10});
  desk.skip();
  desk.cancel("A4", "A1", kOldMember);
  desk.replace("B2", "B1", {.from = kNewMember, .side = Side::kSell, .price = 101, .qty = 12});
  EXPECT_EQ(desk.said(),
            (Said{"4096#5 35=9|1=11|11=A4|37=4|39=2|41=A1|"
                  "58=no working order of this session has this id|60=20260101-00:00:08.000000|"
                  "102=0|434=1|25001=11|",
                  "4097#3 35=9|1=12|11=B2|37=7|39=2|41=B1|"
                  "58=no working order of this session has this id|60=20260101-00:00:09.000000|"
                  "102=0|434=2|25001=11|"}))
      << "filled";
}

TEST(OrderReports, RefuseAMassCancel) {
  Desk desk;
  From unlisted = kNewMember;
  unlisted.instrument = 9;
  desk.mass_cancel("B1", {.from = unlisted, .by_instrument = true});
  EXPECT_EQ(desk.said(),
            (Said{"4097#1 35=r|11=B1|37=4|58=instrument is not listed|60=20260101-00:00:04.000000|"
                  "530=1|531=0|532=1|533=0|1369=4|25001=8|"}));
}

TEST(OrderReports, AnswerWhatAnOrdersStatusIs) {
  Desk desk;
  desk.enter("A1", {.from = kOldMember, .price = 101, .qty = 10});
  desk.enter("B1", {.from = kNewMember, .side = Side::kSell, .price = 101, .qty = 4});
  MessageWriter writer;
  const auto working = desk.reports.working_ids(engine::SessionId(kOld));
  ASSERT_EQ(working.size(), 1U);
  desk.reports.write_status(desk.reports.order(working[0]).value(), FixVersion::kFix44,
                            {.order_status_req_id = "Q1"}, writer);
  Said answers{Lines::text_of(writer)};
  const auto done = desk.reports.order(engine::SessionId(kNew), engine::ClientKey(0));
  ASSERT_TRUE(done.has_value());
  desk.reports.write_status(*done, FixVersion::kFix50Sp2,
                            {.mass_status_req_id = "Q2", .total = 1, .last = true}, writer);
  answers.push_back(Lines::text_of(writer));
  EXPECT_EQ(answers,
            (Said{"8|1=11|6=1.01|11=A1|14=4|17=0|37=4|38=10|39=1|40=2|44=1.01|54=1|55=H1|59=0|"
                  "150=I|151=6|790=Q1|",
                  "8|1=12|6=1.01|11=B1|14=4|17=0|37=5|38=4|39=2|40=2|44=1.01|54=2|55=H1|59=0|150=I|"
                  "151=0|584=Q2|911=1|912=Y|"}));
}

}  // namespace
}  // namespace hourglass::gateway::fix::test

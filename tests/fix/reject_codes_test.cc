// Every reason of the core as each kind of request is told of it, in both versions.
#include "gateway/fix/orders/reject_codes.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/fix/report_desk.h"

namespace hourglass::gateway::fix::test {
namespace {

using engine::RejectReason;

// What the published dictionaries list (QuickFIX 1.15.1).
const std::set<std::uint32_t> kOrderCodes44 = {0, 1, 2,  3,  4,  5,  6,  7,
                                               8, 9, 10, 11, 13, 14, 15, 99};
const std::set<std::uint32_t> kOrderCodes50 = {0,  1,  2,  3,  4,  5,  6,  7,  8, 9,
                                               10, 11, 12, 13, 14, 15, 16, 18, 99};
const std::set<std::uint32_t> kCancelCodes44 = {0, 1, 2, 3, 4, 5, 6, 99};
const std::set<std::uint32_t> kCancelCodes50 = {0, 1, 2, 3, 4, 5, 6, 7, 8, 18, 99};
const std::set<std::uint32_t> kBusinessCodes44 = {0, 1, 2, 3, 4, 5, 6, 7};
const std::set<std::uint32_t> kBusinessCodes50 = {0, 1, 2, 3, 4, 5, 6, 7, 18};

TEST(RejectCodes, HaveValuesTheirVersionKnows) {
  for (const RejectCodes& row : kRejectCodes) {
    EXPECT_TRUE(kOrderCodes44.contains(row.order.fix44)) << engine::describe(row.reason).name;
    EXPECT_TRUE(kOrderCodes50.contains(row.order.fix50)) << engine::describe(row.reason).name;
    EXPECT_TRUE(kCancelCodes44.contains(row.cancel.fix44)) << engine::describe(row.reason).name;
    EXPECT_TRUE(kCancelCodes50.contains(row.cancel.fix50)) << engine::describe(row.reason).name;
    EXPECT_TRUE(kBusinessCodes44.contains(row.business.fix44)) << engine::describe(row.reason).name;
    EXPECT_TRUE(kBusinessCodes50.contains(row.business.fix50)) << engine::describe(row.reason).name;
  }
}

TEST(RejectCodes, SayWhereOnlyTextAndOwnCodeTell) {
  EXPECT_TRUE(codes_of(RejectReason::kPriceOffTick).is_text_only(FixVersion::kFix44));
  EXPECT_FALSE(codes_of(RejectReason::kPriceOffTick).is_text_only(FixVersion::kFix50Sp2));
  EXPECT_FALSE(codes_of(RejectReason::kDuplicateClientKey).is_text_only(FixVersion::kFix44));
  EXPECT_EQ(codes_of(static_cast<RejectReason>(200)).reason, RejectReason::kNone);
}

// The refusal of `command` for `reason`, as the core would say it.
engine::Event refusal(const engine::Command& command, RejectReason reason) {
  engine::RequestRejected body{};
  body.header.command_sequence = engine::SequenceNumber(77);
  body.header.time = engine::Timestamp(kMidnightNs);
  body.header.kind = engine::EventKind::kRequestRejected;
  body.session = command.header().session;
  body.report_number = 5;
  body.account = command.header().account;
  body.session_sequence = command.header().session_sequence;
  body.reason = reason;
  body.request = command.header().kind;
  engine::Event event{};
  std::memcpy(event.bytes.data(), &body, sizeof(body));
  return event;
}

std::string told(Desk& desk, const engine::Command& command, RejectReason reason) {
  desk.reports.on_command(command);
  desk.reports.on_event(refusal(command, reason), desk.lines);
  const auto said = desk.said();
  return said.size() == 1 ? said[0] : "";
}

std::string number(std::uint32_t value) {
  return std::to_string(value);
}

TEST(RejectCodes, OfEveryReasonReachWhoAsked) {
  for (const std::uint32_t session : {kOld, kNew}) {
    const FixVersion version = session == kOld ? FixVersion::kFix44 : FixVersion::kFix50Sp2;
    const std::string who = number(session) + "#5 35=";
    const std::string mass_id = session == kOld ? "" : "|1369=77";
    for (const engine::RejectReasonText& reason : engine::kRejectReasons) {
      Desk desk;
      const engine::test::From from{.session = session, .account = 3, .session_sequence = 9};
      const RejectCodes& codes = codes_of(reason.reason);
      const std::string text = "|58=" + std::string(reason.text);
      const std::string own = "|25001=" + number(static_cast<std::uint32_t>(reason.reason)) + "|";
      const std::string at = "|60=20260101-00:00:00.000000";
      EXPECT_EQ(
          told(desk, named(engine::test::new_order({.from = from, .price = 5, .qty = 2}), "N"),
               reason.reason),
          who + "8|1=3|6=0|11=N|14=0|17=77.0|37=NONE|38=2|39=8|40=2|44=0.05|54=1|55=H1" + text +
              "|59=0" + at + "|103=" + number(codes.order.in(version)) + "|150=8|151=0" + own);
      EXPECT_EQ(told(desk, named(engine::test::cancel_order(from, 7), "C"), reason.reason),
                who + "9|1=3|11=C|37=NONE|39=8|41=NONE" + text + at +
                    "|102=" + number(codes.cancel.in(version)) + "|434=1" + own);
      EXPECT_EQ(told(desk, named(engine::test::replace_order({.from = from, .key = 1}), "R"),
                     reason.reason),
                who + "9|1=3|11=R|37=NONE|39=8|41=N" + text + at +
                    "|102=" + number(codes.cancel.in(version)) + "|434=2" + own);
      EXPECT_EQ(told(desk, engine::test::mass_cancel({.from = from}), reason.reason),
                who + "r|11=NONE|37=77" + text + at + "|530=7|531=0|532=" +
                    number(mass_cancel_code(reason.reason)) + "|533=0" + mass_id + own);
      EXPECT_EQ(told(desk, engine::test::session_disconnected(from), reason.reason), "");
    }
  }
}

TEST(RejectCodes, OfACancelNobodyAskedForAreInTheVersion) {
  using engine::CancelReason;
  EXPECT_EQ(restatement_code(CancelReason::kConnectionLost, FixVersion::kFix44), 99);
  EXPECT_EQ(restatement_code(CancelReason::kConnectionLost, FixVersion::kFix50Sp2), 12);
  EXPECT_EQ(restatement_code(CancelReason::kByOperator, FixVersion::kFix44), 8);
  EXPECT_EQ(restatement_code(CancelReason::kDayEnded, FixVersion::kFix44), 0);
  EXPECT_EQ(restatement_code(CancelReason::kMassCancel, FixVersion::kFix50Sp2), 99);
}

}  // namespace
}  // namespace hourglass::gateway::fix::test

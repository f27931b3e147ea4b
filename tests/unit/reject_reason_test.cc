// The list of reject reasons: complete, in order of precedence, and as its page prints it.
#include "engine/order/reject_reason.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/support/tree_file.h"

namespace hourglass::engine::test {
namespace {

// Whether the enumeration has this number. The compiler refuses this file when an enumerator is
// missing here, so that a reason cannot be added without the tests of reasons noticing.
constexpr bool is_reason(RejectReason reason) {
  switch (reason) {
    case RejectReason::kNone:
    case RejectReason::kUnknownKind:
    case RejectReason::kUnknownVersion:
    case RejectReason::kMalformed:
    case RejectReason::kWorkPending:
    case RejectReason::kStaleContinuation:
    case RejectReason::kSessionOutOfRange:
    case RejectReason::kAccountOutOfRange:
    case RejectReason::kUnknownInstrument:
    case RejectReason::kClientKeyOutOfRange:
    case RejectReason::kDuplicateClientKey:
    case RejectReason::kUnknownOrder:
    case RejectReason::kInstrumentMismatch:
    case RejectReason::kAccountMismatch:
    case RejectReason::kSideChanged:
    case RejectReason::kWrongTradingState:
    case RejectReason::kUnsupportedAlgorithm:
    case RejectReason::kIncompatibleInstructions:
    case RejectReason::kQuantityNotPositive:
    case RejectReason::kQuantityTooLarge:
    case RejectReason::kDisplayQuantityInvalid:
    case RejectReason::kMinQuantityInvalid:
    case RejectReason::kPriceOutOfRange:
    case RejectReason::kPriceOffTick:
    case RejectReason::kPriceOutsideBand:
    case RejectReason::kExpireTimeInvalid:
    case RejectReason::kNoOppositeSide:
    case RejectReason::kPostOnlyWouldTrade:
    case RejectReason::kFillSpansTooManyOrders:
    case RejectReason::kOrderLimitReached:
    case RejectReason::kClientKeyLimitReached:
    case RejectReason::kPriceLevelLimitReached:
    case RejectReason::kInstrumentExists:
    case RejectReason::kInstrumentLimitReached:
    case RejectReason::kDefinitionInvalid:
    case RejectReason::kAccountUnknown:
    case RejectReason::kAmountInvalid:
    case RejectReason::kNotionalOutOfRange:
    case RejectReason::kInsufficientFunds: return true;
  }
  return false;
}

std::string page_table() {
  std::string table = "| number | reason | meaning |\n|---|---|---|\n";
  for (const RejectReasonText& entry : kRejectReasons) {
    table += fmt::format("| {} | `{}` | {} |\n", static_cast<std::uint32_t>(entry.reason),
                         entry.name, entry.text);
  }
  return table;
}

TEST(RejectReasons, AreAllDescribedInOrderOfPrecedence) {
  std::size_t described = 0;
  for (std::uint32_t number = 0; number <= 0xFF; ++number) {
    const auto reason = static_cast<RejectReason>(number);
    if (!is_reason(reason)) {
      EXPECT_EQ(describe(reason).reason, RejectReason::kNone) << number;
      continue;
    }
    ASSERT_LT(described, kRejectReasons.size()) << number;
    EXPECT_EQ(kRejectReasons[described].reason, reason) << number;
    EXPECT_EQ(describe(reason).reason, reason) << number;
    ++described;
  }
  EXPECT_EQ(described, kRejectReasons.size());
}

TEST(RejectReasons, HaveNamesAndTextsOfTheirOwn) {
  std::set<std::string_view> names;
  std::set<std::string_view> texts;
  for (const RejectReasonText& entry : kRejectReasons) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_TRUE(texts.insert(entry.text).second) << entry.text;
    EXPECT_FALSE(entry.name.empty() || entry.text.empty());
  }
}

TEST(RejectReasons, ArePrintedOnThePageAsTheCodeHasThem) {
  EXPECT_NE(tree_file("engine/order/README.md").find(page_table()), std::string::npos)
      << "engine/order/README.md lacks this table:\n"
      << page_table();
}

}  // namespace
}  // namespace hourglass::engine::test

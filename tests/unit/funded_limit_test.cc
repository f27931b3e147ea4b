// Funded clearing in worked numbers. One tick of one lot is worth 10 micro-USD throughout.
#include "risk/clearing/funded_limit.h"

#include <gtest/gtest.h>

#include <limits>
#include <utility>
#include <vector>

#include "tests/support/command_builder.h"

namespace hourglass::risk::test {
namespace {

using namespace hourglass::engine;

constexpr AccountId kBuyer(1);
constexpr AccountId kSeller(2);
constexpr Money kTick(10);

OrderIntent order(AccountId account, Side side, std::int64_t price, std::uint32_t qty) {
  return {.account = account,
          .instrument = InstrumentId(0),
          .side = side,
          .price = Price(price),
          .qty = qty,
          .tick_value = kTick};
}
OrderIntent buy(std::int64_t price, std::uint32_t qty) {
  return order(kBuyer, Side::kBuy, price, qty);
}
OrderIntent sell(std::int64_t price, std::uint32_t qty) {
  return order(kSeller, Side::kSell, price, qty);
}

// Clearing with four accounts; the buyer and the seller have paid in.
struct Desk {
  FundedLimit clearing{4};

  explicit Desk(std::int64_t buyer = 1'000, std::int64_t seller = 1'000) {
    for (const auto& [account, amount] : {std::pair(kBuyer, buyer), std::pair(kSeller, seller)}) {
      if (amount == 0) continue;
      EXPECT_EQ(adjust(account, amount).reason, RejectReason::kNone);
    }
  }

  ClearingOutcome adjust(AccountId account, std::int64_t amount) {
    return clearing.apply(
        engine::test::adjust_funds({.session = 0, .account = account.value()}, amount));
  }
  // What the account can withdraw to the last micro-USD, found by trying.
  std::int64_t free(AccountId account) {
    std::int64_t low = 0;
    std::int64_t high = kMaxAdjustmentMicroUsd;
    while (low < high) {
      const std::int64_t middle = low + (high - low + 1) / 2;
      if (adjust(account, -middle).reason == RejectReason::kNone) {
        EXPECT_EQ(adjust(account, middle).reason, RejectReason::kNone);
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
  // The incoming buyer meets the resting seller.
  void trade(std::int64_t price, std::uint32_t qty, std::int64_t buyers_limit) {
    clearing.on_trade({.instrument = InstrumentId(0),
                       .price = Price(price),
                       .qty = qty,
                       .tick_value = kTick,
                       .resting_account = kSeller,
                       .incoming_account = kBuyer,
                       .resting_limit = Price(price),
                       .incoming_limit = Price(buyers_limit),
                       .incoming_side = Side::kBuy});
  }
  [[nodiscard]] std::vector<std::byte> saved() const {
    StateWriter writer;
    clearing.save(writer);
    return writer.take();
  }
};

TEST(FundedLimit, HoldsTheWholeValueAtTheLimitOnEitherSide) {
  Desk desk;
  EXPECT_EQ(desk.clearing.reserve(buy(20, 3)), RejectReason::kNone);   // 20 x 3 x 10
  EXPECT_EQ(desk.clearing.reserve(sell(25, 4)), RejectReason::kNone);  // 25 x 4 x 10
  EXPECT_EQ(desk.free(kBuyer), 400);
  EXPECT_EQ(desk.free(kSeller), 0);
  desk.clearing.release(buy(20, 1));
  EXPECT_EQ(desk.free(kBuyer), 600);
}

TEST(FundedLimit, TakesAnOrderToTheLastMicroUsdAndNotOneFurther) {
  Desk desk(600, 599);
  EXPECT_EQ(desk.clearing.reserve(buy(20, 3)), RejectReason::kNone);
  EXPECT_EQ(desk.clearing.reserve(sell(20, 3)), RejectReason::kInsufficientFunds);
  EXPECT_EQ(desk.free(kSeller), 599);
}

TEST(FundedLimit, HoldsTheDistanceFromZeroOfAPriceBelowZero) {
  Desk desk;
  EXPECT_EQ(desk.clearing.reserve(buy(-20, 3)), RejectReason::kNone);
  EXPECT_EQ(desk.free(kBuyer), 400);
}

TEST(FundedLimit, UsesWhatATradeIsWorthAndFreesTheImprovement) {
  Desk desk;
  ASSERT_EQ(desk.clearing.reserve(buy(20, 5)), RejectReason::kNone);   // 1,000 of 1,000
  ASSERT_EQ(desk.clearing.reserve(sell(18, 2)), RejectReason::kNone);  // 360
  desk.trade(18, 2, 20);
  // Holds 20 x 3 x 10 for the rest and has used 18 x 2 x 10: the 2 x 2 x 10 it saved is free.
  EXPECT_EQ(desk.free(kBuyer), 40);
  EXPECT_EQ(desk.free(kSeller), 640);
}

TEST(FundedLimit, ASaleAboveItsLimitMayPassWhatWasPaidInAndThenBlocksTheAccount) {
  Desk desk;
  ASSERT_EQ(desk.clearing.reserve(sell(50, 2)), RejectReason::kNone);  // all 1,000
  // The resting buyer pays 60: the sale is worth 1,200, of which 1,000 was held.
  desk.adjust(kBuyer, 1'000);
  ASSERT_EQ(desk.clearing.reserve(buy(60, 2)), RejectReason::kNone);
  desk.clearing.on_trade({.instrument = InstrumentId(0),
                          .price = Price(60),
                          .qty = 2,
                          .tick_value = kTick,
                          .resting_account = kBuyer,
                          .incoming_account = kSeller,
                          .resting_limit = Price(60),
                          .incoming_limit = Price(50),
                          .incoming_side = Side::kSell});
  EXPECT_EQ(desk.free(kSeller), 0);
  EXPECT_EQ(desk.clearing.reserve(sell(1, 1)), RejectReason::kInsufficientFunds);
  EXPECT_EQ(desk.adjust(kSeller, 200).balance, Money(1'200));
  EXPECT_EQ(desk.free(kSeller), 0);
  EXPECT_EQ(desk.adjust(kSeller, 10).reason, RejectReason::kNone);
  EXPECT_EQ(desk.clearing.reserve(sell(1, 1)), RejectReason::kNone);
}

TEST(FundedLimit, ReplacesAHoldInOneStepOrNotAtAll) {
  Desk desk;
  ASSERT_EQ(desk.clearing.reserve(buy(20, 5)), RejectReason::kNone);
  EXPECT_EQ(desk.clearing.replace(buy(20, 5), buy(25, 4)), RejectReason::kNone);  // 1,000 again
  EXPECT_EQ(desk.free(kBuyer), 0);
  const std::vector<std::byte> before = desk.saved();
  EXPECT_EQ(desk.clearing.replace(buy(25, 4), buy(101, 1)), RejectReason::kInsufficientFunds);
  EXPECT_EQ(desk.saved(), before);
  EXPECT_EQ(desk.clearing.replace(buy(25, 4), buy(100, 1)), RejectReason::kNone);
}

TEST(FundedLimit, RefusesAnOrderWorthMoreThanTwoToThe62) {
  Desk desk(kMaxAdjustmentMicroUsd);
  const Money tick(std::int64_t{1} << 31);
  OrderIntent large = buy(1, 1U << 31);  // exactly 2^62, more than anybody has
  large.tick_value = tick;
  EXPECT_EQ(desk.clearing.reserve(large), RejectReason::kInsufficientFunds);
  large.price = Price(2);
  EXPECT_EQ(desk.clearing.reserve(large), RejectReason::kNotionalOutOfRange);
  large.price = Price(-2);
  EXPECT_EQ(desk.clearing.reserve(large), RejectReason::kNotionalOutOfRange);
}

TEST(FundedLimit, KnowsNoAccountBeforeItsFirstDeposit) {
  Desk desk(0, 0);
  EXPECT_EQ(desk.clearing.reserve(buy(0, 1)), RejectReason::kAccountUnknown);
  EXPECT_EQ(desk.adjust(kBuyer, -1).reason, RejectReason::kAccountUnknown);
  EXPECT_EQ(desk.adjust(kBuyer, 1).balance, Money(1));
  EXPECT_EQ(desk.adjust(kBuyer, -1).balance, Money(0));
  EXPECT_EQ(desk.clearing.reserve(buy(0, 1)), RejectReason::kNone);
}

TEST(FundedLimit, JudgesTheAccountBeforeTheAmount) {
  Desk desk(0, 0);
  EXPECT_EQ(desk.adjust(kBuyer, std::numeric_limits<std::int64_t>::min()).reason,
            RejectReason::kAccountUnknown);
}

TEST(FundedLimit, TakesAmountsWithinItsLimitAndNotNothing) {
  Desk desk;
  EXPECT_EQ(desk.adjust(kBuyer, 0).reason, RejectReason::kAmountInvalid);
  for (const std::int64_t amount :
       {kMaxAdjustmentMicroUsd + 1, -kMaxAdjustmentMicroUsd - 1,
        std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    EXPECT_EQ(desk.adjust(kBuyer, amount).reason, RejectReason::kAmountInvalid) << amount;
  }
  EXPECT_EQ(desk.adjust(kBuyer, kMaxAdjustmentMicroUsd).balance,
            Money(kMaxAdjustmentMicroUsd + 1'000));
  EXPECT_EQ(desk.adjust(kBuyer, -kMaxAdjustmentMicroUsd).balance, Money(1'000));
}

TEST(FundedLimit, TakesNoMoreFundsThanAnOrderMayBeWorth) {
  Desk desk(kMaxAdjustmentMicroUsd);
  std::int64_t deposits = 1;
  while (desk.adjust(kBuyer, kMaxAdjustmentMicroUsd).reason == RejectReason::kNone) ++deposits;
  EXPECT_EQ(deposits, kMaxNotionalMicroUsd / kMaxAdjustmentMicroUsd);
  EXPECT_EQ(desk.adjust(kBuyer, 1).reason, RejectReason::kAmountInvalid);
}

TEST(FundedLimit, GivesBackOnlyWhatIsFree) {
  Desk desk;
  ASSERT_EQ(desk.clearing.reserve(buy(30, 2)), RejectReason::kNone);
  EXPECT_EQ(desk.adjust(kBuyer, -401).reason, RejectReason::kInsufficientFunds);
  EXPECT_EQ(desk.adjust(kBuyer, -400).balance, Money(600));
}

TEST(FundedLimit, SavesAndLoadsTheSameBytes) {
  Desk desk;
  ASSERT_EQ(desk.clearing.reserve(buy(20, 3)), RejectReason::kNone);
  ASSERT_EQ(desk.clearing.reserve(sell(20, 2)), RejectReason::kNone);
  desk.trade(20, 2, 20);
  Desk loaded(0, 0);
  const std::vector<std::byte> bytes = desk.saved();
  StateReader reader(bytes);
  ASSERT_TRUE(loaded.clearing.load(reader));
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(loaded.saved(), bytes);
  EXPECT_EQ(loaded.free(kBuyer), 400);
}

TEST(FundedLimit, LoadsNoAccountItHasNoRoomFor) {
  Desk desk;
  const std::vector<std::byte> bytes = desk.saved();
  StateReader reader(bytes);
  FundedLimit small(2);  // accounts 0 and 1, but the seller is 2
  EXPECT_FALSE(small.load(reader));
}

}  // namespace
}  // namespace hourglass::risk::test

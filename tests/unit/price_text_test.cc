// Prices and money as people write them: taken exactly or refused with the reason.
#include "engine/contract/price_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <string_view>

namespace hourglass::engine {
namespace {

constexpr std::int64_t kCent = 10'000'000;  // nano-USD
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

std::int64_t micro_usd(std::string_view text) {
  const ParsedMoney parsed = parse_money(text);
  EXPECT_EQ(parsed.reason, RejectReason::kNone) << text;
  return parsed.amount.value();
}

TEST(PriceText, TakesTicksAndRefusesWhatLiesBetween) {
  EXPECT_EQ(parse_price("1.29", kCent).price, Price(129));
  EXPECT_EQ(parse_price("-0.05", kCent).price, Price(-5));
  EXPECT_EQ(parse_price("2.5", kCent).price, Price(250));
  EXPECT_EQ(parse_price("1.295", kCent).reason, RejectReason::kPriceOffTick);
  EXPECT_EQ(parse_price("99999999999", kCent).reason, RejectReason::kPriceOutOfRange);
  for (const std::string_view text : {"", "-", ".5", "1.", "1e3", "1,5", "0x1", "1.0000000000"}) {
    EXPECT_EQ(parse_price(text, kCent).reason, RejectReason::kMalformed) << text;
  }
}

TEST(PriceText, WritesWhatItTakesBack) {
  for (const std::int64_t ticks :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{250}, kMaxPriceTicks}) {
    const std::string text = price_text(Price(ticks), kCent);
    EXPECT_EQ(parse_price(text, kCent).price, Price(ticks)) << text;
  }
  EXPECT_EQ(price_text(Price(250), kCent), "2.50");
  EXPECT_EQ(price_text(Price(-1), 1), "-0.000000001");
}

TEST(MoneyText, TakesAllThatMoneyHolds) {
  EXPECT_EQ(micro_usd("2500"), 2'500'000'000);
  EXPECT_EQ(micro_usd("-0.000001"), -1);
  // Over the largest price, which once was the limit here.
  EXPECT_EQ(micro_usd("1099511.627777"), kMaxPriceTicks + 1);
  EXPECT_EQ(micro_usd("9223372036854.775807"), kMost);
  EXPECT_EQ(micro_usd("-9223372036854.775807"), -kMost);
}

TEST(MoneyText, RefusesTheStepBeyondAndPartsOfAMicroUsd) {
  EXPECT_EQ(parse_money("9223372036854.775808").reason, RejectReason::kAmountInvalid);
  EXPECT_EQ(parse_money("-9223372036854.775808").reason, RejectReason::kAmountInvalid);
  EXPECT_EQ(parse_money("999999999999999999").reason, RejectReason::kAmountInvalid);
  EXPECT_EQ(parse_money("0.0000001").reason, RejectReason::kPriceOffTick);
  for (const std::string_view text : {"", "-", "--1", "1 USD", "1.", "1e6", "1_000"}) {
    EXPECT_EQ(parse_money(text).reason, RejectReason::kMalformed) << text;
  }
}

TEST(MoneyText, WritesWhatItTakesBack) {
  for (const std::int64_t micro : {std::int64_t{0}, std::int64_t{1}, -kMost, kMost}) {
    EXPECT_EQ(micro_usd(money_text(Money(micro))), micro);
  }
  EXPECT_EQ(money_text(Money(2'500'500'000)), "2500.50");
}

}  // namespace
}  // namespace hourglass::engine

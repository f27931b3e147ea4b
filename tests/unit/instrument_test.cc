// Contract terms: what is listed, and every way in which terms contradict each other.
#include "engine/contract/instrument.h"

#include <gtest/gtest.h>

#include <limits>
#include <string_view>
#include <vector>

#include "tests/support/command_builder.h"

namespace hourglass::engine::test {
namespace {

constexpr std::int64_t kMaxInt = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMinInt = std::numeric_limits<std::int64_t>::min();

DefineInstrument terms(const InstrumentSpec& spec = {}) {
  return define_instrument(spec).as<DefineInstrument>();
}

struct Changed {
  std::string_view what;
  void (*change)(DefineInstrument&);
};

// Each row is good terms with one thing changed, at the edge of what is allowed.
const std::vector<Changed> kInvalid = {
    {"no symbol", [](auto& t) { t.symbol = {}; }},
    {"a blank in the symbol", [](auto& t) { t.symbol[1] = ' '; }},
    {"a control character in the symbol", [](auto& t) { t.symbol[1] = '\x7F'; }},
    {"a letter beyond ASCII in the symbol", [](auto& t) { t.symbol[1] = '\xC3'; }},
    {"a symbol that goes on after its end", [](auto& t) { t.symbol[20] = 'x'; }},
    {"a symbol that begins with its end", [](auto& t) { t.symbol[0] = '\0'; }},
    {"a tick of nothing", [](auto& t) { t.tick_size_nano_usd = 0; }},
    {"a tick below zero", [](auto& t) { t.tick_size_nano_usd = -1'000; }},
    {"a contract of no hours", [](auto& t) { t.contract_size_gpu_hours = 0; }},
    {"a contract below zero", [](auto& t) { t.contract_size_gpu_hours = -1; }},
    {"two minus signs", [](auto& t) { t.tick_size_nano_usd = t.contract_size_gpu_hours = -1'000; }},
    {"a tick of a part of a micro-USD", [](auto& t) { t.tick_size_nano_usd = 1'500; }},
    {"a tick that times the hours does not fit", [](auto& t) { t.tick_size_nano_usd = kMaxInt; }},
    {"a tick value over the limit",
     [](auto& t) {
       t.tick_size_nano_usd = kMaxTickValueMicroUsd + 1;
       t.contract_size_gpu_hours = kNanoUsdPerMicroUsd;
     }},
    {"a range upside down", [](auto& t) { t.max_price = Price(0); }},
    {"a lowest price too low",
     [](auto& t) {
       t.min_price = Price(-kMaxPriceTicks - 1);
       t.max_price = Price(-kMaxPriceTicks);
     }},
    {"a highest price too high",
     [](auto& t) {
       t.min_price = Price(kMaxPriceTicks);
       t.max_price = Price(kMaxPriceTicks + 1);
     }},
    {"the lowest price there is", [](auto& t) { t.min_price = Price(kMinInt); }},
    {"the highest price there is", [](auto& t) { t.max_price = Price(kMaxInt); }},
    {"a range one tick too wide",
     [](auto& t) { t.max_price = t.min_price + PriceDelta(kMaxPriceSpanTicks); }},
    {"an increment of nothing", [](auto& t) { t.price_increment_ticks = 0; }},
    {"a lowest price between increments",
     [](auto& t) {
       t.price_increment_ticks = 5;
       t.max_price = Price(100);
     }},
    {"a highest price between increments",
     [](auto& t) {
       t.price_increment_ticks = 5;
       t.min_price = Price(-5);
       t.max_price = Price(101);
     }},
    {"no quantity allowed", [](auto& t) { t.max_order_qty_lots = 0; }},
    {"a quantity over the venue's limit",
     [](auto& t) { t.max_order_qty_lots = static_cast<std::uint32_t>(kMaxOrderQtyLots) + 1; }},
};

TEST(Instruments, AreNotMadeOfTermsThatContradictEachOther) {
  ASSERT_TRUE(make_instrument(terms()).has_value());
  for (const Changed& row : kInvalid) {
    DefineInstrument changed = terms();
    row.change(changed);
    EXPECT_FALSE(make_instrument(changed).has_value()) << row.what;
  }
}

// The step between: the last terms that are still good, in the order of the list above.
const std::vector<Changed> kStillValid = {
    {"a symbol of 24 characters", [](auto& t) { t.symbol.fill('~'); }},
    {"a symbol of one", [](auto& t) { t.symbol = {'!'}; }},
    {"the smallest tick value",
     [](auto& t) {
       t.tick_size_nano_usd = 1;
       t.contract_size_gpu_hours = kNanoUsdPerMicroUsd;
     }},
    {"the largest tick value",
     [](auto& t) {
       t.tick_size_nano_usd = kMaxTickValueMicroUsd;
       t.contract_size_gpu_hours = kNanoUsdPerMicroUsd;
     }},
    {"one price", [](auto& t) { t.max_price = t.min_price; }},
    {"the widest range",
     [](auto& t) { t.max_price = t.min_price + PriceDelta(kMaxPriceSpanTicks - 1); }},
    {"the lowest prices",
     [](auto& t) {
       t.min_price = Price(-kMaxPriceTicks);
       t.max_price = t.min_price;
     }},
    {"the highest prices",
     [](auto& t) {
       t.max_price = Price(kMaxPriceTicks);
       t.min_price = t.max_price;
     }},
    {"the largest increment",
     [](auto& t) {
       t.price_increment_ticks = 0xFFFFFFFFU;
       t.min_price = t.max_price = Price(-std::int64_t{0xFFFFFFFF});
     }},
    {"the largest quantity",
     [](auto& t) { t.max_order_qty_lots = static_cast<std::uint32_t>(kMaxOrderQtyLots); }},
};

TEST(Instruments, AreMadeOfTermsAtTheEdge) {
  for (const Changed& row : kStillValid) {
    DefineInstrument changed = terms();
    row.change(changed);
    EXPECT_TRUE(make_instrument(changed).has_value()) << row.what;
  }
}

TEST(Instruments, CarryTheirTermsAndStartWithTheWholeRangeAsBand) {
  const auto made = make_instrument(terms({.symbol = "H1-H2",
                                           .tick_size_nano_usd = 10'000'000,
                                           .contract_size_gpu_hours = 730,
                                           .min_price = -200,
                                           .max_price = 300,
                                           .group = 7,
                                           .protection_ticks = 30,
                                           .increment = 5,
                                           .max_order_qty_lots = 900,
                                           .state = TradingState::kPause}));
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->symbol_view(), "H1-H2");
  EXPECT_EQ(made->tick_value, Money(7'300'000));
  EXPECT_EQ(made->min_price, Price(-200));
  EXPECT_EQ(made->band_low, Price(-200));
  EXPECT_EQ(made->max_price, Price(300));
  EXPECT_EQ(made->band_high, Price(300));
  EXPECT_EQ(made->group, ProductGroupId(7));
  EXPECT_EQ(made->protection_ticks, 30U);
  EXPECT_EQ(made->price_increment_ticks, 5U);
  EXPECT_EQ(made->max_order_qty_lots, 900U);
  EXPECT_EQ(made->matching_algorithm, kPriceTimeAlgorithm);
  EXPECT_EQ(made->state, TradingState::kPause);
  EXPECT_TRUE(made->listed());
  EXPECT_FALSE(Instrument{}.listed());
}

TEST(Instruments, JudgeALimitPriceByRangeThenTickThenBand) {
  auto made = make_instrument(terms({.min_price = -20, .max_price = 100, .increment = 5}));
  ASSERT_TRUE(made.has_value());
  made->band_low = Price(0);
  made->band_high = Price(90);
  EXPECT_EQ(check_limit_price(*made, Price(0)), RejectReason::kNone);
  EXPECT_EQ(check_limit_price(*made, Price(90)), RejectReason::kNone);
  EXPECT_EQ(check_limit_price(*made, Price(-5)), RejectReason::kPriceOutsideBand);
  EXPECT_EQ(check_limit_price(*made, Price(95)), RejectReason::kPriceOutsideBand);
  EXPECT_EQ(check_limit_price(*made, Price(-4)), RejectReason::kPriceOffTick);
  EXPECT_EQ(check_limit_price(*made, Price(99)), RejectReason::kPriceOffTick);
  EXPECT_EQ(check_limit_price(*made, Price(-21)), RejectReason::kPriceOutOfRange);
  EXPECT_EQ(check_limit_price(*made, Price(101)), RejectReason::kPriceOutOfRange);
  EXPECT_EQ(check_limit_price(*made, Price(kMinInt)), RejectReason::kPriceOutOfRange);
}

TEST(Instruments, ValueAPositionExactly) {
  EXPECT_EQ(notional(Price(-3), 7, Money(11)), -231);
  const Int128 largest =
      notional(Price(kMaxPriceTicks), kMaxOrderQtyLots, Money(kMaxTickValueMicroUsd));
  EXPECT_EQ(largest, (Int128{1} << 80) * kMaxOrderQtyLots);
}

}  // namespace
}  // namespace hourglass::engine::test

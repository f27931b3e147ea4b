// How the venue's limits hang together: what would have to change with one of them.
#include "engine/base/limits.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "engine/book/books.h"
#include "engine/contract/instrument.h"
#include "engine/exchange/exchange.h"
#include "engine/exchange/limits.h"
#include "engine/journal/format.h"
#include "engine/order/command.h"
#include "engine/order/event.h"
#include "risk/clearing/funded_limit.h"

namespace hourglass::engine::test {
namespace {

constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();

// One order.
static_assert(kMaxOrderQtyLots <= std::numeric_limits<std::int32_t>::max(),
              "two orders' lots add up in 32 bits");
static_assert(kClientOrderIdChars == 20, "the longest decimal u64");
static_assert(kMaxIcebergTranches <= 4 * std::int64_t{kMaxStepsPerApply},
              "one iceberg makes at most four slices of work");
static_assert(kMaxIcebergTranches <= std::numeric_limits<std::int64_t>::max() / kMaxOrderQtyLots,
              "a display quantity times the tranches fits in 64 bits");
static_assert(Int128{kMaxPriceTicks} * kMaxOrderQtyLots * kMaxTickValueMicroUsd <
                  (Int128{1} << 126),
              "the dearest order's value, and the sum of two, fit in 128 bits");

// One book.
static_assert(kMaxPriceSpanTicks <= 64ULL * 64 * 64 * 64, "a page and three bitmaps of 64 above");
static_assert(kTicksPerPage == 64, "a page's bitmap is one word");
static_assert(kNoKey > kMaxPriceSpanTicks, "no key is larger than every key");
static_assert(std::uint64_t{kMaxLevelPages} * kTicksPerPage <= kMax32 + 1);
static_assert(ExchangeLimits{}.max_level_pages < kMaxLevelPages, "page 0 is none");

// One partition.
static_assert(std::uint64_t{kMaxOrders} <= kMax32, "slots are 32 bits");
static_assert(ExchangeLimits{}.max_orders < kMaxOrders, "slot 0 is the list end");
static_assert(std::uint64_t{kMaxInstruments} * 2 <= kMax32, "a page names its side in 32 bits");
static_assert(std::has_single_bit(kClientKeysPerPage), "a key is split by shift and mask");
static_assert(kMaxClientKeysPerSession % kClientKeysPerPage == 0);
static_assert(kMaxClientKeyPages >= kMaxSessions, "each session can have one page");
static_assert(std::uint64_t{kMaxClientKeyPages} * kClientKeysPerPage >= kMaxOrders,
              "working orders never run out of keys by their number alone");

// One command.
static_assert(kMaxEventsPerApply >= 2 * kMaxStepsPerApply + 3,
              "accepted, two events a step, rested or cancelled, done");
static_assert(ExchangeLimits{}.max_steps_per_apply == kMaxStepsPerApply);
static_assert(ExchangeLimits{}.max_scan_per_apply == kMaxScanPerApply);
static_assert(kMaxScanPerApply >= kMaxStepsPerApply);

// Rings and journal.
static_assert(std::has_single_bit(kIngressRingSlots) && std::has_single_bit(kCommandRingSlots) &&
              std::has_single_bit(kEventRingSlots));
static_assert(kEventRingSlots >= 4 * kMaxEventsPerApply);
static_assert(kMaxFrameBytes % 64 == 0 && kMaxFrameBytes >= sizeof(Command));
static_assert(kMaxSegmentBytes > kMaxFrameBytes);

// Clearing.
static_assert(risk::kMaxAdjustmentMicroUsd <= risk::kMaxNotionalMicroUsd);
static_assert(risk::kMaxNotionalMicroUsd <=
                  std::numeric_limits<std::int64_t>::max() - risk::kMaxAdjustmentMicroUsd,
              "a balance and one more deposit fit in the 64 bits of an event");

TEST(Limits, TheDearestOrderIsWorthItsExactValue) {
  const Int128 value =
      notional(Price(kMaxPriceTicks), kMaxOrderQtyLots, Money(kMaxTickValueMicroUsd));
  EXPECT_EQ(value / kMaxTickValueMicroUsd / kMaxPriceTicks, kMaxOrderQtyLots);
  EXPECT_GT(value + value, value);
}

TEST(Limits, AnExchangeOfTheVenuesSizeCostsAddressSpaceOnly) {
  const Exchange<PermissiveClearing> exchange;
  EXPECT_EQ(exchange.state().limits.max_orders, kMaxOrders - 1);
  EXPECT_EQ(exchange.state().books.orders().capacity(), kMaxOrders - 1);
}

}  // namespace
}  // namespace hourglass::engine::test

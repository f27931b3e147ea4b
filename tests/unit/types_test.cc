#include "engine/base/types.h"

#include <gtest/gtest.h>

#include "engine/base/checked.h"
#include "engine/base/client_order_id.h"
#include "engine/base/limits.h"

namespace hourglass::engine {
namespace {

template <class A, class B>
concept Adds = requires(A a, B b) {
  a + b;
};
template <class A, class B>
concept Subtracts = requires(A a, B b) {
  a - b;
};
template <class A, class B>
concept Compares = requires(A a, B b) {
  a < b;
};

static_assert(std::is_same_v<decltype(Price(5) - Price(3)), PriceDelta>);
static_assert(std::is_same_v<decltype(Price(5) + PriceDelta(3)), Price>);
static_assert(!Adds<Price, Price>, "the sum of two prices means nothing");
static_assert(!Adds<Price, Qty> && !Adds<Qty, Money>);
static_assert(!Adds<OrderId, OrderId> && !Subtracts<OrderId, OrderId>);
static_assert(!Adds<Timestamp, Timestamp>);
static_assert(!Compares<OrderId, SequenceNumber> && !Compares<AccountId, SessionId>);
static_assert(!std::is_convertible_v<std::int64_t, Price>, "construction is explicit");
static_assert(sizeof(Price) == 8 && sizeof(AccountId) == 4);

TEST(Checked, MultiplyRefusesWhatDoesNotFit) {
  EXPECT_EQ(checked_mul(1LL << 31, 1LL << 31), 1LL << 62);
  EXPECT_EQ(checked_mul(1LL << 32, 1LL << 31), std::nullopt);
  EXPECT_EQ(checked_mul(-(1LL << 32), 1LL << 31), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(checked_mul(-(1LL << 32), (1LL << 31) + 1), std::nullopt);
}

TEST(Checked, AddRefusesWhatDoesNotFit) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(checked_add(kMax - 1, 1), kMax);
  EXPECT_EQ(checked_add(kMax, 1), std::nullopt);
}

TEST(Checked, DivisionsSayWhichWayTheyRound) {
  EXPECT_EQ(div_floor(-7, 2), -4);
  EXPECT_EQ(div_ceil(-7, 2), -3);
  EXPECT_EQ(div_floor(7, 2), 3);
  EXPECT_EQ(div_ceil(7, 2), 4);
  EXPECT_EQ(div_floor(-8, 2), -4);
  EXPECT_EQ(div_exact(8, 2), 4);
  EXPECT_EQ(div_exact(7, 2), std::nullopt);
}

TEST(ClientOrderIds, HoldTwentyPrintableCharactersAndNoMore) {
  EXPECT_EQ(ClientOrderId::from("18446744073709551615")->view(), "18446744073709551615");
  EXPECT_EQ(ClientOrderId::from("A-1")->view(), "A-1");
  EXPECT_EQ(ClientOrderId::from(""), std::nullopt);
  EXPECT_EQ(ClientOrderId::from("123456789012345678901"), std::nullopt);
  EXPECT_EQ(ClientOrderId::from("with blank"), std::nullopt);
  EXPECT_EQ(ClientOrderId::from("bell\a"), std::nullopt);
}

}  // namespace
}  // namespace hourglass::engine

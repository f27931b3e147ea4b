// The expiry heap against a sorted set.
#include "engine/exchange/expiry_heap.h"

#include <gtest/gtest.h>

#include <set>
#include <tuple>
#include <vector>

#include "tests/support/random_source.h"

namespace hourglass::engine::test {
namespace {

struct Orders {
  static constexpr std::uint32_t kCount = 500;
  FixedArray<OrderRecord> records{kCount + 1};
  FixedArray<OrderExtras> extras{kCount + 1};
  ExpiryHeap heap{kCount, records, extras};

  void push(Slot slot, std::uint64_t id, std::uint64_t expire_time) {
    records[slot].id = OrderId(id);
    extras[slot] = {.expire_time = Timestamp(expire_time), .display_qty = 0, .heap_place = 0};
    heap.push(slot);
  }
};

using Entry = std::tuple<std::uint64_t, std::uint64_t, Slot>;  // expiry, order id, slot

TEST(ExpiryHeap, GivesTheNextToExpireAsASortedSetWould) {
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed));
  RandomSource random(seed);
  Orders orders;
  std::set<Entry> sorted;
  std::vector<Entry> in(Orders::kCount + 1);
  std::uint64_t id = 0;
  bool growing = true;
  for (std::uint32_t i = 0; i < 60'000; ++i) {
    if (random.below(1500) == 0) growing = !growing;
    const auto slot = static_cast<Slot>(1 + random.below(Orders::kCount));
    const bool is_in = sorted.contains(in[slot]) && std::get<2>(in[slot]) == slot;
    if (is_in && !random.percent(growing ? 30 : 90)) continue;
    if (is_in) {
      orders.heap.remove(slot);
      sorted.erase(in[slot]);
      ASSERT_EQ(orders.extras[slot].heap_place, 0U);
    } else {
      // Few different times, so that order ids often decide.
      in[slot] = {random.below(20), ++id, slot};
      orders.push(slot, id, std::get<0>(in[slot]));
      sorted.insert(in[slot]);
    }
    ASSERT_EQ(orders.heap.empty(), sorted.empty());
    if (!sorted.empty()) {
      ASSERT_EQ(orders.heap.top(), std::get<2>(*sorted.begin()));
    }
  }
  while (!sorted.empty()) {
    const Slot slot = std::get<2>(*sorted.begin());
    ASSERT_EQ(orders.heap.top(), slot);
    orders.heap.remove(slot);
    sorted.erase(sorted.begin());
  }
  EXPECT_TRUE(orders.heap.empty());
}

TEST(ExpiryHeap, TakesTheOlderOrderOfOneTimeFirst) {
  Orders orders;
  orders.push(3, 12, 100);
  orders.push(1, 11, 100);
  orders.push(2, 13, 99);
  EXPECT_EQ(orders.heap.top(), 2U);
  orders.heap.remove(2);
  EXPECT_EQ(orders.heap.top(), 1U);
  orders.heap.remove(1);
  EXPECT_EQ(orders.heap.top(), 3U);
}

}  // namespace
}  // namespace hourglass::engine::test

// An owner's list of orders against a plain list.
#include "engine/exchange/order_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "tests/support/random_source.h"

namespace hourglass::engine::test {
namespace {

std::vector<Slot> forwards(const OrderListEnds& ends, const FixedArray<OrderRecord>& records) {
  std::vector<Slot> slots;
  for (Slot slot = ends.first; slot != kNoSlot; slot = records[slot].session_next) {
    slots.push_back(slot);
  }
  return slots;
}
std::vector<Slot> backwards(const OrderListEnds& ends, const FixedArray<OrderRecord>& records) {
  std::vector<Slot> slots;
  for (Slot slot = ends.last; slot != kNoSlot; slot = records[slot].session_prev) {
    slots.insert(slots.begin(), slot);
  }
  return slots;
}

TEST(OrderLists, KeepOrdersInTheOrderTheyCame) {
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed));
  RandomSource random(seed);
  constexpr std::uint32_t kSlots = 30;
  FixedArray<OrderRecord> records(kSlots + 1);
  std::array<OrderListEnds, 3> ends{};
  std::array<std::vector<Slot>, 3> model;
  std::array<std::uint32_t, kSlots + 1> owner{};  // 0: in no list; else list + 1
  for (std::uint32_t i = 0; i < 30'000; ++i) {
    const auto slot = static_cast<Slot>(1 + random.below(kSlots));
    if (owner[slot] == 0) {
      const auto list = static_cast<std::uint32_t>(random.below(3));
      SessionOrders::append(ends[list], records, slot);
      model[list].push_back(slot);
      owner[slot] = list + 1;
    } else {
      const std::uint32_t list = owner[slot] - 1;
      SessionOrders::remove(ends[list], records, slot);
      std::erase(model[list], slot);
      owner[slot] = 0;
    }
    for (std::uint32_t list = 0; list < 3; ++list) {
      ASSERT_EQ(forwards(ends[list], records), model[list]);
      ASSERT_EQ(backwards(ends[list], records), model[list]);
    }
  }
}

TEST(OrderLists, OfSessionAndAccountDoNotTouchEachOther) {
  FixedArray<OrderRecord> records(4);
  OrderListEnds session{};
  OrderListEnds account{};
  for (const Slot slot : {1U, 2U, 3U}) SessionOrders::append(session, records, slot);
  for (const Slot slot : {3U, 1U}) AccountOrders::append(account, records, slot);
  AccountOrders::remove(account, records, 3);
  EXPECT_EQ(forwards(session, records), (std::vector<Slot>{1, 2, 3}));
  EXPECT_EQ(account.first, 1U);
  EXPECT_EQ(account.last, 1U);
}

}  // namespace
}  // namespace hourglass::engine::test

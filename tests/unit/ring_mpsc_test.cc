// MpscRing on one thread: what each operation answers, with nobody interfering.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "engine/ring/mpsc_ring.h"

namespace hourglass::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::uint64_t> drain(MpscRing<std::uint64_t>& ring, std::uint32_t max = 1000) {
  std::vector<std::uint64_t> items;
  ring.drain(max, [&](std::uint64_t item) { items.push_back(item); });
  return items;
}

TEST(MpscRing, HandsItemsOverInTheOrderPushed) {
  MpscRing<std::uint64_t> ring(4);
  EXPECT_THAT(drain(ring), IsEmpty());
  for (const std::uint64_t item : {7U, 8U, 9U}) EXPECT_EQ(ring.try_push(item), PushResult::kPushed);
  EXPECT_THAT(drain(ring), ElementsAre(7, 8, 9));
  EXPECT_THAT(drain(ring), IsEmpty());
}

TEST(MpscRing, KeepsOrderThroughManyRounds) {
  MpscRing<std::uint64_t> ring(4);
  std::uint64_t pushed = 0;
  std::vector<std::uint64_t> received;
  for (std::uint32_t round = 0; round < 100; ++round) {
    for (std::uint32_t i = 0; i < 1 + round % 4; ++i) {
      ASSERT_EQ(ring.try_push(pushed), PushResult::kPushed);
      ++pushed;
    }
    for (const std::uint64_t item : drain(ring)) received.push_back(item);
  }
  std::vector<std::uint64_t> expected(pushed);
  for (std::uint64_t i = 0; i < pushed; ++i) expected[i] = i;
  EXPECT_EQ(received, expected);
}

TEST(MpscRing, RefusesTheItemOneOverItsCapacityAndLosesNothing) {
  MpscRing<std::uint64_t> ring(2);
  EXPECT_EQ(ring.try_push(1), PushResult::kPushed);
  EXPECT_EQ(ring.try_push(2), PushResult::kPushed);
  EXPECT_EQ(ring.try_push(3), PushResult::kFull);
  EXPECT_EQ(ring.try_push(3), PushResult::kFull);
  EXPECT_EQ(ring.backlog(), 2U);
  EXPECT_THAT(drain(ring, 1), ElementsAre(1));
  EXPECT_EQ(ring.try_push(4), PushResult::kPushed);
  EXPECT_EQ(ring.try_push(5), PushResult::kFull);
  EXPECT_THAT(drain(ring), ElementsAre(2, 4));
}

TEST(MpscRing, DeliversWhatWasPushedBeforeTheCloseAndIsThenDrained) {
  MpscRing<std::uint64_t> ring(4);
  ASSERT_EQ(ring.try_push(1), PushResult::kPushed);
  ASSERT_EQ(ring.try_push(2), PushResult::kPushed);
  EXPECT_FALSE(ring.is_drained());
  ring.close();
  ring.close();
  EXPECT_EQ(ring.try_push(3), PushResult::kClosed);
  EXPECT_FALSE(ring.is_drained());
  EXPECT_EQ(ring.backlog(), 2U);
  EXPECT_THAT(drain(ring), ElementsAre(1, 2));
  EXPECT_TRUE(ring.is_drained());
  EXPECT_EQ(ring.backlog(), 0U);
}

TEST(MpscRing, SaysClosedRatherThanFull) {
  MpscRing<std::uint64_t> ring(2);
  ASSERT_EQ(ring.try_push(1), PushResult::kPushed);
  ASSERT_EQ(ring.try_push(2), PushResult::kPushed);
  ring.close();
  EXPECT_EQ(ring.try_push(3), PushResult::kClosed);
}

TEST(MpscRing, AnEmptyOpenRingIsNotDrained) {
  MpscRing<std::uint64_t> ring(2);
  EXPECT_FALSE(ring.is_drained());
  ring.close();
  EXPECT_TRUE(ring.is_drained());
}

TEST(MpscRing, LetsTheConsumerLookAheadWithoutTaking) {
  MpscRing<std::uint64_t> ring(4);
  for (std::uint64_t item = 10; item < 14; ++item) {
    ASSERT_EQ(ring.try_push(item), PushResult::kPushed);
  }
  EXPECT_EQ(ring.available(3), 3U);
  EXPECT_EQ(ring.available(100), 4U);
  EXPECT_EQ(ring.available(2), 2U);
  EXPECT_EQ(ring.peek(0), 10U);
  EXPECT_EQ(ring.peek(3), 13U);
  EXPECT_EQ(ring.try_push(99), PushResult::kFull) << "looking frees nothing";
  ring.release(3);
  EXPECT_EQ(ring.available(100), 1U);
  EXPECT_EQ(ring.peek(0), 13U);
  EXPECT_EQ(ring.try_push(14), PushResult::kPushed);
  EXPECT_THAT(drain(ring), ElementsAre(13, 14));
}

TEST(MpscRing, TakesAtMostWhatIsAsked) {
  MpscRing<std::uint64_t> ring(8);
  for (std::uint64_t item = 0; item < 5; ++item) {
    ASSERT_EQ(ring.try_push(item), PushResult::kPushed);
  }
  EXPECT_THAT(drain(ring, 2), ElementsAre(0, 1));
  EXPECT_THAT(drain(ring, 0), IsEmpty());
  EXPECT_THAT(drain(ring, 2), ElementsAre(2, 3));
  EXPECT_THAT(drain(ring, 2), ElementsAre(4));
}

TEST(MpscRingDeathTest, RefusesToReleaseWhatItNeverHandedOut) {
  MpscRing<std::uint64_t> ring(2);
  ASSERT_EQ(ring.try_push(1), PushResult::kPushed);
  ASSERT_EQ(ring.available(1), 1U);
  EXPECT_DEATH(ring.release(2), "count <= ready_ - tail");
}

TEST(MpscRingDeathTest, RefusesACapacityThatIsNoPowerOfTwo) {
  EXPECT_DEATH(MpscRing<std::uint64_t>(3), "count - 1");
  EXPECT_DEATH(MpscRing<std::uint64_t>(1), "count >= 2");
}

}  // namespace
}  // namespace hourglass::engine

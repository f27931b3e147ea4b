// Stamps: what a command's time is made of.
#include "engine/sequencer/clock.h"

#include <gtest/gtest.h>

namespace hourglass::engine::test {
namespace {

TEST(Stamper, FollowsTheClockWhileItRuns) {
  Stamper stamper;
  EXPECT_EQ(stamper.stamp(Timestamp(10)), Timestamp(10));
  EXPECT_EQ(stamper.stamp(Timestamp(25)), Timestamp(25));
}

TEST(Stamper, NeverRepeatsAndNeverGoesBack) {
  Stamper stamper;
  EXPECT_EQ(stamper.stamp(Timestamp(100)), Timestamp(100));
  EXPECT_EQ(stamper.stamp(Timestamp(100)), Timestamp(101));
  EXPECT_EQ(stamper.stamp(Timestamp(50)), Timestamp(102));
  EXPECT_EQ(stamper.stamp(Timestamp(102)), Timestamp(103));
  EXPECT_EQ(stamper.stamp(Timestamp(104)), Timestamp(104));
}

TEST(Stamper, GoesOnFromTheLastStampOfAnEarlierRun) {
  Stamper stamper(Timestamp(1'000));
  EXPECT_EQ(stamper.stamp(Timestamp(999)), Timestamp(1'001));
}

TEST(Clocks, ReadNanosecondsOfUtc) {
  constexpr std::uint64_t kNanosPerYear = 31'556'952'000'000'000;
  const Timestamp now = SystemClock{}.now();
  EXPECT_GT(now.value() / kNanosPerYear, 50U);   // after 2020
  EXPECT_LT(now.value() / kNanosPerYear, 500U);  // and in nanoseconds, not less
  const std::uint64_t first = monotonic_ns();
  EXPECT_GE(monotonic_ns(), first);
}

}  // namespace
}  // namespace hourglass::engine::test

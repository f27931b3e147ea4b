// Which idle settings a machine gets, and how a strategy moves from spinning to sleeping.
#include <gtest/gtest.h>

#include "engine/ring/idle.h"

namespace hourglass::engine {
namespace {

TEST(IdleSettings, NeverSpinWithoutAYieldWhereThreadsShareACore) {
  for (const std::uint32_t cpus : {1U, 2U, 3U, 4U, 64U}) {
    for (const std::uint32_t threads : {1U, 2U, 3U, 4U, 64U}) {
      const IdleSettings settings = settings_for(cpus, threads, IdleMode::kSpin);
      EXPECT_EQ(settings.mode, cpus > threads ? IdleMode::kSpin : IdleMode::kYield)
          << cpus << " cpus, " << threads << " threads";
    }
  }
}

TEST(IdleSettings, SpinFirstOnlyWithACoreForEachPollingThread) {
  EXPECT_EQ(settings_for(1, 1).spins, 0U);
  EXPECT_EQ(settings_for(2, 3).spins, 0U);
  EXPECT_GT(settings_for(2, 2).spins, 0U);
  EXPECT_GT(settings_for(8, 2).spins, 0U);
}

TEST(IdleSettings, SleepInTheEndUnlessToldOtherwise) {
  EXPECT_EQ(settings_for(1, 2).mode, IdleMode::kSleep);
  EXPECT_EQ(settings_for(64, 2).mode, IdleMode::kSleep);
  EXPECT_EQ(settings_for(64, 2, IdleMode::kYield).mode, IdleMode::kYield);
}

TEST(IdleSettings, AreNamedByAWord) {
  EXPECT_EQ(idle_mode_from("spin"), IdleMode::kSpin);
  EXPECT_EQ(idle_mode_from("yield"), IdleMode::kYield);
  EXPECT_EQ(idle_mode_from("sleep"), IdleMode::kSleep);
  EXPECT_EQ(idle_mode_from("Spin"), std::nullopt);
  EXPECT_EQ(idle_mode_from(""), std::nullopt);
}

TEST(IdleSettings, KnowAtLeastOneProcessor) {
  EXPECT_GE(online_cpu_count(), 1U);
}

// Idle rounds until the strategy has slept `sleeps` times in all.
std::uint32_t rounds_until(IdleStrategy& strategy, std::uint64_t sleeps) {
  std::uint32_t rounds = 0;
  while (strategy.sleep_count() < sleeps) {
    strategy.idle(0);
    ++rounds;
  }
  return rounds;
}

TEST(IdleStrategy, LooksOnceMoreAfterAnnouncingEachSleep) {
  WakeSignal wake;
  IdleStrategy strategy({.mode = IdleMode::kSleep, .spins = 2, .yields = 3, .sleep_ns_max = 1},
                        wake);
  EXPECT_EQ(rounds_until(strategy, 1), 2U + 3U + 1U + 1U);
  EXPECT_EQ(rounds_until(strategy, 2), 1U + 1U) << "no yields between two sleeps";
}

TEST(IdleStrategy, StartsOverAfterWork) {
  WakeSignal wake;
  IdleStrategy strategy({.mode = IdleMode::kSleep, .spins = 2, .yields = 3, .sleep_ns_max = 1},
                        wake);
  for (std::uint32_t round = 0; round < 6; ++round) strategy.idle(0);  // has announced
  strategy.idle(1);
  EXPECT_EQ(rounds_until(strategy, 1), 7U);
}

TEST(IdleStrategy, NeverSleepsInTheOtherModes) {
  WakeSignal wake;
  for (const IdleMode mode : {IdleMode::kSpin, IdleMode::kYield}) {
    IdleStrategy strategy({.mode = mode, .spins = 1, .yields = 1, .sleep_ns_max = 1}, wake);
    for (std::uint32_t round = 0; round < 100; ++round) strategy.idle(0);
    EXPECT_EQ(strategy.sleep_count(), 0U);
  }
}

TEST(WakeSignal, EndsASleepThatWasAnnouncedBeforeTheNotice) {
  WakeSignal wake;
  wake.announce();
  wake.notify();
  EXPECT_TRUE(wake.sleep(60'000'000'000)) << "returns at once: the notice came after announce()";
  wake.announce();
  EXPECT_FALSE(wake.sleep(1));
}

}  // namespace
}  // namespace hourglass::engine

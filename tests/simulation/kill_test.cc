// kill -9 on the real program, again and again: what it answered is there when it starts again.
//
// HOURGLASS_KILLS sets how often (a soak is 500 and more), HOURGLASS_SEED the moments.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "fmt/format.h"
#include "tests/support/random_source.h"
#include "tests/support/running_venue.h"

namespace hourglass::engine::test {
namespace {

// The name of the newest snapshot in `directory`; empty where there is none.
std::string newest_snapshot(const std::string& directory) {
  std::string newest;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".hgs") {
      newest = std::max(newest, entry.path().filename().string());
    }
  }
  return newest;
}

// Enters an order and notes its id once the venue has answered.
void buy(RunningVenue& venue, RandomSource& random, std::set<std::uint64_t>& answered) {
  venue.say(fmt::format("buy 1 H100.D1 @ 1.{:02}", random.below(100)));
  for (const std::string& line : venue.hear_through("durable through")) {
    if (const auto id = number_after(line, "rests order ")) answered.insert(*id);
  }
}

// Goes on buying until there is a snapshot other than `before`; as long as a shadow may need that
// only runs when nobody else wants to.
void buy_until_a_snapshot(RunningVenue& venue, RandomSource& random,
                          std::set<std::uint64_t>& answered, const std::string& directory,
                          const std::string& before) {
  constexpr std::uint32_t kOrdersMax = 10'000;
  for (std::uint32_t i = 0; i < kOrdersMax && newest_snapshot(directory) == before; ++i) {
    buy(venue, random, answered);
    ::usleep(10'000);
  }
  ASSERT_NE(newest_snapshot(directory), before);
}

constexpr std::uint64_t kRunsPerSnapshot = 4;

TEST(KilledVenue, StillHasEverythingItAnswered) {
  const std::uint64_t kills = number_from_environment("HOURGLASS_KILLS", 20);
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", seed));
  RandomSource random(seed);
  const std::string directory = fmt::format("{}hourglass-kill-{}", testing::TempDir(), ::getpid());
  std::set<std::uint64_t> answered;
  std::uint64_t from_snapshot = 0;
  for (std::uint64_t run = 0; run < kills; ++run) {
    RunningVenue venue({.program = HOURGLASS_PROGRAM, .data_dir = directory, .snapshot_every = 20});
    const auto greeting = venue.hear();
    ASSERT_TRUE(greeting.has_value()) << "run " << run << " did not start: " << venue.errors();
    EXPECT_EQ(greeting->find("passed over"), std::string::npos) << *greeting;
    if (greeting->find("snapshot of command") != std::string::npos) ++from_snapshot;
    const std::set<std::uint64_t> found = venue.working_orders("H100.D1");
    for (const std::uint64_t id : answered) ASSERT_TRUE(found.contains(id)) << "order " << id;
    answered = found;  // what was under way when it was killed may have been kept
    if (run == 0) {
      venue.say("deposit 1000000");
      ASSERT_FALSE(venue.hear_through("durable through").empty());
    }
    const std::string before = newest_snapshot(directory);
    for (std::uint64_t i = random.below(30) + 1; i != 0; --i) buy(venue, random, answered);
    // Most die too young for a snapshot, or while one is being written.
    if (run % kRunsPerSnapshot == 0) {
      buy_until_a_snapshot(venue, random, answered, directory, before);
    }
    for (std::uint64_t i = random.below(4); i != 0; --i) venue.say("buy 1 H100.D1 @ 1.50");
    ::usleep(static_cast<useconds_t>(random.below(2000)));
    venue.kill();
  }
  EXPECT_GE(answered.size(), kills);
  // The first run leaves a snapshot, so every later one has one to begin with.
  EXPECT_EQ(from_snapshot, kills - 1);
  fmt::print("{} kills, {} starts from a snapshot, {} orders answered or kept, none lost\n", kills,
             from_snapshot, answered.size());
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
}

}  // namespace
}  // namespace hourglass::engine::test

// Every single bit of a small journal flipped, one at a time: all are found.
#include <gtest/gtest.h>

#include <cstdio>

#include "engine/journal/verify.h"
#include "tests/support/journal_workload.h"
#include "tests/support/simulated_device.h"

namespace hourglass::engine {
namespace {

struct FlipCount {
  std::uint64_t flipped = 0;
  std::uint64_t detected = 0;
};

FlipCount flip_every_bit(SimulatedDevice& device) {
  FlipCount count;
  for (const std::string& name : device.names()) {
    const std::uint64_t bits = 8 * device.contents(name).size();
    for (std::uint64_t bit = 0; bit < bits; ++bit) {
      device.flip_bit(name, bit);
      const auto result = verify_journal(device);
      ++count.flipped;
      if (!result.ok() || !result->intact()) {
        ++count.detected;
      } else {
        ADD_FAILURE() << name << " bit " << bit << " went unseen";
      }
      device.flip_bit(name, bit);
    }
  }
  return count;
}

TEST(JournalBitFlip, IsDetectedInEveryBit) {
  SimulatedDevice device;
  {
    auto writer = create_journal(device, small_segments(3));
    ASSERT_EQ(write_frame(*writer, 25), absl::OkStatus());
    ASSERT_EQ(write_frame(*writer, 10), absl::OkStatus());
    // The second segment: one frame, the last acknowledged, and an unwritten block behind it. Not
    // closed, so that no index record helps.
    ASSERT_EQ(write_frame(*writer, 12), absl::OkStatus());
  }
  ASSERT_TRUE(verify_journal(device)->intact());
  const FlipCount count = flip_every_bit(device);
  std::printf("%lu of %lu bit flips detected\n", count.detected, count.flipped);
  EXPECT_EQ(count.detected, count.flipped);
  EXPECT_EQ(count.flipped, 8U * (2 * 3 + 2) * kBlockBytes);
}

}  // namespace
}  // namespace hourglass::engine

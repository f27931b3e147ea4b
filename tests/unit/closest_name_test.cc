#include "engine/base/closest_name.h"

#include <gtest/gtest.h>

#include <array>

namespace hourglass::engine {
namespace {

constexpr std::array<std::string_view, 5> kNames{"audit", "bench", "help", "play", "version"};

TEST(ClosestName, UndoesOneSlipOfTheFingers) {
  EXPECT_EQ(closest_name("verison", kNames), "version");  // two letters swapped
  EXPECT_EQ(closest_name("vrsion", kNames), "version");   // one dropped
  EXPECT_EQ(closest_name("plaay", kNames), "play");       // one added
  EXPECT_EQ(closest_name("hulp", kNames), "help");        // one changed
}

TEST(ClosestName, SuggestsNothingForAWordThatIsLikeNone) {
  EXPECT_EQ(closest_name("margin", kNames), std::nullopt);
  EXPECT_EQ(closest_name("", kNames), std::nullopt);
  EXPECT_EQ(closest_name("play", {}), std::nullopt);
}

TEST(ClosestName, PrefersTheNearestAndAmongEqualsTheFirst) {
  constexpr std::array<std::string_view, 3> kNear{"batch", "catch", "patches"};
  EXPECT_EQ(closest_name("match", kNear), "batch");
  EXPECT_EQ(closest_name("patche", kNear), "patches");
}

}  // namespace
}  // namespace hourglass::engine

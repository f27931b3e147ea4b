// A password leaves nothing behind.
#include "gateway/fix/members/secret_text.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "gtest/gtest.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::string_view kSecret = "correct horse battery staple";

bool is_wiped(const char* bytes) {
  return std::all_of(bytes, bytes + kSecret.size(), [](char c) { return c == '\0'; });
}

// The memory of what was held goes to the other and is looked at there.
TEST(SecretText, IsWipedWhereAnotherTakesItsPlace) {
  SecretText held(kSecret);
  const char* const bytes = held.view().data();
  SecretText other("next");
  held = std::move(other);
  EXPECT_EQ(held.view(), "next");
  EXPECT_TRUE(is_wiped(bytes));
}

TEST(SecretText, LeavesNoCopyWhereItIsMoved) {
  SecretText first(kSecret);
  const char* const bytes = first.view().data();
  const SecretText second(std::move(first));
  EXPECT_EQ(second.view().data(), bytes);
  EXPECT_EQ(second.view(), kSecret);
}

}  // namespace
}  // namespace hourglass::gateway::fix

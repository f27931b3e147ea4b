// What a resting order costs: printed, held to the design's limits, and as the book's page has it.
#include "engine/exchange/memory_per_order.h"

#include <gtest/gtest.h>

#include <iostream>

#include "tests/support/tree_file.h"

namespace hourglass::engine::test {
namespace {

TEST(MemoryPerOrder, StaysWithinTheDesignsLimits) {
  EXPECT_EQ(bytes_per_order(MemoryUse::kHot), 24U);
  EXPECT_EQ(bytes_per_order(MemoryUse::kCold), 81U);
  EXPECT_EQ(bytes_per_order(MemoryUse::kOptional), 20U);
  EXPECT_EQ(kBytesOfAPage, 528U);
  std::cout << memory_per_order_text();
}

TEST(MemoryPerOrder, IsPrintedOnThePageAsTheCodeHasIt) {
  EXPECT_NE(tree_file("engine/book/README.md").find(memory_per_order_text()), std::string::npos)
      << "engine/book/README.md lacks this list:\n"
      << memory_per_order_text();
}

}  // namespace
}  // namespace hourglass::engine::test

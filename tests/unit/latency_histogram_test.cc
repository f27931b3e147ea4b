#include "bench/play/latency_histogram.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <vector>

namespace hourglass::bench {
namespace {

std::uint64_t test_seed() {
  const char* text = std::getenv("HOURGLASS_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : std::random_device{}();
}

// The nearest-rank quantile, by sorting.
std::uint64_t exact_quantile(const std::vector<std::uint64_t>& sorted, Quantile quantile) {
  const auto parts = static_cast<std::uint64_t>(quantile);
  const std::uint64_t rank = (sorted.size() * parts + 999'999) / 1'000'000;
  return sorted[rank - 1];
}

TEST(LatencyHistogram, HasBucketsThatFollowEachOtherWithoutGapOverAllValues) {
  ASSERT_EQ(LatencyHistogram::bucket_of(0), 0U);
  for (std::size_t bucket = 0; bucket + 1 < LatencyHistogram::kBucketCount; ++bucket) {
    const std::uint64_t end = LatencyHistogram::bucket_end(bucket);
    ASSERT_EQ(LatencyHistogram::bucket_of(end), bucket);
    ASSERT_EQ(LatencyHistogram::bucket_of(end + 1), bucket + 1);
  }
  const std::size_t last = LatencyHistogram::kBucketCount - 1;
  EXPECT_EQ(LatencyHistogram::bucket_end(last), ~std::uint64_t{0});
  EXPECT_EQ(LatencyHistogram::bucket_of(~std::uint64_t{0}), last);
}

TEST(LatencyHistogram, ReportsSmallValuesExactly) {
  LatencyHistogram histogram;
  for (std::uint64_t value = 1; value <= 200; ++value) histogram.record(value);
  EXPECT_EQ(histogram.count(), 200U);
  EXPECT_EQ(histogram.at(Quantile::kP50), 100U);
  EXPECT_EQ(histogram.at(Quantile::kP99), 198U);
  EXPECT_EQ(histogram.at(Quantile::kP999), 200U);
  EXPECT_EQ(histogram.max(), 200U);
}

TEST(LatencyHistogram, ReportsQuantilesOfASortedListWithinOnePartIn128) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(testing::Message() << "HOURGLASS_SEED=" << seed);
  std::mt19937_64 random(seed);
  for (const std::size_t size : {1U, 2U, 99U, 1'000U, 50'000U}) {
    LatencyHistogram histogram;
    std::vector<std::uint64_t> values(size);
    for (std::uint64_t& value : values) {
      value = random() >> (random() % 64);  // all magnitudes alike
      histogram.record(value);
    }
    std::sort(values.begin(), values.end());
    EXPECT_EQ(histogram.count(), size);
    EXPECT_EQ(histogram.max(), values.back());
    for (const Quantile quantile : kQuantiles) {
      const std::uint64_t exact = exact_quantile(values, quantile);
      EXPECT_GE(histogram.at(quantile), exact);
      EXPECT_LE(histogram.at(quantile) - exact, exact / 128);
    }
  }
}

TEST(LatencyHistogram, ReportsNoQuantileAboveItsMaximum) {
  LatencyHistogram histogram;
  histogram.record(1'000'000);
  for (const Quantile quantile : kQuantiles) EXPECT_EQ(histogram.at(quantile), 1'000'000U);
}

TEST(LatencyHistogram, ReportsZeroWhileItIsEmpty) {
  const LatencyHistogram histogram;
  for (const Quantile quantile : kQuantiles) EXPECT_EQ(histogram.at(quantile), 0U);
  EXPECT_EQ(histogram.max(), 0U);
}

}  // namespace
}  // namespace hourglass::bench

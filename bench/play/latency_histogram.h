// LatencyHistogram: many durations in little memory, with known precision and an exact maximum.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

namespace hourglass::bench {

// A quantile in parts per million: the median is 500,000.
enum class Quantile : std::uint32_t {
  kP50 = 500'000,
  kP99 = 990'000,
  kP999 = 999'000,
  kP9999 = 999'900,
};
inline constexpr std::array kQuantiles = {Quantile::kP50, Quantile::kP99, Quantile::kP999,
                                          Quantile::kP9999};

// Counts in buckets as HdrHistogram has them: values below 256 each have their own, above that
// every power of two is cut into 128, so that a reported quantile is never below the true one and
// at most 1/128 above it. Units: whatever is recorded. Thread: one.
class LatencyHistogram {
 public:
  // Cost: a few ns, no allocation.
  void record(std::uint64_t value) noexcept {
    ++counts_[bucket_of(value)];
    ++count_;
    max_ = std::max(max_, value);
  }

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  // Exact; 0 when nothing was recorded.
  [[nodiscard]] std::uint64_t max() const noexcept { return max_; }

  // The smallest bucket's upper end such that at least `quantile` of all values are not above it
  // (nearest rank), but not more than the maximum. 0 when nothing was recorded.
  [[nodiscard]] std::uint64_t at(Quantile quantile) const noexcept {
    const std::uint64_t parts = static_cast<std::uint64_t>(quantile);
    // Split, so that no count overflows: ceil(count * parts / 1e6).
    const std::uint64_t rank =
        count_ / kMillion * parts + (count_ % kMillion * parts + kMillion - 1) / kMillion;
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < kBucketCount; ++bucket) {
      seen += counts_[bucket];
      if (seen >= rank && seen > 0) return std::min(bucket_end(bucket), max_);
    }
    return max_;
  }

  // The bucket that counts `value`.
  static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
    const auto width = static_cast<std::uint32_t>(std::bit_width(value));
    const std::uint32_t shift = width > kExactBits ? width - kExactBits : 0;
    return shift * kBucketsPerOctave + static_cast<std::size_t>(value >> shift);
  }
  // The largest value `bucket` counts.
  static constexpr std::uint64_t bucket_end(std::size_t bucket) noexcept {
    if (bucket < 2 * kBucketsPerOctave) return bucket;
    const std::size_t shift = bucket / kBucketsPerOctave - 1;
    const std::uint64_t top_bits = bucket - shift * kBucketsPerOctave;
    return (top_bits << shift) | ((std::uint64_t{1} << shift) - 1);
  }

  static constexpr std::uint32_t kExactBits = 8;
  static constexpr std::size_t kBucketsPerOctave = std::size_t{1} << (kExactBits - 1);
  static constexpr std::size_t kBucketCount = (64 - kExactBits + 2) * kBucketsPerOctave;

 private:
  static constexpr std::uint64_t kMillion = 1'000'000;

  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(kBucketCount);
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace hourglass::bench

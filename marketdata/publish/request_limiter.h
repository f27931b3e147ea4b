// RequestLimiter: how often each client may ask for messages to be sent again.
#pragma once

#include <bit>
#include <cstdint>

#include "engine/base/assert.h"
#include "engine/base/fixed_array.h"

namespace hourglass::marketdata {

struct RequestRate {
  std::uint64_t per_second = 200;
  std::uint64_t burst = 32;  // at once, by one who did not ask for a while
};

// A token bucket a client, in a table that does not grow: clients that meet in a place share its
// bucket until it has been full again. Thread: one. Cost: constant. Source: the generic cell rate
// algorithm (ITU-T I.371), which keeps a bucket as the time at which it is full.
class RequestLimiter {
 public:
  // `places` is a power of two.
  explicit RequestLimiter(const RequestRate& rate, std::uint64_t places = 4096)
      : buckets_(places),
        interval_ns_(1'000'000'000 / rate.per_second),
        allowance_ns_(interval_ns_ * (rate.burst - 1)),
        shift_(64 - static_cast<std::uint32_t>(std::countr_zero(places))) {
    HG_ASSERT(std::has_single_bit(places) && places > 1, places);
    HG_ASSERT(rate.per_second > 0 && rate.burst > 0, rate.per_second, rate.burst);
  }

  // Takes one request of `client` (its address as a number). 0: it may be answered. Else the ns
  // after which the next one may.
  std::uint64_t take(std::uint64_t client, std::uint64_t now_ns) noexcept {
    Bucket& bucket = buckets_[(client * 0x9E3779B97F4A7C15ULL) >> shift_];
    if (bucket.full_at_ns <= now_ns) bucket.full_at_ns = now_ns;
    const std::uint64_t ahead_ns = bucket.full_at_ns - now_ns;
    if (ahead_ns > allowance_ns_) return ahead_ns - allowance_ns_;
    bucket.full_at_ns += interval_ns_;
    return 0;
  }

 private:
  struct Bucket {
    std::uint64_t full_at_ns;
  };

  engine::FixedArray<Bucket> buckets_;
  std::uint64_t interval_ns_;
  std::uint64_t allowance_ns_;
  std::uint32_t shift_;
};

}  // namespace hourglass::marketdata

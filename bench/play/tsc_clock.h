// TscClock: the processor's time stamp counter, for intervals of tens of nanoseconds.
#pragma once

#include <x86intrin.h>  // clang has __rdtscp here, not in immintrin.h

#include <cstdint>

#include "absl/status/statusor.h"

namespace hourglass::bench {

// Readings are fenced: what came before has finished and what comes after has not begun, so an
// interval covers one operation and no overlap with its neighbours. That overlap is what a
// throughput run profits from; the two figures answer different questions. Thread: both ends of an
// interval on one thread.
class TscClock {
 public:
  // Finds the counter's rate against the system's monotonic clock, and what an empty interval
  // measures. Errors: FailedPrecondition on a processor whose counter changes its pace.
  // Cost: 50 ms.
  static absl::StatusOr<TscClock> calibrate();

  static std::uint64_t begin_ticks() noexcept {
    _mm_lfence();
    const std::uint64_t ticks = __rdtsc();
    _mm_lfence();
    return ticks;
  }
  static std::uint64_t end_ticks() noexcept {
    std::uint32_t processor = 0;
    const std::uint64_t ticks = __rdtscp(&processor);
    _mm_lfence();
    return ticks;
  }

  [[nodiscard]] double ns(std::uint64_t ticks) const noexcept {
    return static_cast<double>(ticks) * ns_per_tick_;
  }
  [[nodiscard]] double ns_per_tick() const noexcept { return ns_per_tick_; }
  // The median of empty intervals: contained in every measurement, not subtracted.
  [[nodiscard]] double overhead_ns() const noexcept { return ns(overhead_ticks_); }

 private:
  TscClock(double ns_per_tick, std::uint64_t overhead_ticks) noexcept
      : ns_per_tick_(ns_per_tick), overhead_ticks_(overhead_ticks) {}

  double ns_per_tick_;
  std::uint64_t overhead_ticks_;
};

}  // namespace hourglass::bench

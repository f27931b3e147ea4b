#include "bench/play/tsc_clock.h"

#include <cpuid.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "absl/status/status.h"

namespace hourglass::bench {
namespace {

using Clock = std::chrono::steady_clock;

bool counter_is_steady() {
  constexpr std::uint32_t kPowerManagementLeaf = 0x80000007;
  constexpr std::uint32_t kInvariantTscBit = 1U << 8U;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t c = 0;
  std::uint32_t d = 0;
  return __get_cpuid(kPowerManagementLeaf, &a, &b, &c, &d) != 0 && (d & kInvariantTscBit) != 0;
}

struct Instant {
  Clock::time_point time;
  std::uint64_t ticks;
};

// Both clocks at once: of several attempts the one the system disturbed least.
Instant now() {
  Instant best{};
  std::uint64_t best_width = ~std::uint64_t{0};
  for (std::int32_t attempt = 0; attempt < 16; ++attempt) {
    const std::uint64_t before = TscClock::begin_ticks();
    const Clock::time_point time = Clock::now();
    const std::uint64_t after = TscClock::end_ticks();
    if (after - before >= best_width) continue;
    best_width = after - before;
    best = {time, before + best_width / 2};
  }
  return best;
}

double measure_ns_per_tick() {
  const Instant start = now();
  while (Clock::now() - start.time < std::chrono::milliseconds(50)) {
  }
  const Instant end = now();
  const std::chrono::duration<double, std::nano> elapsed = end.time - start.time;
  return elapsed.count() / static_cast<double>(end.ticks - start.ticks);
}

std::uint64_t measure_overhead_ticks() {
  std::array<std::uint64_t, 4001> intervals{};
  for (std::uint64_t& interval : intervals) {
    const std::uint64_t begin = TscClock::begin_ticks();
    interval = TscClock::end_ticks() - begin;
  }
  const auto middle = intervals.begin() + intervals.size() / 2;
  std::nth_element(intervals.begin(), middle, intervals.end());
  return *middle;
}

}  // namespace

absl::StatusOr<TscClock> TscClock::calibrate() {
  if (!counter_is_steady()) {
    return absl::FailedPreconditionError(
        "this processor has no invariant time stamp counter: no latency can be measured");
  }
  return TscClock(measure_ns_per_tick(), measure_overhead_ticks());
}

}  // namespace hourglass::bench

// The clock behind command stamps: the only place where the core's time comes from.
#pragma once

#include <time.h>

#include <cstdint>

#include "engine/base/types.h"

namespace hourglass::engine {

// UTC nanoseconds from the system. Thread: any. Cost: about 20 ns (vDSO).
struct SystemClock {
  [[nodiscard]] Timestamp now() const noexcept { return read(CLOCK_REALTIME); }

  static Timestamp read(clockid_t clock) noexcept {
    timespec t{};
    ::clock_gettime(clock, &t);
    constexpr std::uint64_t kNanosPerSecond = 1'000'000'000;
    return Timestamp(static_cast<std::uint64_t>(t.tv_sec) * kNanosPerSecond +
                     static_cast<std::uint64_t>(t.tv_nsec));
  }
};

// Nanoseconds of a clock that never steps, for durations.
inline std::uint64_t monotonic_ns() noexcept {
  return SystemClock::read(CLOCK_MONOTONIC).value();
}

// Gives the core away for a moment, for a thread that waits for another's progress on a cold path.
inline void brief_pause() noexcept {
  constexpr timespec kPause{.tv_sec = 0, .tv_nsec = 20'000};
  static_cast<void>(::clock_nanosleep(CLOCK_MONOTONIC, 0, &kPause, nullptr));
}

// Stamps never go back and never repeat: max(last + 1, now) (design 10, 9).
class Stamper {
 public:
  explicit Stamper(Timestamp last = Timestamp(0)) noexcept : last_(last) {}
  Timestamp stamp(Timestamp now) noexcept {
    last_ = now > last_ ? now : Timestamp(last_.value() + 1);
    return last_;
  }

 private:
  Timestamp last_;
};

}  // namespace hourglass::engine

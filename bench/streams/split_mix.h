// SplitMix: the random numbers of the generated streams.
#pragma once

#include <cstdint>

#include "engine/base/checked.h"

namespace hourglass::bench {

// splitmix64 (Steele, Lea, Flood 2014): integer steps, and doubles by exact scaling only, so that a
// seed gives the same stream on every machine. Not for anything that must be hard to guess.
class SplitMix {
 public:
  explicit constexpr SplitMix(std::uint64_t state) noexcept : state_(state) {}

  constexpr std::uint64_t next() noexcept {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }
  // Uniform in [0, bound).
  constexpr std::uint32_t below(std::uint32_t bound) noexcept {
    return static_cast<std::uint32_t>((static_cast<engine::UInt128>(next()) * bound) >> 64U);
  }
  // The same for a bound that is known to be positive, as a signed number.
  constexpr std::int32_t below_signed(std::uint32_t bound) noexcept {
    return static_cast<std::int32_t>(below(bound));
  }
  // Uniform in [0, 1), a multiple of 2^-53.
  constexpr double unit() noexcept {
    return static_cast<double>(next() >> 11U) * (1.0 / 9007199254740992.0);
  }
  constexpr bool coin() noexcept { return below(2) != 0; }

 private:
  std::uint64_t state_;
};

}  // namespace hourglass::bench

// Pace: how long something took, in the words of a report. Integers only: nothing is decided by it.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "engine/base/checked.h"

namespace hourglass::engine {

// "12.034", of nanoseconds.
inline std::string seconds_text(std::uint64_t ns) {
  constexpr std::uint64_t kNsPerMs = 1'000'000;
  return fmt::format("{}.{:03}", ns / (1000 * kNsPerMs), ns / kNsPerMs % 1000);
}

// Whole things a second; 0 when no time has passed.
inline std::uint64_t per_second(std::uint64_t count, std::uint64_t ns) {
  constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
  return ns == 0 ? 0 : static_cast<std::uint64_t>(static_cast<Int128>(count) * kNsPerSecond / ns);
}

}  // namespace hourglass::engine

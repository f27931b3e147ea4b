// Integer arithmetic that says what happens at the edges.
//
// Multiply through mul_wide (128-bit, cannot overflow); narrow by name; divide by name and say at
// the call who gains from the rounding. Errors: a narrowing that does not fit is an empty optional,
// never a wrapped number. Thread: any, pure. Cost: a few cycles, no allocation.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "engine/base/assert.h"

namespace hourglass::engine {

__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

// The exact product.
constexpr Int128 mul_wide(std::int64_t a, std::int64_t b) noexcept {
  return static_cast<Int128>(a) * b;
}

// The value as int64, or nothing if it does not fit.
constexpr std::optional<std::int64_t> narrow(Int128 value) noexcept {
  if (value < std::numeric_limits<std::int64_t>::min() ||
      value > std::numeric_limits<std::int64_t>::max()) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(value);
}

// The product if it fits in int64, else nothing.
constexpr std::optional<std::int64_t> checked_mul(std::int64_t a, std::int64_t b) noexcept {
  return narrow(mul_wide(a, b));
}

// The sum if it fits in int64, else nothing.
constexpr std::optional<std::int64_t> checked_add(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

// Quotient towards minus infinity. `divisor` must be positive.
constexpr std::int64_t div_floor(std::int64_t value, std::int64_t divisor) noexcept {
  HG_ASSERT(divisor > 0, divisor);
  const std::int64_t quotient = value / divisor;
  return quotient - ((value % divisor != 0 && value < 0) ? 1 : 0);
}

// Quotient towards plus infinity. `divisor` must be positive.
constexpr std::int64_t div_ceil(std::int64_t value, std::int64_t divisor) noexcept {
  HG_ASSERT(divisor > 0, divisor);
  const std::int64_t quotient = value / divisor;
  return quotient + ((value % divisor != 0 && value > 0) ? 1 : 0);
}

// The quotient when nothing remains, else nothing. `divisor` must be positive.
constexpr std::optional<std::int64_t> div_exact(std::int64_t value, std::int64_t divisor) noexcept {
  HG_ASSERT(divisor > 0, divisor);
  if (value % divisor != 0) return std::nullopt;
  return value / divisor;
}

}  // namespace hourglass::engine

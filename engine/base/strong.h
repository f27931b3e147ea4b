// StrongInt: an integer that cannot be mistaken for another kind of integer.
//
// A tag names the kind and says which arithmetic is legal; what the tag does not grant does not
// compile. Layout is exactly the integer's, so strong integers stand in commands, events and
// journal bytes as they are.
#pragma once

#include <compare>
#include <cstdint>
#include <type_traits>

namespace hourglass::engine {

// How a tag grants arithmetic: kLabel only compares; kAmount also adds and subtracts with its own
// kind (lots, money, durations).
enum class Arithmetic : std::uint8_t { kLabel, kAmount };

template <class Tag, class Rep>
class StrongInt {
  static_assert(std::is_integral_v<Rep>);

 public:
  using rep = Rep;

  constexpr StrongInt() noexcept = default;
  explicit constexpr StrongInt(Rep value) noexcept : value_(value) {}

  [[nodiscard]] constexpr Rep value() const noexcept { return value_; }
  constexpr auto operator<=>(const StrongInt&) const noexcept = default;

  friend constexpr StrongInt operator+(StrongInt a, StrongInt b) noexcept
      requires(Tag::kArithmetic == Arithmetic::kAmount) {
    return StrongInt(static_cast<Rep>(a.value_ + b.value_));
  }
  friend constexpr StrongInt operator-(StrongInt a, StrongInt b) noexcept
      requires(Tag::kArithmetic == Arithmetic::kAmount) {
    return StrongInt(static_cast<Rep>(a.value_ - b.value_));
  }
  constexpr StrongInt& operator+=(StrongInt other) noexcept
      requires(Tag::kArithmetic == Arithmetic::kAmount) {
    return *this = *this + other;
  }
  constexpr StrongInt& operator-=(StrongInt other) noexcept
      requires(Tag::kArithmetic == Arithmetic::kAmount) {
    return *this = *this - other;
  }

 private:
  Rep value_{};
};

}  // namespace hourglass::engine

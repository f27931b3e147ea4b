// A choice the compiler does not make a branch of.
#pragma once

#include <cstdint>

namespace hourglass::engine {

// `yes` where `condition`, else `no`. For choices that are a coin toss to the processor, such as
// whether an order is the only one of its level: a mispredicted branch costs some 18 cycles, and
// g++ 12 makes branches of most conditional operators beside a store. Thread: any. Cost: four
// instructions.
constexpr std::uint32_t select(bool condition, std::uint32_t yes, std::uint32_t no) noexcept {
  return no ^ ((yes ^ no) & (0U - static_cast<std::uint32_t>(condition)));
}
template <class T>
T* select(bool condition, T* yes, T* no) noexcept {
  const auto yes_bits = reinterpret_cast<std::uintptr_t>(yes);
  const auto no_bits = reinterpret_cast<std::uintptr_t>(no);
  const std::uintptr_t mask = std::uintptr_t{0} - static_cast<std::uintptr_t>(condition);
  return reinterpret_cast<T*>(no_bits ^ ((yes_bits ^ no_bits) & mask));
}

}  // namespace hourglass::engine

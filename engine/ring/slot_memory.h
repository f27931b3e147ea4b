// SlotMemory: the pre-faulted memory of a ring's slots.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

#include "engine/base/assert.h"

namespace hourglass::engine {

// Maps at least `bytes`, zero, in huge pages where the kernel grants them. Errors: aborts when the
// machine has not got the memory (start-up only). Cost: system calls.
[[nodiscard]] void* map_pages(std::size_t bytes) noexcept;
void unmap_pages(void* memory, std::size_t bytes) noexcept;

// `count` value-initialised objects of T, page-aligned; a power of two, so that a sequence finds
// its slot by a mask. Thread: made and destroyed by one thread, in between shared as the ring says.
// Cost: the constructor writes every page, so that no push ever takes a page fault.
template <class T>
class SlotMemory {
  static_assert(std::is_trivially_destructible_v<T>, "the memory is unmapped as it is");

 public:
  explicit SlotMemory(std::uint64_t count) noexcept : count_(count) {
    HG_ASSERT(count >= 2 && (count & (count - 1)) == 0, count);
    HG_ASSERT(count <= (std::uint64_t{1} << 40) / sizeof(T), count);
    slots_ = static_cast<T*>(map_pages(count * sizeof(T)));
    std::uninitialized_value_construct_n(slots_, count);
  }
  ~SlotMemory() { unmap_pages(slots_, count_ * sizeof(T)); }
  SlotMemory(const SlotMemory&) = delete;
  SlotMemory& operator=(const SlotMemory&) = delete;

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] T& operator[](std::uint64_t sequence) noexcept {
    return slots_[sequence & (count_ - 1)];
  }
  [[nodiscard]] const T& operator[](std::uint64_t sequence) const noexcept {
    return slots_[sequence & (count_ - 1)];
  }

 private:
  T* slots_ = nullptr;
  std::uint64_t count_;
};

}  // namespace hourglass::engine

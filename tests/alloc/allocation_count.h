// Counts what a thread takes from the heap or maps from the kernel.
#pragma once

#include <cstdint>

namespace hourglass::engine::test {

// Sanitizers own malloc; a build with one cannot count and its tests say so.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kCanCountAllocations = false;
#else
inline constexpr bool kCanCountAllocations = true;
#endif

// Allocations of this thread since construction, by whatever name: operator new, malloc and its
// relatives, mmap. One at a time on a thread.
class AllocationCount {
 public:
  AllocationCount() noexcept;
  ~AllocationCount();
  AllocationCount(const AllocationCount&) = delete;
  AllocationCount& operator=(const AllocationCount&) = delete;

  [[nodiscard]] std::uint64_t count() const noexcept;
};

// Allocations of this thread while `work` ran.
template <class Work>
std::uint64_t allocations_in(Work&& work) {
  const AllocationCount allocations;
  work();
  return allocations.count();
}

}  // namespace hourglass::engine::test

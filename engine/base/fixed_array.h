// FixedArray: a zero-filled array of fixed length, allocated once before the market opens.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "engine/base/assert.h"

namespace hourglass::engine {

// Address space for `length` elements straight from the kernel: pages come zeroed and only when
// first touched, so a generous bound costs nothing until it is used. Elements must be meaningful
// when all their bytes are zero. Two megabytes and more ask for huge pages, which is what keeps
// random access to a deep book within the TLB. Thread: as the owner. Cost: one mmap; aborts when
// the address space cannot be had, since nothing can start without it.
template <class T>
class FixedArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  FixedArray() noexcept = default;
  explicit FixedArray(std::uint64_t length) noexcept : length_(length) {
    if (length == 0) return;
    void* memory = ::mmap(nullptr, bytes(), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    HG_ASSERT(memory != MAP_FAILED, bytes());
    constexpr std::size_t kHugePage = 2U << 20;
    // Best effort: without huge pages everything works, only slower.
    if (bytes() >= kHugePage) static_cast<void>(::madvise(memory, bytes(), MADV_HUGEPAGE));
    data_ = static_cast<T*>(memory);
  }
  FixedArray(FixedArray&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), length_(std::exchange(other.length_, 0)) {}
  FixedArray& operator=(FixedArray&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(length_, other.length_);
    return *this;
  }
  ~FixedArray() {
    if (data_ != nullptr) static_cast<void>(::munmap(data_, bytes()));
  }

  // Has the first `count` elements' memory in place, so that first use meets no page fault. Best
  // effort. Thread: the owner's, before the market opens. Cost: clears that memory.
  void prefault(std::uint64_t count) noexcept {
    const std::size_t wanted = std::min(count, length_) * sizeof(T);
    if (wanted == 0) return;
#ifdef MADV_POPULATE_WRITE
    static_cast<void>(::madvise(data_, wanted, MADV_POPULATE_WRITE));
#endif
  }

  T& operator[](std::uint64_t index) noexcept {
    return data_[index];
  }
  const T& operator[](std::uint64_t index) const noexcept {
    return data_[index];
  }
  [[nodiscard]] T* data() noexcept {
    return data_;
  }
  [[nodiscard]] const T* data() const noexcept {
    return data_;
  }
  [[nodiscard]] std::uint64_t size() const noexcept {
    return length_;
  }

 private:
  [[nodiscard]] std::size_t bytes() const noexcept {
    return length_ * sizeof(T);
  }

  T* data_ = nullptr;
  std::uint64_t length_ = 0;
};

}  // namespace hourglass::engine

// AlignedBuffer: zeroed memory on 4 KiB boundaries, as O_DIRECT wants it.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>

#include "engine/base/assert.h"
#include "engine/journal/format.h"

namespace hourglass::engine {

class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  // Cost: one allocation of `bytes` up to a whole block; touched, so that later use never faults.
  explicit AlignedBuffer(std::size_t bytes) : size_(bytes) {
    const std::size_t whole = (bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
    data_.reset(static_cast<std::byte*>(std::aligned_alloc(kBlockBytes, whole)));
    HG_ASSERT(data_ != nullptr, whole);
    std::memset(data_.get(), 0, whole);
  }

  [[nodiscard]] std::byte* data() noexcept { return data_.get(); }
  [[nodiscard]] const std::byte* data() const noexcept { return data_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::span<std::byte> first(std::size_t bytes) noexcept {
    HG_ASSERT(bytes <= size_, bytes, size_);
    return {data_.get(), bytes};
  }

 private:
  struct Free {
    void operator()(std::byte* data) const noexcept { std::free(data); }
  };
  std::unique_ptr<std::byte, Free> data_;
  std::size_t size_ = 0;
};

}  // namespace hourglass::engine

// ChangedSet: which instruments are to be told of, each once, those that changed first first.
#pragma once

#include <cstdint>

#include "engine/base/assert.h"
#include "engine/base/fixed_array.h"

namespace hourglass::marketdata {

// Thread: the publisher's. Allocates when made.
class ChangedSet {
 public:
  explicit ChangedSet(std::uint32_t max_instruments)
      : ids_(max_instruments), is_in_(max_instruments) {}

  void add(std::uint32_t id) noexcept {
    if (is_in_[id] != 0) return;
    is_in_[id] = 1;
    ids_[(first_ + count_++) % ids_.size()] = id;
  }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
  // Takes the first out; there is one.
  std::uint32_t take() noexcept {
    HG_ASSERT(count_ != 0);
    const std::uint32_t id = ids_[first_];
    first_ = (first_ + 1) % ids_.size();
    --count_;
    is_in_[id] = 0;
    return id;
  }
  void clear() noexcept {
    while (!empty()) take();
  }

 private:
  engine::FixedArray<std::uint32_t> ids_;
  engine::FixedArray<std::uint8_t> is_in_;
  std::uint64_t first_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace hourglass::marketdata

// PriceLadder: the prices of one side in order, the best at the end, each with the slot of its
// level.
//
// Orders come and go near the best price, so that it is looked for among the last eight first, all
// at once, and what moves when a price is put in or taken out is short. A price far away costs a
// binary search and, where it is new, a move of all that is better.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "marketdata/wire/messages.h"

namespace hourglass::marketdata {

// Whether an order can have this price: absence is none, and its counterpart is spared for
// symmetry.
constexpr bool is_price(std::int64_t price) noexcept {
  return price != kNullPrice && price != INT64_MAX;
}

// Thread: one. Prices are as is_price() has them: neither the least nor the greatest of their type.
class PriceLadder {
 public:
  explicit PriceLadder(BookSide side)
      : flip_(side == BookSide::kBid ? 0 : -1), keys_(kNear, INT64_MIN), slots_(kNear, 0) {}

  [[nodiscard]] std::size_t size() const noexcept { return keys_.size() - kNear; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  // The slot of the level `depth` levels below the best; depth is below size().
  [[nodiscard]] std::uint32_t slot(std::size_t depth) const noexcept {
    return slots_[slots_.size() - 1 - depth];
  }

  // Where `price` stands or would stand, for the functions below, until the ladder changes.
  [[nodiscard]] std::size_t place(std::int64_t price) const noexcept {
    const std::int64_t key = key_of(price);
    const std::int64_t* near = keys_.data() + keys_.size() - kNear;
    std::size_t better = 0;
    for (std::size_t i = 0; i < kNear; ++i) better += near[i] > key ? 1U : 0U;
    if (better < kNear) return keys_.size() - better;
    const auto at = std::upper_bound(keys_.begin(), keys_.end() - kNear, key);
    return static_cast<std::size_t>(at - keys_.begin());
  }
  [[nodiscard]] bool is_at(std::size_t place, std::int64_t price) const noexcept {
    return keys_[place - 1] == key_of(price);
  }
  // The slot of the price is_at() found there.
  [[nodiscard]] std::uint32_t slot_at(std::size_t place) const noexcept {
    return slots_[place - 1];
  }

  // How many prices are better than the one is_at() found there.
  [[nodiscard]] std::size_t depth(std::size_t place) const noexcept { return keys_.size() - place; }

  // Puts in a price that is_at() did not find. Cost: moves what is better; allocates as a vector.
  void insert(std::size_t place, std::int64_t price, std::uint32_t slot) {
    keys_.insert(keys_.begin() + static_cast<std::ptrdiff_t>(place), key_of(price));
    slots_.insert(slots_.begin() + static_cast<std::ptrdiff_t>(place), slot);
  }
  // Takes the price is_at() found there out.
  void erase(std::size_t place) noexcept {
    keys_.erase(keys_.begin() + static_cast<std::ptrdiff_t>(place) - 1);
    slots_.erase(slots_.begin() + static_cast<std::ptrdiff_t>(place) - 1);
  }
  void clear() noexcept {
    keys_.resize(kNear);
    slots_.resize(kNear);
  }

 private:
  static constexpr std::size_t kNear = 8;

  // Complement turns the order round, for every number.
  [[nodiscard]] std::int64_t key_of(std::int64_t price) const noexcept { return price ^ flip_; }

  std::int64_t flip_;
  // Both begin with kNear entries that are worse than any price, so that there always are as many.
  std::vector<std::int64_t> keys_;
  std::vector<std::uint32_t> slots_;
};

}  // namespace hourglass::marketdata

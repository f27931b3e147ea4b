// PriceBook: the price levels of one contract, as a subscriber may see them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory_resource>
#include <utility>

#include "absl/container/btree_map.h"
#include "engine/base/types.h"
#include "engine/order/order_enums.h"

namespace hourglass::gateway::fix {

// What is displayed at one price. Units: lots, orders. All zero: there is no such level.
struct PriceLevel {
  std::uint64_t qty = 0;
  std::uint32_t orders = 0;

  friend bool operator==(const PriceLevel&, const PriceLevel&) = default;
};

// A price as its place in the order of a side, the best one first: ticks of a sell price, negated
// ticks of a buy price.
[[nodiscard]] constexpr std::int64_t rank_of(engine::Side side, engine::Price price) noexcept {
  return side == engine::Side::kBuy ? -price.value() : price.value();
}
[[nodiscard]] constexpr engine::Price price_at(engine::Side side, std::int64_t rank) noexcept {
  return engine::Price(side == engine::Side::kBuy ? -rank : rank);
}

// Levels by rank. From a pool: what one level gives back the next one takes.
using PriceLevels =
    absl::btree_map<std::int64_t, PriceLevel, std::less<>,
                    std::pmr::polymorphic_allocator<std::pair<const std::int64_t, PriceLevel>>>;

// Thread: one.
class PriceBook {
 public:
  // `memory` outlives the book.
  explicit PriceBook(std::pmr::memory_resource& memory)
      : buy_(PriceLevels::allocator_type(&memory)), sell_(PriceLevels::allocator_type(&memory)) {}

  // Adds to a level what may be negative, and returns what it was before. Requires that nothing
  // gets below zero. Units: lots, orders. Cost: logarithmic in the levels.
  PriceLevel add(engine::Side side, engine::Price price, std::int64_t lots, std::int32_t orders);

  [[nodiscard]] const PriceLevels& levels(engine::Side side) const noexcept {
    return side == engine::Side::kBuy ? buy_ : sell_;
  }

 private:
  PriceLevels buy_;
  PriceLevels sell_;
};

}  // namespace hourglass::gateway::fix

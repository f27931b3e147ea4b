// The hot lines of all resting orders, and the slots they live in.
#pragma once

#include <cstdint>

#include "engine/base/assert.h"
#include "engine/base/fixed_array.h"
#include "engine/base/prefetch.h"

namespace hourglass::engine {

// Index into the pool; 0 is no order (the end of a list).
using Slot = std::uint32_t;
inline constexpr Slot kNoSlot = 0;
// Orders that fit a core's second-level cache with everything that belongs to them.
inline constexpr std::uint32_t kOrdersInCache = 4096;

// What matching and cancelling touch of an order: 24 bytes. Its price is implied by its level, its
// owner stands in the exchange's cold record of the same slot.
struct BookOrder {
  Slot next;                 // younger order of the level
  Slot prev;                 // older order of the level
  std::uint32_t qty;         // lots shown; hidden lots stand in the cold record
  std::uint32_t level;       // index of its level
  std::uint32_t generation;  // counts the orders that have lived in this slot
  std::uint32_t has_hidden;  // 1: ask the owner for a new tranche before the order is done
};
static_assert(sizeof(BookOrder) == 24, "bytes touched per operation decide the speed");

// A reference that cannot reach a later order in the same slot: 2^32 orders must have lived there
// first. Never leaves the core.
struct OrderHandle {
  Slot slot = kNoSlot;
  std::uint32_t generation = 0;
};

// Slots are handed out last freed first, so that a busy book keeps using the same few lines.
// Thread: engine. Cost: constant, no allocation after construction.
class OrderPool {
 public:
  // Room for `max_orders` orders. Cost: one mmap.
  explicit OrderPool(std::uint32_t max_orders) noexcept
      : orders_(std::uint64_t{max_orders} + 1), max_orders_(max_orders) {}

  // Has the memory of `count` orders in place. Before the market opens.
  void prefault(std::uint32_t count) noexcept { orders_.prefault(std::uint64_t{count} + 1); }

  BookOrder& operator[](Slot slot) noexcept { return orders_[slot]; }
  const BookOrder& operator[](Slot slot) const noexcept { return orders_[slot]; }

  [[nodiscard]] bool full() const noexcept { return live_count_ == max_orders_; }
  [[nodiscard]] std::uint32_t live_count() const noexcept { return live_count_; }
  // Whether hints for what comes next would pay: below this all there is of an order (105 bytes,
  // memory_per_order.h) stays in a second-level cache of 512 KiB, and a hint costs more than it
  // saves.
  [[nodiscard]] bool outgrew_cache() const noexcept { return live_count_ > kOrdersInCache; }
  [[nodiscard]] std::uint32_t capacity() const noexcept { return max_orders_; }

  // A slot nobody uses. The caller has seen that the pool is not full.
  Slot take() noexcept {
    HG_ASSERT(live_count_ < max_orders_, live_count_);
    ++live_count_;
    const Slot slot = free_head_;
    if (slot != kNoSlot) {
      free_head_ = orders_[slot].next;
      return slot;
    }
    return ++high_water_;
  }

  // Ends the order in `slot`: handles to it are stale from now on.
  void give_back(Slot slot) noexcept {
    HG_ASSERT(slot != kNoSlot && live_count_ > 0, slot, live_count_);
    BookOrder& order = orders_[slot];
    ++order.generation;
    order.next = free_head_;
    free_head_ = slot;
    --live_count_;
  }

  [[nodiscard]] OrderHandle handle(Slot slot) const noexcept {
    return {.slot = slot, .generation = orders_[slot].generation};
  }
  [[nodiscard]] bool is_live(OrderHandle handle) const noexcept {
    return handle.slot != kNoSlot && orders_[handle.slot].generation == handle.generation;
  }

  void prefetch(Slot slot) const noexcept { prefetch_line(&orders_[slot]); }

 private:
  // Slot 0 is scratch: list ends write their links there instead of branching.
  FixedArray<BookOrder> orders_;
  Slot free_head_ = kNoSlot;
  Slot high_water_ = 0;
  std::uint32_t live_count_ = 0;
  std::uint32_t max_orders_;
};

}  // namespace hourglass::engine

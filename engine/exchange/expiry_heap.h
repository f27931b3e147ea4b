// Good-till-date orders by (expiry, order id): which is the next to expire.
#pragma once

#include <cstdint>

#include "engine/base/assert.h"
#include "engine/base/fixed_array.h"
#include "engine/exchange/order_record.h"

namespace hourglass::engine {

// A binary heap whose members know their place, so that a cancelled order leaves at once and the
// heap never holds more than the working orders. The order in which orders come out depends on
// their keys alone, not on the heap's history. Thread: engine. Cost: log2 of the heap, no
// allocation.
class ExpiryHeap {
 public:
  ExpiryHeap(std::uint32_t max_orders, const FixedArray<OrderRecord>& records,
             FixedArray<OrderExtras>& extras) noexcept
      : heap_(std::uint64_t{max_orders} + 1), records_(records), extras_(extras) {}

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] Slot top() const noexcept {
    HG_ASSERT(size_ > 0);
    return heap_[1];
  }

  // `slot` has its expire_time set and is not in the heap.
  void push(Slot slot) noexcept {
    HG_ASSERT(extras_[slot].heap_place == 0, slot);
    rise(++size_, slot);
  }

  void remove(Slot slot) noexcept {
    const std::uint32_t place = extras_[slot].heap_place;
    HG_ASSERT(place != 0 && place <= size_ && heap_[place] == slot, slot, place);
    extras_[slot].heap_place = 0;
    const Slot moved = heap_[size_--];
    if (moved == slot) return;
    if (place > 1 && before(moved, heap_[place / 2])) {
      rise(place, moved);
    } else {
      sink(place, moved);
    }
  }

 private:
  [[nodiscard]] bool before(Slot a, Slot b) const noexcept {
    if (extras_[a].expire_time != extras_[b].expire_time) {
      return extras_[a].expire_time < extras_[b].expire_time;
    }
    return records_[a].id < records_[b].id;
  }
  void put(std::uint32_t place, Slot slot) noexcept {
    heap_[place] = slot;
    extras_[slot].heap_place = place;
  }
  void rise(std::uint32_t place, Slot slot) noexcept {
    while (place > 1 && before(slot, heap_[place / 2])) {
      put(place, heap_[place / 2]);
      place /= 2;
    }
    put(place, slot);
  }
  void sink(std::uint32_t place, Slot slot) noexcept {
    while (2 * place <= size_) {
      std::uint32_t child = 2 * place;
      if (child < size_ && before(heap_[child + 1], heap_[child])) ++child;
      if (!before(heap_[child], slot)) break;
      put(place, heap_[child]);
      place = child;
    }
    put(place, slot);
  }

  FixedArray<Slot> heap_;  // 1-based
  std::uint32_t size_ = 0;
  const FixedArray<OrderRecord>& records_;
  FixedArray<OrderExtras>& extras_;
};

}  // namespace hourglass::engine

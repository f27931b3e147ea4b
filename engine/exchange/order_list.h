// Intrusive lists of an owner's working orders, oldest first.
#pragma once

#include "engine/base/fixed_array.h"
#include "engine/exchange/order_record.h"

namespace hourglass::engine {

struct OrderListEnds {
  Slot first;
  Slot last;
};

// Links through two members of OrderRecord; slot 0 takes the writes past the ends. A replaced order
// keeps its place, so a list is always sorted by order id. Thread: engine. Cost: constant.
template <Slot OrderRecord::*Prev, Slot OrderRecord::*Next>
struct OrderList {
  static void append(OrderListEnds& ends, FixedArray<OrderRecord>& records, Slot slot) noexcept {
    records[slot].*Prev = ends.last;
    records[slot].*Next = kNoSlot;
    records[ends.last].*Next = slot;
    ends.first = ends.first == kNoSlot ? slot : ends.first;
    ends.last = slot;
  }

  static void remove(OrderListEnds& ends, FixedArray<OrderRecord>& records, Slot slot) noexcept {
    const Slot prev = records[slot].*Prev;
    const Slot next = records[slot].*Next;
    records[prev].*Next = next;
    records[next].*Prev = prev;
    ends.first = prev == kNoSlot ? next : ends.first;
    ends.last = next == kNoSlot ? prev : ends.last;
  }
};

using SessionOrders = OrderList<&OrderRecord::session_prev, &OrderRecord::session_next>;
using AccountOrders = OrderList<&OrderRecord::account_prev, &OrderRecord::account_next>;

}  // namespace hourglass::engine

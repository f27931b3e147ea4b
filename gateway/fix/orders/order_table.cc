#include "gateway/fix/orders/order_table.h"

#include "engine/base/assert.h"

namespace hourglass::gateway::fix {

engine::Int128 OrderRecord::executed_ticks() const noexcept {
  return static_cast<engine::Int128>((static_cast<engine::UInt128>(executed_ticks_high) << 64U) |
                                     executed_ticks_low);
}

void OrderRecord::add_fill(engine::Price at, std::uint32_t lots) noexcept {
  const auto sum =
      static_cast<engine::UInt128>(executed_ticks() + engine::mul_wide(at.value(), lots));
  executed_ticks_low = static_cast<std::uint64_t>(sum);
  executed_ticks_high = static_cast<std::uint64_t>(sum >> 64U);
  executed += lots;
}

OrderView OrderRecord::view() const {
  OrderView view;
  view.order_id = order_id;
  view.session = session;
  view.key = key;
  view.account = account;
  view.instrument = instrument;
  view.side = side;
  view.type = type;
  view.time_in_force = time_in_force;
  view.post_only = post_only;
  view.state = state;
  view.price = price;
  view.asked_price = asked_price;
  view.expire_time = expire_time;
  view.qty = qty;
  view.executed = executed;
  view.leaves = leaves();
  view.display_qty = is_iceberg && tranche < qty ? tranche : qty;
  view.min_qty = min_qty;
  view.executed_ticks = executed_ticks();
  return view;
}

OrderSlot OrderTable::add(const OrderRecord& record, WorkingList& list) {
  OrderSlot slot = free_;
  if (slot != kNoOrderSlot) {
    free_ = at(slot).next;
  } else {
    slot = used_++;
    if (slot / kPageOrders == pages_.size()) {
      pages_.push_back(std::make_unique<OrderRecord[]>(kPageOrders));
    }
  }
  OrderRecord& order = at(slot);
  order = record;
  order.previous = list.last;
  order.next = kNoOrderSlot;
  if (list.last != kNoOrderSlot) at(list.last).next = slot;
  if (list.first == kNoOrderSlot) list.first = slot;
  list.last = slot;
  working_[record.order_id.value()] = slot;
  return slot;
}

void OrderTable::finish(OrderSlot slot, WorkingList& list) {
  OrderRecord& order = at(slot);
  HG_ASSERT(!order.works(), order.state);
  OrderSlot& before = order.previous == kNoOrderSlot ? list.first : at(order.previous).next;
  OrderSlot& after = order.next == kNoOrderSlot ? list.last : at(order.next).previous;
  HG_ASSERT(before == slot && after == slot, before, after, slot);
  before = order.next;
  after = order.previous;
  order.previous = kNoOrderSlot;
  order.next = done_;
  done_ = slot;
  working_.erase(order.order_id.value());
}

void OrderTable::forget_done() {
  while (done_ != kNoOrderSlot) {
    OrderRecord& order = at(done_);
    const OrderSlot rest = order.next;
    order.next = free_;
    free_ = done_;
    done_ = rest;
  }
}

std::optional<OrderSlot> OrderTable::find(engine::OrderId order_id) const {
  const auto found = working_.find(order_id.value());
  if (found == working_.end()) return std::nullopt;
  return found->second;
}

}  // namespace hourglass::gateway::fix

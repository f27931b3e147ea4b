// The orders of FIX sessions: those that work, and those that were done today.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/base/checked.h"
#include "engine/base/types.h"
#include "engine/order/order_enums.h"
#include "gateway/fix/orders/order_view.h"
#include "gateway/fix/orders/session_ids.h"

namespace hourglass::gateway::fix {

// What is kept of an order. Units: lots, ticks, UTC nanoseconds.
struct OrderRecord {
  engine::OrderId order_id;
  engine::Price price;
  engine::Price asked_price;
  engine::Timestamp expire_time;
  std::uint64_t executed_ticks_low = 0;  // of a 128-bit sum
  std::uint64_t executed_ticks_high = 0;
  engine::SessionId session;
  engine::ClientKey key;  // it answers to, or did last
  engine::AccountId account;
  engine::InstrumentId instrument;
  std::uint32_t qty = 0;
  std::uint32_t executed = 0;
  std::uint32_t tranche = 0;  // an iceberg's display quantity
  std::uint32_t min_qty = 0;
  OrderSlot previous = kNoOrderSlot;  // of the session's working orders
  OrderSlot next = kNoOrderSlot;
  engine::Side side{};
  engine::OrderType type{};
  engine::TimeInForce time_in_force{};
  engine::PostOnly post_only{};
  engine::OrderState state{};
  bool is_iceberg = false;

  [[nodiscard]] bool works() const noexcept {
    return state == engine::OrderState::kNew || state == engine::OrderState::kPartiallyFilled;
  }
  [[nodiscard]] std::uint32_t leaves() const noexcept { return works() ? qty - executed : 0; }
  [[nodiscard]] engine::Int128 executed_ticks() const noexcept;
  void add_fill(engine::Price at, std::uint32_t lots) noexcept;
  // All but the text.
  [[nodiscard]] OrderView view() const;
};
static_assert(sizeof(OrderRecord) == 96, "a member's million orders a day stay below 150 MB");

// A session's working orders, oldest first.
struct WorkingList {
  OrderSlot first = kNoOrderSlot;
  OrderSlot last = kNoOrderSlot;
};

// Thread: one. Memory: 96 bytes an order of the day, some 30 more while it works.
class OrderTable {
 public:
  // Takes a new working order in, at the end of `list`.
  OrderSlot add(const OrderRecord& record, WorkingList& list);
  // The order left the book: out of `list`, but known until forget_done().
  void finish(OrderSlot slot, WorkingList& list);
  // The day ended: orders that are done are forgotten and their slots are free.
  void forget_done();

  [[nodiscard]] OrderRecord& at(OrderSlot slot) noexcept {
    return pages_[slot / kPageOrders][slot % kPageOrders];
  }
  [[nodiscard]] const OrderRecord& at(OrderSlot slot) const noexcept {
    return pages_[slot / kPageOrders][slot % kPageOrders];
  }
  // A working order's slot.
  [[nodiscard]] std::optional<OrderSlot> find(engine::OrderId order_id) const;

 private:
  static constexpr std::uint32_t kPageOrders = 4096;

  std::vector<std::unique_ptr<OrderRecord[]>> pages_;
  std::uint32_t used_ = 0;         // slots ever given out
  OrderSlot done_ = kNoOrderSlot;  // chained by `next`, as are the free ones
  OrderSlot free_ = kNoOrderSlot;
  absl::flat_hash_map<std::uint64_t, OrderSlot> working_;  // by order id
};

}  // namespace hourglass::gateway::fix

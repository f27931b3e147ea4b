// OrderBook: one instrument's book, order by order, in order of priority.
//
// Orders lie in a pool and are found by id through an index; each is linked into its level, and
// levels are found by price on a ladder a side. What a message says is checked against the book
// before anything changes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "marketdata/feed/book_fault.h"
#include "marketdata/feed/order_index.h"
#include "marketdata/feed/price_ladder.h"
#include "marketdata/wire/messages.h"

namespace hourglass::marketdata {

// Bounds what a stranger on the line can make a client allocate.
inline constexpr std::uint32_t kMaxOrdersInBook = 1U << 24;

struct BookOrder {
  std::uint64_t id;
  std::int64_t price;
  std::uint32_t qty;  // shown

 private:
  friend class OrderBook;
  std::uint32_t level;
  std::uint32_t next;  // behind it in its level
  std::uint32_t prev;
};
static_assert(sizeof(BookOrder) == 32, "two a cache line");

struct BookLevel {
  std::int64_t price;
  std::uint64_t qty;  // of all orders
  std::uint32_t order_count;

 private:
  friend class OrderBook;
  std::uint32_t head;  // first to trade
  std::uint32_t tail;
  BookSide side;
};
static_assert(sizeof(BookLevel) == 32);

// On a fault the book is unchanged. Pointers and references to orders and levels hold until the
// book changes. Thread: one. Cost: constant but for a price that is new (PriceLadder); allocates
// only to hold more than ever before.
class OrderBook {
 public:
  BookFault add(BookSide side, std::uint64_t id, std::int64_t price, std::uint32_t qty) {
    if (side != BookSide::kBid && side != BookSide::kOffer) return BookFault::kWrongSide;
    if (!is_price(price)) return BookFault::kWrongPrice;
    if (qty == 0) return BookFault::kWrongQuantity;
    if (slot_of(id) != kNone) return BookFault::kDuplicateOrder;
    if (order_count_ == kMaxOrdersInBook) return BookFault::kTooManyOrders;
    const std::uint32_t slot = take_order();
    BookOrder& order = at(slot);
    order.id = id;
    index_.insert(id, slot);
    ++order_count_;
    join(order, slot, side, price, qty);
    return BookFault::kNone;
  }

  // Shows less, or as much as before, in its place.
  BookFault reduce(BookSide side, std::uint64_t id, std::uint32_t new_qty) noexcept {
    const std::uint32_t slot = slot_of(id);
    if (slot == kNone) return BookFault::kUnknownOrder;
    BookOrder& order = at(slot);
    BookLevel& level = levels_[order.level];
    if (level.side != side) return BookFault::kWrongSide;
    if (new_qty == 0 || new_qty > order.qty) return BookFault::kWrongQuantity;
    level.qty -= order.qty - new_qty;
    order.qty = new_qty;
    return BookFault::kNone;
  }

  BookFault remove(BookSide side, std::uint64_t id, std::uint32_t shown_qty) noexcept {
    const std::uint32_t slot = slot_of(id);
    if (slot == kNone) return BookFault::kUnknownOrder;
    BookOrder& order = at(slot);
    if (levels_[order.level].side != side) return BookFault::kWrongSide;
    if (order.qty != shown_qty) return BookFault::kWrongQuantity;
    leave(order);
    give_back(order, slot);
    return BookFault::kNone;
  }

  // To the tail of the level of its new price, which may be the one it is in.
  BookFault replace(BookSide side, std::uint64_t id, std::int64_t new_price,
                    std::uint32_t new_qty) {
    const std::uint32_t slot = slot_of(id);
    if (slot == kNone) return BookFault::kUnknownOrder;
    BookOrder& order = at(slot);
    if (levels_[order.level].side != side) return BookFault::kWrongSide;
    if (!is_price(new_price)) return BookFault::kWrongPrice;
    if (new_qty == 0) return BookFault::kWrongQuantity;
    leave(order);
    join(order, slot, side, new_price, new_qty);
    return BookFault::kNone;
  }

  // `leaves_qty` 0 takes it out.
  BookFault execute(BookSide side, std::uint64_t id, std::uint32_t exec_qty,
                    std::uint32_t leaves_qty) noexcept {
    const std::uint32_t slot = slot_of(id);
    if (slot == kNone) return BookFault::kUnknownOrder;
    BookOrder& order = at(slot);
    BookLevel& level = levels_[order.level];
    if (level.side != side) return BookFault::kWrongSide;
    if (exec_qty == 0 || exec_qty > order.qty || order.qty - exec_qty != leaves_qty) {
      return BookFault::kWrongQuantity;
    }
    if (leaves_qty == 0) {
      leave(order);
      give_back(order, slot);
    } else {
      level.qty -= exec_qty;
      order.qty = leaves_qty;
    }
    return BookFault::kNone;
  }

  // Keeps its memory.
  void clear() noexcept {
    index_.clear();
    for (PriceLadder& ladder : ladders_) ladder.clear();
    levels_.clear();
    free_level_ = kNone;
    free_order_ = kNone;
    used_orders_ = 0;
    order_count_ = 0;
  }

  [[nodiscard]] std::uint32_t order_count() const noexcept { return order_count_; }
  [[nodiscard]] std::size_t level_count(BookSide side) const noexcept {
    return ladder(side).size();
  }
  // The level `depth` levels below the best (0); null behind the last.
  [[nodiscard]] const BookLevel* level(BookSide side, std::size_t depth) const noexcept {
    const PriceLadder& prices = ladder(side);
    return depth < prices.size() ? &levels_[prices.slot(depth)] : nullptr;
  }
  [[nodiscard]] const BookLevel* best(BookSide side) const noexcept { return level(side, 0); }
  // The level of this price; null where there is none.
  [[nodiscard]] const BookLevel* level_of_price(BookSide side, std::int64_t price) const noexcept {
    if (!is_price(price)) return nullptr;
    const PriceLadder& prices = ladder(side);
    const std::size_t place = prices.place(price);
    return prices.is_at(place, price) ? &levels_[prices.slot_at(place)] : nullptr;
  }

  // The same with its depth: how many levels are better.
  struct LevelAtDepth {
    const BookLevel* level;
    std::size_t depth;
  };
  [[nodiscard]] LevelAtDepth level_at_depth(BookSide side, std::int64_t price) const noexcept {
    const PriceLadder& prices = ladder(side);
    const std::size_t place = prices.place(price);
    if (!prices.is_at(place, price)) return {nullptr, 0};
    return {&levels_[prices.slot_at(place)], prices.depth(place)};
  }

  // Null where it is not in the book.
  [[nodiscard]] const BookOrder* find(std::uint64_t id) const noexcept {
    const std::uint32_t slot = slot_of(id);
    return slot == kNone ? nullptr : &at(slot);
  }
  [[nodiscard]] BookSide side_of(const BookOrder& order) const noexcept {
    return levels_[order.level].side;
  }

  // Calls `each(order)` for the level's orders, the first to trade first.
  template <class Each>
  void for_each_order(const BookLevel& level, Each each) const {
    for (std::uint32_t slot = level.head; slot != kNone;) {
      const BookOrder& order = at(slot);
      slot = order.next;
      each(order);
    }
  }
  // The same for a side's orders, from the best level down.
  template <class Each>
  void for_each_order(BookSide side, Each each) const {
    for (std::size_t depth = 0; depth < level_count(side); ++depth) {
      for_each_order(*level(side, depth), each);
    }
  }

  // Fetches the index's line of an order that a coming message names.
  void prefetch(std::uint64_t id) const noexcept { index_.prefetch(id); }

 private:
  static constexpr std::uint32_t kNone = OrderIndex::kNone;
  static constexpr std::uint32_t kChunkShift = 9;
  static constexpr std::uint32_t kChunk = 1U << kChunkShift;

  BookOrder& at(std::uint32_t slot) noexcept {
    return chunks_[slot >> kChunkShift][slot & (kChunk - 1)];
  }
  [[nodiscard]] const BookOrder& at(std::uint32_t slot) const noexcept {
    return chunks_[slot >> kChunkShift][slot & (kChunk - 1)];
  }
  PriceLadder& ladder(BookSide side) noexcept { return ladders_[side == BookSide::kBid ? 0 : 1]; }
  [[nodiscard]] const PriceLadder& ladder(BookSide side) const noexcept {
    return ladders_[side == BookSide::kBid ? 0 : 1];
  }
  [[nodiscard]] std::uint32_t slot_of(std::uint64_t id) const noexcept {
    return index_.find(id, [this](std::uint32_t slot) noexcept { return at(slot).id; });
  }

  std::uint32_t take_order() {
    if (free_order_ != kNone) {
      const std::uint32_t slot = free_order_;
      free_order_ = at(slot).next;
      return slot;
    }
    if (used_orders_ == chunks_.size() * kChunk) {
      chunks_.push_back(std::make_unique_for_overwrite<BookOrder[]>(kChunk));
    }
    return used_orders_++;
  }
  void give_back(BookOrder& order, std::uint32_t slot) noexcept {
    index_.erase(order.id, slot);
    order.next = free_order_;
    free_order_ = slot;
    --order_count_;
  }

  std::uint32_t take_level() {
    if (free_level_ != kNone) {
      const std::uint32_t slot = free_level_;
      free_level_ = levels_[slot].head;
      return slot;
    }
    levels_.emplace_back();
    return static_cast<std::uint32_t>(levels_.size() - 1);
  }

  void join(BookOrder& order, std::uint32_t slot, BookSide side, std::int64_t price,
            std::uint32_t qty) {
    PriceLadder& prices = ladder(side);
    const std::size_t place = prices.place(price);
    std::uint32_t level_slot = 0;
    if (prices.is_at(place, price)) {
      level_slot = prices.slot_at(place);
      BookLevel& level = levels_[level_slot];
      at(level.tail).next = slot;
      order.prev = level.tail;
      level.tail = slot;
      level.qty += qty;
      ++level.order_count;
    } else {
      level_slot = take_level();
      BookLevel& level = levels_[level_slot];
      level.price = price;
      level.qty = qty;
      level.order_count = 1;
      level.head = slot;
      level.tail = slot;
      level.side = side;
      order.prev = kNone;
      prices.insert(place, price, level_slot);
    }
    order.next = kNone;
    order.price = price;
    order.qty = qty;
    order.level = level_slot;
  }

  // Out of its level, which goes with its last order.
  void leave(BookOrder& order) noexcept {
    BookLevel& level = levels_[order.level];
    if (level.order_count == 1) {
      PriceLadder& prices = ladder(level.side);
      prices.erase(prices.place(level.price));
      level.head = free_level_;
      free_level_ = order.level;
      return;
    }
    (order.prev == kNone ? level.head : at(order.prev).next) = order.next;
    (order.next == kNone ? level.tail : at(order.next).prev) = order.prev;
    level.qty -= order.qty;
    --level.order_count;
  }

  OrderIndex index_;
  std::array<PriceLadder, 2> ladders_{PriceLadder(BookSide::kBid), PriceLadder(BookSide::kOffer)};
  std::vector<BookLevel> levels_;
  std::vector<std::unique_ptr<BookOrder[]>> chunks_;
  std::uint32_t free_order_ = kNone;  // linked by next
  std::uint32_t free_level_ = kNone;  // linked by head
  std::uint32_t used_orders_ = 0;     // slots given out so far
  std::uint32_t order_count_ = 0;
};

}  // namespace hourglass::marketdata

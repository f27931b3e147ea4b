// The order books of a partition: FIFO queues at prices, and nothing else.
//
// This is the whole matching structure. It knows slots, quantities and prices; sessions, accounts
// and instructions are the exchange's. All books share one pool of orders and one of levels, since
// a thousand quiet books then cost no more cache than their live orders.
//
// Invariants (audited by HG_ASSERT_SLOW): a level is on the bitmap exactly when it holds an order;
// best_key is the lowest occupied key; a slot is in at most one level; links agree both ways.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "engine/base/assert.h"
#include "engine/base/fixed_array.h"
#include "engine/base/limits.h"
#include "engine/base/select.h"
#include "engine/base/types.h"
#include "engine/book/book_side.h"
#include "engine/book/level_pages.h"
#include "engine/book/order_pool.h"

namespace hourglass::engine {

struct BooksCapacity {
  std::uint32_t max_orders = kMaxOrders;
  std::uint32_t max_level_pages = kMaxLevelPages;
  std::uint32_t max_instruments = kMaxInstruments;
  // Address space for price directories; a book of 2^16 ticks takes 10 KiB.
  std::uint64_t max_directory_bytes = std::uint64_t{4} << 30;
};

// Thread: engine, one writer. Nothing here allocates after construction.
class Books {
 public:
  explicit Books(const BooksCapacity& capacity = {}) noexcept
      : orders_(capacity.max_orders),
        levels_(capacity.max_level_pages),
        sides_(std::uint64_t{capacity.max_instruments} * 2),
        directory_words_(capacity.max_directory_bytes / sizeof(std::uint64_t)) {}

  // Opens an empty book for prices in [min, max]; each instrument once. False, with nothing
  // changed, when no directory space is left. Cost: constant; memory is touched as prices are used.
  [[nodiscard]] bool open(InstrumentId instrument, Price min, Price max) noexcept;

  [[nodiscard]] BookSide& side(InstrumentId instrument, Side s) noexcept {
    return sides_[instrument.value() * 2 + index_of(s)];
  }
  [[nodiscard]] const BookSide& side(InstrumentId instrument, Side s) const noexcept {
    return sides_[instrument.value() * 2 + index_of(s)];
  }
  [[nodiscard]] OrderPool& orders() noexcept { return orders_; }
  [[nodiscard]] const OrderPool& orders() const noexcept { return orders_; }
  [[nodiscard]] const LevelPages& levels() const noexcept { return levels_; }

  // Puts the order in `slot` (taken from orders()) at the back of its price.
  // Units: lots shown. `price` is in range and a page is left. Cost: constant.
  void insert(InstrumentId instrument, Side s, Price price, Slot slot, std::uint32_t qty,
              bool has_hidden) noexcept;

  // Takes the order off its level; the slot stays the caller's. Cost: constant.
  void remove(Slot slot) noexcept;

  // Fewer lots in the same place; 0 < by < quantity.
  void reduce(Slot slot, std::uint32_t by) noexcept {
    BookOrder& order = orders_[slot];
    HG_ASSERT(by < order.qty, slot, by, order.qty);
    order.qty -= by;
  }

  [[nodiscard]] Price price_of(Slot slot) const noexcept {
    const std::uint32_t level = orders_[slot].level;
    const LevelPage& page = levels_.page(level / kTicksPerPage);
    return sides_[page.book_side].price_of(page.page_key * kTicksPerPage + level % kTicksPerPage);
  }

  // Whether an order can rest at `price`: its page of levels is in use or one is left.
  [[nodiscard]] bool has_room(InstrumentId instrument, Side s, Price price) const noexcept {
    const BookSide& book_side = side(instrument, s);
    return book_side.directory[book_side.key_of(price) / kTicksPerPage] != kNoPage ||
           !levels_.full();
  }

  // Whether an order on side `s` at `price` would trade at once.
  [[nodiscard]] bool crosses(InstrumentId instrument, Side s, Price price) const noexcept {
    const BookSide& against = side(instrument, opposite(s));
    return against.best_key <= against.key_of(price);
  }

  // Trades up to `qty` lots of an incoming order on side `s` against orders at `limit` or better,
  // best price first and oldest first, at most `max_fills` times. `owner` is told of each fill
  // before the book changes and may not call back:
  //   owner.on_fill(slot, price, lots, lots shown after it)
  //   owner.next_tranche(slot) -> lots, asked when an order with hidden lots has none left to show;
  //       0 ends it, more goes to the back of the level (and is at once in the book)
  // Returns the lots left. Cost: constant per fill; slots of orders that are done are given back.
  template <class Owner>
  std::uint32_t match(InstrumentId instrument, Side s, Price limit, std::uint32_t qty,
                      std::uint32_t max_fills, Owner& owner) noexcept;

  // Walks resting orders of one side from the best price, oldest first, while visit(slot, price)
  // says true. Cost: constant per order visited.
  template <class Visit>
  void walk(InstrumentId instrument, Side s, Visit&& visit) const noexcept;

  // Hints for a command that will be applied a little later. Cost: a few loads that miss nothing
  // new; harmless when wrong.
  // Fetches the level of a price an order may come to rest at and returns its index, for
  // prefetch_tail() a little later; where the price is out of range, of a level no order is ever
  // in.
  [[nodiscard]] std::uint32_t prefetch_price(InstrumentId instrument, Side s,
                                             Price price) const noexcept;
  void prefetch_tail(std::uint32_t level_index) const noexcept {
    orders_.prefetch(levels_.level(level_index).tail);
  }
  void prefetch_links(Slot slot) const noexcept {
    const BookOrder& order = orders_[slot];
    orders_.prefetch(order.next);
    orders_.prefetch(order.prev);
    levels_.prefetch(order.level);
  }

  // Audits one book whole; aborts on a broken invariant. Cost: all its orders. Tests and replay.
  void audit(InstrumentId instrument) const noexcept;

 private:
  // One level's FIFO allocation; other matching algorithms are siblings of this function.
  template <class Owner>
  std::uint32_t match_level(BookSide& against, std::uint32_t qty, std::uint32_t& fills_left,
                            Owner& owner) noexcept;
  void append(Level& level, Slot slot) noexcept;
  void level_emptied(BookSide& book_side, std::uint32_t level_index) noexcept;
  [[nodiscard]] std::uint32_t lowest_key_from(const BookSide& book_side,
                                              std::uint32_t page_key) const noexcept;
  [[nodiscard]] std::uint32_t next_key(const BookSide& book_side, std::uint32_t key) const noexcept;
  [[nodiscard]] std::uint32_t level_at(const BookSide& book_side,
                                       std::uint32_t key) const noexcept {
    return book_side.directory[key / kTicksPerPage] * kTicksPerPage + key % kTicksPerPage;
  }
  [[nodiscard]] bool is_level_linked(const Level& level, std::uint32_t level_index) const noexcept;

  OrderPool orders_;
  LevelPages levels_;
  FixedArray<BookSide> sides_;
  FixedArray<std::uint64_t> directory_words_;  // bump arena of directories and bitmaps
  std::uint64_t directory_words_used_ = 0;
};

inline void Books::append(Level& level, Slot slot) noexcept {
  const Slot tail = level.tail;
  BookOrder& order = orders_[slot];
  order.next = kNoSlot;
  order.prev = tail;
  orders_[tail].next = slot;  // slot 0 takes the write when the level is empty
  level.head = select(tail == kNoSlot, slot, level.head);
  level.tail = slot;
}

[[gnu::always_inline]] inline void Books::insert(InstrumentId instrument, Side s, Price price,
                                                 Slot slot, std::uint32_t qty,
                                                 bool has_hidden) noexcept {
  BookSide& book_side = side(instrument, s);
  const std::uint32_t key = book_side.key_of(price);
  HG_ASSERT(key < book_side.key_limit && qty > 0, price, qty);
  std::uint32_t page = book_side.directory[key / kTicksPerPage];
  if (page == kNoPage) [[unlikely]] {
    page = levels_.take(key / kTicksPerPage, instrument.value() * 2 + index_of(s));
    book_side.directory[key / kTicksPerPage] = page;
    book_side.mark_page(key / kTicksPerPage);
  }
  const std::uint32_t level_index = page * kTicksPerPage + key % kTicksPerPage;
  Level& level = levels_.level(level_index);
  BookOrder& order = orders_[slot];
  order.qty = qty;
  order.level = level_index;
  order.has_hidden = has_hidden ? 1 : 0;
  // Without asking whether the level was empty, which is a coin toss: that of a level with orders
  // changes nothing here.
  levels_.page(page).occupied |= std::uint64_t{1} << (key % kTicksPerPage);
  const bool better = key < book_side.best_key;
  book_side.best_key = better ? key : book_side.best_key;
  book_side.best_level = better ? level_index : book_side.best_level;
  append(level, slot);
}

inline void Books::remove(Slot slot) noexcept {
  const BookOrder& order = orders_[slot];
  const std::uint32_t level_index = order.level;
  Level& level = levels_.level(level_index);
  const Slot next = order.next;
  const Slot prev = order.prev;
  const Slot head = select(prev == kNoSlot, next, level.head);
  HG_ASSERT(level.head == select(prev == kNoSlot, slot, head), slot, level.head);
  orders_[prev].next = next;
  orders_[next].prev = prev;
  level.head = head;
  level.tail = select(next == kNoSlot, prev, level.tail);
  if (head == kNoSlot) {
    const std::uint32_t book_side = levels_.page(level_index / kTicksPerPage).book_side;
    level_emptied(sides_[book_side], level_index);
  }
}

inline void Books::level_emptied(BookSide& book_side, std::uint32_t level_index) noexcept {
  const std::uint32_t page_index = level_index / kTicksPerPage;
  LevelPage& page = levels_.page(page_index);
  const std::uint32_t page_key = page.page_key;
  page.occupied &= ~(std::uint64_t{1} << (level_index % kTicksPerPage));
  const std::uint64_t occupied = page.occupied;
  if (occupied == 0) {
    book_side.directory[page_key] = kNoPage;
    book_side.clear_page(page_key);
    levels_.give_back(page_index);
  }
  if (level_index != book_side.best_level) return;
  // The best level went: the next is in the same page, which held nothing better, or further on.
  if (occupied != 0) {
    const auto bit = static_cast<std::uint32_t>(std::countr_zero(occupied));
    book_side.best_key = page_key * kTicksPerPage + bit;
    book_side.best_level = page_index * kTicksPerPage + bit;
    return;
  }
  book_side.best_key = lowest_key_from(book_side, page_key);
  if (!book_side.empty()) book_side.best_level = level_at(book_side, book_side.best_key);
}

inline std::uint32_t Books::lowest_key_from(const BookSide& book_side,
                                            std::uint32_t page_key) const noexcept {
  const std::uint32_t found = book_side.next_page(page_key);
  if (found == kNoKey) return kNoKey;
  const std::uint64_t occupied = levels_.page(book_side.directory[found]).occupied;
  return found * kTicksPerPage + static_cast<std::uint32_t>(std::countr_zero(occupied));
}

inline std::uint32_t Books::next_key(const BookSide& book_side, std::uint32_t key) const noexcept {
  const std::uint32_t page_key = key / kTicksPerPage;
  const std::uint64_t occupied = levels_.page(book_side.directory[page_key]).occupied;
  const std::uint64_t later = occupied & ~((std::uint64_t{2} << (key % kTicksPerPage)) - 1);
  if (later != 0) {
    return page_key * kTicksPerPage + static_cast<std::uint32_t>(std::countr_zero(later));
  }
  return lowest_key_from(book_side, page_key + 1);
}

template <class Owner>
std::uint32_t Books::match(InstrumentId instrument, Side s, Price limit, std::uint32_t qty,
                           std::uint32_t max_fills, Owner& owner) noexcept {
  BookSide& against = side(instrument, opposite(s));
  const std::uint32_t limit_key = against.key_of(limit);
  HG_ASSERT(limit_key < against.key_limit, limit);
  while (qty != 0 && max_fills != 0 && against.best_key <= limit_key) {
    qty = match_level(against, qty, max_fills, owner);
  }
  return qty;
}

template <class Owner>
std::uint32_t Books::match_level(BookSide& against, std::uint32_t qty, std::uint32_t& fills_left,
                                 Owner& owner) noexcept {
  const std::uint32_t level_index = against.best_level;
  const Price price = against.price_of(against.best_key);
  Level& level = levels_.level(level_index);
  Slot slot = level.head;
  do {
    BookOrder& order = orders_[slot];
    HG_ASSERT(order.level == level_index && order.qty > 0, slot, order.level, level_index);
    const std::uint32_t lots = std::min(order.qty, qty);
    const std::uint32_t shown = order.qty - lots;
    owner.on_fill(slot, price, lots, shown);
    qty -= lots;
    --fills_left;
    if (shown != 0) {
      order.qty = shown;
      break;
    }
    const Slot next = order.next;
    if (order.has_hidden != 0) [[unlikely]] {
      const std::uint32_t tranche = owner.next_tranche(slot);
      if (tranche != 0) {
        // To the back of its own level: alone there, it simply stays.
        order.qty = tranche;
        if (next != kNoSlot) {
          append(level, slot);
          slot = next;
        }
        continue;
      }
    }
    orders_.give_back(slot);
    slot = next;
  } while (qty != 0 && fills_left != 0 && slot != kNoSlot);
  level.head = slot;
  orders_[slot].prev = kNoSlot;
  if (slot == kNoSlot) {
    level.tail = kNoSlot;
    level_emptied(against, level_index);
  }
  return qty;
}

template <class Visit>
void Books::walk(InstrumentId instrument, Side s, Visit&& visit) const noexcept {
  const BookSide& book_side = side(instrument, s);
  for (std::uint32_t key = book_side.best_key; key != kNoKey; key = next_key(book_side, key)) {
    const Price price = book_side.price_of(key);
    Slot slot = levels_.level(level_at(book_side, key)).head;
    for (; slot != kNoSlot; slot = orders_[slot].next) {
      if (!visit(slot, price)) return;
    }
  }
}

// Without a branch on the price: one that is out of range looks at a page nobody uses instead.
inline std::uint32_t Books::prefetch_price(InstrumentId instrument, Side s,
                                           Price price) const noexcept {
  static constexpr std::uint32_t kNowhere = kNoPage;
  const BookSide& book_side = side(instrument, s);
  const std::uint32_t key = book_side.key_of(price);
  const bool known = key < book_side.key_limit;
  const std::uint32_t* directory =
      select(known, static_cast<const std::uint32_t*>(book_side.directory), &kNowhere);
  const std::uint32_t page = directory[select(known, key / kTicksPerPage, 0)];
  const std::uint32_t level_index = page * kTicksPerPage + key % kTicksPerPage;
  levels_.prefetch(level_index);
  return level_index;
}

}  // namespace hourglass::engine

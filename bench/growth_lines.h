// The baseline of book_benchmark: the cache lines a cancel and a new order touch, and no more.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <span>
#include <vector>

#include "bench/growth_flow.h"
#include "engine/base/fixed_array.h"
#include "engine/base/prefetch.h"
#include "engine/book/level_pages.h"
#include "engine/book/order_pool.h"
#include "engine/exchange/order_record.h"

namespace hourglass::bench {

using engine::BookOrder;
using engine::Level;
using engine::OrderHandle;
using engine::OrderRecord;
using engine::Slot;

// The random places a cancel and the new order after it touch. What they touch besides is near: the
// new order's slot and record are those just freed, its key entry follows the last one's.
struct PairOfLines {
  std::uint32_t cancelled_key;
  std::uint32_t entered_key;
  Slot slot;                    // order, and in the exchange its record
  Slot older, younger;          // its neighbours at its price
  Slot owner_older;             // its neighbours in the session's list, which with one account
  Slot owner_younger;           // are the account's too: exchange only
  std::uint32_t level;          // of the cancelled order
  std::uint32_t entered_level;  // of the new one
  Slot tail;                    // youngest order there
};

enum class Of : std::uint8_t { kBooks, kExchange };
enum class Addresses : std::uint8_t { kKnown, kFollowed };

// Key entry, order, two neighbours and level of the cancel, level and tail of the new order; the
// exchange adds the record and two neighbours' records. A quarter of the orders straddle two lines.
constexpr double random_lines_per_pair(Of what) {
  return (what == Of::kBooks ? 7 : 10) + 0.25;
}

template <Of what, Addresses addresses>
class LinesAlone {
 public:
  using Step = PairOfLines;
  static constexpr std::uint32_t kStepsPerPair = 1;

  // The lengths are the exchange's own, so that the kernel backs them with pages of the same size.
  explicit LinesAlone(const OrderFlow& flow)
      : keys_(std::uint64_t{engine::kMaxClientKeyPages} * engine::kClientKeysPerPage),
        orders_(engine::kMaxOrders),
        records_(engine::kMaxOrders),
        levels_(std::uint64_t{engine::kMaxLevelPages} * engine::kTicksPerPage),
        fetches_ahead_(flow.resting() > engine::kOrdersInCache) {
    keys_.prefault(key_count(flow.resting()) + 1);
    orders_.prefault(flow.resting() + 1);
    records_.prefault(flow.resting() + 1);
    levels_.prefault(2 * levels_per_side(flow.resting()));
  }

  // Their cancels are of key 0, which names the scratch slot.
  static void append_preload(OrderFlow& flow, std::vector<Step>& steps) {
    for (std::uint32_t place = 0; place < flow.resting(); ++place) append(flow, place, 0, steps);
  }
  static void append_pair(OrderFlow& flow, std::vector<Step>& steps) {
    const std::uint32_t place = flow.random_place();
    append(flow, place, static_cast<std::uint32_t>(flow.cancel(place).order_id), steps);
  }

  void play(std::span<const PairOfLines> pairs) noexcept {
    const std::size_t count = pairs.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (fetches_ahead_) {
        if (i + kKeyPairs < count) prefetch_key(pairs[i + kKeyPairs]);
        if (i + kOrderPairs < count) prefetch_order(pairs[i + kOrderPairs]);
        if (i + kLinksPairs < count) prefetch_links(pairs[i + kLinksPairs]);
      }
      cancel(pairs[i]);
      enter(pairs[i]);
    }
    benchmark::DoNotOptimize(sum_);
  }

  // Every chain led to the order it should but for those of the preload.
  [[nodiscard]] bool is_as_expected(const OrderFlow& flow) const noexcept {
    return astray_ == (kFollows ? flow.resting() : 0);
  }

 private:
  // The distances count commands; here they are in pairs.
  static constexpr std::size_t kKeyPairs = kKeyAhead / 2;
  static constexpr std::size_t kOrderPairs = kOrderAhead / 2;
  static constexpr std::size_t kLinksPairs = kLinksAhead / 2;

  static constexpr bool kFollows = addresses == Addresses::kFollowed;

  static void append(OrderFlow& flow, std::uint32_t place, std::uint32_t cancelled_key,
                     std::vector<Step>& steps) {
    const auto slot = [&] { return flow.random_place() + 1; };
    const auto level = [&] { return flow.random_place() / kOrdersPerLevel; };
    steps.push_back({.cancelled_key = cancelled_key,
                     .entered_key = static_cast<std::uint32_t>(flow.enter(place).order_id),
                     .slot = place + 1,
                     .older = slot(),
                     .younger = slot(),
                     .owner_older = slot(),
                     .owner_younger = slot(),
                     .level = level(),
                     .entered_level = level(),
                     .tail = slot()});
  }

  // Where the cancel's lines are.
  [[nodiscard]] Slot slot_of(const PairOfLines& at) const noexcept {
    return kFollows ? keys_[at.cancelled_key].slot : at.slot;
  }
  [[nodiscard]] Slot older(const PairOfLines& at, Slot slot) const noexcept {
    return kFollows ? orders_[slot].prev : at.older;
  }
  [[nodiscard]] Slot younger(const PairOfLines& at, Slot slot) const noexcept {
    return kFollows ? orders_[slot].next : at.younger;
  }
  [[nodiscard]] std::uint32_t level(const PairOfLines& at, Slot slot) const noexcept {
    return kFollows ? orders_[slot].level : at.level;
  }
  [[nodiscard]] Slot owner_older(const PairOfLines& at, Slot slot) const noexcept {
    return kFollows ? records_[slot].session_prev : at.owner_older;
  }
  [[nodiscard]] Slot owner_younger(const PairOfLines& at, Slot slot) const noexcept {
    return kFollows ? records_[slot].session_next : at.owner_younger;
  }

  void prefetch_key(const PairOfLines& at) const noexcept {
    engine::prefetch_line(&keys_[at.cancelled_key]);
    engine::prefetch_line(&levels_[at.entered_level]);
  }
  void prefetch_order(const PairOfLines& at) const noexcept {
    const Slot slot = slot_of(at);
    engine::prefetch_line(&orders_[slot]);
    if constexpr (what == Of::kExchange) engine::prefetch_line(&records_[slot]);
  }
  void prefetch_links(const PairOfLines& at) const noexcept {
    const Slot slot = slot_of(at);
    engine::prefetch_line(&orders_[older(at, slot)]);
    engine::prefetch_line(&orders_[younger(at, slot)]);
    engine::prefetch_line(&levels_[level(at, slot)]);
    if constexpr (what == Of::kExchange) {
      engine::prefetch_line(&records_[owner_older(at, slot)]);
      engine::prefetch_line(&records_[owner_younger(at, slot)]);
    }
  }

  // Reads and writes the lines a cancel does.
  void cancel(const PairOfLines& at) noexcept {
    const Slot slot = slot_of(at);
    astray_ += slot != at.slot ? 1 : 0;
    const Slot prev = older(at, slot);
    const Slot next = younger(at, slot);
    sum_ += keys_[at.cancelled_key].generation + orders_[slot].qty;
    ++orders_[slot].generation;
    orders_[prev].next = next;
    orders_[next].prev = prev;
    levels_[level(at, slot)].head = next;
    if constexpr (what == Of::kExchange) {
      const Slot owner_prev = owner_older(at, slot);
      const Slot owner_next = owner_younger(at, slot);
      sum_ += records_[slot].total;
      records_[owner_prev].session_next = owner_next;
      records_[owner_next].session_prev = owner_prev;
    }
  }
  // The same for a new order, which leaves behind what its cancel will follow. The tail is fetched
  // ahead by nobody: it is only written, so nothing waits for it.
  void enter(const PairOfLines& at) noexcept {
    Level& its_level = levels_[at.entered_level];
    const Slot tail = kFollows ? its_level.tail : at.tail;
    BookOrder& order = orders_[at.slot];
    order.prev = at.older;
    order.next = at.younger;
    order.qty = 1;
    order.level = at.entered_level;
    orders_[tail].next = at.slot;
    its_level.tail = at.slot;
    keys_[at.entered_key] = {.slot = at.slot, .generation = order.generation};
    if constexpr (what == Of::kExchange) {
      OrderRecord& record = records_[at.slot];
      record.session_prev = at.owner_older;
      record.session_next = at.owner_younger;
      record.total = 1;
    }
  }

  engine::FixedArray<OrderHandle> keys_;
  engine::FixedArray<BookOrder> orders_;
  engine::FixedArray<OrderRecord> records_;
  engine::FixedArray<Level> levels_;
  std::uint64_t sum_ = 0;
  std::uint64_t astray_ = 0;
  bool fetches_ahead_;
};

}  // namespace hourglass::bench

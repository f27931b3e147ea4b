// ReferenceBook: the plainest book that is right. It defines the expected results of every stream
// and is the baseline of every speed ratio.
//
// A std::map of prices to std::lists of orders, and a hash from id to place: what one would write
// in an afternoon from the rules. Do not make it faster: ratios against it are compared over years.
// For the same reason it is not for use in the exchange.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "bench/streams/hgos_format.h"

namespace hourglass::bench {

// One symbol's book: price-time priority, trades at the resting order's price. An operation on an
// id that is not resting does nothing. Thread: one.
class ReferenceBook {
 public:
  struct Order {
    std::uint64_t id;
    std::uint32_t open_qty_lots;
  };
  using Level = std::list<Order>;                // oldest first
  using Levels = std::map<std::int32_t, Level>;  // by price in ticks, no level is empty

  // Trades are added to `tally`, which several books may share and which outlives them.
  explicit ReferenceBook(TradeTally& tally) : tally_(&tally) {}

  // Plays one record. Units: ticks, lots. Cost: logarithmic in levels, allocates.
  void apply(const StreamOp& op);

  [[nodiscard]] bool is_resting(std::uint64_t id) const { return place_of_id_.contains(id); }
  [[nodiscard]] std::uint64_t resting_count() const { return place_of_id_.size(); }
  // Of an order that rests.
  [[nodiscard]] std::uint32_t open_qty_lots(std::uint64_t id) const;
  [[nodiscard]] std::int32_t price_ticks(std::uint64_t id) const;

  [[nodiscard]] bool is_empty(engine::Side side) const { return levels(side).empty(); }
  // Of a side that is not empty.
  [[nodiscard]] std::int32_t best_price_ticks(engine::Side side) const;
  [[nodiscard]] const Levels& levels(engine::Side side) const {
    return levels_[engine::index_of(side)];
  }

  // The resting orders the last record filled completely, in order of their trades.
  [[nodiscard]] const std::vector<std::uint64_t>& filled_ids() const { return filled_ids_; }

 private:
  struct Place {
    std::int32_t price_ticks;
    engine::Side side;
    Level::iterator order;
  };

  // By value: its fields then stay in registers while trades are added to the tally.
  void enter(StreamOp op, bool may_rest);
  void reduce(const StreamOp& op);
  void erase(std::uint64_t id);

  TradeTally* tally_;
  std::unordered_map<std::uint64_t, Place> place_of_id_;
  Levels levels_[2];  // by side
  std::vector<std::uint64_t> filled_ids_;
};

// One book a symbol and one tape for all of them. Thread: one.
class ReferenceVenue {
 public:
  explicit ReferenceVenue(std::uint32_t symbol_count);
  ReferenceVenue(const ReferenceVenue&) = delete;  // the books point at the tally
  ReferenceVenue& operator=(const ReferenceVenue&) = delete;

  void apply(const StreamOp& op);
  void play(std::span<const StreamOp> ops);

  [[nodiscard]] const ReferenceBook& book(std::uint16_t symbol_index) const {
    return books_[symbol_index];
  }
  // What was played so far has left behind. Cost: walks every resting order.
  [[nodiscard]] StreamResults results() const;

 private:
  TradeTally tally_;
  std::vector<ReferenceBook> books_;
};

}  // namespace hourglass::bench

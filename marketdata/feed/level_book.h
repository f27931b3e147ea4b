// LevelBook: one instrument's book by price level, from the level channel.
//
// A level is known by its side and price and comes as it now is, so that to apply a message twice
// changes nothing, and a lost one is made good by the next of the same level.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "marketdata/feed/book_crc.h"
#include "marketdata/feed/book_fault.h"
#include "marketdata/feed/order_book.h"
#include "marketdata/feed/price_ladder.h"
#include "marketdata/wire/messages.h"
#include "marketdata/wire/packet_reader.h"

namespace hourglass::marketdata {

struct PriceLevel {
  std::int64_t price;
  std::uint64_t qty;
  std::uint32_t order_count;
  bool operator==(const PriceLevel&) const = default;
};

// Thread: one. Cost: PriceLadder's; allocates only to hold more levels than ever before.
class LevelBook {
 public:
  // A BookUpdate, a SnapshotLevels or a BookClear of this instrument. Numbers are the caller's to
  // check, and a snapshot begins with clear(). Errors: kMalformed, kWrongSide, kWrongPrice,
  // kWrongQuantity (no quantity and orders, or the other way round); the book is unchanged.
  BookFault apply(const Frame& frame) {
    if (frame.template_id == BookClear::kTemplateId) {
      clear();
      return BookFault::kNone;
    }
    const std::size_t block =
        frame.template_id == BookUpdate::kTemplateId ? sizeof(BookUpdate) : sizeof(SnapshotLevels);
    if (frame.block.size() < block || (frame.template_id != BookUpdate::kTemplateId &&
                                       frame.template_id != SnapshotLevels::kTemplateId)) {
      return BookFault::kMalformed;
    }
    const auto group = GroupView<LevelEntry>::in(frame.rest);
    if (!group) return BookFault::kMalformed;
    for (std::size_t i = 0; i < group->size(); ++i) {
      const BookFault fault = check((*group)[i]);
      if (fault != BookFault::kNone) return fault;
    }
    for (std::size_t i = 0; i < group->size(); ++i) set((*group)[i]);
    return BookFault::kNone;
  }

  void clear() noexcept {
    for (PriceLadder& ladder : ladders_) ladder.clear();
    levels_.clear();
    free_.clear();
  }

  [[nodiscard]] std::size_t level_count(BookSide side) const noexcept {
    return ladders_[index(side)].size();
  }
  // The level `depth` levels below the best (0); null behind the last. Holds until the book
  // changes.
  [[nodiscard]] const PriceLevel* level(BookSide side, std::size_t depth) const noexcept {
    const PriceLadder& ladder = ladders_[index(side)];
    return depth < ladder.size() ? &levels_[ladder.slot(depth)] : nullptr;
  }
  [[nodiscard]] const PriceLevel* best(BookSide side) const noexcept { return level(side, 0); }

  // SnapshotEnd::book_crc32 of the level channel. Cost: all levels.
  [[nodiscard]] std::uint32_t crc() const noexcept {
    BookCrc crc;
    for (const BookSide side : {BookSide::kBid, BookSide::kOffer}) {
      for (std::size_t depth = 0; depth < level_count(side); ++depth) {
        const PriceLevel& at = *level(side, depth);
        crc.add_level(side, at.price, at.qty, at.order_count);
      }
    }
    return crc.value();
  }

 private:
  static std::size_t index(BookSide side) noexcept { return side == BookSide::kBid ? 0 : 1; }

  static BookFault check(const LevelEntry& entry) noexcept {
    if (entry.side != BookSide::kBid && entry.side != BookSide::kOffer) {
      return BookFault::kWrongSide;
    }
    if (!is_price(entry.price)) return BookFault::kWrongPrice;
    if ((entry.qty == 0) != (entry.order_count == 0)) return BookFault::kWrongQuantity;
    return BookFault::kNone;
  }

  void set(const LevelEntry& entry) {
    PriceLadder& ladder = ladders_[index(entry.side)];
    const std::size_t place = ladder.place(entry.price);
    const bool is_there = ladder.is_at(place, entry.price);
    const PriceLevel level{entry.price, entry.qty, entry.order_count};
    if (entry.qty == 0) {
      if (!is_there) return;
      free_.push_back(ladder.slot_at(place));
      ladder.erase(place);
    } else if (is_there) {
      levels_[ladder.slot_at(place)] = level;
    } else if (!free_.empty()) {
      levels_[free_.back()] = level;
      ladder.insert(place, entry.price, free_.back());
      free_.pop_back();
    } else {
      levels_.push_back(level);
      ladder.insert(place, entry.price, static_cast<std::uint32_t>(levels_.size() - 1));
    }
  }

  std::array<PriceLadder, 2> ladders_{PriceLadder(BookSide::kBid), PriceLadder(BookSide::kOffer)};
  std::vector<PriceLevel> levels_;
  std::vector<std::uint32_t> free_;  // slots
};

}  // namespace hourglass::marketdata

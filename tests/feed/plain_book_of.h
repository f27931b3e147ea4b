// A client's book in the plain form of RandomVenue's, read through all there is to read it by.
#pragma once

#include <gtest/gtest.h>

#include "marketdata/feed/books.h"
#include "tests/feed/random_venue.h"

namespace hourglass::marketdata::test {

// Its levels' totals, links and look-ups agree with its orders, or the test fails.
inline PlainBook plain_book_of(const Instrument& instrument,
                               TradingStatusCode if_unknown = TradingStatusCode::kClosed) {
  PlainBook plain;
  plain.instr_seq = instrument.last_instr_seq;
  plain.status = instrument.status.value_or(if_unknown);
  std::uint32_t order_count = 0;
  for (const BookSide side : {BookSide::kBid, BookSide::kOffer}) {
    auto& levels = plain.sides[side == BookSide::kBid ? 0 : 1];
    for (std::size_t depth = 0; depth < instrument.book.level_count(side); ++depth) {
      const BookLevel& level = *instrument.book.level(side, depth);
      EXPECT_EQ(instrument.book.level_of_price(side, level.price), &level);
      EXPECT_FALSE(levels.contains(level.price));
      std::uint64_t qty = 0;
      std::uint32_t count = 0;
      instrument.book.for_each_order(level, [&](const BookOrder& order) {
        EXPECT_EQ(instrument.book.find(order.id), &order);
        EXPECT_EQ(instrument.book.side_of(order), side);
        EXPECT_EQ(order.price, level.price);
        levels[level.price].push_back({order.id, order.qty});
        qty += order.qty;
        ++count;
      });
      EXPECT_EQ(level.qty, qty);
      EXPECT_EQ(level.order_count, count);
      order_count += count;
    }
    EXPECT_EQ(instrument.book.level(side, instrument.book.level_count(side)), nullptr);
    EXPECT_EQ(levels.size(), instrument.book.level_count(side));
  }
  EXPECT_EQ(order_count, instrument.book.order_count());
  return plain;
}

}  // namespace hourglass::marketdata::test

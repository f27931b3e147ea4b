#include "marketdata/feed/level_book.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/feed/random_venue.h"

namespace hourglass::marketdata::test {
namespace {

using Levels = std::array<std::map<std::int64_t, PriceLevel>, 2>;

LevelEntry entry(BookSide side, std::int64_t price, std::uint64_t qty, std::uint32_t count) {
  return {.price = price, .qty = qty, .order_count = count, .level = 0, .side = side, .padding = 0};
}
BookFault apply(LevelBook& book, std::vector<LevelEntry> entries) {
  const auto bytes = frame_of(BookUpdate{}, std::span<const LevelEntry>(entries));
  return book.apply(read_frame(bytes));
}

Levels levels_of(const LevelBook& book) {
  Levels levels;
  for (const BookSide side : {BookSide::kBid, BookSide::kOffer}) {
    std::int64_t last = 0;
    for (std::size_t depth = 0; depth < book.level_count(side); ++depth) {
      const PriceLevel& level = *book.level(side, depth);
      const bool is_worse = side == BookSide::kBid ? level.price < last : level.price > last;
      EXPECT_TRUE(depth == 0 || is_worse);
      last = level.price;
      levels[side == BookSide::kBid ? 0 : 1][level.price] = level;
    }
  }
  return levels;
}

TEST(LevelBook, HasEachLevelAsItCameLast) {
  RandomSource random(engine::test::number_from_environment("HOURGLASS_SEED", 1));
  LevelBook book;
  Levels model;
  for (int step = 0; step < 5000; ++step) {
    std::vector<LevelEntry> entries;
    for (std::uint64_t n = 1 + random.below(2); n > 0; --n) {
      const BookSide side = random.percent(50) ? BookSide::kBid : BookSide::kOffer;
      const std::int64_t price = random.between(-40, 40);
      const auto count = static_cast<std::uint32_t>(random.below(3));
      const std::uint64_t qty = count == 0 ? 0 : 1 + random.next() % (1ULL << 40);
      entries.push_back(entry(side, price, qty, count));
      auto& side_levels = model[side == BookSide::kBid ? 0 : 1];
      side_levels.erase(price);
      if (count != 0) side_levels[price] = {price, qty, count};
    }
    ASSERT_EQ(apply(book, entries), BookFault::kNone);
    ASSERT_EQ(levels_of(book), model);
  }
}

TEST(LevelBook, NamesWhatDoesNotFitAndStaysAsItWas) {
  LevelBook book;
  const LevelEntry good = entry(BookSide::kBid, 9, 1, 1);
  EXPECT_EQ(apply(book, {good, entry(BookSide::kNone, 1, 1, 1)}), BookFault::kWrongSide);
  EXPECT_EQ(apply(book, {good, entry(BookSide::kBid, kNullPrice, 1, 1)}), BookFault::kWrongPrice);
  EXPECT_EQ(apply(book, {good, entry(BookSide::kBid, 1, 0, 1)}), BookFault::kWrongQuantity);
  EXPECT_EQ(apply(book, {good, entry(BookSide::kBid, 1, 1, 0)}), BookFault::kWrongQuantity);
  const auto other = frame_of(Trade{});
  EXPECT_EQ(book.apply(read_frame(other)), BookFault::kMalformed);
  const auto no_group = frame_of(BookUpdate{});
  EXPECT_EQ(book.apply(Frame{BookUpdate::kTemplateId, 1, read_frame(no_group).block, {}, {}}),
            BookFault::kMalformed);
  EXPECT_EQ(book.best(BookSide::kBid), nullptr);
}

TEST(LevelBook, HasTheCrcOfItsLevels) {
  LevelBook book;
  apply(book, {entry(BookSide::kOffer, 5, 1ULL << 33, 2), entry(BookSide::kBid, 3, 7, 1),
               entry(BookSide::kBid, 4, 8, 1)});
  PlainCrc crc;
  for (const auto& [side, price, qty, count] :
       {std::tuple{BookSide::kBid, std::int64_t{4}, std::uint64_t{8}, 1U},
        std::tuple{BookSide::kBid, std::int64_t{3}, std::uint64_t{7}, 1U},
        std::tuple{BookSide::kOffer, std::int64_t{5}, std::uint64_t{1} << 33, 2U}}) {
    crc.add(side);
    crc.add(price);
    crc.add(qty);
    crc.add(count);
  }
  EXPECT_EQ(book.crc(), crc.value());
  const auto clear = frame_of(BookClear{});
  EXPECT_EQ(book.apply(read_frame(clear)), BookFault::kNone);
  EXPECT_EQ(book.crc(), 0U);
}

}  // namespace
}  // namespace hourglass::marketdata::test

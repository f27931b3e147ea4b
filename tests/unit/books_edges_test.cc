// The books at their edges, one sentence each; books_test.cc compares them with a model at length.
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "engine/book/books.h"

namespace hourglass::engine::test {
namespace {

constexpr InstrumentId kBook(0);

// What matching told, one row a fill; tranches are handed out from `hidden`.
struct Diary {
  struct Row {
    Slot slot;
    std::int64_t price;
    std::uint32_t lots;
    std::uint32_t shown;
    bool operator==(const Row&) const = default;
  };
  std::vector<Row> rows;
  std::vector<std::uint32_t> hidden;
  std::uint32_t tranche = 2;

  void on_fill(Slot slot, Price price, std::uint32_t lots, std::uint32_t shown) {
    rows.push_back({slot, price.value(), lots, shown});
  }
  std::uint32_t next_tranche(Slot slot) {
    const std::uint32_t lots = std::min(tranche, hidden[slot]);
    hidden[slot] -= lots;
    return lots;
  }
};
using Rows = std::vector<Diary::Row>;

struct Shelf {
  Books books{{.max_orders = 8, .max_level_pages = 8, .max_instruments = 2}};
  Diary diary{.rows = {}, .hidden = std::vector<std::uint32_t>(9)};

  Shelf() { EXPECT_TRUE(books.open(kBook, Price(-100), Price(100))); }

  Slot rest(Side side, std::int64_t price, std::uint32_t qty, std::uint32_t hidden = 0) {
    const Slot slot = books.orders().take();
    diary.hidden[slot] = hidden;
    books.insert(kBook, side, Price(price), slot, qty, hidden != 0);
    return slot;
  }
  std::uint32_t match(Side side, std::int64_t limit, std::uint32_t qty,
                      std::uint32_t max_fills = 100) {
    diary.rows.clear();
    const std::uint32_t left = books.match(kBook, side, Price(limit), qty, max_fills, diary);
    books.audit(kBook);
    return left;
  }
  std::vector<Slot> walked(Side side) {
    std::vector<Slot> slots;
    books.walk(kBook, side, [&](Slot slot, Price) {
      slots.push_back(slot);
      return true;
    });
    return slots;
  }
};

TEST(BookEdges, ATrancheGoesBehindTheOthersOfItsPrice) {
  Shelf shelf;
  const Slot iceberg = shelf.rest(Side::kSell, 5, 2, 3);
  const Slot plain = shelf.rest(Side::kSell, 5, 4);
  EXPECT_EQ(shelf.match(Side::kBuy, 5, 3), 0U);
  EXPECT_EQ(shelf.diary.rows, (Rows{{iceberg, 5, 2, 0}, {plain, 5, 1, 3}}));
  EXPECT_EQ(shelf.walked(Side::kSell), (std::vector{plain, iceberg}));
}

TEST(BookEdges, OneCommandMayTakeATrancheAgainAfterTheOthers) {
  Shelf shelf;
  const Slot iceberg = shelf.rest(Side::kSell, 5, 2, 3);
  const Slot plain = shelf.rest(Side::kSell, 5, 4);
  EXPECT_EQ(shelf.match(Side::kBuy, 5, 20), 11U);
  EXPECT_EQ(shelf.diary.rows,
            (Rows{{iceberg, 5, 2, 0}, {plain, 5, 4, 0}, {iceberg, 5, 2, 0}, {iceberg, 5, 1, 0}}));
  EXPECT_TRUE(shelf.books.side(kBook, Side::kSell).empty());
  EXPECT_EQ(shelf.books.orders().live_count(), 0U);
}

TEST(BookEdges, AnIcebergAloneAtItsPriceStaysThere) {
  Shelf shelf;
  const Slot iceberg = shelf.rest(Side::kBuy, -7, 2, 3);
  EXPECT_EQ(shelf.match(Side::kSell, -7, 2), 0U);
  EXPECT_EQ(shelf.walked(Side::kBuy), std::vector{iceberg});
  EXPECT_EQ(shelf.books.orders()[iceberg].qty, 2U);
}

TEST(BookEdges, AnOrderThatHidesNothingAnyMoreIsDoneWhenItsOwnerSaysSo) {
  Shelf shelf;
  const Slot reduced = shelf.rest(Side::kSell, 5, 2, 3);
  shelf.diary.hidden[reduced] = 0;
  EXPECT_EQ(shelf.match(Side::kBuy, 5, 2), 0U);
  EXPECT_EQ(shelf.books.orders().live_count(), 0U);
}

TEST(BookEdges, AMatchCutAfterItsFillsGoesOnWhereItStopped) {
  Shelf shelf;
  const Slot first = shelf.rest(Side::kSell, 5, 1);
  const Slot second = shelf.rest(Side::kSell, 5, 1);
  const Slot third = shelf.rest(Side::kSell, 6, 1);
  EXPECT_EQ(shelf.match(Side::kBuy, 6, 9, 1), 8U);
  EXPECT_EQ(shelf.diary.rows, (Rows{{first, 5, 1, 0}}));
  EXPECT_EQ(shelf.match(Side::kBuy, 6, 8, 2), 6U);
  EXPECT_EQ(shelf.diary.rows, (Rows{{second, 5, 1, 0}, {third, 6, 1, 0}}));
  EXPECT_EQ(shelf.match(Side::kBuy, 6, 6, 9), 6U);
  EXPECT_EQ(shelf.diary.rows, Rows{});
}

TEST(BookEdges, AMatchCutBetweenTwoTranchesLeavesTheSecondInTheBook) {
  Shelf shelf;
  const Slot iceberg = shelf.rest(Side::kSell, 5, 2, 3);
  const Slot plain = shelf.rest(Side::kSell, 5, 4);
  EXPECT_EQ(shelf.match(Side::kBuy, 5, 9, 1), 7U);
  EXPECT_EQ(shelf.walked(Side::kSell), (std::vector{plain, iceberg}));
  EXPECT_EQ(shelf.match(Side::kBuy, 5, 7, 1), 3U);
  EXPECT_EQ(shelf.walked(Side::kSell), std::vector{iceberg});
}

TEST(BookEdges, ALimitIsNotPassed) {
  Shelf shelf;
  shelf.rest(Side::kBuy, 5, 1);
  const Slot best = shelf.rest(Side::kBuy, 6, 1);
  EXPECT_EQ(shelf.match(Side::kSell, 6, 5), 4U);
  EXPECT_EQ(shelf.diary.rows, (Rows{{best, 6, 1, 0}}));
  EXPECT_EQ(shelf.match(Side::kSell, 7, 5), 5U);
}

TEST(BookEdges, AFreedPageServesTheNextPriceThatNeedsOne) {
  Shelf shelf;
  const Slot low = shelf.rest(Side::kSell, -100, 1);
  const std::uint32_t page = shelf.books.orders()[low].level / kTicksPerPage;
  shelf.books.remove(low);
  shelf.books.orders().give_back(low);
  EXPECT_EQ(shelf.books.levels().used_count(), 0U);
  const Slot high = shelf.rest(Side::kBuy, 99, 1);
  EXPECT_EQ(shelf.books.orders()[high].level / kTicksPerPage, page);
  EXPECT_EQ(shelf.books.price_of(high), Price(99));
  shelf.books.audit(kBook);
}

TEST(BookEdges, ThereIsRoomWhereAPageIsInUseEvenWhenNoneIsLeft) {
  Books books({.max_orders = 8, .max_level_pages = 1, .max_instruments = 1});
  ASSERT_TRUE(books.open(kBook, Price(0), Price(1000)));
  EXPECT_TRUE(books.has_room(kBook, Side::kSell, Price(1000)));
  books.insert(kBook, Side::kSell, Price(5), books.orders().take(), 1, false);
  EXPECT_TRUE(books.levels().full());
  EXPECT_TRUE(books.has_room(kBook, Side::kSell, Price(63)));
  EXPECT_FALSE(books.has_room(kBook, Side::kSell, Price(64)));
  EXPECT_FALSE(books.has_room(kBook, Side::kBuy, Price(5)));
}

TEST(BookEdges, AStaleHandleStaysStaleHoweverOftenItsSlotIsUsedAgain) {
  OrderPool pool(1);
  std::vector<OrderHandle> stale;
  for (std::uint32_t round = 0; round < 1000; ++round) {
    const Slot slot = pool.take();
    EXPECT_TRUE(pool.full());
    const OrderHandle handle = pool.handle(slot);
    EXPECT_TRUE(pool.is_live(handle));
    for (const OrderHandle& old : stale) ASSERT_FALSE(pool.is_live(old));
    pool.give_back(slot);
    ASSERT_FALSE(pool.is_live(handle));
    stale.push_back(handle);
  }
  EXPECT_FALSE(pool.is_live(OrderHandle{}));
}

TEST(BookEdges, ABookWithoutDirectorySpaceIsNotOpened) {
  // 4,096 ticks: 64 pages of 4 bytes each, and the bitmaps, twice.
  Books books(
      {.max_orders = 1, .max_level_pages = 1, .max_instruments = 2, .max_directory_bytes = 1024});
  EXPECT_TRUE(books.open(InstrumentId(0), Price(0), Price(4095)));
  EXPECT_FALSE(books.open(InstrumentId(1), Price(0), Price(4095)));
  EXPECT_EQ(books.side(InstrumentId(1), Side::kBuy).directory, nullptr);
  EXPECT_TRUE(books.open(InstrumentId(1), Price(0), Price(63)));
}

// The undefined-behaviour build is the judge here: a door's price may be any number.
TEST(BookEdges, AHintAboutAnyPriceIsHarmless) {
  Shelf shelf;
  for (const std::int64_t price :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
        std::int64_t{-101}, std::int64_t{101}, std::int64_t{0}}) {
    for (const Side side : {Side::kBuy, Side::kSell}) {
      shelf.books.prefetch_tail(shelf.books.prefetch_price(kBook, side, Price(price)));
    }
  }
}

}  // namespace
}  // namespace hourglass::engine::test

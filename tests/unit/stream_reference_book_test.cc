// The rules every stage is held to, on the book that defines them.
#include <gtest/gtest.h>

#include <vector>

#include "bench/streams/reference_book.h"

namespace hourglass::bench {
namespace {

using engine::Side;

struct Trade {
  std::uint64_t resting_id;
  std::uint64_t incoming_id;
  std::uint64_t qty_lots;
  std::uint64_t price_ticks;
};

// The results of a tape written out by hand.
StreamResults tape(const std::vector<Trade>& trades, std::uint64_t end_orders,
                   std::uint64_t end_qty_lots) {
  TradeTally tally;
  for (const Trade& t : trades) tally.add(t.resting_id, t.incoming_id, t.qty_lots, t.price_ticks);
  return tally.results(end_orders, end_qty_lots);
}

StreamOp op(OpKind kind, std::uint64_t id, Side side, std::int32_t price, std::uint32_t qty) {
  return {.order_id = id, .qty_lots = qty, .price_ticks = price, .kind = kind, .side = side};
}

StreamResults played(const std::vector<StreamOp>& ops) {
  ReferenceVenue venue(2);
  venue.play(ops);
  return venue.results();
}

TEST(ReferenceBook, TradesAtTheBestThenOldestRestingOrdersPrice) {
  EXPECT_EQ(
      played({op(OpKind::kNew, 1, Side::kSell, 101, 5), op(OpKind::kNew, 2, Side::kSell, 100, 5),
              op(OpKind::kNew, 3, Side::kSell, 100, 5), op(OpKind::kNew, 4, Side::kBuy, 101, 12)}),
      tape({{2, 4, 5, 100}, {3, 4, 5, 100}, {1, 4, 2, 101}}, 1, 3));
}

TEST(ReferenceBook, RestsTheRemainderOfANewOrderButNotOfAnIoc) {
  EXPECT_EQ(
      played({op(OpKind::kNew, 1, Side::kBuy, 100, 3), op(OpKind::kNew, 2, Side::kSell, 99, 5)}),
      tape({{1, 2, 3, 100}}, 1, 2));
  EXPECT_EQ(
      played({op(OpKind::kNew, 1, Side::kBuy, 100, 3), op(OpKind::kIoc, 2, Side::kSell, 99, 5)}),
      tape({{1, 2, 3, 100}}, 0, 0));
}

TEST(ReferenceBook, KeepsThePlaceOnReduceAndLosesItOnRequeue) {
  const std::vector<StreamOp> two = {op(OpKind::kNew, 1, Side::kBuy, 100, 5),
                                     op(OpKind::kNew, 2, Side::kBuy, 100, 5)};
  const StreamOp sell = op(OpKind::kIoc, 3, Side::kSell, 100, 4);
  EXPECT_EQ(played({two[0], two[1], op(OpKind::kReduce, 1, Side::kBuy, 0, 2), sell}),
            tape({{1, 3, 3, 100}, {2, 3, 1, 100}}, 1, 4));
  EXPECT_EQ(played({two[0], two[1], op(OpKind::kRequeue, 1, Side::kBuy, 100, 5), sell}),
            tape({{2, 3, 4, 100}}, 2, 6));
}

TEST(ReferenceBook, CancelsWhenAReductionTakesAllOrMore) {
  for (const std::uint32_t qty : {5U, 6U}) {
    EXPECT_EQ(played({op(OpKind::kNew, 1, Side::kBuy, 100, 5),
                      op(OpKind::kReduce, 1, Side::kBuy, 0, qty)}),
              tape({}, 0, 0));
  }
}

TEST(ReferenceBook, TradesARequeuedOrderAsTheIncomingOne) {
  EXPECT_EQ(
      played({op(OpKind::kNew, 1, Side::kBuy, 100, 5), op(OpKind::kNew, 2, Side::kSell, 105, 5),
              op(OpKind::kRequeue, 1, Side::kBuy, 106, 7)}),
      tape({{2, 1, 5, 105}}, 1, 2));
}

TEST(ReferenceBook, IgnoresOperationsOnIdsThatDoNotRest) {
  EXPECT_EQ(
      played({op(OpKind::kNew, 1, Side::kBuy, 100, 5), op(OpKind::kCancel, 1, Side::kBuy, 0, 0),
              op(OpKind::kCancel, 1, Side::kBuy, 0, 0), op(OpKind::kReduce, 1, Side::kBuy, 0, 1),
              op(OpKind::kRequeue, 1, Side::kBuy, 100, 5)}),
      tape({}, 0, 0));
}

TEST(ReferenceBook, KeepsSymbolsApartOnOneTape) {
  StreamOp other_symbol = op(OpKind::kNew, 2, Side::kSell, 100, 5);
  other_symbol.symbol_index = 1;
  EXPECT_EQ(played({op(OpKind::kNew, 1, Side::kBuy, 100, 5), other_symbol}), tape({}, 2, 10));
}

TEST(TradeHash, DependsOnOrderAndOnEveryField) {
  const std::vector<Trade> base = {{1, 2, 3, 4}, {5, 6, 7, 8}};
  const std::uint64_t hash = tape(base, 0, 0).trade_hash;
  EXPECT_NE(tape({base[1], base[0]}, 0, 0).trade_hash, hash);
  EXPECT_NE(tape({base[0]}, 0, 0).trade_hash, hash);
  EXPECT_NE(tape({{2, 1, 3, 4}, base[1]}, 0, 0).trade_hash, hash);
  EXPECT_NE(tape({{1, 2, 4, 3}, base[1]}, 0, 0).trade_hash, hash);
}

}  // namespace
}  // namespace hourglass::bench

// The life cycle of an order: every (state, move) pair, and the page that prints the table.
#include "engine/order/order_state.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <optional>
#include <string>

#include "tests/support/event_text.h"
#include "tests/support/tree_file.h"

namespace hourglass::engine::test {
namespace {

using enum OrderState;

constexpr std::array kStates = {kPending,   kNew,     kPartiallyFilled, kFilled,
                                kCancelled, kExpired, kRejected};
constexpr std::array kMoves = {OrderMove::kRefuse,    OrderMove::kAccept,  OrderMove::kFillPart,
                               OrderMove::kFillWhole, OrderMove::kReplace, OrderMove::kCancel,
                               OrderMove::kExpire};
static_assert(kStates.size() == kOrderStateCount && kMoves.size() == kOrderMoveCount);

constexpr std::string_view name_of(OrderMove move) {
  switch (move) {
    case OrderMove::kRefuse: return "refuse";
    case OrderMove::kAccept: return "accept";
    case OrderMove::kFillPart: return "fill part";
    case OrderMove::kFillWhole: return "fill whole";
    case OrderMove::kReplace: return "replace";
    case OrderMove::kCancel: return "cancel";
    case OrderMove::kExpire: return "expire";
  }
  return "?";
}

// Written out by hand, one row a state, one column a move in the order of kMoves.
using Cell = std::optional<OrderState>;
constexpr Cell kNo = std::nullopt;
constexpr std::array<std::array<Cell, kOrderMoveCount>, kOrderStateCount> kExpected = {{
    {kRejected, kNew, kNo, kNo, kNo, kNo, kNo},
    {kNo, kNo, kPartiallyFilled, kFilled, kNew, kCancelled, kExpired},
    {kNo, kNo, kPartiallyFilled, kFilled, kPartiallyFilled, kCancelled, kExpired},
    {kNo, kNo, kNo, kNo, kNo, kNo, kNo},
    {kNo, kNo, kNo, kNo, kNo, kNo, kNo},
    {kNo, kNo, kNo, kNo, kNo, kNo, kNo},
    {kNo, kNo, kNo, kNo, kNo, kNo, kNo},
}};

// The constexpr table as the page prints it.
std::string page_table() {
  std::string table = "| state |";
  for (const OrderMove move : kMoves) table += fmt::format(" {} |", name_of(move));
  table += "\n|---|---|---|---|---|---|---|---|\n";
  for (const OrderState state : kStates) {
    table += fmt::format("| {} |", name(state));
    for (const OrderMove move : kMoves) {
      const Cell to = transition(state, move);
      table += fmt::format(" {} |", to.has_value() ? name(*to) : "-");
    }
    table += "\n";
  }
  return table;
}

TEST(OrderStates, FollowTheTableForEveryStateAndMove) {
  for (std::size_t s = 0; s < kStates.size(); ++s) {
    for (std::size_t m = 0; m < kMoves.size(); ++m) {
      EXPECT_EQ(transition(kStates[s], kMoves[m]), kExpected[s][m])
          << name(kStates[s]) << ", " << name_of(kMoves[m]);
    }
  }
  std::cout << page_table();
}

TEST(OrderStates, ListEachPairOnce) {
  std::size_t listed = 0;
  for (const auto& row : kExpected) {
    listed += kOrderMoveCount - static_cast<std::size_t>(std::count(row.begin(), row.end(), kNo));
  }
  EXPECT_EQ(kOrderTransitions.size(), listed);
}

TEST(OrderStates, EndWhereNothingIsLeftToDo) {
  for (const OrderState state : {kFilled, kCancelled, kExpired, kRejected}) {
    for (const OrderMove move : kMoves) {
      EXPECT_EQ(transition(state, move), std::nullopt) << name(state) << ", " << name_of(move);
    }
  }
}

TEST(OrderStates, ArePrintedOnThePageAsTheCodeHasThem) {
  EXPECT_NE(tree_file("engine/order/README.md").find(page_table()), std::string::npos)
      << "engine/order/README.md lacks this table:\n"
      << page_table();
}

}  // namespace
}  // namespace hourglass::engine::test

// The life cycle of an order, as one table. What is not listed cannot happen:
// tests/unit/order_state_test.cc walks all pairs and prints the table, order_lives_test.cc holds
// every event of random streams to it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "engine/order/order_enums.h"

namespace hourglass::engine {

enum class OrderMove : std::uint8_t {
  kRefuse,  // a check failed
  kAccept,  // all checks passed
  kFillPart,
  kFillWhole,
  kReplace,  // terms changed, quantity left open
  kCancel,
  kExpire,
};
inline constexpr std::uint32_t kOrderMoveCount = 7;

struct OrderTransition {
  OrderState from;
  OrderMove move;
  OrderState to;
};

inline constexpr std::array kOrderTransitions = {
    OrderTransition{OrderState::kPending, OrderMove::kRefuse, OrderState::kRejected},
    OrderTransition{OrderState::kPending, OrderMove::kAccept, OrderState::kNew},
    OrderTransition{OrderState::kNew, OrderMove::kFillPart, OrderState::kPartiallyFilled},
    OrderTransition{OrderState::kNew, OrderMove::kFillWhole, OrderState::kFilled},
    OrderTransition{OrderState::kNew, OrderMove::kReplace, OrderState::kNew},
    OrderTransition{OrderState::kNew, OrderMove::kCancel, OrderState::kCancelled},
    OrderTransition{OrderState::kNew, OrderMove::kExpire, OrderState::kExpired},
    OrderTransition{OrderState::kPartiallyFilled, OrderMove::kFillPart,
                    OrderState::kPartiallyFilled},
    OrderTransition{OrderState::kPartiallyFilled, OrderMove::kFillWhole, OrderState::kFilled},
    // FIX keeps 39=1 through a replace: the executed part is still executed.
    OrderTransition{OrderState::kPartiallyFilled, OrderMove::kReplace,
                    OrderState::kPartiallyFilled},
    OrderTransition{OrderState::kPartiallyFilled, OrderMove::kCancel, OrderState::kCancelled},
    OrderTransition{OrderState::kPartiallyFilled, OrderMove::kExpire, OrderState::kExpired},
};

// The state after `move`, or nothing where the table has no row. Thread: any. Cost: 12 steps.
constexpr std::optional<OrderState> transition(OrderState from, OrderMove move) noexcept {
  for (const OrderTransition& row : kOrderTransitions) {
    if (row.from == from && row.move == move) return row.to;
  }
  return std::nullopt;
}

}  // namespace hourglass::engine

// An order as its owner may ask about it, and as reports tell of it.
#pragma once

#include <cstdint>

#include "engine/base/checked.h"
#include "engine/base/client_order_id.h"
#include "engine/base/types.h"
#include "engine/order/order_enums.h"

namespace hourglass::gateway::fix {

// Units: lots, ticks, UTC nanoseconds. qty = executed + leaves while it works.
struct OrderView {
  engine::OrderId order_id;
  engine::SessionId session;
  engine::ClientKey key;
  engine::ClientOrderId client_order_id;
  engine::AccountId account;
  engine::InstrumentId instrument;
  engine::Side side{};
  engine::OrderType type{};
  engine::TimeInForce time_in_force{};
  engine::PostOnly post_only{};
  engine::OrderState state{};
  engine::Price price;        // working limit
  engine::Price asked_price;  // as the order was entered or replaced
  engine::Timestamp expire_time;
  std::int64_t qty = 0;          // FIX 38
  std::int64_t executed = 0;     // FIX 14
  std::int64_t leaves = 0;       // FIX 151
  std::int64_t display_qty = 0;  // tranche of an iceberg; equal to qty when nothing is hidden
  std::int64_t min_qty = 0;
  engine::Int128 executed_ticks = 0;  // sum of price times quantity over its fills
};

}  // namespace hourglass::gateway::fix

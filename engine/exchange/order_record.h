// What the exchange knows of a working order besides its place in the book.
#pragma once

#include <array>
#include <cstdint>

#include "engine/base/types.h"
#include "engine/book/order_pool.h"
#include "engine/order/order_enums.h"

namespace hourglass::engine {

// One cache line, at the same index as the hot line. Touched when an order is entered, filled,
// changed or taken off; never by the book's own walking.
struct OrderRecord {
  OrderId id;
  SessionId session;
  AccountId account;
  InstrumentId instrument;
  ClientKey key;
  std::uint32_t total;  // lots ordered, executed ones included
  std::uint32_t executed;
  std::uint32_t hidden;  // lots not shown yet
  Slot session_prev;     // list of the session's orders, oldest first
  Slot session_next;
  Slot account_prev;  // list of the account's orders, oldest first
  Slot account_next;
  Side side;
  OrderType type;
  TimeInForce time_in_force;
  PostOnly post_only;
  std::uint8_t cancel_on_disconnect;
  std::uint8_t is_iceberg;
  std::uint8_t is_linked;  // 1: in its owner's lists; a new order on its way is not yet
  std::array<std::uint8_t, 5> reserved;
};
static_assert(sizeof(OrderRecord) == 64);

// The optional part: only icebergs and good-till-date orders touch theirs.
struct OrderExtras {
  Timestamp expire_time;
  std::uint32_t display_qty;
  std::uint32_t heap_place;  // 1-based place in the expiry heap; 0: not in it
};
static_assert(sizeof(OrderExtras) == 16);

}  // namespace hourglass::engine

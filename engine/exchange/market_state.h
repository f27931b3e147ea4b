// All state of the exchange but clearing's: one value, one writer, no clock.
#pragma once

#include <cstdint>

#include "engine/base/fixed_array.h"
#include "engine/book/books.h"
#include "engine/contract/instrument.h"
#include "engine/exchange/client_keys.h"
#include "engine/exchange/event_batch.h"
#include "engine/exchange/expiry_heap.h"
#include "engine/exchange/limits.h"
#include "engine/exchange/order_list.h"
#include "engine/exchange/order_record.h"
#include "engine/order/state_bytes.h"

namespace hourglass::engine {

struct SessionState {
  OrderListEnds orders;
  std::uint32_t report_number;  // of its last report
};

struct AccountState {
  OrderListEnds orders;
};

// An order between its acceptance and its rest, fill or cancellation: it has its slot and record,
// and stands in no book. Small enough to be handed on in registers.
struct IncomingOrder {
  Price price;  // working limit
  Slot slot;
  std::uint32_t left;  // lots still to trade or rest
};
static_assert(sizeof(IncomingOrder) == 16);

// Bulk work over lists of orders: what to take, and where it stands.
struct Sweep {
  std::uint32_t next_list;  // session (or account) whose list comes after the current one
  std::uint32_t end_list;   // one past the last
  Slot next;                // next order to visit; kNoSlot: take the next list
  bool by_account;
  bool by_instrument;
  bool by_group;
  bool by_side;
  bool disconnect_only;  // only orders marked cancel on disconnect
  bool day_only;         // only day orders
  Side side;
  CancelReason reason;
  InstrumentId instrument;
  ProductGroupId group;
  SessionId asked_by;
  AccountId account;
  std::uint32_t session_sequence;
};

enum class WorkKind : std::uint8_t { kNone, kMatch, kMassCancel, kEndDay, kExpire, kRecover };

// Work one apply() could not finish. While it stands nothing but its continuation is accepted.
struct PendingWork {
  WorkKind kind = WorkKind::kNone;
  SequenceNumber origin;
  std::uint64_t steps_done = 0;
  Timestamp until;                    // kExpire: the time reached
  std::uint32_t next_instrument = 0;  // kRecover
};

struct MarketState {
  explicit MarketState(const ExchangeLimits& exchange_limits) noexcept;
  MarketState(const MarketState&) = delete;
  MarketState& operator=(const MarketState&) = delete;

  ExchangeLimits limits;
  Books books;
  FixedArray<Instrument> instruments;
  FixedArray<OrderRecord> records;
  FixedArray<OrderExtras> extras;
  FixedArray<SessionState> sessions;
  FixedArray<AccountState> accounts;
  ClientKeys keys;
  ExpiryHeap expiries;
  EventBatch events;
  std::uint64_t match_id = 0;  // of the last match
  SequenceNumber sequence;     // of the last command applied
  Timestamp time;              // its stamp
  OrderId last_of_yesterday;   // orders up to it outlived a day's end; 0 in a state just loaded
  IncomingOrder incoming{};
  Sweep sweep{};
  PendingWork work;

  // Puts a working order into its owner's lists and, when it has an expiry, the heap.
  void link(Slot slot) noexcept;
  // The same for an order without an expiry.
  void link_plain(Slot slot) noexcept;
  // The reverse, for an order that is done; the book is the caller's business.
  void unlink(Slot slot) noexcept;
  // The order under (session, key), or kNoSlot.
  [[nodiscard]] Slot find_order(SessionId session, ClientKey key) const noexcept {
    const OrderHandle handle = keys.find(session, key);
    return books.orders().is_live(handle) ? handle.slot : kNoSlot;
  }
  [[nodiscard]] std::uint32_t open_qty(Slot slot) const noexcept {
    return books.orders()[slot].qty + records[slot].hidden;
  }
  // Audits every book, list and count; aborts on a broken invariant. Cost: all orders.
  void audit() const noexcept;

  // The state in canonical bytes: public facts in a defined order, equal for equal histories.
  // Only between commands and with no work pending. Cold: allocates.
  void save(StateWriter& writer) const;
  // Fills a fresh state from such bytes. False, with the state unusable, when they contradict
  // themselves or the limits; hostile bytes are safe.
  [[nodiscard]] bool load(StateReader& reader);
};

[[gnu::always_inline]] inline void MarketState::link_plain(Slot slot) noexcept {
  OrderRecord& record = records[slot];
  record.is_linked = 1;
  SessionOrders::append(sessions[record.session.value()].orders, records, slot);
  AccountOrders::append(accounts[record.account.value()].orders, records, slot);
}

inline void MarketState::link(Slot slot) noexcept {
  link_plain(slot);
  const OrderRecord& record = records[slot];
  if (record.time_in_force == TimeInForce::kGoodTillDate) [[unlikely]]
    expiries.push(slot);
}

[[gnu::always_inline]] inline void MarketState::unlink(Slot slot) noexcept {
  const OrderRecord& record = records[slot];
  SessionOrders::remove(sessions[record.session.value()].orders, records, slot);
  AccountOrders::remove(accounts[record.account.value()].orders, records, slot);
  if (record.time_in_force == TimeInForce::kGoodTillDate) [[unlikely]]
    expiries.remove(slot);
  if (record.id <= last_of_yesterday) [[unlikely]] {
    keys.mark_done(record.session, record.key);
  }
}

}  // namespace hourglass::engine

// Events: what happened, derived from commands and re-derivable bit for bit.
//
// 64 or 128 bytes by kind, little-endian, no byte without an owner that is not zero. Events never
// enter the journal; their digest does. Private events (a report for one session) carry that
// session's dense report number; public ones carry a feed sequence and the instrument's own, and
// a trade carries both, so that a report names the feed message of the same event.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "engine/base/types.h"
#include "engine/order/command.h"
#include "engine/order/order_enums.h"
#include "engine/order/reject_reason.h"

namespace hourglass::engine {

// The version of the event layouts below; a change to any of them, or to when a kind is sent,
// raises it. 1 had no `displayed` in OrderAccepted and told of every rest by an OrderRested.
inline constexpr std::uint8_t kEventLayoutVersion = 2;

// The layout of the events that rule set `version` makes: the same number so far.
constexpr std::uint8_t event_layout(std::uint32_t version) noexcept {
  return static_cast<std::uint8_t>(version);
}
static_assert(event_layout(kRuleSetVersion) == kEventLayoutVersion);

// Numbers are never reused. Reserved: 32 to 63 auctions, prevented matches, protection, quotes;
// 64 to 95 holds, positions, ledger; 96 to 127 index, fund, delivery.
enum class EventKind : std::uint8_t {
  kOrderAccepted = 1,      // private; public too when it rests at once
  kRequestRejected = 2,    // private
  kTrade = 3,              // public and private to both sides
  kOrderRested = 4,        // public: what trades left, or an iceberg's new tranche, joined the book
  kOrderReplaced = 5,      // public and private
  kOrderCancelled = 6,     // public (when it rested) and private
  kMassCancelDone = 7,     // private
  kInstrumentDefined = 8,  // public
  kTradingStateChanged = 9,  // public
  kTradingDayEnded = 10,     // public
  kPriceBandChanged = 11,    // public
  kFundsAdjusted = 64,       // private
};

struct EventHeader {
  SequenceNumber command_sequence;  // the command that caused it
  Timestamp time;                   // that command's stamp
  std::uint64_t feed_sequence;      // 0: not public
  std::uint32_t event_number;       // 0.. within the command
  InstrumentId instrument;
  std::uint32_t instrument_sequence;  // public events of this instrument, 1..; 0: not public
  EventKind kind;
  std::uint8_t version;
  std::uint8_t last_in_command;  // 1 on the command's last event
  std::uint8_t reserved;
};
static_assert(sizeof(EventHeader) == 40);

// One session's view of its order in a report.
struct OrderRef {
  OrderId order_id;
  SessionId session;
  std::uint32_t report_number;  // 1.. per session, no gaps
  AccountId account;
  ClientKey key;
};
static_assert(sizeof(OrderRef) == 24);

// The order passed every check. Price and quantity are as it will work: a market order's price is
// its protection limit, a slid post-only's its new price. With `displayed` it also joined the book
// at the back of its level, and the event is public; without, trades or a cancel follow.
struct OrderAccepted {
  static constexpr EventKind kKind = EventKind::kOrderAccepted;
  EventHeader header;
  OrderRef order;
  Price price;
  Timestamp expire_time;
  std::uint32_t qty;
  std::uint32_t display_qty;
  std::uint32_t min_qty;
  std::uint32_t session_sequence;  // of the request
  TraderId trader;
  ClientCode client;
  Side side;
  OrderType type;
  TimeInForce time_in_force;
  PostOnly post_only;
  OrderState state;
  std::array<std::uint8_t, 3> reserved;
  std::uint32_t displayed;  // in the book
  std::array<std::uint8_t, 12> reserved2;
};
static_assert(sizeof(OrderAccepted) == 128);

// A request of any kind was refused; nothing changed.
struct RequestRejected {
  static constexpr EventKind kKind = EventKind::kRequestRejected;
  EventHeader header;
  SessionId session;
  std::uint32_t report_number;
  AccountId account;
  ClientKey key;  // the request's key, or the target's of a cancel
  std::uint32_t session_sequence;
  RejectReason reason;
  CommandKind request;
  std::array<std::uint8_t, 2> reserved;
};
static_assert(sizeof(RequestRejected) == 64);

// Two sides met, at the resting order's price.
struct Trade {
  static constexpr EventKind kKind = EventKind::kTrade;
  EventHeader header;
  OrderRef resting;
  OrderRef incoming;
  Price price;
  MatchId match_id;
  std::uint32_t qty;
  std::uint32_t resting_leaves;  // open after the trade, hidden included
  std::uint32_t incoming_leaves;
  std::uint32_t resting_displayed;  // left of the tranche in the book
  std::uint16_t leg;                // 0; an implied trade has more
  Side incoming_side;
  OrderState resting_state;
  OrderState incoming_state;
  std::array<std::uint8_t, 3> reserved;
};
static_assert(sizeof(Trade) == 40 + 48 + 16 + 16 + 8);

// Joined the book at the back of its level, after trades of its own or as a new tranche.
struct OrderRested {
  static constexpr EventKind kKind = EventKind::kOrderRested;
  EventHeader header;
  OrderId order_id;
  Price price;
  std::uint32_t qty;  // displayed
  Side side;
  std::uint8_t new_tranche;  // 1: an iceberg's next tranche
  std::array<std::uint8_t, 2> reserved;
};
static_assert(sizeof(OrderRested) == 64);

// The order has new terms. With kept_priority the displayed quantity changed in place; without, the
// order left its place, and with `displayed` it joined the book at the back of its new level, else
// trades come next.
struct OrderReplaced {
  static constexpr EventKind kKind = EventKind::kOrderReplaced;
  EventHeader header;
  OrderRef order;  // key: the new one
  Price price;
  ClientKey old_key;
  std::uint32_t session_sequence;
  std::uint32_t qty;        // new total
  std::uint32_t leaves;     // open, hidden included
  std::uint32_t displayed;  // in the book
  std::uint32_t executed;
  Side side;
  std::uint8_t kept_priority;
  OrderState state;
  std::array<std::uint8_t, 29> reserved;
};
static_assert(sizeof(OrderReplaced) == 128);

// The order is out without trading further.
struct OrderCancelled {
  static constexpr EventKind kKind = EventKind::kOrderCancelled;
  EventHeader header;
  OrderRef order;
  Price price;
  std::uint32_t cancelled;          // open quantity taken off, hidden included
  std::uint32_t displayed_removed;  // of it, in the book: 0 when it never rested
  std::uint32_t executed;
  std::uint32_t session_sequence;  // of the request; 0 when nobody asked
  Side side;
  CancelReason reason;
  OrderState state;  // kCancelled or kExpired
  std::array<std::uint8_t, 37> reserved;
};
static_assert(sizeof(OrderCancelled) == 128);

struct MassCancelDone {
  static constexpr EventKind kKind = EventKind::kMassCancelDone;
  EventHeader header;
  SessionId session;
  std::uint32_t report_number;
  SequenceNumber origin;  // the mass cancel's or disconnect's own sequence
  std::uint32_t cancelled_count;
  std::uint32_t session_sequence;
};
static_assert(sizeof(MassCancelDone) == 64);

struct InstrumentDefined {
  static constexpr EventKind kKind = EventKind::kInstrumentDefined;
  EventHeader header;
  std::array<char, 24> symbol;
  std::int64_t tick_size_nano_usd;
  std::int64_t contract_size_gpu_hours;
  Price min_price;
  Price max_price;
  ProductGroupId group;
  std::uint32_t price_increment_ticks;
  std::uint32_t protection_ticks;
  std::uint32_t max_order_qty_lots;
  std::uint8_t matching_algorithm;
  TradingState state;
  std::array<std::uint8_t, 14> reserved;
};
static_assert(sizeof(InstrumentDefined) == 128);

struct TradingStateChanged {
  static constexpr EventKind kKind = EventKind::kTradingStateChanged;
  EventHeader header;
  TradingState state;
  std::array<std::uint8_t, 23> reserved;
};
static_assert(sizeof(TradingStateChanged) == 64);

struct PriceBandChanged {
  static constexpr EventKind kKind = EventKind::kPriceBandChanged;
  EventHeader header;
  Price low;
  Price high;
  std::uint64_t reserved;
};
static_assert(sizeof(PriceBandChanged) == 64);

struct TradingDayEnded {
  static constexpr EventKind kKind = EventKind::kTradingDayEnded;
  EventHeader header;
  std::uint64_t expired_count;
  std::array<std::uint8_t, 16> reserved;
};
static_assert(sizeof(TradingDayEnded) == 64);

struct FundsAdjusted {
  static constexpr EventKind kKind = EventKind::kFundsAdjusted;
  EventHeader header;
  SessionId session;
  std::uint32_t report_number;
  AccountId account;
  std::uint32_t session_sequence;
  Money balance;  // funds after the adjustment
};
static_assert(sizeof(FundsAdjusted) == 64);

// Bytes of an event of this kind; 0 for a kind this program does not know.
constexpr std::uint32_t event_bytes(EventKind kind) noexcept {
  switch (kind) {
    case EventKind::kOrderAccepted:
    case EventKind::kTrade:
    case EventKind::kOrderReplaced:
    case EventKind::kOrderCancelled:
    case EventKind::kInstrumentDefined: return 128;
    case EventKind::kRequestRejected:
    case EventKind::kOrderRested:
    case EventKind::kMassCancelDone:
    case EventKind::kTradingStateChanged:
    case EventKind::kTradingDayEnded:
    case EventKind::kPriceBandChanged:
    case EventKind::kFundsAdjusted: return 64;
  }
  return 0;
}

// Any event in a ring slot. Bytes beyond event_bytes(kind) are not part of it.
struct alignas(64) Event {
  std::array<std::byte, 128> bytes;

  template <class Body>
  [[nodiscard]] const Body& as() const noexcept {
    static_assert(std::is_trivially_copyable_v<Body> && sizeof(Body) <= 128);
    return *reinterpret_cast<const Body*>(bytes.data());
  }
  [[nodiscard]] const EventHeader& header() const noexcept { return as<EventHeader>(); }
};
static_assert(sizeof(Event) == 128 && std::is_trivially_copyable_v<Event>);

}  // namespace hourglass::engine

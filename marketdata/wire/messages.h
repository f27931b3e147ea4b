// The feed's messages as structs: each is its template's block, byte for byte. The schema
// (marketdata/schema/hourglass-md.xml) is the contract; tests/feed/schema_test.cc holds these to
// it.
//
// Prices are 1e-9 USD for a contract's price unit, quantities lots, times ns since 1970 UTC; trade
// dates are decimal yyyymmdd. instr_seq numbers an instrument's public events from 1 without a gap
// on kOrders and kLevels; on other channels it is the last event the message takes in. A field is
// appended at a block's end only, with a new schema version. Zero is written to all padding.
#pragma once

#include <array>
#include <cstdint>

#include "marketdata/wire/packet.h"
#include "marketdata/wire/values.h"

namespace hourglass::marketdata {

// --- Order by order: what builds the book --------------------------------------------------------

// Joined its level's tail.
struct [[gnu::packed]] OrderAdd {
  static constexpr std::uint16_t kTemplateId = 10;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t display_qty;
  std::uint64_t transact_time;
  std::uint64_t order_id;
  std::int64_t price;
  BookSide side;
  std::uint8_t event_flags;
  std::uint8_t order_flags;
  std::uint8_t padding;
};
static_assert(sizeof(OrderAdd) == 40);

// Shows another quantity in its place.
struct [[gnu::packed]] OrderReduce {
  static constexpr std::uint16_t kTemplateId = 11;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t new_display_qty;
  std::uint64_t transact_time;
  std::uint64_t order_id;
  BookSide side;
  std::uint8_t event_flags;
  ReduceReason reason;
  std::uint8_t padding;
};
static_assert(sizeof(OrderReduce) == 32);

struct [[gnu::packed]] OrderDelete {
  static constexpr std::uint16_t kTemplateId = 12;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t deleted_qty;  // what it showed
  std::uint64_t transact_time;
  std::uint64_t order_id;
  BookSide side;
  std::uint8_t event_flags;
  DeleteReason reason;
  std::uint8_t padding;
};
static_assert(sizeof(OrderDelete) == 32);

// Left its place and joined the tail of its new level, under the same id.
struct [[gnu::packed]] OrderReplace {
  static constexpr std::uint16_t kTemplateId = 13;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t new_display_qty;
  std::uint64_t transact_time;
  std::uint64_t order_id;
  std::int64_t new_price;
  BookSide side;
  std::uint8_t event_flags;
  std::uint8_t order_flags;
  std::uint8_t padding;
};
static_assert(sizeof(OrderReplace) == 40);

// A resting order traded; with leaves_qty 0 it is out of the book.
struct [[gnu::packed]] OrderExecuted {
  static constexpr std::uint16_t kTemplateId = 14;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t exec_qty;
  std::uint64_t transact_time;
  std::uint64_t order_id;
  std::uint64_t trade_id;
  std::uint32_t leaves_qty;  // still shown
  BookSide side;             // the resting order's: the aggressor was on the other
  std::uint8_t event_flags;
  TradeType trade_type;
  std::uint8_t padding;
  std::int64_t price;
};
static_assert(sizeof(OrderExecuted) == 52);

// --- Prints: never change a book -----------------------------------------------------------------

struct [[gnu::packed]] Trade {
  static constexpr std::uint16_t kTemplateId = 15;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t qty;
  std::uint64_t transact_time;
  std::uint64_t trade_id;
  std::int64_t price;
  BookSide aggressor_side;
  std::uint8_t event_flags;
  TradeType trade_type;
  std::uint8_t padding;
};
static_assert(sizeof(Trade) == 40);

// All that one incoming order traded in an instrument.
struct [[gnu::packed]] TradeSummary {
  static constexpr std::uint16_t kTemplateId = 16;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t total_qty;
  std::uint64_t transact_time;
  std::uint64_t aggressor_time;  // the order's own stamp: transact_time where it traded at once
  std::int64_t deepest_price;    // the last level it reached
  BookSide aggressor_side;
  std::uint8_t event_flags;
  std::uint16_t order_count;  // resting orders it met; 65534 stands for more
};
static_assert(sizeof(TradeSummary) == 40);

// --- By level ------------------------------------------------------------------------------------

// One level as it now is; qty 0: gone. Levels are known by side and price, never by their place.
struct [[gnu::packed]] LevelEntry {
  std::int64_t price;
  std::uint64_t qty;
  std::uint32_t order_count;
  std::uint8_t level;  // 1 the best, 255 the 255th or further; 0 where the level is gone
  BookSide side;
  std::uint16_t padding;
};
static_assert(sizeof(LevelEntry) == 24);

// What one public event of the book did: a trade, an add, a cancel touch one level, a replace two.
// Group: LevelEntry.
struct [[gnu::packed]] BookUpdate {
  static constexpr std::uint16_t kTemplateId = 20;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t trade_qty;  // traded at the entry's price; null where nothing did
  std::uint64_t transact_time;
  std::uint8_t event_flags;
  BookSide aggressor_side;  // none where nothing traded
  TradeType trade_type;
  std::uint8_t padding;
};
static_assert(sizeof(BookUpdate) == 24);

struct [[gnu::packed]] TopOfBook {
  static constexpr std::uint16_t kTemplateId = 21;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t bid_order_count;
  std::uint64_t transact_time;
  std::int64_t bid_price;  // null where there is none
  std::int64_t offer_price;
  std::uint64_t bid_qty;
  std::uint64_t offer_qty;
  std::uint32_t offer_order_count;
  std::uint8_t event_flags;
  TradingStatusCode status;
  std::uint16_t padding;
};
static_assert(sizeof(TopOfBook) == 60);

// --- Contracts and their states ------------------------------------------------------------------

struct [[gnu::packed]] InstrumentDefinition {
  static constexpr std::uint16_t kTemplateId = 30;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t product_group;
  std::uint64_t transact_time;
  std::array<char, 24> symbol;  // zeros behind it
  std::int64_t tick_size;
  std::int64_t contract_size_gpu_hours;
  std::int64_t min_price;  // limits are null beyond what 64 bits of 1e-9 USD hold
  std::int64_t max_price;
  std::int64_t price_increment;    // an order's price is a multiple of it
  std::uint32_t protection_ticks;  // of a market order
  std::uint32_t max_order_qty;
  char match_algorithm;  // FIX 1142
  TradingStatusCode status;
  std::uint8_t event_flags;
  SecurityType security_type;
};
static_assert(sizeof(InstrumentDefinition) == 96);

struct [[gnu::packed]] TradingStatus {
  static constexpr std::uint16_t kTemplateId = 31;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t padding;
  std::uint64_t transact_time;
  TradingStatusCode status;
  std::uint8_t event_flags;
  std::uint16_t padding2;
};
static_assert(sizeof(TradingStatus) == 24);

struct [[gnu::packed]] PriceLimits {
  static constexpr std::uint16_t kTemplateId = 32;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t padding;
  std::uint64_t transact_time;
  std::int64_t low_limit;  // null as above
  std::int64_t high_limit;
  std::uint8_t event_flags;
  std::array<std::uint8_t, 3> padding2;
};
static_assert(sizeof(PriceLimits) == 40);

struct [[gnu::packed]] AuctionIndicative {
  static constexpr std::uint16_t kTemplateId = 33;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t imbalance_qty;
  std::uint64_t transact_time;
  std::int64_t indicative_price;  // null: nothing would trade
  std::uint64_t indicative_qty;
  BookSide imbalance_side;
  std::uint8_t event_flags;
  TradingStatusCode auction;
  std::uint8_t padding;
};
static_assert(sizeof(AuctionIndicative) == 40);

struct [[gnu::packed]] Statistics {
  static constexpr std::uint16_t kTemplateId = 34;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t trade_date;
  std::uint64_t transact_time;
  std::int64_t open_price;  // prices are null before the day's first trade
  std::int64_t high_price;
  std::int64_t low_price;
  std::int64_t last_price;
  std::uint64_t volume;
  std::uint64_t trade_count;
  std::uint32_t last_qty;
};
static_assert(sizeof(Statistics) == 72);

struct [[gnu::packed]] SettlementPrice {
  static constexpr std::uint16_t kTemplateId = 35;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t trade_date;
  std::uint64_t transact_time;
  std::int64_t price;
  PriceKind kind;
  std::uint8_t event_flags;
  std::uint16_t padding;
};
static_assert(sizeof(SettlementPrice) == 32);

struct [[gnu::packed]] OpenInterest {
  static constexpr std::uint16_t kTemplateId = 36;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t trade_date;
  std::uint64_t transact_time;
  std::uint64_t open_interest;
  std::uint8_t event_flags;
  std::array<std::uint8_t, 3> padding;
};
static_assert(sizeof(OpenInterest) == 32);

struct [[gnu::packed]] IndexValue {
  static constexpr std::uint16_t kTemplateId = 37;
  std::uint32_t instrument_id;  // the index's own
  std::uint32_t instr_seq;
  std::uint32_t trade_date;
  std::uint64_t transact_time;
  std::int64_t value;
  std::uint64_t method_hash;  // first eight bytes of the method's SHA-256
  std::uint16_t constituent_count;
  PriceKind kind;
  std::uint8_t event_flags;
};
static_assert(sizeof(IndexValue) == 40);

struct [[gnu::packed]] FundValue {
  static constexpr std::uint16_t kTemplateId = 38;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t trade_date;
  std::uint64_t transact_time;
  std::int64_t nav_per_share;
  std::uint64_t shares_outstanding;
  PriceKind kind;
  std::uint8_t event_flags;
  std::uint16_t padding;
};
static_assert(sizeof(FundValue) == 40);

struct [[gnu::packed]] TradeBust {
  static constexpr std::uint16_t kTemplateId = 39;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t qty;
  std::uint64_t transact_time;
  std::uint64_t trade_id;
  std::int64_t price;
  std::uint8_t event_flags;
  std::array<std::uint8_t, 3> padding;
};
static_assert(sizeof(TradeBust) == 40);

// The trading day is over; the cancels of what expired came before it.
struct [[gnu::packed]] DayEnd {
  static constexpr std::uint16_t kTemplateId = 40;
  std::uint32_t instrument_id;  // 0: of no instrument
  std::uint32_t instr_seq;      // 0
  std::uint32_t trade_date;     // the day that ended
  std::uint64_t transact_time;
  std::uint64_t expired_count;  // orders that ended with it
  std::uint8_t event_flags;
  std::array<std::uint8_t, 3> padding;
};
static_assert(sizeof(DayEnd) == 32);

// Throw the instrument's book away: what rests is told anew behind this message.
struct [[gnu::packed]] BookClear {
  static constexpr std::uint16_t kTemplateId = 41;
  std::uint32_t instrument_id;
  std::uint32_t instr_seq;
  std::uint32_t padding;
  std::uint64_t transact_time;
  std::uint8_t event_flags;
  std::array<std::uint8_t, 3> padding2;
};
static_assert(sizeof(BookClear) == 24);

// Heads the definitions' cycle: whose feed this is.
struct [[gnu::packed]] VenueIdentity {
  static constexpr std::uint16_t kTemplateId = 42;
  std::uint32_t instrument_count;     // definitions that follow in the cycle
  std::uint64_t first_available_seq;  // the oldest message TCP replay has
  std::array<std::uint8_t, 16> journal_uuid;
  std::uint16_t partition;
  std::uint16_t epoch;
  std::uint32_t trade_date;
};
static_assert(sizeof(VenueIdentity) == 36);

// --- Snapshots: in a packet with kSnapshot, seq_num the last message they hold -------------------

struct [[gnu::packed]] SnapshotBegin {
  static constexpr std::uint16_t kTemplateId = 50;
  std::uint32_t instrument_id;
  std::uint32_t last_instr_seq;
  std::uint32_t bid_order_count;  // by level: levels
  std::uint64_t last_seq_num;
  std::uint64_t transact_time;
  std::uint32_t offer_order_count;
  TradingStatusCode status;
  std::array<std::uint8_t, 3> padding;
};
static_assert(sizeof(SnapshotBegin) == 36);

struct [[gnu::packed]] SnapshotOrderEntry {
  std::uint64_t order_id;
  std::int64_t price;
  std::uint32_t display_qty;
  BookSide side;
  std::array<std::uint8_t, 3> padding;
};
static_assert(sizeof(SnapshotOrderEntry) == 24);

// Group: SnapshotOrderEntry, bids from the best down, then offers, each level in order of priority.
struct [[gnu::packed]] SnapshotOrders {
  static constexpr std::uint16_t kTemplateId = 51;
  std::uint32_t instrument_id;
  std::uint32_t last_instr_seq;
};
static_assert(sizeof(SnapshotOrders) == 8);

// Group: LevelEntry, bids from the best down, then offers.
struct [[gnu::packed]] SnapshotLevels {
  static constexpr std::uint16_t kTemplateId = 52;
  std::uint32_t instrument_id;
  std::uint32_t last_instr_seq;
};
static_assert(sizeof(SnapshotLevels) == 8);

struct [[gnu::packed]] SnapshotEnd {
  static constexpr std::uint16_t kTemplateId = 54;
  std::uint32_t instrument_id;
  std::uint32_t book_crc32;   // book_crc.h
  std::uint32_t order_count;  // by level: levels
};
static_assert(sizeof(SnapshotEnd) == 12);

struct [[gnu::packed]] CycleEnd {
  static constexpr std::uint16_t kTemplateId = 55;
  std::uint32_t instrument_count;  // instruments the cycle had
  std::uint64_t last_seq_num;      // of the cycle's newest
};
static_assert(sizeof(CycleEnd) == 12);

// --- Asking for what is missing: in a packet of its own, seq_num 0 -------------------------------

// By UDP to the retransmission port. Answered by one packet with kRetransmitted, or a reject.
struct [[gnu::packed]] RetransmitRequest {
  static constexpr std::uint16_t kTemplateId = 60;
  std::uint32_t request_id;
  std::uint64_t begin_seq;
  std::uint16_t count;
  std::uint16_t channel_id;
};
static_assert(sizeof(RetransmitRequest) == 16);

struct [[gnu::packed]] RetransmitReject {
  static constexpr std::uint16_t kTemplateId = 61;
  std::uint32_t request_id;
  std::uint64_t first_available_seq;
  std::uint64_t retry_delay_ns;  // 0: asking again is of no use
  std::uint16_t channel_id;
  RetransmitRefusal reason;
  std::uint8_t padding;
};
static_assert(sizeof(RetransmitReject) == 24);

// By TCP: the messages from begin_seq to end_seq; without an end all there is, and then what comes.
struct [[gnu::packed]] ReplayRequest {
  static constexpr std::uint16_t kTemplateId = 62;
  std::uint32_t request_id;
  std::uint64_t begin_seq;  // 0: from what comes next on
  std::uint64_t end_seq;    // 0: go on with what comes
  std::uint16_t channel_id;
  std::uint16_t padding;
};
static_assert(sizeof(ReplayRequest) == 24);

// Behind the last message of a replay with an end, or instead of one that is refused.
struct [[gnu::packed]] ReplayComplete {
  static constexpr std::uint16_t kTemplateId = 63;
  std::uint32_t request_id;
  std::uint64_t last_seq;  // sent; 0: none
  std::uint16_t channel_id;
  RetransmitRefusal reason;  // null: all was sent
  std::uint8_t padding;
};
static_assert(sizeof(ReplayComplete) == 16);

}  // namespace hourglass::marketdata

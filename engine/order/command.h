// Commands: what was asked of the venue, exactly as the journal keeps it.
//
// A command is built by a door, stamped once by the sequencer (sequence and time) and immutable
// from then on. Its bytes are little-endian, fixed by kind: 64 or 128, and for later kinds one list
// class of a 64-byte head and at most kMaxListEntries entries. The kind gives the size. A byte no
// field owns is zero, so that equal commands are equal bytes; is_canonical() holds a reader to it.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "engine/base/client_order_id.h"
#include "engine/base/types.h"
#include "engine/base/zero_lines.h"
#include "engine/order/order_enums.h"

namespace hourglass::engine {

static_assert(std::endian::native == std::endian::little, "journal bytes are little-endian");

// The version of the command layouts below; a change to any of them raises it. Events have their
// own (event.h).
inline constexpr std::uint8_t kLayoutVersion = 1;
// The version of the matching rules; a change that alters an outcome raises it (design 10, 8).
inline constexpr std::uint32_t kRuleSetVersion = 2;
// The oldest whose outcomes this program still makes, for journals written under it.
inline constexpr std::uint32_t kOldestRuleSetVersion = 1;

constexpr bool is_known_rule_set(std::uint32_t version) noexcept {
  return version >= kOldestRuleSetVersion && version <= kRuleSetVersion;
}

// Numbers are never reused. 32 to 63: market model; 64 to 127: clearing; 128 up: products.
enum class CommandKind : std::uint8_t {
  kNewOrder = 1,
  kReplaceOrder = 2,
  kCancelOrder = 3,
  kMassCancel = 4,
  kContinue = 5,             // next slice of work that one apply() could not finish
  kSessionDisconnected = 6,  // cancels what asked for it: cancel on disconnect
  kDefineInstrument = 7,
  kSetTradingState = 8,
  kAdvanceTime = 9,       // a timer tick: good-till-date orders expire
  kEndTradingDay = 10,    // day orders expire, client keys of the day are forgotten
  kMarketRecovered = 11,  // first command after a restart: instruments open go to pause
  kSetPriceBand = 12,
  kAdjustFunds = 64,  // deposit (positive) or withdrawal (negative)
};

struct CommandHeader {
  SequenceNumber sequence;         // stamped by the sequencer; 0 before
  Timestamp time;                  // stamped by the sequencer; 0 before
  SessionId session;               // 0 is the venue itself
  std::uint32_t session_sequence;  // the session's own number of this message (FIX 34)
  AccountId account;
  InstrumentId instrument;
  TraderId trader;
  CommandKind kind;
  std::uint8_t version;
  std::uint16_t reserved;
};
static_assert(sizeof(CommandHeader) == 40);

// FIX 35=D.
struct NewOrder {
  static constexpr CommandKind kKind = CommandKind::kNewOrder;
  CommandHeader header;
  ClientKey key;
  ClientCode client;
  Price price;            // limit only; 0 otherwise
  Qty qty;                // FIX 38
  Qty display_qty;        // iceberg tranche (FIX 1138); equal to qty when nothing is hidden
  Qty min_qty;            // FIX 110; 0 asks for none
  Timestamp expire_time;  // good-till-date only; 0 otherwise
  Side side;
  OrderType type;
  TimeInForce time_in_force;
  PostOnly post_only;
  std::uint8_t cancel_on_disconnect;  // 0 or 1 (FIX 18=o)
  std::array<std::uint8_t, 7> reserved;
  ClientOrderId client_order_id;
  std::uint64_t reserved2;
};
static_assert(sizeof(NewOrder) == 128);

// FIX 35=G. The order is found by (session, target); side, account and type cannot change.
struct ReplaceOrder {
  static constexpr CommandKind kKind = CommandKind::kReplaceOrder;
  CommandHeader header;
  ClientKey target;  // the order's key now (FIX 41)
  ClientKey key;     // its key from now on (FIX 11); may equal target where a door keeps ids
  Price price;       // ignored by kReduceBy, which must send 0
  Qty qty;           // as basis says
  Qty display_qty;   // new iceberg tranche; 0 keeps the order's own
  Side side;         // must equal the order's (FIX 54)
  QtyBasis basis;
  std::array<std::uint8_t, 6> reserved;
  ClientOrderId client_order_id;
  std::array<std::uint8_t, 28> reserved2;
};
static_assert(sizeof(ReplaceOrder) == 128);

// FIX 35=F. The request's own ClOrdID stays text; the order is found by (session, target).
struct CancelOrder {
  static constexpr CommandKind kKind = CommandKind::kCancelOrder;
  CommandHeader header;
  ClientKey target;
  ClientOrderId client_order_id;
};
static_assert(sizeof(CancelOrder) == 64);

// FIX 35=q. Instrument in the header, when by_instrument.
struct MassCancel {
  static constexpr CommandKind kKind = CommandKind::kMassCancel;
  CommandHeader header;
  ProductGroupId group;
  MassCancelScope scope;
  std::uint8_t by_instrument;  // 0 or 1
  std::uint8_t by_group;       // 0 or 1
  std::uint8_t by_side;        // 0 or 1
  Side side;
  std::array<std::uint8_t, 3> reserved;
  std::array<std::uint8_t, 12> reserved2;
};
static_assert(sizeof(MassCancel) == 64);

// A slice of unfinished work. The cursor repeats how many steps are done, so that an auditor sees
// where a replay stands; the exchange refuses a cursor that is not its own.
struct ContinueWork {
  static constexpr CommandKind kKind = CommandKind::kContinue;
  CommandHeader header;
  SequenceNumber origin;  // the command whose work this continues
  std::uint64_t cursor;   // steps done so far
  std::uint64_t reserved;
};
static_assert(sizeof(ContinueWork) == 64);

// The header's session lost its connection or logged out.
struct SessionDisconnected {
  static constexpr CommandKind kKind = CommandKind::kSessionDisconnected;
  CommandHeader header;
  std::array<std::uint8_t, 24> reserved;
};
static_assert(sizeof(SessionDisconnected) == 64);

// One listed contract, as data. Prices are ticks; the header's instrument is the id it gets.
struct DefineInstrument {
  static constexpr CommandKind kKind = CommandKind::kDefineInstrument;
  CommandHeader header;
  std::array<char, 24> symbol;           // printable ASCII, zero-filled
  std::int64_t tick_size_nano_usd;       // one tick, in 1e-9 USD a GPU-hour
  std::int64_t contract_size_gpu_hours;  // hours in one lot
  Price min_price;                       // lowest and highest valid price
  Price max_price;
  ProductGroupId group;
  std::uint32_t protection_ticks;       // market order protection points
  std::uint32_t price_increment_ticks;  // valid prices are multiples of it
  std::uint32_t max_order_qty_lots;
  std::uint8_t matching_algorithm;  // 1: price-time (FIX 1142=F)
  TradingState state;
  std::array<std::uint8_t, 14> reserved;
};
static_assert(sizeof(DefineInstrument) == 128);

struct SetTradingState {
  static constexpr CommandKind kKind = CommandKind::kSetTradingState;
  CommandHeader header;
  TradingState state;
  std::array<std::uint8_t, 23> reserved;
};
static_assert(sizeof(SetTradingState) == 64);

// Limit prices outside [low, high] are refused from now on.
struct SetPriceBand {
  static constexpr CommandKind kKind = CommandKind::kSetPriceBand;
  CommandHeader header;
  Price low;
  Price high;
  std::uint64_t reserved;
};
static_assert(sizeof(SetPriceBand) == 64);

// The stamp is the time reached.
struct AdvanceTime {
  static constexpr CommandKind kKind = CommandKind::kAdvanceTime;
  CommandHeader header;
  std::array<std::uint8_t, 24> reserved;
};
static_assert(sizeof(AdvanceTime) == 64);

struct EndTradingDay {
  static constexpr CommandKind kKind = CommandKind::kEndTradingDay;
  CommandHeader header;
  std::array<std::uint8_t, 24> reserved;
};
static_assert(sizeof(EndTradingDay) == 64);

struct MarketRecovered {
  static constexpr CommandKind kKind = CommandKind::kMarketRecovered;
  CommandHeader header;
  std::array<std::uint8_t, 24> reserved;
};
static_assert(sizeof(MarketRecovered) == 64);

// Header's account; refused when a withdrawal exceeds what is free.
struct AdjustFunds {
  static constexpr CommandKind kKind = CommandKind::kAdjustFunds;
  CommandHeader header;
  Money amount;
  std::array<std::uint8_t, 16> reserved;
};
static_assert(sizeof(AdjustFunds) == 64);

// Bytes of a command of this kind; 0 for a kind this program does not know.
// Thread: any. Cost: one switch.
constexpr std::uint32_t command_bytes(CommandKind kind) noexcept {
  switch (kind) {
    case CommandKind::kNewOrder:
    case CommandKind::kReplaceOrder:
    case CommandKind::kDefineInstrument: return 128;
    case CommandKind::kCancelOrder:
    case CommandKind::kMassCancel:
    case CommandKind::kContinue:
    case CommandKind::kSessionDisconnected:
    case CommandKind::kSetTradingState:
    case CommandKind::kAdvanceTime:
    case CommandKind::kEndTradingDay:
    case CommandKind::kMarketRecovered:
    case CommandKind::kSetPriceBand:
    case CommandKind::kAdjustFunds: return 64;
  }
  return 0;
}

// A header for `Body` with its kind and version set and everything else as given.
template <class Body>
constexpr CommandHeader make_header(SessionId session, AccountId account, InstrumentId instrument,
                                    TraderId trader = TraderId(0),
                                    std::uint32_t session_sequence = 0) noexcept {
  return CommandHeader{.sequence = SequenceNumber(0),
                       .time = Timestamp(0),
                       .session = session,
                       .session_sequence = session_sequence,
                       .account = account,
                       .instrument = instrument,
                       .trader = trader,
                       .kind = Body::kKind,
                       .version = kLayoutVersion,
                       .reserved = 0};
}

// Any command, in the form rings and queues pass it on: 128 bytes, the unused rest zero.
struct alignas(64) Command {
  std::array<std::byte, 128> bytes;

  // Starts a command in place: everything zero but its header; the caller sets the other fields.
  // What a hot door uses: a body built elsewhere and copied makes wide loads wait for narrow
  // stores.
  template <class Body>
  Body& start(const CommandHeader& header) noexcept {
    zero_lines<128>(bytes.data());
    auto& body = *reinterpret_cast<Body*>(bytes.data());
    body.header = header;
    return body;
  }

  // The command holding `body`. Thread: any. Cost: a copy of the body.
  template <class Body>
  static Command of(const Body& body) noexcept {
    static_assert(std::is_trivially_copyable_v<Body> && sizeof(Body) <= 128);
    Command command;
    std::memcpy(command.bytes.data(), &body, sizeof(Body));
    if constexpr (sizeof(Body) < 128) zero_lines<128 - sizeof(Body)>(&command.bytes[sizeof(Body)]);
    return command;
  }

  // The bytes read as `Body`; the caller has looked at header().kind.
  template <class Body>
  [[nodiscard]] const Body& as() const noexcept {
    static_assert(std::is_trivially_copyable_v<Body> && sizeof(Body) <= 128);
    return *reinterpret_cast<const Body*>(bytes.data());
  }

  [[nodiscard]] const CommandHeader& header() const noexcept { return as<CommandHeader>(); }
  // Only for the sequencer, which stamps.
  [[nodiscard]] CommandHeader& mutable_header() noexcept {
    return *reinterpret_cast<CommandHeader*>(bytes.data());
  }
};
static_assert(sizeof(Command) == 128);

}  // namespace hourglass::engine

// HGOS1: order streams with known results, the common ground on which matching engines are
// compared. bench/streams/README.md is the specification; this page is its layout.
//
// A file is one StreamHeader, then header.n_ops StreamOps, little endian, nothing after.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "engine/base/types.h"

namespace hourglass::bench {

static_assert(std::endian::native == std::endian::little, "records are read as they lie in memory");

inline constexpr std::array<char, 8> kStreamMagic = {'H', 'G', 'O', 'S', '0', '0', '0', '1'};

// Most records a stream may hold: 6 GiB of them. The reader refuses more before it allocates.
inline constexpr std::uint64_t kMaxStreamRecords = std::uint64_t{1} << 28;

// What playing a whole stream leaves behind. Equal results, the hash above all, mean that two books
// printed the same tape.
struct StreamResults {
  std::uint64_t trades = 0;  // resting orders hit
  std::uint64_t traded_qty_lots = 0;
  std::uint64_t notional = 0;    // sum of price times quantity, modulo 2^64
  std::uint64_t trade_hash = 0;  // TradeHash over the tape
  std::uint64_t end_orders = 0;  // resting after the last record
  std::uint64_t end_qty_lots = 0;

  bool operator==(const StreamResults&) const noexcept = default;
};

struct StreamHeader {
  std::array<char, 8> magic{};
  std::uint64_t n_ops = 0;      // records that follow, preload included
  std::uint64_t n_preload = 0;  // the first of them, which build the book and are not timed
  std::uint64_t max_id = 0;     // ids are 1..max_id
  std::uint32_t n_symbols = 0;
  std::int32_t min_price_ticks = 0;  // bounds of the prices of N, I and X records; positive
  std::int32_t max_price_ticks = 0;
  std::uint32_t seed = 0;
  StreamResults expected;      // over all records
  std::uint64_t max_live = 0;  // most orders resting at once
  std::array<char, 24> name{};

  bool operator==(const StreamHeader&) const noexcept = default;
};
static_assert(sizeof(StreamHeader) == 128 && std::is_trivially_copyable_v<StreamHeader>);
static_assert(offsetof(StreamHeader, n_symbols) == 32);
static_assert(offsetof(StreamHeader, expected) == 48);
static_assert(offsetof(StreamHeader, max_live) == 96);
static_assert(offsetof(StreamHeader, name) == 104);

enum class OpKind : std::uint8_t {
  kNew = 'N',      // limit order; rests what does not trade
  kIoc = 'I',      // limit order; what does not trade is cancelled
  kCancel = 'C',   // removes the order
  kReduce = 'R',   // takes qty off the open quantity, place kept; all of it or more is a cancel
  kRequeue = 'X',  // cancels and enters again at price with open quantity qty, same id and side
};
inline constexpr std::array kOpKinds = {OpKind::kNew, OpKind::kIoc, OpKind::kCancel,
                                        OpKind::kReduce, OpKind::kRequeue};

struct StreamOp {
  std::uint64_t order_id = 0;
  std::uint32_t qty_lots = 0;    // unused by C
  std::int32_t price_ticks = 0;  // unused by C and R
  std::uint16_t symbol_index = 0;
  OpKind kind{};
  engine::Side side{};  // the order's side, also on C, R and X
  std::uint32_t zero = 0;

  bool operator==(const StreamOp&) const noexcept = default;
};
static_assert(sizeof(StreamOp) == 24 && std::is_trivially_copyable_v<StreamOp>);
static_assert(offsetof(StreamOp, symbol_index) == 16 && offsetof(StreamOp, kind) == 18);
static_assert(offsetof(StreamOp, side) == 19 && offsetof(StreamOp, zero) == 20);

// Folds every trade, in order, into 64 bits: four odd multipliers keep the fields apart, the FNV
// step makes the order count. Thread: one. Cost: five multiplications.
class TradeHash {
 public:
  constexpr void add(std::uint64_t resting_id, std::uint64_t incoming_id, std::uint64_t qty_lots,
                     std::uint64_t price_ticks) noexcept {
    const std::uint64_t trade =
        resting_id * 0x9E3779B97F4A7C15ULL + incoming_id * 0xC2B2AE3D27D4EB4FULL +
        qty_lots * 0x165667B19E3779F9ULL + price_ticks * 0x27D4EB2F165667C5ULL;
    state_ = (state_ ^ trade) * 0x100000001B3ULL;
  }
  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return state_; }

 private:
  std::uint64_t state_ = 1469598103934665603ULL;
};

// The results of a tape while it is printed; a stage adds its trades here and at the end what
// rests.
struct TradeTally {
  std::uint64_t trades = 0;
  std::uint64_t traded_qty_lots = 0;
  std::uint64_t notional = 0;
  TradeHash hash;

  constexpr void add(std::uint64_t resting_id, std::uint64_t incoming_id, std::uint64_t qty_lots,
                     std::uint64_t price_ticks) noexcept {
    ++trades;
    traded_qty_lots += qty_lots;
    notional += qty_lots * price_ticks;
    hash.add(resting_id, incoming_id, qty_lots, price_ticks);
  }
  [[nodiscard]] constexpr StreamResults results(std::uint64_t end_orders,
                                                std::uint64_t end_qty_lots) const noexcept {
    return {trades, traded_qty_lots, notional, hash.value(), end_orders, end_qty_lots};
  }
};

}  // namespace hourglass::bench

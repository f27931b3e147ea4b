// The venue's vocabulary of numbers.
//
// Legal arithmetic, all else does not compile (tests/unit/types_test.cc proves the refusals):
//
//   Price      - Price      -> PriceDelta     ticks of the instrument; a spread's may be negative
//   Price      + PriceDelta -> Price
//   Price      - PriceDelta -> Price
//   PriceDelta + PriceDelta -> PriceDelta
//   Qty        + Qty        -> Qty            lots; any sum of order quantities
//   Money      + Money      -> Money          micro-USD
//   Timestamp  - Timestamp  -> Duration       nanoseconds, UTC
//   Timestamp  + Duration   -> Timestamp
//   notional(Price, Qty, tick value) -> 128-bit micro-USD (engine/contract/instrument.h)
//
// Identifiers only compare. There are no sentinels: a missing price is a flag beside it, not zero.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/strong.h"

namespace hourglass::engine {

struct PriceTag {
  static constexpr Arithmetic kArithmetic = Arithmetic::kLabel;
};
struct PriceDeltaTag {
  static constexpr Arithmetic kArithmetic = Arithmetic::kAmount;
};
struct QtyTag {
  static constexpr Arithmetic kArithmetic = Arithmetic::kAmount;
};
struct MoneyTag {
  static constexpr Arithmetic kArithmetic = Arithmetic::kAmount;
};
struct TimestampTag {
  static constexpr Arithmetic kArithmetic = Arithmetic::kLabel;
};
struct DurationTag {
  static constexpr Arithmetic kArithmetic = Arithmetic::kAmount;
};
struct SequenceTag {
  static constexpr Arithmetic kArithmetic = Arithmetic::kLabel;
};
struct OrderIdTag {
  static constexpr Arithmetic kArithmetic = Arithmetic::kLabel;
};
struct MatchIdTag {
  static constexpr Arithmetic kArithmetic = Arithmetic::kLabel;
};
struct InstrumentIdTag {
  static constexpr Arithmetic kArithmetic = Arithmetic::kLabel;
};
struct ProductGroupTag {
  static constexpr Arithmetic kArithmetic = Arithmetic::kLabel;
};
struct AccountIdTag {
  static constexpr Arithmetic kArithmetic = Arithmetic::kLabel;
};
struct SessionIdTag {
  static constexpr Arithmetic kArithmetic = Arithmetic::kLabel;
};
struct TraderIdTag {
  static constexpr Arithmetic kArithmetic = Arithmetic::kLabel;
};
struct ClientTag {
  static constexpr Arithmetic kArithmetic = Arithmetic::kLabel;
};
struct ClientKeyTag {
  static constexpr Arithmetic kArithmetic = Arithmetic::kLabel;
};

// Price in ticks of its instrument, signed: spreads trade below zero.
using Price = StrongInt<PriceTag, std::int64_t>;
using PriceDelta = StrongInt<PriceDeltaTag, std::int64_t>;
// Quantity in lots. One order's is below 2^31 (limits.h); sums fit with room to spare.
using Qty = StrongInt<QtyTag, std::int64_t>;
// Money in micro-USD (1e-6).
using Money = StrongInt<MoneyTag, std::int64_t>;
// UTC nanoseconds since 1970.
using Timestamp = StrongInt<TimestampTag, std::uint64_t>;
using Duration = StrongInt<DurationTag, std::int64_t>;

// Place in the log of commands: 1 is the first, no gaps.
using SequenceNumber = StrongInt<SequenceTag, std::uint64_t>;
// A public order id is the sequence of the command that entered the order.
using OrderId = StrongInt<OrderIdTag, std::uint64_t>;
// One match; an implied trade is several legs of one match.
using MatchId = StrongInt<MatchIdTag, std::uint64_t>;

using InstrumentId = StrongInt<InstrumentIdTag, std::uint32_t>;
using ProductGroupId = StrongInt<ProductGroupTag, std::uint32_t>;
using AccountId = StrongInt<AccountIdTag, std::uint32_t>;
using SessionId = StrongInt<SessionIdTag, std::uint32_t>;
// The person or algorithm behind a command, a code the member registered (RTS 24, CFTC 1.35).
using TraderId = StrongInt<TraderIdTag, std::uint32_t>;
// The member's client behind an order, a code the member registered; 0 is the member's own account.
using ClientCode = StrongInt<ClientTag, std::uint32_t>;
// What the door made of a session's ClOrdID: dense per session, from 0 (design: client ids).
using ClientKey = StrongInt<ClientKeyTag, std::uint32_t>;

constexpr PriceDelta operator-(Price a, Price b) noexcept {
  return PriceDelta(a.value() - b.value());
}
constexpr Price operator+(Price a, PriceDelta b) noexcept {
  return Price(a.value() + b.value());
}
constexpr Price operator-(Price a, PriceDelta b) noexcept {
  return Price(a.value() - b.value());
}
constexpr Duration operator-(Timestamp a, Timestamp b) noexcept {
  return Duration(static_cast<std::int64_t>(a.value() - b.value()));
}
constexpr Timestamp operator+(Timestamp a, Duration b) noexcept {
  return Timestamp(a.value() + static_cast<std::uint64_t>(b.value()));
}
constexpr SequenceNumber next(SequenceNumber s) noexcept {
  return SequenceNumber(s.value() + 1);
}

// FIX 54: which side of the book an order rests on. The values index arrays of two.
enum class Side : std::uint8_t { kBuy = 0, kSell = 1 };
constexpr Side opposite(Side side) noexcept {
  return static_cast<Side>(static_cast<std::uint8_t>(side) ^ 1U);
}
constexpr std::uint32_t index_of(Side side) noexcept {
  return static_cast<std::uint32_t>(side);
}
constexpr std::string_view name(Side side) noexcept {
  return side == Side::kBuy ? "buy" : "sell";
}

}  // namespace hourglass::engine

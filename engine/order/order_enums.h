// The small closed vocabularies of an order, numbered for the journal: a number is never reused.
#pragma once

#include <cstdint>
#include <string_view>

namespace hourglass::engine {

// FIX 40. Stops, pegs and quotes get the numbers from 16.
enum class OrderType : std::uint8_t {
  kLimit = 1,          // FIX 2
  kMarket = 2,         // FIX 1, with protection points: becomes a limit at best opposite +- points
  kMarketToLimit = 3,  // FIX K: becomes a limit at the best opposite price
};

// FIX 59. At-open, at-close and good-for-auction get the numbers from 16.
enum class TimeInForce : std::uint8_t {
  kDay = 1,
  kGoodTillCancel = 2,
  kGoodTillDate = 3,
  kImmediateOrCancel = 4,
  kFillOrKill = 5,
};

// FIX 18=6. kSlide re-prices one tick behind the best opposite instead of refusing.
enum class PostOnly : std::uint8_t { kNo = 0, kReject = 1, kSlide = 2 };

// How a replace states its quantity (design, section 10, item 5).
enum class QtyBasis : std::uint8_t {
  kTotal = 1,     // executed + open: FIX 38
  kOpen = 2,      // open after the change: order streams
  kReduceBy = 3,  // lots taken off the open quantity, price unchanged
};

// What a mass cancel covers; instrument, group and side narrow it further. FIX 530, CME 1461.
enum class MassCancelScope : std::uint8_t {
  kSession = 1,
  kAccount = 2,
  kMarket = 3,  // every order: operator only
};

// Why an order left the book other than by trading.
enum class CancelReason : std::uint8_t {
  kByClient = 1,
  kImmediateRemainder = 2,  // immediate-or-cancel rest
  kFillOrKillUnfilled = 3,
  kMinQuantityUnavailable = 4,
  kReplacedBelowExecuted = 5,  // new total at or below the executed quantity
  kMassCancel = 6,
  kConnectionLost = 7,  // FIX 378=12
  kDayEnded = 8,        // FIX 150=C
  kGoodTillDateEnded = 9,
  kByOperator = 10,
};

// What a command may do to an instrument; issue of market states extends it.
enum class TradingState : std::uint8_t {
  kOpen = 1,
  kPause = 2,   // cancel only
  kHalt = 3,    // cancel only, by the operator or after recovery
  kClosed = 4,  // nothing but expiry
};

// FIX 39 as far as it is stored; order_state.h has the life cycle.
enum class OrderState : std::uint8_t {
  kPending = 0,  // checked, not yet matched
  kNew = 1,
  kPartiallyFilled = 2,
  kFilled = 3,
  kCancelled = 4,
  kExpired = 5,
  kRejected = 6,
};
inline constexpr std::uint32_t kOrderStateCount = 7;

}  // namespace hourglass::engine

// The values of the feed's enumerated fields.
#pragma once

#include <cstdint>

namespace hourglass::marketdata {

enum class BookSide : std::uint8_t { kBid = 0, kOffer = 1, kNone = 255 };

// FIX 326 in words; numbers of our own.
enum class TradingStatusCode : std::uint8_t {
  kOpen = 1,
  kPause = 2,
  kHalt = 3,
  kClosed = 4,
  kPreOpen = 16,
  kPreOpenNoCancel = 17,
  kOpeningAuction = 18,
  kVolatilityAuction = 19,
  kClosingAuction = 20,
  kPostClose = 21,
  kExpired = 22,
};

enum class DeleteReason : std::uint8_t {
  kCancelled = 1,  // by its owner
  kMassCancelled = 2,
  kConnectionLost = 3,
  kExpired = 4,     // day or date ended
  kReplaced = 5,    // its new terms trade first; what is left of it is added again
  kSelfTrade = 6,   // self-trade prevention
  kProtection = 7,  // market-maker protection
  kHalted = 8,
  kOperator = 9,
  kOther = 99,
};

enum class ReduceReason : std::uint8_t { kReplaced = 1, kSelfTrade = 2 };

enum class TradeType : std::uint8_t {
  kRegular = 0,
  kAuction = 1,
  kBlock = 2,
  kExchangeForPhysical = 3,
  kImpliedLeg = 4,
  kSpreadLeg = 5,
};

enum class SecurityType : std::uint8_t {
  kUnknown = 0,
  kSpot = 1,
  kFuture = 2,
  kFundShare = 3,
  kSpread = 4,
  kIndex = 5,
};

enum class PriceKind : std::uint8_t { kMark = 1, kProvisional = 2, kFinal = 3 };

enum class RetransmitRefusal : std::uint8_t {
  kTooOld = 1,       // begins before firstAvailableSeq
  kNotYet = 2,       // begins behind the newest
  kRateLimited = 3,  // ask again after retryDelay
  kUnknownChannel = 4,
  kMalformed = 5,
  kNotNumbered = 6,  // a conflated channel has nothing to send again
};

// OrderAdd::order_flags.
enum OrderFlag : std::uint8_t {
  kAfterTrading = 1,  // what its own trades left of it
  kNewTranche = 2,    // an iceberg shows its next part
};

}  // namespace hourglass::marketdata

// The engine's values as the wire has them.
#pragma once

#include <cstdint>

#include "engine/base/types.h"
#include "engine/contract/instrument.h"
#include "engine/order/order_enums.h"
#include "marketdata/wire/messages.h"

namespace hourglass::marketdata {

// Ticks as 1e-9 USD; kNullPrice beyond 64 bits. Thread: any, pure.
inline std::int64_t wire_price(engine::Price price, std::int64_t tick_nano_usd) noexcept {
  std::int64_t nano_usd = 0;
  return __builtin_mul_overflow(price.value(), tick_nano_usd, &nano_usd) ? kNullPrice : nano_usd;
}

constexpr BookSide wire_side(engine::Side side) noexcept {
  return static_cast<BookSide>(side);
}
static_assert(wire_side(engine::Side::kBuy) == BookSide::kBid &&
              wire_side(engine::Side::kSell) == BookSide::kOffer);

constexpr TradingStatusCode wire_status(engine::TradingState state) noexcept {
  return static_cast<TradingStatusCode>(state);
}
static_assert(wire_status(engine::TradingState::kOpen) == TradingStatusCode::kOpen &&
              wire_status(engine::TradingState::kPause) == TradingStatusCode::kPause &&
              wire_status(engine::TradingState::kHalt) == TradingStatusCode::kHalt &&
              wire_status(engine::TradingState::kClosed) == TradingStatusCode::kClosed);

constexpr DeleteReason delete_reason(engine::CancelReason reason) noexcept {
  switch (reason) {
    case engine::CancelReason::kByClient:
    case engine::CancelReason::kReplacedBelowExecuted: return DeleteReason::kCancelled;
    case engine::CancelReason::kMassCancel: return DeleteReason::kMassCancelled;
    case engine::CancelReason::kConnectionLost: return DeleteReason::kConnectionLost;
    case engine::CancelReason::kDayEnded:
    case engine::CancelReason::kGoodTillDateEnded: return DeleteReason::kExpired;
    case engine::CancelReason::kByOperator: return DeleteReason::kOperator;
    // Of orders that never rested, so that nobody was told of them.
    case engine::CancelReason::kImmediateRemainder:
    case engine::CancelReason::kFillOrKillUnfilled:
    case engine::CancelReason::kMinQuantityUnavailable: break;
  }
  return DeleteReason::kOther;
}

// FIX 1142.
constexpr char match_algorithm(std::uint8_t algorithm) noexcept {
  return algorithm == engine::kPriceTimeAlgorithm ? 'F' : '?';
}

}  // namespace hourglass::marketdata

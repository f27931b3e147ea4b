// What the feed's numbers are called: the names the schema gives to enum values and flags.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "marketdata/wire/packet.h"
#include "marketdata/wire/values.h"

namespace hourglass::marketdata {

struct NamedValue {
  std::uint8_t value;  // of a flag: its bit's
  std::string_view name;
};
using ValueNames = std::span<const NamedValue>;

inline constexpr std::array kBookSideNames{
    NamedValue{static_cast<std::uint8_t>(BookSide::kBid), "Bid"},
    NamedValue{static_cast<std::uint8_t>(BookSide::kOffer), "Offer"},
};
inline constexpr std::array kTradingStatusCodeNames{
    NamedValue{static_cast<std::uint8_t>(TradingStatusCode::kOpen), "Open"},
    NamedValue{static_cast<std::uint8_t>(TradingStatusCode::kPause), "Pause"},
    NamedValue{static_cast<std::uint8_t>(TradingStatusCode::kHalt), "Halt"},
    NamedValue{static_cast<std::uint8_t>(TradingStatusCode::kClosed), "Closed"},
    NamedValue{static_cast<std::uint8_t>(TradingStatusCode::kPreOpen), "PreOpen"},
    NamedValue{static_cast<std::uint8_t>(TradingStatusCode::kPreOpenNoCancel), "PreOpenNoCancel"},
    NamedValue{static_cast<std::uint8_t>(TradingStatusCode::kOpeningAuction), "OpeningAuction"},
    NamedValue{static_cast<std::uint8_t>(TradingStatusCode::kVolatilityAuction),
               "VolatilityAuction"},
    NamedValue{static_cast<std::uint8_t>(TradingStatusCode::kClosingAuction), "ClosingAuction"},
    NamedValue{static_cast<std::uint8_t>(TradingStatusCode::kPostClose), "PostClose"},
    NamedValue{static_cast<std::uint8_t>(TradingStatusCode::kExpired), "Expired"},
};
inline constexpr std::array kDeleteReasonNames{
    NamedValue{static_cast<std::uint8_t>(DeleteReason::kCancelled), "Cancelled"},
    NamedValue{static_cast<std::uint8_t>(DeleteReason::kMassCancelled), "MassCancelled"},
    NamedValue{static_cast<std::uint8_t>(DeleteReason::kConnectionLost), "ConnectionLost"},
    NamedValue{static_cast<std::uint8_t>(DeleteReason::kExpired), "Expired"},
    NamedValue{static_cast<std::uint8_t>(DeleteReason::kReplaced), "Replaced"},
    NamedValue{static_cast<std::uint8_t>(DeleteReason::kSelfTrade), "SelfTrade"},
    NamedValue{static_cast<std::uint8_t>(DeleteReason::kProtection), "Protection"},
    NamedValue{static_cast<std::uint8_t>(DeleteReason::kHalted), "Halted"},
    NamedValue{static_cast<std::uint8_t>(DeleteReason::kOperator), "ByOperator"},
    NamedValue{static_cast<std::uint8_t>(DeleteReason::kOther), "Other"},
};
inline constexpr std::array kReduceReasonNames{
    NamedValue{static_cast<std::uint8_t>(ReduceReason::kReplaced), "Replaced"},
    NamedValue{static_cast<std::uint8_t>(ReduceReason::kSelfTrade), "SelfTrade"},
};
inline constexpr std::array kTradeTypeNames{
    NamedValue{static_cast<std::uint8_t>(TradeType::kRegular), "Regular"},
    NamedValue{static_cast<std::uint8_t>(TradeType::kAuction), "Auction"},
    NamedValue{static_cast<std::uint8_t>(TradeType::kBlock), "Block"},
    NamedValue{static_cast<std::uint8_t>(TradeType::kExchangeForPhysical), "ExchangeForPhysical"},
    NamedValue{static_cast<std::uint8_t>(TradeType::kImpliedLeg), "ImpliedLeg"},
    NamedValue{static_cast<std::uint8_t>(TradeType::kSpreadLeg), "SpreadLeg"},
};
inline constexpr std::array kSecurityTypeNames{
    NamedValue{static_cast<std::uint8_t>(SecurityType::kUnknown), "Unknown"},
    NamedValue{static_cast<std::uint8_t>(SecurityType::kSpot), "Spot"},
    NamedValue{static_cast<std::uint8_t>(SecurityType::kFuture), "Future"},
    NamedValue{static_cast<std::uint8_t>(SecurityType::kFundShare), "FundShare"},
    NamedValue{static_cast<std::uint8_t>(SecurityType::kSpread), "Spread"},
    NamedValue{static_cast<std::uint8_t>(SecurityType::kIndex), "Index"},
};
inline constexpr std::array kPriceKindNames{
    NamedValue{static_cast<std::uint8_t>(PriceKind::kMark), "Mark"},
    NamedValue{static_cast<std::uint8_t>(PriceKind::kProvisional), "Provisional"},
    NamedValue{static_cast<std::uint8_t>(PriceKind::kFinal), "FinalPrice"},
};
inline constexpr std::array kRetransmitRefusalNames{
    NamedValue{static_cast<std::uint8_t>(RetransmitRefusal::kTooOld), "TooOld"},
    NamedValue{static_cast<std::uint8_t>(RetransmitRefusal::kNotYet), "NotYet"},
    NamedValue{static_cast<std::uint8_t>(RetransmitRefusal::kRateLimited), "RateLimited"},
    NamedValue{static_cast<std::uint8_t>(RetransmitRefusal::kUnknownChannel), "UnknownChannel"},
    NamedValue{static_cast<std::uint8_t>(RetransmitRefusal::kMalformed), "Malformed"},
    NamedValue{static_cast<std::uint8_t>(RetransmitRefusal::kNotNumbered), "NotNumbered"},
};
inline constexpr std::array kEventFlagNames{
    NamedValue{kEndOfEvent, "endOfEvent"},
    NamedValue{kLastInInstrument, "lastInInstrument"},
    NamedValue{kStartOfEvent, "startOfEvent"},
};
inline constexpr std::array kOrderFlagNames{
    NamedValue{kAfterTrading, "afterTrading"},
    NamedValue{kNewTranche, "newTranche"},
};
inline constexpr std::array kPacketFlagNames{
    NamedValue{kIncremental, "incremental"},     NamedValue{kSnapshot, "snapshot"},
    NamedValue{kRetransmitted, "retransmitted"}, NamedValue{kDefinitionCycle, "definitionCycle"},
    NamedValue{kConflated, "conflated"},
};

// The names of an enum's values.
template <class Enum>
inline constexpr ValueNames kValueNames{};
template <>
inline constexpr ValueNames kValueNames<BookSide>{kBookSideNames};
template <>
inline constexpr ValueNames kValueNames<TradingStatusCode>{kTradingStatusCodeNames};
template <>
inline constexpr ValueNames kValueNames<DeleteReason>{kDeleteReasonNames};
template <>
inline constexpr ValueNames kValueNames<ReduceReason>{kReduceReasonNames};
template <>
inline constexpr ValueNames kValueNames<TradeType>{kTradeTypeNames};
template <>
inline constexpr ValueNames kValueNames<SecurityType>{kSecurityTypeNames};
template <>
inline constexpr ValueNames kValueNames<PriceKind>{kPriceKindNames};
template <>
inline constexpr ValueNames kValueNames<RetransmitRefusal>{kRetransmitRefusalNames};

}  // namespace hourglass::marketdata

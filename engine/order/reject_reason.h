// Why a command was refused. The order of the enumerators is the order of the checks: a command
// that breaks two rules gets the earlier reason (design 10, 11; tests/unit/reject_precedence_test).
// On every refusal the state is unchanged and one RequestRejected event says so.
//
// The exchange's reasons stand first, clearing's from 64. Numbers are journalled by events and
// never reused; the FIX code of each stands in gateway/RULES_OF_ENGAGEMENT.md when the door opens.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace hourglass::engine {

enum class RejectReason : std::uint8_t {
  kNone = 0,

  // The message itself, and whether it may come at all.
  kUnknownKind = 1,
  kUnknownVersion = 2,
  kMalformed = 3,    // an enumerator or reserved byte outside the layout
  kWorkPending = 4,  // only a continuation may come while work is unfinished
  kStaleContinuation = 5,
  kSessionOutOfRange = 6,
  kAccountOutOfRange = 7,

  // What it names.
  kUnknownInstrument = 8,
  kClientKeyOutOfRange = 9,
  kDuplicateClientKey = 10,
  kUnknownOrder = 11,
  kInstrumentMismatch = 12,
  kAccountMismatch = 13,
  kSideChanged = 14,
  kWrongTradingState = 15,

  // What it asks for.
  kUnsupportedAlgorithm = 16,
  kIncompatibleInstructions = 17,
  kQuantityNotPositive = 18,
  kQuantityTooLarge = 19,
  kDisplayQuantityInvalid = 20,
  kMinQuantityInvalid = 21,
  kPriceOutOfRange = 22,
  kPriceOffTick = 23,
  kPriceOutsideBand = 24,
  kExpireTimeInvalid = 25,

  // What the book says.
  kNoOppositeSide = 26,
  kPostOnlyWouldTrade = 27,
  kFillSpansTooManyOrders = 28,
  kOrderLimitReached = 29,
  kClientKeyLimitReached = 30,
  kPriceLevelLimitReached = 31,

  // Definitions.
  kInstrumentExists = 32,
  kInstrumentLimitReached = 33,
  kDefinitionInvalid = 34,

  // Clearing.
  kAccountUnknown = 64,
  kAmountInvalid = 65,
  kNotionalOutOfRange = 66,
  kInsufficientFunds = 67,
};

struct RejectReasonText {
  RejectReason reason;
  std::string_view name;
  std::string_view text;  // one line for a person
};

// All reasons in order of precedence.
inline constexpr std::array kRejectReasons = {
    RejectReasonText{RejectReason::kNone, "none", "accepted"},
    RejectReasonText{RejectReason::kUnknownKind, "unknown_kind", "no such command"},
    RejectReasonText{RejectReason::kUnknownVersion, "unknown_version", "layout version not known"},
    RejectReasonText{RejectReason::kMalformed, "malformed", "a field has no meaning"},
    RejectReasonText{RejectReason::kWorkPending, "work_pending",
                     "earlier work is still being carried out"},
    RejectReasonText{RejectReason::kStaleContinuation, "stale_continuation",
                     "no such work to continue"},
    RejectReasonText{RejectReason::kSessionOutOfRange, "session_out_of_range",
                     "session number over the limit"},
    RejectReasonText{RejectReason::kAccountOutOfRange, "account_out_of_range",
                     "account number over the limit"},
    RejectReasonText{RejectReason::kUnknownInstrument, "unknown_instrument",
                     "instrument is not listed"},
    RejectReasonText{RejectReason::kClientKeyOutOfRange, "client_key_out_of_range",
                     "client key over the session's limit"},
    RejectReasonText{RejectReason::kDuplicateClientKey, "duplicate_client_key",
                     "client order id was used today"},
    RejectReasonText{RejectReason::kUnknownOrder, "unknown_order",
                     "no working order of this session has this id"},
    RejectReasonText{RejectReason::kInstrumentMismatch, "instrument_mismatch",
                     "the order is in another instrument"},
    RejectReasonText{RejectReason::kAccountMismatch, "account_mismatch",
                     "the order belongs to another account"},
    RejectReasonText{RejectReason::kSideChanged, "side_changed", "side cannot be changed"},
    RejectReasonText{RejectReason::kWrongTradingState, "wrong_trading_state",
                     "not allowed in this trading state"},
    RejectReasonText{RejectReason::kUnsupportedAlgorithm, "unsupported_algorithm",
                     "matching algorithm not supported"},
    RejectReasonText{RejectReason::kIncompatibleInstructions, "incompatible_instructions",
                     "order instructions exclude each other"},
    RejectReasonText{RejectReason::kQuantityNotPositive, "quantity_not_positive",
                     "quantity must be positive"},
    RejectReasonText{RejectReason::kQuantityTooLarge, "quantity_too_large",
                     "quantity over the limit"},
    RejectReasonText{RejectReason::kDisplayQuantityInvalid, "display_quantity_invalid",
                     "display quantity not in 1..quantity, or too small a part of it"},
    RejectReasonText{RejectReason::kMinQuantityInvalid, "min_quantity_invalid",
                     "minimum quantity not in 0..quantity"},
    RejectReasonText{RejectReason::kPriceOutOfRange, "price_out_of_range",
                     "price outside the instrument's range"},
    RejectReasonText{RejectReason::kPriceOffTick, "price_off_tick", "price is not on a tick"},
    RejectReasonText{RejectReason::kPriceOutsideBand, "price_outside_band",
                     "price outside the price band"},
    RejectReasonText{RejectReason::kExpireTimeInvalid, "expire_time_invalid",
                     "expiry missing, past or not asked for"},
    RejectReasonText{RejectReason::kNoOppositeSide, "no_opposite_side",
                     "no price to trade or peg against"},
    RejectReasonText{RejectReason::kPostOnlyWouldTrade, "post_only_would_trade",
                     "post-only order would trade"},
    RejectReasonText{RejectReason::kFillSpansTooManyOrders, "fill_spans_too_many_orders",
                     "fill-or-kill or minimum quantity spans too many orders"},
    RejectReasonText{RejectReason::kOrderLimitReached, "order_limit_reached",
                     "the venue's limit of working orders is reached"},
    RejectReasonText{RejectReason::kClientKeyLimitReached, "client_key_limit_reached",
                     "the venue's limit of client keys is reached"},
    RejectReasonText{RejectReason::kPriceLevelLimitReached, "price_level_limit_reached",
                     "the venue's limit of price levels is reached"},
    RejectReasonText{RejectReason::kInstrumentExists, "instrument_exists",
                     "instrument is already listed"},
    RejectReasonText{RejectReason::kInstrumentLimitReached, "instrument_limit_reached",
                     "instrument number over the limit"},
    RejectReasonText{RejectReason::kDefinitionInvalid, "definition_invalid",
                     "contract terms contradict each other"},
    RejectReasonText{RejectReason::kAccountUnknown, "account_unknown", "account was never funded"},
    RejectReasonText{RejectReason::kAmountInvalid, "amount_invalid",
                     "amount is zero or over the limit"},
    RejectReasonText{RejectReason::kNotionalOutOfRange, "notional_out_of_range",
                     "order value over the limit"},
    RejectReasonText{RejectReason::kInsufficientFunds, "insufficient_funds",
                     "account's free funds do not cover the order"},
};

// The entry for `reason`; kNone's for a number that is no reason. Thread: any.
constexpr const RejectReasonText& describe(RejectReason reason) noexcept {
  for (const RejectReasonText& entry : kRejectReasons) {
    if (entry.reason == reason) return entry;
  }
  return kRejectReasons.front();
}

}  // namespace hourglass::engine

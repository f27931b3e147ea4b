// Which FIX codes tell a member why the core refused, one row a reason.
//
// A code that a version does not have is 99 (other) there, or 0 for 380: the number of the reason
// in 25001 and its text in 58 say the rest. FIX 5.0 SP2 means its published values up to 18: a
// member with a stock dictionary refuses a later one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/order/order_enums.h"
#include "engine/order/reject_reason.h"
#include "gateway/fix/wire/fix_version.h"

namespace hourglass::gateway::fix {

// A field's value in the two versions.
struct CodePair {
  std::uint8_t fix44;
  std::uint8_t fix50;

  [[nodiscard]] constexpr std::uint8_t in(FixVersion version) const noexcept {
    return version == FixVersion::kFix44 ? fix44 : fix50;
  }
};

struct RejectCodes {
  engine::RejectReason reason;
  CodePair order;     // 103 OrdRejReason of a refused new order
  CodePair cancel;    // 102 CxlRejReason of a refused cancel or replace
  CodePair business;  // 380 BusinessRejectReason where the answer is 35=j

  // Whether no field but 58 and 25001 tells a new order's reason in this version.
  [[nodiscard]] constexpr bool is_text_only(FixVersion version) const noexcept;
};

inline constexpr std::uint8_t kOtherCode = 99;         // of 102, 103, 378 and 532
inline constexpr std::uint8_t kOtherBusinessCode = 0;  // of 380
// 102 where the order a request names is known and done: too late, instead of the row's unknown
// order.
inline constexpr std::uint8_t kTooLateCode = 0;

constexpr bool RejectCodes::is_text_only(FixVersion version) const noexcept {
  return order.in(version) == kOtherCode;
}

// In the order of the reasons. kNone's row is never sent.
inline constexpr std::array kRejectCodes = {
    RejectCodes{engine::RejectReason::kNone, {99, 99}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kUnknownKind, {99, 99}, {99, 99}, {3, 3}},
    RejectCodes{engine::RejectReason::kUnknownVersion, {99, 99}, {99, 99}, {3, 3}},
    RejectCodes{engine::RejectReason::kMalformed, {99, 99}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kWorkPending, {99, 99}, {99, 99}, {4, 4}},
    RejectCodes{engine::RejectReason::kStaleContinuation, {99, 99}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kSessionOutOfRange, {99, 99}, {99, 99}, {6, 6}},
    RejectCodes{engine::RejectReason::kAccountOutOfRange, {15, 15}, {99, 99}, {1, 1}},
    RejectCodes{engine::RejectReason::kUnknownInstrument, {1, 1}, {99, 99}, {2, 2}},
    RejectCodes{engine::RejectReason::kClientKeyOutOfRange, {3, 3}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kDuplicateClientKey, {6, 6}, {6, 6}, {0, 0}},
    RejectCodes{engine::RejectReason::kUnknownOrder, {5, 5}, {1, 1}, {1, 1}},
    RejectCodes{engine::RejectReason::kInstrumentMismatch, {99, 99}, {99, 99}, {2, 2}},
    RejectCodes{engine::RejectReason::kAccountMismatch, {15, 15}, {99, 99}, {6, 6}},
    RejectCodes{engine::RejectReason::kSideChanged, {99, 99}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kWrongTradingState, {2, 2}, {2, 2}, {0, 0}},
    RejectCodes{engine::RejectReason::kUnsupportedAlgorithm, {99, 99}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kIncompatibleInstructions, {11, 11}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kQuantityNotPositive, {13, 13}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kQuantityTooLarge, {3, 3}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kDisplayQuantityInvalid, {13, 13}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kMinQuantityInvalid, {13, 13}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kPriceOutOfRange, {99, 16}, {99, 8}, {0, 0}},
    RejectCodes{engine::RejectReason::kPriceOffTick, {99, 18}, {99, 18}, {0, 18}},
    RejectCodes{engine::RejectReason::kPriceOutsideBand, {99, 16}, {99, 8}, {0, 0}},
    RejectCodes{engine::RejectReason::kExpireTimeInvalid, {11, 11}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kNoOppositeSide, {99, 99}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kPostOnlyWouldTrade, {99, 99}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kFillSpansTooManyOrders, {99, 99}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kOrderLimitReached, {99, 99}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kClientKeyLimitReached, {99, 99}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kPriceLevelLimitReached, {99, 99}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kInstrumentExists, {99, 99}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kInstrumentLimitReached, {99, 99}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kDefinitionInvalid, {99, 99}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kAccountUnknown, {15, 15}, {99, 99}, {1, 1}},
    RejectCodes{engine::RejectReason::kAmountInvalid, {99, 99}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kNotionalOutOfRange, {3, 3}, {99, 99}, {0, 0}},
    RejectCodes{engine::RejectReason::kInsufficientFunds, {99, 99}, {99, 99}, {0, 0}},
};

// Whether the rows are the reasons, one each and in their order.
constexpr bool has_a_row_for_each_reason() noexcept {
  if (kRejectCodes.size() != engine::kRejectReasons.size()) return false;
  for (std::size_t i = 0; i < kRejectCodes.size(); ++i) {
    if (kRejectCodes[i].reason != engine::kRejectReasons[i].reason) return false;
  }
  return true;
}
static_assert(has_a_row_for_each_reason());

// The row of `reason`; kNone's for a number that is no reason. Thread: any. Cost: linear in rows.
[[nodiscard]] const RejectCodes& codes_of(engine::RejectReason reason) noexcept;

// 532 of a refused mass cancel.
[[nodiscard]] std::uint8_t mass_cancel_code(engine::RejectReason reason) noexcept;

// 378 of a cancel that no request of the session asked for; 0 where the order's own terms took it
// off (its day or date ended). 12 (connection loss) exists in FIX 5.0 SP2 only.
[[nodiscard]] std::uint8_t restatement_code(engine::CancelReason reason,
                                            FixVersion version) noexcept;

}  // namespace hourglass::gateway::fix

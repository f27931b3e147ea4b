#include "gateway/fix/orders/reject_codes.h"

namespace hourglass::gateway::fix {

namespace {
constexpr std::uint8_t kUnknownSecurityCode = 1;  // of 532
constexpr std::uint8_t kVenueOptionCode = 8;      // of 378
constexpr std::uint8_t kConnectionLossCode = 12;  // of 378
}  // namespace

const RejectCodes& codes_of(engine::RejectReason reason) noexcept {
  for (const RejectCodes& row : kRejectCodes) {
    if (row.reason == reason) return row;
  }
  return kRejectCodes.front();
}

std::uint8_t mass_cancel_code(engine::RejectReason reason) noexcept {
  return reason == engine::RejectReason::kUnknownInstrument ? kUnknownSecurityCode : kOtherCode;
}

std::uint8_t restatement_code(engine::CancelReason reason, FixVersion version) noexcept {
  switch (reason) {
    case engine::CancelReason::kConnectionLost:
      return version == FixVersion::kFix44 ? kOtherCode : kConnectionLossCode;
    case engine::CancelReason::kByOperator: return kVenueOptionCode;
    case engine::CancelReason::kDayEnded:
    case engine::CancelReason::kGoodTillDateEnded: return 0;
    case engine::CancelReason::kByClient:
    case engine::CancelReason::kImmediateRemainder:
    case engine::CancelReason::kFillOrKillUnfilled:
    case engine::CancelReason::kMinQuantityUnavailable:
    case engine::CancelReason::kReplacedBelowExecuted:
    case engine::CancelReason::kMassCancel: return kOtherCode;
  }
  return kOtherCode;
}

}  // namespace hourglass::gateway::fix

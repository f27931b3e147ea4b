// The steps of a certification, in the order a member is led through them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace hourglass::gateway::fix {

enum class Step : std::uint8_t {
  kLogon,
  kInterval,
  kGap,
  kDuplicate,
  kReconnect,
  kRecovery,
  kOrdersOnce,
  kNewOrder,
  kReplace,
  kCancel,
  kPartialFill,
  kFill,
  kReject,
  kCancelReject,
  kStatus,
  kImmediate,
  kFillOrKill,
  kMassCancel,
  kSilence,
  kTestRequest,
  kFragments,
  kHeartbeats,
  kUnderstood,
  kThrottle,
  kVenueLogout,
  kLogout,
};
inline constexpr std::size_t kStepCount = static_cast<std::size_t>(Step::kLogout) + 1;

struct StepText {
  Step step;
  std::string_view id;
  std::string_view title;
  std::string_view task;    // what the member's client has to do
  std::string_view judged;  // what passes it on the wire
  bool required = true;
};

// Row n is step n. Source: the session test cases of the FIX specification's volume 2 (gaps,
// repeats, heartbeats, logouts); the order flows of the rules of engagement, section 8.
extern const std::array<StepText, kStepCount> kSteps;

[[nodiscard]] const StepText& text_of(Step step) noexcept;

// The table of the rules of engagement's section on certification. Thread: any, pure.
[[nodiscard]] std::string step_table();

}  // namespace hourglass::gateway::fix

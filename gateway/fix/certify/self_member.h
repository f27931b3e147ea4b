// SelfMember: our own client as the member of a certification, to show what one looks like.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "gateway/fix/certify/checklist.h"
#include "gateway/fix/client/fix_client.h"
#include "gateway/fix/client/trading_desk.h"

namespace hourglass::gateway::fix {

// What a person does who reads the checklist and types at `hourglass fix`: the first open step,
// until none is open. Thread: one, its own.
class SelfMember {
 public:
  // `settings` lead to the certification's port; the checklist outlives it.
  SelfMember(ClientSettings settings, std::string symbol, const Checklist& checklist,
             TradingDesk::Print print);

  // Takes all steps and logs out. Errors: kUnavailable, kUnauthenticated where it cannot log on.
  absl::Status run(const std::stop_token& stop);

 private:
  absl::Status log_on(const std::stop_token& stop);
  absl::Status act(Step step);
  absl::Status say(std::string_view line);
  absl::Status wait(Step step, const std::stop_token& stop);

  FixClient client_;
  TradingDesk desk_;
  std::string symbol_;
  const Checklist& checklist_;
  std::uint64_t start_ns_;
  std::uint32_t act_count_ = 0;
};

}  // namespace hourglass::gateway::fix

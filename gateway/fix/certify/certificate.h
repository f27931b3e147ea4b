// What a certification came to, for people and for programs.
#pragma once

#include <cstdint>
#include <string>

#include "gateway/fix/certify/checklist.h"

namespace hourglass::gateway::fix {

inline constexpr std::uint32_t kCertificateFormat = 1;

struct Certificate {
  std::uint64_t begun_ns = 0;  // UTC
  std::uint64_t ended_ns = 0;
  std::string member{};  // SenderCompID; empty where nobody logged on
  std::string venue{};   // TargetCompID
  std::string begin_string{};
  std::array<StepResult, kStepCount> results{};
  bool passed = false;
};

// A line a step, with the evidence of what did not pass, and a last line that says what it came
// to. Thread: any, pure.
[[nodiscard]] std::string summary_text(const Certificate& certificate);

// {"format": 1, "result": "PASS", "begun": "20261128-12:00:00.000", ..., "steps": [{"id": "gap",
// "title": ..., "required": true, "result": "PASS", "evidence": ["< 35=.."]}, ...]}.
// Thread: any, pure.
[[nodiscard]] std::string certificate_json(const Certificate& certificate);

}  // namespace hourglass::gateway::fix

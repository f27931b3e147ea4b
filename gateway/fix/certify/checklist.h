// Checklist: how far a certification has come.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/fix/certify/steps.h"
#include "gateway/fix/wire/fields.h"

namespace hourglass::gateway::fix {

// Lines kept as a step's evidence; of more, the last takes the place of the one before.
inline constexpr std::size_t kMaxEvidenceLines = 8;

enum class Outcome : std::uint8_t { kNotDone, kPassed, kFailed };
// PASS, FAIL or NOT DONE.
[[nodiscard]] std::string_view outcome_text(Outcome outcome) noexcept;

struct StepResult {
  Outcome outcome = Outcome::kNotDone;
  std::vector<std::string> evidence{};
};

// Thread: any; the listener is called on the thread that changes an outcome, without a lock held.
class Checklist {
 public:
  using Listener = std::function<void(const StepText& step, const StepResult& result)>;

  explicit Checklist(Listener listener) : listener_(std::move(listener)) {}

  // Adds a line to a step's evidence.
  void note(Step step, std::string line);
  // A failure stays one: a certification is passed in one piece.
  void pass(Step step, std::string line);
  void fail(Step step, std::string line);

  [[nodiscard]] Outcome outcome(Step step) const;
  [[nodiscard]] bool is_open(Step step) const { return outcome(step) == Outcome::kNotDone; }
  // Whether it is open, required and not one of those for the end (kUnderstood, kThrottle), and no
  // failure of a step before it has made it impossible.
  [[nodiscard]] bool is_to_be_done(Step step) const;
  [[nodiscard]] std::array<StepResult, kStepCount> results() const;
  // Whether every required step is passed.
  [[nodiscard]] bool is_passed() const;

 private:
  void settle(Step step, Outcome outcome, std::string line);

  Listener listener_;
  mutable std::mutex mutex_;
  std::array<StepResult, kStepCount> results_;
};

enum class From : std::uint8_t { kMember, kVenue };

// A message as evidence: "> 35=2 34=7 7=5 16=0", < for the venue's. Only fields that decide
// something are in it, so never a password (554) or a signature (96); what is not printable comes
// as '?', and long values are cut. Thread: any, pure.
[[nodiscard]] std::string evidence(From from, const Fields& message);

}  // namespace hourglass::gateway::fix

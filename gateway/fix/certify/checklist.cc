#include "gateway/fix/certify/checklist.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::size_t kMaxShownChars = 60;
constexpr std::array<std::uint32_t, 45> kShown = {
    8,    35, 34, 43,  97,  49,  56,  7,   16,  36,  123, 108, 112, 141, 789,
    1137, 11, 41, 37,  17,  150, 39,  55,  54,  38,  40,  44,  59,  32,  31,
    151,  14, 45, 371, 372, 373, 380, 434, 102, 103, 530, 531, 533, 584, 25001};

}  // namespace

std::string_view outcome_text(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::kNotDone: return "NOT DONE";
    case Outcome::kPassed: return "PASS";
    case Outcome::kFailed: return "FAIL";
  }
  return "";
}

void Checklist::note(Step step, std::string line) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string>& lines = results_[static_cast<std::size_t>(step)].evidence;
  if (lines.size() == kMaxEvidenceLines) lines.pop_back();
  lines.push_back(std::move(line));
}

void Checklist::pass(Step step, std::string line) {
  if (is_open(step)) settle(step, Outcome::kPassed, std::move(line));
}

void Checklist::fail(Step step, std::string line) {
  if (outcome(step) != Outcome::kFailed) settle(step, Outcome::kFailed, std::move(line));
}

void Checklist::settle(Step step, Outcome outcome, std::string line) {
  note(step, std::move(line));
  StepResult copy;
  {
    const std::lock_guard lock(mutex_);
    StepResult& result = results_[static_cast<std::size_t>(step)];
    result.outcome = outcome;
    copy = result;
  }
  if (listener_) listener_(text_of(step), copy);
}

Outcome Checklist::outcome(Step step) const {
  const std::lock_guard lock(mutex_);
  return results_[static_cast<std::size_t>(step)].outcome;
}

bool Checklist::is_to_be_done(Step step) const {
  const bool is_for_the_end = step == Step::kUnderstood || step == Step::kThrottle;
  if (is_for_the_end || !text_of(step).required || !is_open(step)) return false;
  const bool is_behind_the_break = step == Step::kRecovery || step == Step::kOrdersOnce;
  const bool is_impossible =
      (is_behind_the_break && outcome(Step::kReconnect) == Outcome::kFailed) ||
      (step == Step::kOrdersOnce && outcome(Step::kRecovery) == Outcome::kFailed);
  return !is_impossible;
}

std::array<StepResult, kStepCount> Checklist::results() const {
  const std::lock_guard lock(mutex_);
  return results_;
}

bool Checklist::is_passed() const {
  return std::all_of(kSteps.begin(), kSteps.end(), [this](const StepText& row) {
    return !row.required || outcome(row.step) == Outcome::kPassed;
  });
}

std::string evidence(From from, const Fields& message) {
  std::string line = from == From::kMember ? ">" : "<";
  const bool is_logon = message.value(35) == "A";
  for (const Field& field : message.all()) {
    const bool is_shown = std::find(kShown.begin(), kShown.end(), field.tag) != kShown.end();
    // A member's text may say anything, a secret too.
    const bool is_our_text = field.tag == kText && from == From::kVenue;
    // These are the same all along a session.
    const bool is_repeated = !is_logon && (field.tag == 8 || field.tag == 49 || field.tag == 56);
    if ((!is_shown && !is_our_text) || is_repeated) continue;
    std::string value(field.value.substr(0, kMaxShownChars));
    std::replace_if(
        value.begin(), value.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    line += fmt::format(" {}={}", field.tag, value);
    if (line.size() > kMaxShownChars * kMaxEvidenceLines) break;
  }
  return line;
}

}  // namespace hourglass::gateway::fix

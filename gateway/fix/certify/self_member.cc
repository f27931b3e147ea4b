#include "gateway/fix/certify/self_member.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "gateway/fix/certify/relay.h"

namespace hourglass::gateway::fix {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kNanoPerMilli = 1'000'000;
constexpr milliseconds kLook{20};
constexpr milliseconds kPause{200};
constexpr std::uint32_t kLogonAttempts = 10;
// After so much time without an outcome a step is tried again; many need another one first.
constexpr milliseconds kPatience{1'200};

// What is typed for a step: {0} the contract, {1} an id of its own. The price is one nobody else
// buys at, so that orders rest. Steps without lines are waited for.
struct Script {
  Step step;
  std::string_view lines;
};
constexpr std::array kScripts = {
    Script{Step::kGap, "buy 1 {0} @ 0.01\nbuy 1 {0} @ 0.01"},
    Script{Step::kDuplicate, "buy 1 {0} @ 0.01"},
    Script{Step::kReconnect, "buy 1 {0} @ 0.01"},
    Script{Step::kNewOrder, "buy 1 {0} @ 0.01"},
    Script{Step::kReplace, "buy 2 {0} @ 0.01 as {1}\nreplace {1} 3 @ 0.01"},
    Script{Step::kCancel, "buy 2 {0} @ 0.01 as {1}\ncancel {1}"},
    Script{Step::kPartialFill, "buy 10 {0} @ 0.01"},
    Script{Step::kFill, "buy 10 {0} @ 0.01"},
    Script{Step::kReject, "buy 1 {0} @ 999999\norders"},
    Script{Step::kCancelReject, "buy 2 {0} @ 0.01 as {1}\ncancel {1}\ncancel {1}\norders"},
    Script{Step::kStatus, "orders"},
    Script{Step::kImmediate, "buy 1 {0} @ 0.01 ioc"},
    Script{Step::kFillOrKill, "buy 1 {0} @ 0.01 fok"},
    Script{Step::kMassCancel, "cancel-all"},
};

std::string_view script_of(Step step) {
  const auto script = std::find_if(kScripts.begin(), kScripts.end(),
                                   [step](const Script& row) { return row.step == step; });
  return script == kScripts.end() ? std::string_view() : script->lines;
}

// The step to take next: one to be waited for only behind those that something can be done for.
// None where only the Logout is left.
std::optional<Step> first_open(const Checklist& checklist) {
  std::optional<Step> waited_for;
  for (const StepText& row : kSteps) {
    const bool has_script = !script_of(row.step).empty();
    if (has_script && checklist.is_open(row.step)) return row.step;
    const bool is_waited_for = row.step != Step::kLogout && checklist.is_to_be_done(row.step);
    if (is_waited_for && !waited_for) waited_for = row.step;
  }
  return waited_for;
}

bool is_line_gone(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsAborted(status);
}

}  // namespace

SelfMember::SelfMember(ClientSettings settings, std::string symbol, const Checklist& checklist,
                       TradingDesk::Print print)
    : client_(settings),
      desk_(client_, ClientRequests(settings.begin_string, certify_now_ns()), std::move(print)),
      symbol_(std::move(symbol)),
      checklist_(checklist),
      start_ns_(certify_now_ns()) {}

absl::Status SelfMember::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (!client_.is_logged_on()) {
      if (absl::Status status = log_on(stop); !status.ok()) return status;
      // What was missed comes before anything new. Where the line is gone again the next round
      // sees it.
      static_cast<void>(desk_.settle());
      continue;
    }
    const auto step = first_open(checklist_);
    if (!step) return client_.logout();
    absl::Status status = act(*step);
    if (status.ok()) status = wait(*step, stop);
    if (!status.ok() && !is_line_gone(status)) return status;
  }
  return client_.is_logged_on() ? client_.logout() : absl::OkStatus();
}

absl::Status SelfMember::log_on(const std::stop_token& stop) {
  absl::Status status;
  for (std::uint32_t attempt = 0; attempt < kLogonAttempts && !stop.stop_requested(); ++attempt) {
    status = client_.connect();
    if (status.ok()) status = client_.logon();
    if (status.ok() || absl::IsUnauthenticated(status)) return status;
    std::this_thread::sleep_for(kPause);
  }
  return status;
}

absl::Status SelfMember::act(Step step) {
  const std::string id = fmt::format("{}-{}", start_ns_ / kNanoPerMilli, ++act_count_);
  const std::string lines = fmt::format(fmt::runtime(script_of(step)), symbol_, id);
  for (std::string_view rest = lines; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (absl::Status status = say(rest.substr(0, end)); !status.ok()) return status;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return absl::OkStatus();
}

absl::Status SelfMember::say(std::string_view line) {
  const bool needs_the_last_answer =
      line.starts_with("cancel ") || line.starts_with("replace ") || line == "orders";
  if (needs_the_last_answer) {
    const absl::Status settled = desk_.settle();
    // An answer that was kept back comes later.
    if (!settled.ok() && !absl::IsDeadlineExceeded(settled)) return settled;
  }
  absl::Status status = desk_.say(ClientRequests::split(line));
  return absl::IsNotFound(status) || absl::IsDeadlineExceeded(status) ? absl::OkStatus() : status;
}

absl::Status SelfMember::wait(Step step, const std::stop_token& stop) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (checklist_.is_open(step) && !stop.stop_requested()) {
    if (absl::Status status = desk_.print_reports(); !status.ok()) return status;
    if (!client_.is_logged_on()) return absl::OkStatus();
    if (std::chrono::steady_clock::now() >= end) return absl::OkStatus();
    std::this_thread::sleep_for(kLook);
  }
  return absl::OkStatus();
}

}  // namespace hourglass::gateway::fix

#include "gateway/fix/certify/session_watch.h"

#include <algorithm>

#include "fmt/format.h"
#include "gateway/fix/door/logon_check.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr std::uint64_t kSettledAfterNs = kSecondNs / 5;
// What this machine may be late in seeing a message.
constexpr std::uint64_t kToleranceNs = kSecondNs / 5;

std::string seconds(std::uint64_t ns) {
  return fmt::format("{}.{} s", ns / kSecondNs, ns % kSecondNs / (kSecondNs / 10));
}

}  // namespace

std::uint32_t number_in(const Message& message, std::uint32_t tag) noexcept {
  const auto number = parse_number(message.value(tag));
  return number && *number > 0 && *number <= UINT32_MAX ? static_cast<std::uint32_t>(*number) : 0;
}

bool is_admin(const Message& message) noexcept {
  const std::string_view type = message.type();
  return type.size() == 1 && std::string_view("012345A").find(type) != std::string_view::npos;
}

bool is_fresh(const Message& message) noexcept {
  return message.value(43) != "Y";
}

void SessionWatch::take_logon(const Message& message) {
  // The first says whose certification this is.
  if (comp_id_.empty()) {
    comp_id_ = std::string(message.value(49));
    venue_ = std::string(message.value(56));
    begin_string_ = std::string(message.value(8));
  } else if (message.value(49) != comp_id_ || message.value(8) != begin_string_) {
    checklist_.fail(Step::kLogon, fmt::format("{}: another session than the one begun with",
                                              evidence(From::kMember, message.fields())));
  }
  logged_on_ = member_logged_out_ = logout_is_drilled_ = false;
  asked_begin_ = 0;
  test_id_.clear();
  if (message.value(141) == "Y") member_next_ = 1;
  checklist_.note(Step::kLogon, evidence(From::kMember, message.fields()));
  const std::uint32_t seconds_asked = number_in(message, 108);
  interval_ns_ = seconds_asked * kSecondNs;
  const std::string shown = fmt::format("108={}", seconds_asked);
  if (seconds_asked >= kMinHeartbeatSeconds && seconds_asked <= kMaxHeartbeatSeconds) {
    checklist_.pass(Step::kInterval, shown);
  } else {
    checklist_.fail(Step::kInterval, shown);
  }
}

void SessionWatch::take_heartbeat(const Message& message, std::uint64_t quiet_ns, bool is_drilled) {
  const std::string_view id = message.value(112);
  if (is_drilled || (!id.empty() && id == test_id_)) return;
  const std::string line =
      fmt::format("{} after {}", evidence(From::kMember, message.fields()), seconds(quiet_ns));
  if (!id.empty()) return checklist_.fail(Step::kHeartbeats, line);
  const bool is_on_time =
      quiet_ns * 5 >= interval_ns_ * 4 && quiet_ns <= interval_ns_ * 6 / 5 + kToleranceNs;
  if (is_on_time) checklist_.pass(Step::kHeartbeats, line);
}

void SessionWatch::member_said(const Message& message, std::uint64_t now_ns, bool is_drilled) {
  const std::string_view type = message.type();
  const std::uint64_t quiet_ns = now_ns - std::min(now_ns, member_said_ns_);
  member_said_ns_ = now_ns;
  if (type == "A") take_logon(message);
  member_next_ = std::max(member_next_, number_in(message, 34) + 1);
  if (!is_admin(message)) traded_ns_ = now_ns;
  if (type == "2") unsettled_ns_ = now_ns;
  if (type == "0") take_heartbeat(message, quiet_ns, is_drilled);
  if (type == "5") {
    member_logged_out_ = true;
    logout_is_drilled_ = is_drilled;
    if (!is_drilled) {
      checklist_.note(Step::kLogout, evidence(From::kMember, message.fields()));
    }
  }
  if (type == "3" && !is_drilled) {
    checklist_.fail(Step::kUnderstood, evidence(From::kMember, message.fields()));
  }
}

void SessionWatch::venue_said(const Message& message, std::uint64_t now_ns) {
  const std::string_view type = message.type();
  const std::uint32_t sequence = number_in(message, 34);
  const std::string line = evidence(From::kVenue, message.fields());
  venue_said_ns_ = now_ns;
  if (!is_admin(message)) traded_ns_ = now_ns;
  if (type == "A") {
    if (message.value(141) == "Y" || !logged_on_ || sequence < venue_next_) unsettled_ns_ = now_ns;
    if (message.value(141) == "Y") venue_next_ = 1;
    logged_on_ = true;
    member_said_ns_ = std::max(member_said_ns_, now_ns);
    checklist_.pass(Step::kLogon, line);
  }
  const bool is_before_logon = type == "5" && !logged_on_;
  if (!is_before_logon) {
    const std::uint32_t next = type == "4" ? number_in(message, 36) : sequence + 1;
    venue_next_ = std::max(venue_next_, next);
  }
  if (type == "1") test_id_ = std::string(message.value(112));
  if (type == "2") {
    asked_begin_ = number_in(message, 7);
    asked_end_ = number_in(message, 16);
  }
  if (type == "3") checklist_.fail(Step::kUnderstood, line);
  if (type == "5") {
    if (is_before_logon && checklist_.is_open(Step::kLogon)) {
      was_refused_ = true;
      checklist_.note(Step::kLogon, line);
    }
    if (logged_on_ && member_logged_out_ && !logout_is_drilled_) {
      checklist_.pass(Step::kLogout, line);
    }
    logged_on_ = false;
  }
}

void SessionWatch::closed(ClosedBy by, bool is_drilled) {
  if (by == ClosedBy::kMember && logged_on_ && !is_drilled) {
    checklist_.fail(Step::kLogout, member_logged_out_ ? "closed before the venue's Logout had come"
                                                      : "closed without a Logout");
  }
  logged_on_ = false;
}

void SessionWatch::tick(std::uint64_t now_ns) {
  if (!logged_on_ || member_logged_out_) return;
  if (now_ns <= member_said_ns_ + interval_ns_ * 6 / 5 + kToleranceNs) return;
  checklist_.fail(Step::kHeartbeats,
                  fmt::format("nothing from the member for {}", seconds(now_ns - member_said_ns_)));
}

void SessionWatch::finish() {
  if (was_refused_ && checklist_.is_open(Step::kLogon)) {
    checklist_.fail(Step::kLogon, "no Logon was taken");
  }
  if (checklist_.is_open(Step::kLogon)) return;
  checklist_.pass(Step::kUnderstood, "no 35=3, no broken CheckSum");
  checklist_.pass(Step::kThrottle, "no 25001=1002");
}

bool SessionWatch::is_settled(std::uint64_t now_ns) const noexcept {
  return logged_on_ && !member_logged_out_ && now_ns >= unsettled_ns_ + kSettledAfterNs;
}

}  // namespace hourglass::gateway::fix

// SessionWatch: what a member's session is at, seen from between member and venue.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/fix/certify/checklist.h"
#include "gateway/fix/client/fix_client.h"

namespace hourglass::gateway::fix {

// The number in a field; 0 where there is none or it is over 32 bits.
[[nodiscard]] std::uint32_t number_in(const Message& message, std::uint32_t tag) noexcept;
// Whether its type is one of the session's: never resent, but filled over.
[[nodiscard]] bool is_admin(const Message& message) noexcept;
// Whether it comes for the first time.
[[nodiscard]] bool is_fresh(const Message& message) noexcept;

enum class ClosedBy : std::uint8_t { kMember, kVenue, kCertify };

// Judges the Logon, heartbeats and the Logout; keeps the numbers. Told only what reaches either
// side. Units: nanoseconds, of one clock for all functions. Thread: one.
class SessionWatch {
 public:
  explicit SessionWatch(Checklist& checklist) : checklist_(checklist) {}

  // `is_drilled`: the message answers a drill, which judges it.
  void member_said(const Message& message, std::uint64_t now_ns, bool is_drilled);
  void venue_said(const Message& message, std::uint64_t now_ns);
  void closed(ClosedBy by, bool is_drilled);
  void tick(std::uint64_t now_ns);
  // The end of the certification.
  void finish();

  [[nodiscard]] bool is_logged_on() const noexcept { return logged_on_; }
  // Logged on, and no resend was asked for a moment ago.
  [[nodiscard]] bool is_settled(std::uint64_t now_ns) const noexcept;
  [[nodiscard]] std::uint64_t interval_ns() const noexcept { return interval_ns_; }
  // Of the member's highest message and one; 1 before its first.
  [[nodiscard]] std::uint32_t member_next() const noexcept { return member_next_; }
  // What a member that took all would expect.
  [[nodiscard]] std::uint32_t venue_next() const noexcept { return venue_next_; }
  // When the venue's last message was delivered, and the last of either that was no session
  // message.
  [[nodiscard]] std::uint64_t venue_said_ns() const noexcept { return venue_said_ns_; }
  [[nodiscard]] std::uint64_t traded_ns() const noexcept { return traded_ns_; }
  // Whether the venue asked for the member's message of this number in this connection.
  [[nodiscard]] bool is_asked_for(std::uint32_t sequence) const noexcept {
    return asked_begin_ != 0 && sequence >= asked_begin_ &&
           (asked_end_ == 0 || sequence <= asked_end_);
  }
  [[nodiscard]] const std::string& comp_id() const noexcept { return comp_id_; }
  [[nodiscard]] const std::string& venue() const noexcept { return venue_; }
  [[nodiscard]] const std::string& begin_string() const noexcept { return begin_string_; }

 private:
  void take_logon(const Message& message);
  void take_heartbeat(const Message& message, std::uint64_t quiet_ns, bool is_drilled);

  Checklist& checklist_;
  std::string comp_id_;
  std::string venue_;
  std::string begin_string_;
  std::uint64_t interval_ns_ = 0;
  std::uint32_t member_next_ = 1;
  std::uint32_t venue_next_ = 1;
  std::uint32_t asked_begin_ = 0;
  std::uint32_t asked_end_ = 0;
  std::string test_id_;  // of the last TestRequest that reached the member
  bool logged_on_ = false;
  bool member_logged_out_ = false;
  bool logout_is_drilled_ = false;
  bool was_refused_ = false;
  std::uint64_t member_said_ns_ = 0;
  std::uint64_t venue_said_ns_ = 0;
  std::uint64_t traded_ns_ = 0;
  std::uint64_t unsettled_ns_ = 0;  // when the Logon was answered or a resend asked for
};

}  // namespace hourglass::gateway::fix

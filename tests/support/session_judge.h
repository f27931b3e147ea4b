// SessionJudge: QuickFIX's session alone, which notes what it does with a message.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "gateway/fix/members/member_list.h"
#include "gateway/fix/quickfix/session.h"

namespace hourglass::gateway::fix::test {

// The venue is VENUE and the peer PEER, logged on with HeartBtInt 30. Thread: one.
class SessionJudge final : public NumberStore, public SessionPeer {
 public:
  // `write_anew`: messages are handed on as QuickFIX has understood them, else as they came.
  explicit SessionJudge(FixVersion version, bool write_anew = false);

  // What QuickFIX does with a message: "taken", or else.
  std::string verdict(const std::string& text);
  // What it handed on of the last one; empty where it did not.
  [[nodiscard]] const std::string& handed_on() const { return handed_on_; }
  // Whether the door would take it plainly: it is the next one, and plain.
  [[nodiscard]] bool is_plain_here(const std::string& text);
  // What the session sends at its next look at the clock, behind messages taken and sent so long
  // ago; 0: none were.
  std::string at_next_tick(std::uint64_t received_ns_ago, std::uint64_t sent_ns_ago);
  [[nodiscard]] const std::string& begin_string() const { return begin_string_; }
  [[nodiscard]] std::uint32_t next() const { return target_; }
  // Whether nothing is asked for again and nothing kept.
  [[nodiscard]] bool is_in_step() const { return session_->is_in_step(); }
  // Begins again, at number 1.
  void start_anew();

  // --- NumberStore, SessionPeer ------------------------------------------------------------------
  std::uint32_t next_sender() const override { return sender_; }
  std::uint32_t next_target() const override { return target_; }
  void set_next_sender(std::uint32_t sequence) override { sender_ = sequence; }
  void set_next_target(std::uint32_t sequence) override { target_ = sequence; }
  bool record(std::uint32_t sequence, const std::string&, bool) override {
    sender_ = sequence + 1;
    return true;
  }
  void reset_numbers() override { sender_ = target_ = 1; }
  void send(const std::string& bytes) override { sent_ += bytes; }
  void disconnect() override { sent_ += "disconnect"; }
  Judgement on_application(const std::string& text) override {
    ++taken_;
    handed_on_ = text;
    return {Disposition::kTaken, 0};
  }
  void on_logon() override {}
  void on_logout() override {}
  void on_resend_request(std::uint32_t, std::uint32_t) override {}

 private:
  void log_on();

  std::string begin_string_;
  bool write_anew_;
  std::unique_ptr<Dictionaries> dictionaries_;
  std::unique_ptr<QuickFixSession> session_;
  std::uint32_t sender_ = 1;
  std::uint32_t target_ = 1;
  std::uint32_t taken_ = 0;
  std::string sent_;
  std::string handed_on_;
};

// The system's clock. Units: ns UTC.
[[nodiscard]] std::uint64_t system_now_ns();

}  // namespace hourglass::gateway::fix::test

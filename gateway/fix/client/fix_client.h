// FixClient: a member's end of a FIX session, for `hourglass fix` and for tests.
//
// It keeps the rules of the session: numbers, heartbeats, gaps and repeats. What it hands over is
// each message of the venue once, in the order of its number. It works while one of its functions
// is called and has no thread of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/fix/client/client_socket.h"
#include "gateway/fix/members/secret_text.h"
#include "gateway/fix/transport/tls_context.h"
#include "gateway/fix/wire/fields.h"
#include "gateway/fix/wire/framer.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix {

// Messages kept for each purpose: sent ones for resending, ones that came ahead of a gap, ones not
// yet asked for. Of sent ones the oldest goes; the other two bounds end the session.
inline constexpr std::size_t kMaxKeptMessages = 1U << 16;

struct ClientSettings {
  std::string host = "localhost";
  std::uint16_t port = 9880;
  std::string begin_string = "FIX.4.4";  // or FIXT.1.1, which means FIX50SP2
  std::string comp_id{};
  std::string target = "HOURGLASS";
  std::string username{};               // 553; empty: not sent
  std::string password{};               // 554; empty: not sent
  std::string secret_key_hex{};         // Ed25519; not empty: the Logon is signed (95, 96)
  std::optional<TlsClientFiles> tls{};  // none: plain TCP
  std::uint32_t heart_bt_seconds = 30;
  bool reset_numbers = false;       // 141=Y
  bool send_next_expected = false;  // 789
  std::uint32_t next_sender = 1;    // number of our next message
  std::uint32_t next_target = 1;    // number of the venue's next message
  // Most logon() and logout() wait for the answer.
  std::chrono::milliseconds patience{10'000};
  // Told our numbers when they change: the sender's before the message goes out, as a number too
  // high heals and one too low does not.
  std::function<void(std::uint32_t next_sender, std::uint32_t next_target)> on_numbers{};
};

// A message of the venue with its text. Moves, but is not copied: the fields are views.
class Message {
 public:
  explicit Message(std::string_view text)
      : text_(std::make_unique<const std::string>(text)), complete_(fields_.parse(*text_)) {}

  [[nodiscard]] const std::string& text() const noexcept { return *text_; }
  [[nodiscard]] const Fields& fields() const noexcept { return fields_; }
  [[nodiscard]] std::string_view value(std::uint32_t tag) const noexcept {
    return fields_.value(tag);
  }
  [[nodiscard]] std::string_view type() const noexcept { return value(35); }
  // Whether all of the text is fields.
  [[nodiscard]] bool is_complete() const noexcept { return complete_; }

 private:
  std::unique_ptr<const std::string> text_;
  Fields fields_;
  bool complete_;
};

// Thread: one. Errors of every function: kUnavailable where the connection is gone, kAborted where
// the venue broke the session's rules or ended it; the reason is in words.
class FixClient {
 public:
  using Wanted = std::function<bool(const Message&)>;
  using Milliseconds = std::chrono::milliseconds;

  explicit FixClient(ClientSettings settings);

  absl::Status connect();
  // Where the next connect() finds the venue.
  void set_port(std::uint16_t port) noexcept { settings_.port = port; }
  // Sends the Logon and waits for the answer. Errors: also kUnauthenticated with the venue's words
  // where it answers with a Logout, kDeadlineExceeded, kInvalidArgument for a key that is none.
  absl::Status logon();
  // Sends a message under the next number and returns that. `body` is what stands between header
  // and trailer. One of passwords (35=BE) is not kept: a resend fills its number.
  absl::StatusOr<std::uint32_t> send(std::string_view msg_type, std::string_view body);
  // The first message not yet handed over that is `wanted`; others stay for later. Nothing where
  // none comes in time. Given are application messages, Reject (3) and the venue's Logout (5).
  absl::StatusOr<std::optional<Message>> wait_for(const Wanted& wanted, Milliseconds patience);
  // The next message of any type.
  absl::StatusOr<std::optional<Message>> receive(Milliseconds patience);
  // Sends a Logout, waits for the answer and closes. Errors: kDeadlineExceeded; closed all the
  // same.
  absl::Status logout();

  // --- What a session must not do, for tests ---------------------------------------------------
  absl::Status send_raw(std::string_view bytes) { return socket_.send(bytes); }
  // The next whole message as it comes, with nothing done about it.
  absl::StatusOr<std::optional<std::string>> receive_raw(Milliseconds patience);
  void close_abruptly() { socket_.close_abruptly(); }

  [[nodiscard]] bool is_open() const noexcept { return socket_.is_open(); }
  [[nodiscard]] bool is_logged_on() const noexcept { return logged_on_; }
  [[nodiscard]] int descriptor() const noexcept { return socket_.descriptor(); }
  [[nodiscard]] std::uint32_t next_sender() const noexcept { return settings_.next_sender; }
  [[nodiscard]] std::uint32_t next_target() const noexcept { return settings_.next_target; }
  // Messages that came for a second time and were dropped.
  [[nodiscard]] std::uint64_t repeat_count() const noexcept { return repeat_count_; }

 private:
  using Clock = std::chrono::steady_clock;

  absl::Status connect_socket();
  absl::Status transmit(std::string_view msg_type, std::string_view body, std::uint64_t now_ns);
  absl::Status write_logon(std::uint64_t now_ns, MessageWriter& writer) const;
  absl::Status pump(Milliseconds patience);
  absl::Status read_and_handle(Milliseconds patience);
  absl::Status keep_alive();
  absl::Status take(Message message);
  absl::Status take_in_turn(Message message, std::uint32_t sequence);
  absl::Status ahead(Message message, std::uint32_t sequence);
  absl::Status handle(Message message);
  absl::Status take_logon(const Message& message);
  absl::Status resend(std::uint32_t begin, std::uint32_t end);
  absl::Status gap_fill(std::uint32_t begin, std::uint32_t next);
  absl::Status break_off(std::string text);
  void set_next_target(std::uint32_t sequence);
  void tell_numbers() const;

  ClientSettings settings_;  // without the password
  SecretText password_;
  ClientSocket socket_;
  Framer framer_;
  std::string received_;
  std::string out_;
  MessageWriter writer_;
  std::map<std::uint32_t, std::string> sent_;  // application messages, by number
  std::map<std::uint32_t, Message> ahead_;     // came before their turn
  std::deque<Message> inbox_;
  absl::Status end_;  // why the session ended
  bool logged_on_ = false;
  bool logout_sent_ = false;
  bool gap_asked_ = false;
  bool test_asked_ = false;
  std::uint64_t repeat_count_ = 0;
  Clock::time_point last_sent_{};
  Clock::time_point last_received_{};
};

}  // namespace hourglass::gateway::fix

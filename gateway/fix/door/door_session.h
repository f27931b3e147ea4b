// DoorSession: one member's session, logged on or not: its numbers, its messages, its connection.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/types.h"
#include "gateway/fix/door/member_change.h"
#include "gateway/fix/door/throttle.h"
#include "gateway/fix/market/market_peer.h"
#include "gateway/fix/members/member_list.h"
#include "gateway/fix/orders/order_reports.h"
#include "gateway/fix/quickfix/session.h"
#include "gateway/fix/store/session_file.h"
#include "gateway/fix/transport/connection.h"
#include "gateway/fix/wire/fields.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix {

// Messages ahead of a gap that are kept; further ones are dropped, and come again with the resend.
inline constexpr std::uint32_t kMaxAheadOfGap = 1024;
inline constexpr std::size_t kMaxAheadOfGapBytes = 1U << 20;

// A Logout of ours is answered within this, or the connection ends.
inline constexpr std::uint64_t kLogoutWithinNs = 5'000'000'000;

// The number of a Logout to whom is not let in: it is none of the session's.
inline constexpr std::uint32_t kNoSessionsNumber = 1;

// Messages a second of a session that are neither orders nor cancels.
inline constexpr std::uint32_t kQueriesPerSecond = 100;

class DoorSession;

// What is behind the sessions: the venue's order entry, or the echo of a conformance test.
// Thread: the door's.
class SessionApplication {
 public:
  virtual ~SessionApplication() = default;
  // An application message in sequence, validated against the dictionary.
  virtual Judgement on_message(DoorSession& session, const Fields& fields,
                               std::string_view text) = 0;
  virtual void on_logon(DoorSession& session) = 0;
  // `lost`: without a Logout.
  virtual void on_logout(DoorSession& session, bool lost) = 0;
  // Its member is listed no more, and it is logged out; again at each reading of the list.
  virtual void on_removed(DoorSession&) {}
  // Much was unsent and now is little: what goes out in pieces goes on.
  virtual void on_writable(DoorSession&) {}
};

// What the door's sessions share.
struct DoorContext {
  std::string venue = "HOURGLASS";    // the venue's CompID
  std::uint64_t now_ns = 0;           // wall clock of this round
  engine::SequenceNumber applied{0};  // the last command applied
  Precision precision = Precision::kMicroseconds;
  // Serves a conformance test: numbers begin at 1 with each Logon, messages are handed on in
  // QuickFIX's field order.
  bool for_conformance = false;
  std::vector<std::string> alarms;  // lines for the operator
  std::int32_t max_latency_seconds = 120;
  std::uint64_t credentials_made = 0;  // numbers of credentials given so far
};

// Thread: the door's.
class DoorSession final : public NumberStore, public SessionPeer, public MarketPeer {
 public:
  // Everything outlives the session.
  DoorSession(const Member& member, std::unique_ptr<SessionFile> file,
              const Dictionaries& dictionaries, SessionApplication& application,
              DoorContext& context);
  ~DoorSession() override;

  // --- Connection --------------------------------------------------------------------------------
  // A connection whose Logon `logon` was found good. Requires none and nothing in flight.
  void attach(std::shared_ptr<Connection> connection, std::string_view logon);
  // One message from it.
  void receive(std::string_view text);
  // It is gone.
  void detach();
  void on_writable();
  void tick();
  // Logs out with this text; the connection ends when the other side answers, or soon.
  void log_out(const std::string& text);

  // --- Messages out ------------------------------------------------------------------------------
  // Numbers, records and, if logged on, sends a message of ours. `report_number`: of the core's
  // report it carries, or 0. A message that cannot be recorded is not sent and the session is cut
  // off: trouble() says why, and nobody logs on to it until the venue starts again. One that finds
  // kMaxUnsentBytes unread is recorded for a resend, and the connection ends with a Logout.
  void send_application(const MessageWriter& writer, std::uint32_t report_number = 0) override {
    send_on_behalf_of({}, writer, report_number);
  }
  // The same of a drop copy: `comp_id` is whose report it is (115), or empty.
  void send_on_behalf_of(std::string_view comp_id, const MessageWriter& writer,
                         std::uint32_t report_number);

  // Not with kWritableBelowBytes or more unread.
  [[nodiscard]] bool can_stream() const noexcept override;
  [[nodiscard]] bool stream(const MessageWriter& writer) override;
  // Whether a long answer may go on: what is sent now leaves at once and the peer reads. Where not,
  // the application is told on_writable() when that changes, or the session's end.
  [[nodiscard]] bool takes_more() const noexcept;

  // --- Requests in flight ------------------------------------------------------------------------
  // The request of message `sequence` was pushed; 0: a disconnect.
  void pushed(std::uint32_t sequence);
  // The core has answered it, durably.
  void answered(std::uint32_t sequence);
  [[nodiscard]] bool has_in_flight() const noexcept {
    return !in_flight_.empty() || disconnects_in_flight_ != 0;
  }

  [[nodiscard]] std::uint64_t now_ns() const noexcept override { return context_.now_ns; }
  [[nodiscard]] const Member& member() const noexcept { return member_; }
  [[nodiscard]] FixVersion version() const noexcept override { return member_.version; }
  // Buckets start full where the rate is another.
  void set_member(const Member& member) {
    if (member.orders_per_second != member_.orders_per_second) {
      orders = Throttle(member.orders_per_second);
    }
    if (member.cancels_per_second != member_.cancels_per_second) {
      cancels = Throttle(member.cancels_per_second);
    }
    if (!has_same_credentials(member, member_)) credentials_ = ++context_.credentials_made;
    member_ = member;
  }
  void set_password_hash(const std::string& hash) {
    member_.password_hash = hash;
    credentials_ = ++context_.credentials_made;
  }
  // Which password, key and certificate are good: another number for each change and session.
  [[nodiscard]] std::uint64_t credentials() const noexcept { return credentials_; }
  [[nodiscard]] engine::SessionId id() const noexcept override {
    return engine::SessionId(member_.session);
  }
  [[nodiscard]] SessionFile& file() noexcept { return *file_; }
  [[nodiscard]] Connection* connection() const noexcept { return connection_.get(); }
  [[nodiscard]] bool is_logged_on() const noexcept;
  // It was sent a Logout, and has not answered yet.
  [[nodiscard]] bool is_being_logged_out() const noexcept { return ended_by_us_; }
  [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }
  // Reports sent now may have been sent before the power went.
  void set_possibly_resent(bool value) noexcept { possibly_resent_ = value; }

  Throttle orders;
  Throttle cancels;
  Throttle queries;

  // --- NumberStore -------------------------------------------------------------------------------
  std::uint32_t next_sender() const override { return file_->next_sender(); }
  std::uint32_t next_target() const override { return file_->next_target(); }
  void set_next_sender(std::uint32_t sequence) override { file_->set_next_sender(sequence); }
  void set_next_target(std::uint32_t sequence) override;
  bool record(std::uint32_t sequence, const std::string& text, bool is_application) override;
  void reset_numbers() override;

  // --- SessionPeer -------------------------------------------------------------------------------
  void send(const std::string& bytes) override;
  void disconnect() override;
  Judgement on_application(const std::string& text) override;
  void on_logon() override;
  void on_logout() override;
  void on_resend_request(std::uint32_t begin, std::uint32_t end) override;

 private:
  struct Range {
    std::uint32_t next = 0;
    std::uint32_t end = 0;  // one past the last
    [[nodiscard]] bool empty() const noexcept { return next >= end; }
  };
  // The header of this session's message `sequence`, sent now.
  [[nodiscard]] MessageHeader header(std::uint32_t sequence) const;
  // Records in the file. False where that failed: the session ends until the venue starts again.
  bool put(std::uint32_t sequence, std::string_view text, bool is_application,
           std::uint32_t report_number);
  bool check_next_expected(const Fields& fields);
  // A Logout without a number, and the connection's end.
  void refuse_logon(std::string_view why);
  // What receive() does; all that it records takes effect at once.
  void take(std::string_view text);
  // Whether the message in hand is to be counted and no more: the door dealt with it before the
  // venue went down, or refuses it here for its 122.
  bool is_to_be_passed_over(std::uint32_t number, std::uint32_t expected, bool has_parsed);
  // Makes the message in hand the gap fill of its number.
  void pass_over(std::uint32_t number);
  // Takes the message in hand without QuickFIX where QuickFIX would only hand it on. False: it
  // would do more, and nothing was done.
  bool take_plainly(std::uint32_t number);
  // Refuses the message in hand where it is said to be sent again (43=Y) and does not say, or says
  // wrongly, when it was first sent. False: it does not.
  bool refuse_original_time();
  // Numbers, records and sends a session message that is not of QuickFIX's making. False where it
  // could not be recorded.
  bool send_of_session(const MessageWriter& writer);
  // Ends a connection whose peer does not read: a Logout that says so is the last it is sent.
  void cut_off();
  bool has_room_ahead(std::string_view type, std::uint32_t number, std::size_t bytes);
  void continue_resend();
  // Sends what stands at the range's beginning, and moves it on.
  void resend_one(Range& range);
  void tell_damage(std::uint32_t first, std::uint32_t last);
  void send_gap_fill(std::uint32_t from, std::uint32_t to);

  Member member_;
  std::unique_ptr<SessionFile> file_;
  const Dictionaries& dictionaries_;
  SessionApplication& application_;
  DoorContext& context_;
  std::unique_ptr<QuickFixSession> quickfix_;  // made when first needed
  std::shared_ptr<Connection> connection_;
  std::uint64_t credentials_;
  std::deque<std::uint32_t> in_flight_;
  std::uint32_t disconnects_in_flight_ = 0;
  std::uint32_t ahead_of_gap_ = 0;  // messages QuickFIX keeps
  std::size_t ahead_of_gap_bytes_ = 0;
  std::uint32_t highest_ahead_ = 0;
  Range resend_;                     // asked for and not yet sent
  std::uint32_t withheld_from_ = 0;  // recorded and not sent while a resend went on; 0: none
  bool told_damage_ = false;         // that a resend of this connection met
  bool is_taking_ = false;           // a message
  bool is_to_close_ = false;         // once it is taken
  bool keeps_target_ = false;        // the message in hand is none of the sequence
  bool ended_by_us_ = false;
  std::uint64_t ended_ns_ = 0;  // since when
  bool logged_out_ = false;     // by a Logout, not by a lost connection
  bool possibly_resent_ = false;
  std::string trouble_;
  std::optional<Judgement> judged_;  // of the message that QuickFIX is to refuse
  std::string out_;
  std::string in_;
  Fields fields_;
};

}  // namespace hourglass::gateway::fix

// FixDoor: the venue's FIX gateway: connections, who they are, and the sessions behind them.
//
//   connection -> framer -> Logon checked here, before QuickFIX hears of it -> session
//   session    -> QuickFIX -> application message -> SessionApplication -> commands
//   events below the durable watermark -> reports -> session's file -> wire
//
// It runs on the engine's thread (design, section 5): do_work() never waits, wait() sleeps until
// there is something to do.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/fix/door/door_session.h"
#include "gateway/fix/door/news.h"
#include "gateway/fix/door/tls_door.h"
#include "gateway/fix/door/user_requests.h"
#include "gateway/fix/members/authenticator.h"
#include "gateway/fix/members/member_list.h"
#include "gateway/fix/transport/connection.h"
#include "gateway/fix/transport/listener.h"

namespace hourglass::gateway::fix {

inline constexpr std::uint16_t kDefaultFixPort = 9880;
// Connections at once, and those among them that have not logged on: beyond, the one that has said
// nothing for longest gives way to a new one.
inline constexpr std::uint32_t kMaxConnections = 8192;
inline constexpr std::uint32_t kMaxStrangers = 1024;
inline constexpr std::uint64_t kLogonWithinNs = 10'000'000'000;
// Weekly reset: Saturday 00:00 UTC.
inline constexpr std::uint64_t kWeekNs = 7ULL * 86'400 * 1'000'000'000;

struct FixDoorSettings {
  std::string venue = "HOURGLASS";     // the venue's CompID
  std::string directory;               // of members, and of the sessions' files
  std::string session_directory = {};  // of the sessions' files; empty: `directory`
  std::string address = "127.0.0.1";
  std::uint16_t port = kDefaultFixPort;  // 0: any free one
  std::optional<TlsDoorSettings> tls = std::nullopt;
  // For conformance tests alone: no authentication, any heartbeat interval, numbers that begin at 1
  // with each Logon, application messages in QuickFIX's field order.
  bool for_conformance = false;
  Precision precision = Precision::kMicroseconds;
  std::string fix44_dictionary = {};  // XML text; empty: the venue's own
  std::string fixt11_dictionary = {};
  std::string fix50sp2_dictionary = {};
  std::uint64_t session_file_bytes = kDefaultSessionFileBytes;
  // Units: ns UTC. What weeks and the time to log on go by; empty: the system's clock.
  std::function<std::uint64_t()> clock_ns = {};
};

// Thread: one, the engine's.
class FixDoor final : public ConnectionOwner {
 public:
  // Reads the members and opens their sessions' files; listens nowhere yet. A damaged file closes
  // its session until the next start, with an alarm. Errors: those of MemberList, TlsContext and,
  // but for kDataLoss, SessionFile; kInternal for a dictionary QuickFIX cannot read.
  static absl::StatusOr<std::unique_ptr<FixDoor>> open(FixDoorSettings settings, MemberList members,
                                                       SessionApplication& application);
  ~FixDoor() override;

  // Opens the ports. Errors: Listener's.
  [[nodiscard]] absl::Status listen();
  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
  // Null without TLS.
  [[nodiscard]] TlsDoor* tls() const noexcept { return tls_.get(); }

  // Takes what the sockets bring, up to a bound; `applied` is the last command applied. Returns
  // what it did. Cost: no waiting.
  std::uint32_t do_work(engine::SequenceNumber applied);
  // Sends what was gathered. To be called after do_work() and after reports were written.
  void flush();
  // Sleeps until a socket or wake() has something, at most `timeout_ns`.
  void wait(std::uint64_t timeout_ns);
  // Ends a wait(). Thread: any.
  void wake() noexcept;
  // What wake() writes to, for who cannot call it.
  [[nodiscard]] std::int32_t wake_descriptor() const noexcept { return wake_fd_; }

  // Tells everybody who is logged on, and records it to be resent; others do not get it later.
  // Returns how many that were. Cost: one message a session.
  std::uint32_t send_news(const News& news);
  // Tells everybody this text as urgent news, logs out with it and closes; sessions' files are
  // closed in order.
  void close(const std::string& text);
  // Takes a changed member list: new sessions are opened, removed ones logged out and closed
  // and the application told, others keep their connections. Errors: kInvalidArgument where a
  // member's version is another than before, or whether it is a drop copy, nothing is changed;
  // SessionFile's, the rest is carried out.
  [[nodiscard]] absl::Status set_members(const MemberList& members);

  // Names the venue's journal in the sessions' files, those opened later too; nothing: in none.
  void set_journal(const std::optional<engine::JournalUuid>& journal);

  // The session with this number, or null.
  [[nodiscard]] DoorSession* session(engine::SessionId id) const;
  [[nodiscard]] std::vector<DoorSession*> sessions() const;
  // Whose session that is, also one that is closed since its file is damaged; null: nobody's.
  [[nodiscard]] const Member* member(engine::SessionId id) const;
  [[nodiscard]] DoorContext& context() noexcept { return context_; }
  [[nodiscard]] UserRequests& users() noexcept { return *users_; }
  // One line for the operator about a session that cannot go on; each once.
  std::optional<std::string> alarm();

  // --- ConnectionOwner ---------------------------------------------------------------------------
  void on_message(Connection& connection, std::string_view text) override;
  void on_closed(Connection& connection, std::string_view reason) override;
  void on_writable(Connection& connection) override;
  void on_unflushed(Connection& connection) override;

 private:
  FixDoor(FixDoorSettings settings, SessionApplication& application);
  absl::Status read_dictionaries();
  absl::Status open_session(const Member& member);
  void accept(boost::asio::ip::tcp::socket socket, std::unique_ptr<TlsStream> tls);
  std::uint32_t accept_tls();
  void take_logon(Connection& connection, std::string_view text);
  void take_decisions();
  void take_logon_decision(const Authenticator::Result& result);
  void take_change(const Authenticator::Result& result);
  // Closes, refuses, or hands the Logon it waits with to the authenticator; again where its member
  // changed since.
  void judge(Connection& connection);
  void admit(std::shared_ptr<Connection> connection, DoorSession& session);
  void admit_waiting();
  // Answers the Logon the connection came with by a Logout.
  void refuse(Connection& connection, std::string_view text);
  // The session that Logon names; null where it is not the one, or has other credentials than
  // those, by which it was judged.
  [[nodiscard]] DoorSession* judging_session(const Connection& connection) const;
  void each_second();
  void reset_weekly(DoorSession& session);
  void listen_for_wake();
  [[nodiscard]] std::uint64_t clock_ns() const;

  FixDoorSettings settings_;
  SessionApplication& application_;
  DoorContext context_;
  std::unique_ptr<Dictionaries> fix44_;
  std::unique_ptr<Dictionaries> fix50_;
  boost::asio::io_context loop_{1};
  Listener listener_;
  boost::asio::posix::stream_descriptor wake_stream_;
  std::int32_t wake_fd_ = -1;
  std::uint64_t wake_word_ = 0;
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<TlsDoor> tls_;
  std::unique_ptr<UserRequests> users_;
  std::map<std::string, std::unique_ptr<DoorSession>, std::less<>> sessions_;
  // Of members no longer listed: they log on no more, and go on recording what becomes of their
  // orders.
  std::vector<std::unique_ptr<DoorSession>> retired_;
  // Of sessions whose files are damaged: nobody logs on to them, nothing is recorded, and the next
  // start makes their reports from the journal. Opened before that, a file would have a hole.
  std::map<std::string, Member, std::less<>> closed_;
  std::optional<engine::JournalUuid> journal_;
  std::unordered_map<std::uint32_t, DoorSession*> by_number_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections_;
  std::vector<std::shared_ptr<Connection>> unflushed_;
  std::vector<std::uint64_t> waiting_;  // connections whose session still has requests in flight
  std::uint32_t strangers_ = 0;
  std::set<std::uint64_t> fresh_;  // of them those that have said nothing, the oldest first
  std::uint64_t next_connection_ = 1;
  std::uint64_t last_tick_ns_ = 0;
};

// The last Saturday 00:00 UTC at or before `time_ns`. Units: ns UTC.
[[nodiscard]] constexpr std::uint64_t week_begin(std::uint64_t time_ns) noexcept {
  // 1970-01-03 was a Saturday.
  constexpr std::uint64_t kFirstSaturdayNs = 2ULL * 86'400 * 1'000'000'000;
  if (time_ns < kFirstSaturdayNs) return 0;
  return time_ns - (time_ns - kFirstSaturdayNs) % kWeekNs;
}

}  // namespace hourglass::gateway::fix

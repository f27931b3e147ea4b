#include "gateway/fix/door/fix_door.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "absl/strings/string_view.h"
#include "engine/sequencer/clock.h"
#include "fmt/format.h"
#include "gateway/fix/dictionary/dictionary_text.h"
#include "gateway/fix/door/logon_check.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::string_view kRecordsNothing =
    "the venue cannot record this session's messages; call its operator";
constexpr std::uint32_t kHandlersPerRound = 64;
constexpr std::uint64_t kTickNs = 1'000'000'000;
// A peer that does not take its Logout is not waited for longer.
constexpr std::uint64_t kLastWordsNs = 5'000'000'000;

LogonClaim claim_of(const Fields& fields, std::uint64_t now_ns) {
  return {.sender = fields.value(49),
          .target = fields.value(56),
          .sequence = fields.value(34),
          .sending_time = fields.value(52),
          .username = fields.value(553),
          .password = fields.value(554),
          .raw_data = fields.value(96),
          .received_ns = now_ns};
}

}  // namespace

absl::StatusOr<std::unique_ptr<FixDoor>> FixDoor::open(FixDoorSettings settings, MemberList members,
                                                       SessionApplication& application) {
  if (const absl::Status status = start_cryptography(); !status.ok()) return status;
  auto door = std::unique_ptr<FixDoor>(new FixDoor(std::move(settings), application));
  if (door->wake_fd_ < 0) return absl::InternalError("the system gives no eventfd");
  if (const absl::Status status = door->read_dictionaries(); !status.ok()) return status;
  FixDoor* const raw = door.get();
  // Before the sessions' files, which are not as they were once they were opened.
  if (door->settings_.tls) {
    auto tls =
        TlsDoor::open(*door->settings_.tls, door->settings_.directory, [raw] { raw->wake(); });
    if (!tls.ok()) return tls.status();
    door->tls_ = *std::move(tls);
  }
  door->context_.now_ns = door->clock_ns();
  for (const Member& member : members.all()) {
    if (const absl::Status status = door->open_session(member); !status.ok()) return status;
  }
  door->authenticator_ =
      std::make_unique<Authenticator>([raw] { raw->wake(); }, raw->settings_.directory);
  door->users_ = std::make_unique<UserRequests>(*door->authenticator_);
  return door;
}

FixDoor::FixDoor(FixDoorSettings settings, SessionApplication& application)
    : settings_(std::move(settings)),
      application_(application),
      listener_(
          loop_,
          [this](boost::asio::ip::tcp::socket socket) { accept(std::move(socket), nullptr); }),
      wake_stream_(loop_),
      wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  context_.venue = settings_.venue;
  context_.precision = settings_.precision;
  context_.for_conformance = settings_.for_conformance;
  if (wake_fd_ >= 0) {
    wake_stream_.assign(wake_fd_);
    listen_for_wake();
  }
}

FixDoor::~FixDoor() {
  // Their threads call wake().
  authenticator_.reset();
  tls_.reset();
}

std::uint64_t FixDoor::clock_ns() const {
  return settings_.clock_ns ? settings_.clock_ns() : engine::SystemClock{}.now().value();
}

absl::Status FixDoor::read_dictionaries() {
  const auto or_own = [](const std::string& given, std::string_view own) {
    return given.empty() ? std::string(own) : given;
  };
  std::string error;
  fix44_ = Dictionaries::parse("FIX.4.4", or_own(settings_.fix44_dictionary, kFix44Dictionary), "",
                               error);
  if (!fix44_) return absl::InternalError(fmt::format("the FIX 4.4 dictionary: {}", error));
  fix50_ = Dictionaries::parse("FIXT.1.1", or_own(settings_.fixt11_dictionary, kFixt11Dictionary),
                               or_own(settings_.fix50sp2_dictionary, kFix50Sp2Dictionary), error);
  if (!fix50_) return absl::InternalError(fmt::format("the FIX 5.0 SP2 dictionaries: {}", error));
  return absl::OkStatus();
}

absl::Status FixDoor::listen() {
  absl::Status status = listener_.open(settings_.address, settings_.port);
  return status.ok() && tls_ != nullptr ? tls_->listen() : status;
}

// --- Waking --------------------------------------------------------------------------------------

void FixDoor::wake() noexcept {
  constexpr std::uint64_t kOne = 1;
  // A full counter wakes as well.
  static_cast<void>(!::write(wake_fd_, &kOne, sizeof(kOne)));
}

void FixDoor::listen_for_wake() {
  wake_stream_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                          [this](const boost::system::error_code& error) {
                            if (error) return;
                            static_cast<void>(!::read(wake_fd_, &wake_word_, sizeof(wake_word_)));
                            listen_for_wake();
                          });
}

std::uint32_t FixDoor::do_work(engine::SequenceNumber applied) {
  context_.applied = applied;
  context_.now_ns = clock_ns();
  std::uint32_t done = 0;
  while (done < kHandlersPerRound && loop_.poll_one() != 0) ++done;
  if (tls_ != nullptr) done += accept_tls();
  take_decisions();
  admit_waiting();
  if (context_.now_ns - last_tick_ns_ >= kTickNs) {
    last_tick_ns_ = context_.now_ns;
    each_second();
  }
  return done;
}

void FixDoor::flush() {
  // flush() may close a connection, whose owner's notes then change; never this list.
  const std::vector<std::shared_ptr<Connection>> now = std::exchange(unflushed_, {});
  for (const auto& connection : now) connection->flush();
}

void FixDoor::wait(std::uint64_t timeout_ns) {
  flush();
  // What on_writable() sent meanwhile is flushed in the next round, and not slept on.
  if (!unflushed_.empty()) return;
  loop_.run_one_for(std::chrono::nanoseconds(timeout_ns));
}

// --- Connections ---------------------------------------------------------------------------------

void FixDoor::accept(boost::asio::ip::tcp::socket socket, std::unique_ptr<TlsStream> tls) {
  // Who has said nothing for longest gives way, so that many such keep nobody out.
  if (strangers_ >= kMaxStrangers && !fresh_.empty()) {
    connections_.at(*fresh_.begin())->close("others want to log on");
  }
  if (connections_.size() >= kMaxConnections || strangers_ >= kMaxStrangers) return;
  const std::uint64_t id = next_connection_++;
  auto connection = std::make_shared<Connection>(std::move(socket), *this, id, std::move(tls));
  connection->opened_ns = context_.now_ns;
  ++strangers_;
  fresh_.insert(id);
  connections_.emplace(id, connection);
  connection->start();
}

// What is left behind the bound is found in the next round: this one did something.
std::uint32_t FixDoor::accept_tls() {
  using boost::asio::ip::tcp;
  std::uint32_t taken = 0;
  TlsPeer peer;
  while (taken < kHandlersPerRound && tls_->poll(peer)) {
    ++taken;
    const tcp protocol = peer.is_ipv6() ? tcp::v6() : tcp::v4();
    tcp::socket socket(loop_);
    boost::system::error_code error;
    const int descriptor = peer.take_descriptor();
    socket.assign(protocol, descriptor, error);
    if (error) {
      ::close(descriptor);
      continue;
    }
    accept(std::move(socket), std::move(peer.stream));
  }
  return taken;
}

void FixDoor::on_message(Connection& connection, std::string_view text) {
  context_.now_ns = clock_ns();
  switch (connection.stage) {
    case Connection::Stage::kFresh: return take_logon(connection, text);
    case Connection::Stage::kLoggedOn:
      if (connection.session != nullptr) connection.session->receive(text);
      return;
    case Connection::Stage::kAuthenticating:
    case Connection::Stage::kWaiting:
    case Connection::Stage::kEnding: return;
  }
}

void FixDoor::on_closed(Connection& connection, std::string_view) {
  if (connection.stage != Connection::Stage::kLoggedOn) --strangers_;
  fresh_.erase(connection.id());
  if (connection.session != nullptr) connection.session->detach();
  connections_.erase(connection.id());
}

void FixDoor::on_writable(Connection& connection) {
  if (connection.session != nullptr) connection.session->on_writable();
}

void FixDoor::on_unflushed(Connection& connection) {
  unflushed_.push_back(connection.shared_from_this());
}

// --- Logon ---------------------------------------------------------------------------------------

// Who is not known is told nothing; who is known and not believed gets a Logout that uses no number
// of the session's. Source: RULES_OF_ENGAGEMENT, section 3.
void FixDoor::take_logon(Connection& connection, std::string_view text) {
  fresh_.erase(connection.id());
  connection.logon = text;
  judge(connection);
}

void FixDoor::judge(Connection& connection) {
  Fields fields;
  if (!fields.parse(connection.logon)) return connection.close("garbled Logon");
  const auto found = sessions_.find(fields.value(49));
  const auto closed = closed_.find(fields.value(49));
  const Member* member = closed == closed_.end() ? nullptr : &closed->second;
  if (found != sessions_.end()) member = &found->second->member();
  const LogonDecision decision =
      check_logon(fields, context_.venue, member, connection.certificate_sha256(), context_.now_ns,
                  settings_.for_conformance);
  if (decision.silent) return connection.close(decision.reason);
  if (!decision.reason.empty()) return refuse(connection, decision.reason);
  if (found == sessions_.end()) return refuse(connection, kRecordsNothing);
  connection.pause();
  connection.session = nullptr;
  DoorSession& session = *found->second;
  connection.judged_by = session.credentials();
  if (settings_.for_conformance) return admit(connection.shared_from_this(), session);
  connection.stage = Connection::Stage::kAuthenticating;
  const LogonClaim claim = claim_of(fields, context_.now_ns);
  if (!authenticator_->submit({connection.id(), session.member(), claim})) {
    refuse(connection, "too many logons at once, try again");
  }
}

void FixDoor::take_decisions() {
  Authenticator::Result result;
  while (authenticator_->poll(result)) {  // ends: at most what waited
    if (result.is_change) {
      take_change(result);
    } else {
      take_logon_decision(result);
    }
  }
}

void FixDoor::take_logon_decision(const Authenticator::Result& result) {
  const auto found = connections_.find(result.id);
  if (found == connections_.end()) return;
  const std::shared_ptr<Connection> connection = found->second;
  DoorSession* const session = judging_session(*connection);
  if (session == nullptr) return judge(*connection);
  if (result.status.ok()) return admit(connection, *session);
  const auto words = result.status.message();
  refuse(*connection, {words.data(), words.size()});
}

void FixDoor::take_change(const Authenticator::Result& result) {
  const auto found = by_number_.find(static_cast<std::uint32_t>(result.id));
  if (found == by_number_.end()) return;
  DoorSession& session = *found->second;
  if (!result.trouble.empty()) {
    context_.alarms.push_back(fmt::format("the new password of {} was not recorded: {}",
                                          session.member().comp_id, result.trouble));
  }
  users_->on_result(session, result);
}

DoorSession* FixDoor::judging_session(const Connection& connection) const {
  Fields fields;
  fields.parse(connection.logon);
  const auto session = sessions_.find(fields.value(49));
  const bool is_as_judged =
      session != sessions_.end() && session->second->credentials() == connection.judged_by;
  return is_as_judged ? session->second.get() : nullptr;
}

void FixDoor::admit(std::shared_ptr<Connection> connection, DoorSession& session) {
  if (!session.trouble().empty()) {
    return refuse(*connection, kRecordsNothing);
  }
  if (session.connection() != nullptr) {
    if (settings_.for_conformance) return connection->close("already logged on");
    return refuse(*connection, "already logged on");
  }
  // What the last connection asked for is answered first: the answers are among what is resent.
  if (session.has_in_flight()) {
    connection->stage = Connection::Stage::kWaiting;
    waiting_.push_back(connection->id());
    return;
  }
  reset_weekly(session);
  --strangers_;
  const std::string logon = std::exchange(connection->logon, {});
  session.attach(connection, logon);
  connection->resume();
}

void FixDoor::admit_waiting() {
  for (const std::uint64_t id : std::exchange(waiting_, {})) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) continue;
    if (DoorSession* const session = judging_session(*found->second)) {
      admit(found->second, *session);
    } else {
      judge(*found->second);
    }
  }
}

void FixDoor::refuse(Connection& connection, std::string_view text) {
  Fields logon;
  logon.parse(connection.logon);
  MessageWriter writer;
  writer.begin("5");
  writer.text(58, text);
  std::string out;
  append_message(out,
                 {.begin_string = logon.value(8),
                  .sender = context_.venue,
                  .target = logon.value(49),
                  .sequence = kNoSessionsNumber,
                  .sending_time_ns = context_.now_ns,
                  .precision = context_.precision},
                 writer.msg_type(), writer.body());
  connection.stage = Connection::Stage::kEnding;
  connection.send(out);
  connection.close_after_sending();
}

// --- Time ----------------------------------------------------------------------------------------

void FixDoor::each_second() {
  for (auto& [name, session] : sessions_) {
    session->tick();
    if (!settings_.for_conformance) reset_weekly(*session);
  }
  std::vector<std::shared_ptr<Connection>> late;
  for (const auto& [id, connection] : connections_) {
    if (connection->is_closing() && connection->closing_ns == 0) {
      connection->closing_ns = context_.now_ns;
    }
    const bool is_stranger = connection->stage != Connection::Stage::kLoggedOn;
    if ((is_stranger && context_.now_ns > connection->opened_ns + kLogonWithinNs) ||
        (connection->is_closing() && context_.now_ns > connection->closing_ns + kLastWordsNs)) {
      late.push_back(connection);
    }
  }
  for (const auto& connection : late) connection->close("too late");
}

// Numbers start over each week, between connections: whoever is logged on is logged out first.
void FixDoor::reset_weekly(DoorSession& session) {
  if (week_begin(session.file().epoch_time_ns()) == week_begin(context_.now_ns)) return;
  if (session.connection() != nullptr) return session.log_out("weekly reset of sequence numbers");
  if (!session.has_in_flight()) session.reset_numbers();
}

std::uint32_t FixDoor::send_news(const News& news) {
  context_.now_ns = clock_ns();
  MessageWriter writer;
  write_news(news, writer);
  std::uint32_t told = 0;
  for (auto& [name, session] : sessions_) {
    if (!session->is_logged_on() || session->is_being_logged_out()) continue;
    session->send_application(writer);
    ++told;
  }
  return told;
}

void FixDoor::close(const std::string& text) {
  listener_.close();
  send_news({.headline = text, .lines = {}, .is_urgent = true});
  tls_.reset();
  for (auto& [name, session] : sessions_) {
    if (session->connection() == nullptr) continue;
    session->log_out(text);
    if (session->connection() != nullptr) session->connection()->close_after_sending();
  }
  flush();
}

std::optional<std::string> FixDoor::alarm() {
  if (context_.alarms.empty()) return std::nullopt;
  std::string line = "ALARM: " + context_.alarms.back();
  context_.alarms.pop_back();
  return line;
}

}  // namespace hourglass::gateway::fix

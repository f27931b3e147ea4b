#include "gateway/fix/client/fix_client.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "fmt/format.h"
#include "gateway/fix/members/authentication.h"

namespace hourglass::gateway::fix {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kFixt = "FIXT.1.1";
constexpr std::string_view kLogon = "A";
constexpr std::string_view kUserRequest = "BE";
// More than a header and a trailer take, and a Logon's fields beside the password: so that no
// buffer with a password grows, which would leave a copy.
constexpr std::size_t kHeaderRoom = 256;
constexpr std::size_t kLogonRoom = 512;
constexpr std::int64_t kFix50Sp2 = 9;
// How long one look at the socket may last, so that heartbeats go out between two.
constexpr milliseconds kLongestLook{100};

std::uint64_t utc_now_ns() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

// Admin messages are never sent again but filled over.
bool is_admin(std::string_view type) {
  return type.size() == 1 && std::string_view("012345A").find(type) != std::string_view::npos;
}

bool is_logout(const Message& message) {
  return message.type() == "5";
}

std::optional<std::uint32_t> sequence_in(const Message& message, std::uint32_t tag) {
  const auto number = parse_number(message.value(tag));
  if (!number || *number < 0 || *number > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

// Garbled messages are passed over, as if they had not come.
bool is_garbled(const Message& message) {
  const std::string_view text = message.text();
  const std::size_t trailer = text.rfind("10=");
  return !message.is_complete() || trailer == std::string_view::npos ||
         parse_number(message.value(10)) != std::int64_t{checksum(text.substr(0, trailer))};
}

}  // namespace

FixClient::FixClient(ClientSettings settings)
    : settings_(std::move(settings)), password_(settings_.password) {
  sodium_memzero(settings_.password.data(), settings_.password.size());
  settings_.password.clear();
}

absl::Status FixClient::connect_socket() {
  if (!settings_.tls) return socket_.connect(settings_.host, settings_.port);
  const auto context = TlsContext::for_member(*settings_.tls);
  if (!context.ok()) return context.status();
  return socket_.connect(settings_.host, settings_.port, &*context);
}

absl::Status FixClient::connect() {
  framer_ = Framer();
  ahead_.clear();
  std::erase_if(inbox_, is_logout);  // of the connection before
  logged_on_ = logout_sent_ = gap_asked_ = test_asked_ = false;
  end_ = absl::OkStatus();
  absl::Status status = connect_socket();
  last_sent_ = last_received_ = Clock::now();
  return status;
}

absl::Status FixClient::write_logon(std::uint64_t now_ns, MessageWriter& writer) const {
  writer.begin(kLogon);
  writer.reserve(kLogonRoom);
  if (!settings_.secret_key_hex.empty()) {
    std::string sending_time;
    append_utc_timestamp(sending_time, now_ns, Precision::kMicroseconds);
    const std::string sequence = fmt::format("{}", settings_.next_sender);
    LogonClaim claim;
    claim.sender = settings_.comp_id;
    claim.target = settings_.target;
    claim.sequence = sequence;
    claim.sending_time = sending_time;
    if (absl::Status started = start_cryptography(); !started.ok()) return started;
    const auto signature = sign(settings_.secret_key_hex, signed_text(claim));
    if (!signature.ok()) return signature.status();
    writer.number(95, static_cast<std::int64_t>(signature->size())).text(96, *signature);
  }
  writer.number(98, 0).number(108, settings_.heart_bt_seconds);
  if (settings_.reset_numbers) writer.character(141, 'Y');
  writer.text(553, settings_.username).text(554, password_.view());
  if (settings_.send_next_expected) writer.number(789, settings_.next_target);
  if (settings_.begin_string == kFixt) writer.number(1137, kFix50Sp2);
  return absl::OkStatus();
}

absl::Status FixClient::logon() {
  if (settings_.reset_numbers) {
    settings_.next_sender = settings_.next_target = 1;
    sent_.clear();
  }
  const std::uint64_t now_ns = utc_now_ns();
  MessageWriter writer;
  const absl::Cleanup wipe = [&writer] { writer.wipe(); };
  absl::Status status = write_logon(now_ns, writer);
  if (status.ok()) status = transmit(kLogon, writer.body(), now_ns);
  if (!status.ok()) return status;
  const Clock::time_point end = Clock::now() + settings_.patience;
  while (!logged_on_ && Clock::now() < end) {
    absl::Status status = pump(kLongestLook);
    const auto refusal = std::find_if(inbox_.begin(), inbox_.end(), is_logout);
    if (refusal != inbox_.end()) {
      status = absl::UnauthenticatedError(std::string(refusal->value(58)));
      inbox_.erase(refusal);
      socket_.close();
    }
    if (!status.ok()) return status;
  }
  if (logged_on_) return absl::OkStatus();
  socket_.close();
  return absl::DeadlineExceededError("the venue did not answer the Logon");
}

void FixClient::tell_numbers() const {
  if (settings_.on_numbers) settings_.on_numbers(settings_.next_sender, settings_.next_target);
}

void FixClient::set_next_target(std::uint32_t sequence) {
  settings_.next_target = sequence;
  tell_numbers();
}

absl::Status FixClient::transmit(std::string_view msg_type, std::string_view body,
                                 std::uint64_t now_ns) {
  if (!socket_.is_open()) return absl::UnavailableError("not connected");
  const std::uint32_t sequence = settings_.next_sender++;
  tell_numbers();
  out_.clear();
  out_.reserve(body.size() + kHeaderRoom);
  append_message(out_,
                 {.begin_string = settings_.begin_string,
                  .sender = settings_.comp_id,
                  .target = settings_.target,
                  .sequence = sequence,
                  .sending_time_ns = now_ns},
                 msg_type, body);
  // What has a password is not kept: a resend fills its number.
  const bool is_secret = msg_type == kLogon || msg_type == kUserRequest;
  if (!is_admin(msg_type) && !is_secret) {
    sent_[sequence] = out_;
    if (sent_.size() > kMaxKeptMessages) sent_.erase(sent_.begin());
  }
  last_sent_ = Clock::now();
  const absl::Status status = socket_.send(out_);
  if (is_secret) sodium_memzero(out_.data(), out_.size());
  return status;
}

absl::StatusOr<std::uint32_t> FixClient::send(std::string_view msg_type, std::string_view body) {
  const std::uint32_t sequence = settings_.next_sender;
  if (absl::Status status = transmit(msg_type, body, utc_now_ns()); !status.ok()) return status;
  return sequence;
}

absl::StatusOr<std::optional<Message>> FixClient::wait_for(const Wanted& wanted,
                                                           Milliseconds patience) {
  const Clock::time_point end = Clock::now() + patience;
  std::size_t seen = 0;  // of the inbox; pump() only adds to its end
  for (bool last = false;; last = Clock::now() >= end) {  // ends: with a message or the time
    for (; seen < inbox_.size(); ++seen) {
      if (!wanted(inbox_[seen])) continue;
      const auto at = inbox_.begin() + static_cast<std::ptrdiff_t>(seen);
      std::optional<Message> found(std::move(*at));
      inbox_.erase(at);
      return found;
    }
    if (last) return std::optional<Message>();
    const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
    const absl::Status status = pump(std::clamp(left, milliseconds(0), kLongestLook));
    // What came before the end of the connection is still given.
    if (!status.ok() && seen == inbox_.size()) return status;
  }
}

absl::StatusOr<std::optional<Message>> FixClient::receive(Milliseconds patience) {
  return wait_for([](const Message&) { return true; }, patience);
}

absl::StatusOr<std::optional<std::string>> FixClient::receive_raw(Milliseconds patience) {
  const Clock::time_point end = Clock::now() + patience;
  for (bool last = false;; last = Clock::now() >= end) {  // ends: with a message or the time
    std::string_view message;
    const Framer::Result result = framer_.next(message);
    if (result == Framer::Result::kMessage) return std::optional<std::string>(message);
    if (result == Framer::Result::kTooLong) return break_off("the venue's message is too long");
    if (last) return std::optional<std::string>();
    received_.clear();
    const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
    const auto got = socket_.receive(received_, std::max(left, milliseconds(0)));
    if (!got.ok()) return got.status();
    framer_.add(received_);
  }
}

absl::Status FixClient::logout() {
  logout_sent_ = true;
  if (absl::Status status = transmit("5", "", utc_now_ns()); !status.ok()) return status;
  const Clock::time_point end = Clock::now() + settings_.patience;
  while (logged_on_ && Clock::now() < end) {
    if (absl::Status status = pump(kLongestLook); !status.ok()) break;
  }
  socket_.close();
  if (!logged_on_) return absl::OkStatus();
  logged_on_ = false;
  return absl::DeadlineExceededError("the venue did not answer the Logout");
}

// Why the session ended stays the answer until the next connect().
absl::Status FixClient::pump(Milliseconds patience) {
  if (end_.ok()) end_ = read_and_handle(patience);
  if (!end_.ok()) logged_on_ = false;
  return end_;
}

// Reads what is there and does what it asks for.
absl::Status FixClient::read_and_handle(Milliseconds patience) {
  if (absl::Status status = keep_alive(); !status.ok()) return status;
  received_.clear();
  const auto got = socket_.receive(received_, patience);
  if (!got.ok()) return got.status();
  if (*got) {
    last_received_ = Clock::now();
    test_asked_ = false;
    framer_.add(received_);
  }
  for (;;) {  // ends: each round takes a message off the framer
    std::string_view text;
    const Framer::Result result = framer_.next(text);
    if (result == Framer::Result::kNeedMore) return absl::OkStatus();
    if (result == Framer::Result::kTooLong) return break_off("the venue's message is too long");
    Message message(text);
    if (is_garbled(message)) continue;
    if (absl::Status status = take(std::move(message)); !status.ok()) return status;
  }
}

// The same patience as QuickFIX: a TestRequest after 1.2 intervals of silence, the end after 2.4.
absl::Status FixClient::keep_alive() {
  if (!logged_on_) return absl::OkStatus();
  const Clock::time_point now = Clock::now();
  const milliseconds interval{std::int64_t{1000} * settings_.heart_bt_seconds};
  if (now - last_received_ > interval * 12 / 5) return break_off("the venue is silent");
  if (now - last_received_ > interval * 6 / 5 && !test_asked_) {
    test_asked_ = true;
    writer_.begin("1");
    writer_.text(112, "ALIVE");
    return transmit("1", writer_.body(), utc_now_ns());
  }
  if (now - last_sent_ >= interval) return transmit("0", "", utc_now_ns());
  return absl::OkStatus();
}

absl::Status FixClient::take(Message message) {
  const auto sequence = sequence_in(message, 34);
  if (!sequence) return break_off("the venue's message has no MsgSeqNum (34)");
  const std::string_view type = message.type();
  if (type == "4" && message.value(123) != "Y") {
    const auto next = sequence_in(message, 36);
    if (next && *next > settings_.next_target) set_next_target(*next);
    return absl::OkStatus();
  }
  if (type == "A" && message.value(141) == "Y") set_next_target(1);
  // These two are answered at once: who waits for a gap to close before may wait for ever.
  const bool too_high = *sequence > settings_.next_target;
  if (type == "2" && too_high) {
    absl::Status status =
        resend(sequence_in(message, 7).value_or(0), sequence_in(message, 16).value_or(0));
    if (!status.ok()) return status;
  }
  // One that refuses our Logon has a number that is none of the session's.
  const bool is_refusal = type == "5" && !logged_on_ && *sequence == 1;
  if (is_refusal || (type == "5" && too_high)) return handle(std::move(message));
  if (too_high) return ahead(std::move(message), *sequence);
  if (*sequence < settings_.next_target) {
    if (message.value(43) != "Y") {
      return break_off(fmt::format("the venue's MsgSeqNum is too low, {} and not {}", *sequence,
                                   settings_.next_target));
    }
    ++repeat_count_;
    return absl::OkStatus();
  }
  return take_in_turn(std::move(message), *sequence);
}

// Handles the message whose turn it is, and those behind it that came before.
absl::Status FixClient::take_in_turn(Message message, std::uint32_t sequence) {
  const std::uint32_t next = message.type() == "4"
                                 ? std::max(sequence_in(message, 36).value_or(0), sequence + 1)
                                 : sequence + 1;
  if (absl::Status status = handle(std::move(message)); !status.ok()) return status;
  set_next_target(next);
  while (!ahead_.empty() && ahead_.begin()->first <= settings_.next_target) {
    auto first = ahead_.extract(ahead_.begin());
    if (first.key() < settings_.next_target) continue;  // filled over
    const std::string_view type = first.mapped().type();
    // These were dealt with when they came.
    if (type != "2" && type != "A") {
      if (absl::Status status = handle(std::move(first.mapped())); !status.ok()) return status;
    }
    set_next_target(first.key() + 1);
  }
  if (ahead_.empty()) gap_asked_ = false;
  return absl::OkStatus();
}

absl::Status FixClient::ahead(Message message, std::uint32_t sequence) {
  if (message.type() == "A") {
    if (absl::Status status = take_logon(message); !status.ok()) return status;
  }
  if (ahead_.size() == kMaxKeptMessages) return break_off("too many messages ahead of a gap");
  // With 789 in our Logon the venue sends them without being asked.
  const bool comes_anyway = settings_.send_next_expected && message.type() == "A";
  ahead_.emplace(sequence, std::move(message));
  if (gap_asked_) return absl::OkStatus();
  gap_asked_ = true;
  if (comes_anyway) return absl::OkStatus();
  writer_.begin("2");
  writer_.number(7, settings_.next_target).number(16, 0);
  return transmit("2", writer_.body(), utc_now_ns());
}

absl::Status FixClient::take_logon(const Message& message) {
  logged_on_ = true;
  // With 789 the venue says what it lacks instead of asking.
  const auto expected = sequence_in(message, 789);
  if (!expected || *expected >= settings_.next_sender) return absl::OkStatus();
  return resend(*expected, 0);
}

absl::Status FixClient::handle(Message message) {
  const std::string_view type = message.type();
  if (type == "0" || type == "4") return absl::OkStatus();
  if (type == "A") return take_logon(message);
  if (type == "1") {
    writer_.begin("0");
    writer_.text(112, message.value(112));
    return transmit("0", writer_.body(), utc_now_ns());
  }
  if (type == "2") {
    return resend(sequence_in(message, 7).value_or(0), sequence_in(message, 16).value_or(0));
  }
  absl::Status status;
  if (type == "5") {
    if (!logout_sent_) {
      logout_sent_ = true;
      status = transmit("5", "", utc_now_ns());
    }
    logged_on_ = false;
  }
  if (inbox_.size() == kMaxKeptMessages) return break_off("too many messages not asked for");
  inbox_.push_back(std::move(message));
  return status;
}

// Sends messages `begin` to `end` again, 0 for the last; what is not kept is filled over.
absl::Status FixClient::resend(std::uint32_t begin, std::uint32_t end) {
  const std::uint32_t last = settings_.next_sender - 1;
  begin = std::max(begin, 1U);
  end = end == 0 ? last : std::min(end, last);
  std::uint32_t from = begin;  // first one not yet answered for
  for (auto message = sent_.lower_bound(begin); message != sent_.end(); ++message) {
    if (message->first > end) break;
    if (absl::Status status = gap_fill(from, message->first); !status.ok()) return status;
    out_.clear();
    if (append_resent(out_, message->second, utc_now_ns(), Precision::kMicroseconds)) {
      if (absl::Status status = socket_.send(out_); !status.ok()) return status;
      from = message->first + 1;
    }
  }
  return gap_fill(from, end + 1);
}

// SequenceReset-GapFill from number `begin` to before `next`; nothing where that is none.
absl::Status FixClient::gap_fill(std::uint32_t begin, std::uint32_t next) {
  if (begin >= next) return absl::OkStatus();
  const std::uint64_t now_ns = utc_now_ns();
  std::string now;
  append_utc_timestamp(now, now_ns, Precision::kMicroseconds);
  writer_.begin("4");
  writer_.number(36, next).character(123, 'Y');
  out_.clear();
  append_message(out_,
                 {.begin_string = settings_.begin_string,
                  .sender = settings_.comp_id,
                  .target = settings_.target,
                  .sequence = begin,
                  .sending_time_ns = now_ns,
                  .poss_dup = true,
                  .orig_sending_time = now},
                 writer_.msg_type(), writer_.body());
  last_sent_ = Clock::now();
  return socket_.send(out_);
}

// Ends the session for the venue's fault: tells it and closes.
absl::Status FixClient::break_off(std::string text) {
  writer_.begin("5");
  writer_.text(58, text);
  static_cast<void>(transmit("5", writer_.body(), utc_now_ns()));
  socket_.close();
  logged_on_ = false;
  return absl::AbortedError(text);
}

}  // namespace hourglass::gateway::fix

#include "gateway/fix/door/door_session.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "engine/base/assert.h"
#include "fmt/format.h"
#include "gateway/fix/door/original_time.h"
#include "gateway/fix/door/plain_message.h"
#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

constexpr std::string_view kLogout = "5";
constexpr std::string_view kSequenceReset = "4";
constexpr std::string_view kLogon = "A";
constexpr std::string_view kResendRequest = "2";
constexpr std::string_view kUserRequest = "BE";

bool is_admin(std::string_view type) {
  return type.size() == 1 && std::string_view("0123456A").find(type.front()) != type.npos;
}

std::string_view begin_string(FixVersion version) {
  return version == FixVersion::kFix44 ? "FIX.4.4" : "FIXT.1.1";
}

SessionIdentity identity_of(const Member& member, const DoorContext& context) {
  return {.begin_string = std::string(begin_string(member.version)),
          .sender = context.venue,
          .target = member.comp_id,
          .default_appl_ver_id = "9",
          .timestamp_digits = static_cast<std::int32_t>(context.precision),
          .reset_on_logon = context.for_conformance,
          .max_latency_seconds = context.max_latency_seconds,
          .write_anew = context.for_conformance};
}

}  // namespace

DoorSession::DoorSession(const Member& member, std::unique_ptr<SessionFile> file,
                         const Dictionaries& dictionaries, SessionApplication& application,
                         DoorContext& context)
    : orders(member.orders_per_second),
      cancels(member.cancels_per_second),
      queries(kQueriesPerSecond),
      member_(member),
      file_(std::move(file)),
      dictionaries_(dictionaries),
      application_(application),
      context_(context),
      credentials_(++context.credentials_made) {}

DoorSession::~DoorSession() {
  if (connection_) connection_->session = nullptr;
}

bool DoorSession::is_logged_on() const noexcept {
  return quickfix_ != nullptr && quickfix_->is_logged_on();
}

void DoorSession::attach(std::shared_ptr<Connection> connection, std::string_view logon) {
  HG_ASSERT(connection_ == nullptr && !has_in_flight(), member_.session);
  connection_ = std::move(connection);
  connection_->session = this;
  connection_->stage = Connection::Stage::kLoggedOn;
  logged_out_ = ended_by_us_ = false;
  resend_ = {};
  withheld_from_ = 0;
  told_damage_ = false;
  ahead_of_gap_ = highest_ahead_ = 0;
  ahead_of_gap_bytes_ = 0;
  if (!quickfix_) {
    quickfix_ = std::make_unique<QuickFixSession>(identity_of(member_, context_), dictionaries_,
                                                  *this, *this);
  }
  fields_.parse(logon);
  if (!check_next_expected(fields_)) return;
  // Numbers its Logon does not know of were used, and will be used again for something else.
  const auto logon_number = parse_number(fields_.value(kMsgSeqNum));
  if (logon_number && *logon_number >= std::int64_t{file_->next_target()}) {
    file_->forget_dealt_with(
        static_cast<std::uint32_t>(std::min<std::int64_t>(*logon_number, INT32_MAX)));
  }
  const std::uint32_t answer = file_->next_sender();
  const auto expected = parse_number(fields_.value(kNextExpectedMsgSeqNum));
  quickfix_->answer_next_expected(expected.has_value());
  quickfix_->connected();
  const bool resets = fields_.value(kResetSeqNumFlag) == "Y";
  receive(logon);
  // Passed over in silence, as QuickFIX does with some: the peer would wait, and others for it.
  if (connection_ && !is_logged_on()) {
    const bool was_told = connection_->is_closing() || connection_->unsent_bytes() != 0;
    if (was_told) {
      connection_->close_after_sending();
    } else {
      refuse_logon("the Logon has a field that is unknown, given twice or of no valid value");
    }
  }
  // 789 asks for what the other side missed, without a ResendRequest of its own.
  const bool asks = expected && *expected > 0 && *expected < std::int64_t{answer};
  if (is_logged_on() && !resets && asks) {
    on_resend_request(static_cast<std::uint32_t>(*expected), answer - 1);
  }
}

// A 789 beyond what was ever sent: one of the two has lost its numbers, and nothing may be assumed.
bool DoorSession::check_next_expected(const Fields& fields) {
  const auto expected = parse_number(fields.value(kNextExpectedMsgSeqNum));
  if (!expected || *expected <= file_->next_sender()) return true;
  refuse_logon(fmt::format("NextExpectedMsgSeqNum too high, expecting {} or less but received {}",
                           file_->next_sender(), *expected));
  return false;
}

void DoorSession::refuse_logon(std::string_view why) {
  MessageWriter writer;
  writer.begin("5");
  writer.text(kText, why);
  out_.clear();
  append_message(out_, header(kNoSessionsNumber), writer.msg_type(), writer.body());
  connection_->send(out_);
  connection_->close_after_sending();
}

// Nothing goes to the wire before the file has all of it: an answer with a number, and that the
// message it answers was dealt with.
void DoorSession::receive(std::string_view text) {
  {
    const SessionFile::Step step(*file_);
    is_taking_ = true;
    take(text);
    is_taking_ = false;
  }
  if (std::exchange(is_to_close_, false)) disconnect();
}

void DoorSession::take(std::string_view text) {
  in_.assign(text);
  // Garbled: nobody could tell a member which tag that was.
  const bool has_parsed = fields_.parse(in_);
  if (!has_parsed && !has_tags(in_)) return;
  const std::uint32_t expected = file_->next_target();
  const auto sequence = parse_number(fields_.value(kMsgSeqNum));
  const std::uint32_t number = sequence && *sequence > 0 && *sequence <= INT32_MAX
                                   ? static_cast<std::uint32_t>(*sequence)
                                   : 0;
  const bool has_password =
      fields_.value(kMsgType) == kLogon || fields_.value(kMsgType) == kUserRequest;
  const absl::Cleanup wipe = [this, has_password] {
    if (has_password) sodium_memzero(in_.data(), in_.size());
  };
  if (is_to_be_passed_over(number, expected, has_parsed)) pass_over(number);
  const std::string_view type = fields_.value(kMsgType);
  const bool is_logout = type == kLogout;
  // QuickFIX would take it, numbers reset and all, whatever is under way.
  if (type == kLogon && is_logged_on() && !context_.for_conformance) {
    log_out("already logged on");
    return disconnect();
  }
  // A garbled one has no number to be at fault.
  const bool is_garbled = has_parsed && !is_whole(fields_, in_);
  if (number == 0 && !context_.for_conformance && !is_garbled) {
    log_out("MsgSeqNum (34) must be a number from 1 to 2147483647");
    return disconnect();
  }
  if (number == expected && take_plainly(number)) return;
  if (is_logged_on() && !has_room_ahead(type, number, in_.size())) return;
  if (is_logout && !ended_by_us_) logged_out_ = true;
  // QuickFIX counts a Logout that comes ahead of a gap as the message missing there.
  keeps_target_ = is_logout && number > expected;
  quickfix_->next(in_, number);
  keeps_target_ = false;
  // One that was garbled ends nothing.
  if (is_logged_on()) logged_out_ = false;
  if (ahead_of_gap_ != 0 && file_->next_target() > highest_ahead_) {
    ahead_of_gap_ = 0;
    ahead_of_gap_bytes_ = 0;
    // A gap that was closed by a number beyond them left them where they are.
    quickfix_->forget_ahead();
  }
}

bool DoorSession::is_to_be_passed_over(std::uint32_t number, std::uint32_t expected,
                                       bool has_parsed) {
  const std::string_view type = fields_.value(kMsgType);
  // One below the number expected is no repeat over a crash: QuickFIX has its rules for that. What
  // moves numbers by itself is left as it is: it may speak of more than its own.
  const bool moves_numbers = type == kLogon || type == kResendRequest || type == kSequenceReset;
  if (!moves_numbers && number >= expected && file_->was_dealt_with(number)) {
    return is_whole(fields_, in_);
  }
  // Of application messages QuickFIX sees to the rest first: on_application() looks at theirs.
  return number == expected && is_admin(type) && is_logged_on() && has_parsed &&
         is_whole(fields_, in_) && refuse_original_time();
}

// So QuickFIX counts it, in its turn, and goes on with what waits behind it.
void DoorSession::pass_over(std::uint32_t number) {
  std::string time;
  append_utc_timestamp(time, context_.now_ns, context_.precision);
  sodium_memzero(in_.data(), in_.size());  // it may have had a password
  in_.clear();
  append_message(in_,
                 {.begin_string = begin_string(member_.version),
                  .sender = member_.comp_id,
                  .target = context_.venue,
                  .sequence = number,
                  .sending_time_ns = context_.now_ns,
                  .precision = context_.precision,
                  .poss_dup = true,
                  .orig_sending_time = time},
                 kSequenceReset, fmt::format("36={}{}123=Y{}", number + 1, kSoh, kSoh));
  fields_.parse(in_);
}

// Of an order's way through the door QuickFIX's part was half. A conformance test is of QuickFIX's.
bool DoorSession::take_plainly(std::uint32_t number) {
  if (context_.for_conformance || highest_ahead_ >= number || !quickfix_->is_in_step())
    return false;
  const PlainHeader header{.begin_string = begin_string(member_.version),
                           .sender = member_.comp_id,
                           .target = context_.venue,
                           .now_ns = context_.now_ns,
                           .max_latency_ns = kNsPerSecond * static_cast<std::uint64_t>(
                                                                context_.max_latency_seconds - 1)};
  if (!is_plain(fields_, in_, dictionaries_.plain_rules(), header)) return false;
  const Judgement judgement = application_.on_message(*this, fields_, in_);
  if (judgement.disposition == Disposition::kTaken) {
    quickfix_->note_received(context_.now_ns);
    set_next_target(number + 1);
  } else {
    judged_ = judgement;
    quickfix_->next(in_, number);
    judged_.reset();
  }
  return true;
}

// QuickFIX keeps what comes ahead of a gap, but for resend requests, logouts and resets; a peer may
// not fill our memory with it. What is dropped comes again with the resend.
bool DoorSession::has_room_ahead(std::string_view type, std::uint32_t number, std::size_t bytes) {
  if (number <= file_->next_target()) return true;
  const bool is_kept = type != kResendRequest && type != kLogout &&
                       (type != kSequenceReset || fields_.value(kGapFillFlag) == "Y");
  if (!is_kept) return true;
  if (ahead_of_gap_ >= kMaxAheadOfGap || ahead_of_gap_bytes_ + bytes > kMaxAheadOfGapBytes) {
    return false;
  }
  ++ahead_of_gap_;
  ahead_of_gap_bytes_ += bytes;
  highest_ahead_ = std::max(highest_ahead_, number);
  return true;
}

// QuickFIX looks at 122 where the number is too low, and not where it is the next.
bool DoorSession::refuse_original_time() {
  const OriginalTime fault = check_original_time(fields_);
  if (fault == OriginalTime::kGood) return false;
  MessageWriter writer;
  write_original_time_reject(fields_, fault, writer);
  const bool is_told = send_of_session(writer);
  if (is_told && fault == OriginalTime::kAfterSending) {
    log_out("OrigSendingTime (122) is after SendingTime (52)");
  }
  return true;
}

void DoorSession::detach() {
  if (!connection_) return;
  connection_->session = nullptr;
  connection_.reset();
  resend_ = {};
  withheld_from_ = 0;
  if (quickfix_) quickfix_->lost();
}

// A resend first: what is new stands behind it.
void DoorSession::on_writable() {
  continue_resend();
  if (takes_more()) application_.on_writable(*this);
}

bool DoorSession::takes_more() const noexcept {
  return is_logged_on() && connection_ && connection_->is_open() && !connection_->is_closing() &&
         resend_.empty() && connection_->unsent_bytes() < kWritableBelowBytes;
}

// QuickFIX's own deadline moves on with whatever is sent; who does not answer would trade on.
void DoorSession::tick() {
  if (quickfix_ && connection_ && !connection_->is_closing()) quickfix_->tick();
  if (connection_ && ended_by_us_ && context_.now_ns > ended_ns_ + kLogoutWithinNs) {
    connection_->close("no answer to our Logout");
  }
}

void DoorSession::log_out(const std::string& text) {
  if (!ended_by_us_) ended_ns_ = context_.now_ns;
  ended_by_us_ = true;
  if (quickfix_ && connection_) quickfix_->log_out(text);
}

void DoorSession::send_on_behalf_of(std::string_view comp_id, const MessageWriter& writer,
                                    std::uint32_t report_number) {
  if (!trouble_.empty()) return;
  const std::uint32_t sequence = file_->next_sender();
  out_.clear();
  MessageHeader its_header = header(sequence);
  its_header.poss_resend = possibly_resent_ && report_number != 0;
  its_header.on_behalf_of = comp_id;
  append_message(out_, its_header, writer.msg_type(), writer.body());
  if (!put(sequence, out_, true, report_number) || !is_logged_on()) return;
  send(out_);
  quickfix_->note_sent(context_.now_ns);
}

bool DoorSession::send_of_session(const MessageWriter& writer) {
  const std::uint32_t sequence = file_->next_sender();
  out_.clear();
  append_message(out_, header(sequence), writer.msg_type(), writer.body());
  if (!put(sequence, out_, false, 0)) return false;
  send(out_);
  quickfix_->note_sent(context_.now_ns);
  return true;
}

bool DoorSession::can_stream() const noexcept {
  return trouble_.empty() && resend_.empty() && is_logged_on() && connection_ != nullptr &&
         connection_->is_open() && !connection_->is_closing() &&
         connection_->unsent_bytes() < kWritableBelowBytes;
}

bool DoorSession::stream(const MessageWriter& writer) {
  const std::uint32_t sequence = file_->next_sender();
  if (!can_stream() || !file_->use_number()) return false;
  out_.clear();
  append_message(out_, header(sequence), writer.msg_type(), writer.body());
  connection_->send(out_);
  quickfix_->note_sent(context_.now_ns);
  return true;
}

void DoorSession::pushed(std::uint32_t sequence) {
  if (sequence == 0) {
    ++disconnects_in_flight_;
  } else {
    in_flight_.push_back(sequence);
  }
}

void DoorSession::answered(std::uint32_t sequence) {
  if (sequence == 0) {
    if (disconnects_in_flight_ != 0) --disconnects_in_flight_;
    return;
  }
  while (!in_flight_.empty() && in_flight_.front() <= sequence) in_flight_.pop_front();
  file_->set_safe_target(in_flight_.empty() ? file_->next_target() : in_flight_.front());
}

// A message whose answer could not be recorded is not counted: it is asked for again.
void DoorSession::set_next_target(std::uint32_t sequence) {
  if (keeps_target_ || !trouble_.empty()) return;
  const std::uint32_t before = file_->next_target();
  file_->set_next_target(sequence);
  if (in_flight_.empty()) return file_->set_safe_target(sequence);
  // The one in hand became a command, or else the door has dealt with it.
  file_->note_dealt_with(std::max(before, in_flight_.back() + 1), sequence);
}

bool DoorSession::record(std::uint32_t sequence, const std::string& text, bool is_application) {
  return put(sequence, text, is_application, 0);
}

bool DoorSession::put(std::uint32_t sequence, std::string_view text, bool is_application,
                      std::uint32_t report_number) {
  const absl::Status status = file_->put(sequence, text, is_application, report_number);
  if (status.ok()) return true;
  trouble_ = std::string(status.message());
  context_.alarms.push_back(
      fmt::format("the FIX session of {} records nothing any more and is closed until the venue "
                  "starts again: {}",
                  member_.comp_id, trouble_));
  if (connection_) connection_->close("its messages cannot be recorded");
  return false;
}

MessageHeader DoorSession::header(std::uint32_t sequence) const {
  return {.begin_string = begin_string(member_.version),
          .sender = context_.venue,
          .target = member_.comp_id,
          .sequence = sequence,
          .sending_time_ns = context_.now_ns,
          .precision = context_.precision};
}

void DoorSession::reset_numbers() {
  file_->reset(context_.applied, context_.now_ns);
  file_->set_safe_target(file_->next_target());
  resend_ = {};
  withheld_from_ = 0;
}

// While a resend goes on, what is new waits in the file: it is sent in its turn.
void DoorSession::send(const std::string& bytes) {
  if (!connection_ || is_to_close_ || connection_->is_closing()) return;
  if (!resend_.empty()) {
    if (withheld_from_ == 0) withheld_from_ = file_->next_sender() - 1;
    return;
  }
  if (!connection_->has_room(bytes.size())) return cut_off();
  connection_->send(bytes);
}

// Not by QuickFIX, which may be in the midst of a message. Who reads on has it; for who does not
// the connection's end comes with tick(). What was not sent, and what is recorded from now on,
// comes by a resend behind the next Logon.
void DoorSession::cut_off() {
  ended_by_us_ = true;
  ended_ns_ = context_.now_ns;
  MessageWriter writer;
  writer.begin(kLogout);
  writer.text(kText, "messages are not read");
  const std::uint32_t sequence = file_->next_sender();
  out_.clear();
  append_message(out_, header(sequence), writer.msg_type(), writer.body());
  if (!put(sequence, out_, false, 0)) return;
  connection_->send(out_);
  disconnect();
}

void DoorSession::disconnect() {
  if (is_taking_) {
    is_to_close_ = true;
  } else if (connection_) {
    connection_->close_after_sending();
  }
}

// QuickFIX looks at no date, and takes the 31st of any month in a time.
Judgement DoorSession::on_application(const std::string& text) {
  if (judged_) return *std::exchange(judged_, std::nullopt);
  fields_.parse(text);
  if (refuse_original_time()) return {Disposition::kTaken, 0};
  if (const std::uint32_t tag = misdated_tag(fields_, dictionaries_.dated_tags()); tag != 0) {
    return {Disposition::kWrongFormat, static_cast<std::int32_t>(tag)};
  }
  return application_.on_message(*this, fields_, text);
}

void DoorSession::on_logon() {
  file_->set_logged_out(false);
  application_.on_logon(*this);
}

void DoorSession::on_logout() {
  file_->set_logged_out(logged_out_);
  application_.on_logout(*this, !logged_out_);
}

}  // namespace hourglass::gateway::fix

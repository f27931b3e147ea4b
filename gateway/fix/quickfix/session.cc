#include "gateway/fix/quickfix/session.h"

#include <quickfix/DataDictionaryProvider.h>
#include <quickfix/Session.h>
#include <quickfix/SessionState.h>

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <sstream>
#include <utility>
#include <vector>

#include "gateway/fix/quickfix/plain_rules_builder.h"

namespace hourglass {
namespace gateway {
namespace fix {
namespace {

const std::int32_t kNextExpectedMsgSeqNum = 789;
const char kFixt11[] = "FIXT.1.1";
const std::size_t kMaxNumberDigits = 10;

// QuickFIX asks for times of day outside which a session is closed. Ours never is: equal ends are
// the whole day, and the store says it was created at the very time QuickFIX is told, so that no
// midnight falls between the two and ends the session.
FIX::TimeRange always() {
  return FIX::TimeRange(FIX::UtcTimeOnly(0, 0, 0), FIX::UtcTimeOnly(0, 0, 0));
}

// The store QuickFIX sees.
class Store : public FIX::MessageStore {
 public:
  explicit Store(NumberStore& numbers) : numbers_(numbers) {}

  bool set(int sequence, const std::string& text) throw(FIX::IOException) override {
    const std::string type = type_of(text);
    const bool is_application = !FIX::Message::isAdminMsgType(type);
    recorded_ = true;
    if (!numbers_.record(static_cast<std::uint32_t>(sequence), text, is_application)) {
      throw FIX::IOException("the message could not be recorded");
    }
    return true;
  }
  // Asked only for a resend, which the peer does by itself: see asked().
  void get(int begin, int end, std::vector<std::string>&) const throw(FIX::IOException) override {
    asked_ = true;
    begin_ = begin;
    end_ = end;
  }
  int getNextSenderMsgSeqNum() const throw(FIX::IOException) override {
    return static_cast<int>(numbers_.next_sender());
  }
  int getNextTargetMsgSeqNum() const throw(FIX::IOException) override {
    return static_cast<int>(numbers_.next_target());
  }
  void setNextSenderMsgSeqNum(int value) throw(FIX::IOException) override {
    numbers_.set_next_sender(static_cast<std::uint32_t>(value));
  }
  void setNextTargetMsgSeqNum(int value) throw(FIX::IOException) override {
    numbers_.set_next_target(static_cast<std::uint32_t>(value));
  }
  // record() has moved the number on already.
  void incrNextSenderMsgSeqNum() throw(FIX::IOException) override {
    if (!recorded_) numbers_.set_next_sender(numbers_.next_sender() + 1);
    recorded_ = false;
  }
  void incrNextTargetMsgSeqNum() throw(FIX::IOException) override {
    numbers_.set_next_target(numbers_.next_target() + 1);
  }
  FIX::UtcTimeStamp getCreationTime() const throw(FIX::IOException) override { return now_; }
  void reset() throw(FIX::IOException) override {
    if (may_reset_) numbers_.reset_numbers();
  }
  void refresh() throw(FIX::IOException) override {}

  void allow_reset(bool allowed) { may_reset_ = allowed; }
  // The time of the next look at the clock.
  const FIX::UtcTimeStamp& look() {
    now_ = FIX::UtcTimeStamp();
    return now_;
  }
  // Whether a resend was asked for since the last call, and of what.
  bool asked(std::uint32_t& begin, std::uint32_t& end) {
    begin = static_cast<std::uint32_t>(begin_);
    end = static_cast<std::uint32_t>(end_);
    return std::exchange(asked_, false);
  }
  bool is_asked() const { return asked_; }

 private:
  static std::string type_of(const std::string& text) {
    const std::string::size_type at = text.find("\00135=");
    if (at == std::string::npos) return std::string();
    return text.substr(at + 4, text.find('\001', at + 4) - at - 4);
  }

  NumberStore& numbers_;
  FIX::UtcTimeStamp now_;
  bool may_reset_ = false;
  bool recorded_ = false;
  mutable bool asked_ = false;
  mutable int begin_ = 0;
  mutable int end_ = 0;
};

// The sequence number in a field, or 0 where there is none. Throws where it is below `least`, and
// where it is none at all.
int checked_number(const FIX::Message& message, int tag, int least) {
  if (!message.isSetField(tag)) return 0;
  const std::string& text = message.getField(tag);
  const bool is_number = !text.empty() && text.size() <= kMaxNumberDigits &&
                         text.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number) throw FIX::IncorrectDataFormat(tag);
  const long number = std::strtol(text.c_str(), nullptr, 10);
  if (number > INT32_MAX) throw FIX::IncorrectDataFormat(tag);
  if (number < least) throw FIX::IncorrectTagValue(tag);
  return static_cast<int>(number);
}

bool asks_for_reset(const std::string& text) {
  return text.find("\00135=A\001") != std::string::npos &&
         text.find("\001141=Y\001") != std::string::npos;
}

class StoreFactory : public FIX::MessageStoreFactory {
 public:
  explicit StoreFactory(Store& store) : store_(store) {}
  FIX::MessageStore* create(const FIX::SessionID&) override { return &store_; }
  void destroy(FIX::MessageStore*) override {}

 private:
  Store& store_;
};

}  // namespace

struct Dictionaries::Impl {
  std::string begin_string;
  FIX::DataDictionaryProvider provider;
  PlainRules plain_rules;
  DatedTags dated_tags;
};

Dictionaries::Dictionaries(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Dictionaries::~Dictionaries() = default;

std::unique_ptr<Dictionaries> Dictionaries::parse(const std::string& begin_string,
                                                  const std::string& transport,
                                                  const std::string& application,
                                                  std::string& error) {
  try {
    std::unique_ptr<Impl> impl(new Impl);
    impl->begin_string = begin_string;
    std::istringstream transport_text(transport);
    impl->provider.addTransportDataDictionary(
        FIX::BeginString(begin_string),
        ptr::shared_ptr<FIX::DataDictionary>(new FIX::DataDictionary(transport_text)));
    // FIX 4.4's is added once more: it is what QuickFIX looks under where a message is read without
    // its session's version.
    std::istringstream application_text(application.empty() ? transport : application);
    ptr::shared_ptr<FIX::DataDictionary> messages(new FIX::DataDictionary(application_text));
    impl->provider.addApplicationDataDictionary(
        FIX::ApplVerID(application.empty() ? FIX::ApplVerID_FIX44 : FIX::ApplVerID_FIX50SP2),
        messages);
    impl->plain_rules = plain_rules_of(*messages);
    impl->dated_tags = dated_tags_of(*messages);
    return std::unique_ptr<Dictionaries>(new Dictionaries(std::move(impl)));
  } catch (const std::exception& fault) {
    error = fault.what();
    return nullptr;
  }
}

const PlainRules& Dictionaries::plain_rules() const {
  return impl_->plain_rules;
}

const DatedTags& Dictionaries::dated_tags() const {
  return impl_->dated_tags;
}

// QuickFIX's callbacks. An exception other than those it lists would end the process, so nothing of
// ours throws here but what Judgement asks for.
struct QuickFixSession::Impl : public FIX::Application, public FIX::Responder {
  Impl(const SessionIdentity& identity, NumberStore& numbers, SessionPeer& session_peer)
      : who(identity), store(numbers), factory(store), numbers(numbers), peer(session_peer) {}

  void onCreate(const FIX::SessionID&) override {}
  void onLogon(const FIX::SessionID&) override { peer.on_logon(); }
  void onLogout(const FIX::SessionID&) override { peer.on_logout(); }
  void toAdmin(FIX::Message& message, const FIX::SessionID&) override {
    if (!wants_next_expected) return;
    FIX::MsgType type;
    if (!message.getHeader().getFieldIfSet(type) || type != FIX::MsgType_Logon) return;
    // The Logon being answered is not yet counted, if it was the expected one.
    const std::uint32_t next = numbers.next_target();
    message.setField(FIX::IntField(kNextExpectedMsgSeqNum,
                                   static_cast<int>(sequence == next ? next + 1 : next)));
  }
  void toApp(FIX::Message&, const FIX::SessionID&) throw(FIX::DoNotSend) override {}
  // QuickFIX reads these numbers modulo 2^32, and a BeginSeqNo of 0 uses up a number of ours.
  void fromAdmin(const FIX::Message& message,
                 const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                              FIX::IncorrectTagValue, FIX::RejectLogon) override {
    const int begin = checked_number(message, FIX::FIELD::BeginSeqNo, 1);
    const int end = checked_number(message, FIX::FIELD::EndSeqNo, 0);
    if (end != 0 && end < begin) throw FIX::IncorrectTagValue(FIX::FIELD::EndSeqNo);
    checked_number(message, FIX::FIELD::NewSeqNo, 1);
  }
  void fromApp(const FIX::Message& message,
               const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                            FIX::IncorrectTagValue,
                                            FIX::UnsupportedMessageType) override {
    const Judgement judgement = judge(message);
    switch (judgement.disposition) {
      case Disposition::kTaken: return;
      case Disposition::kUnsupportedType: throw FIX::UnsupportedMessageType();
      case Disposition::kFieldMissing: throw FIX::FieldNotFound(judgement.tag);
      case Disposition::kWrongValue: throw FIX::IncorrectTagValue(judgement.tag);
      case Disposition::kWrongFormat: throw FIX::IncorrectDataFormat(judgement.tag);
    }
  }

  // The message in hand is handed on as it came; one that waited for a gap to close is written
  // anew.
  Judgement judge(const FIX::Message& message) {
    if (!who.write_anew && text != nullptr && sequence == numbers.next_target()) {
      return peer.on_application(*std::exchange(text, nullptr));
    }
    return peer.on_application(message.toString());
  }

  // The gap fill QuickFIX makes of an empty answer of the store's is not sent: the peer's resend is
  // in its place.
  bool send(const std::string& bytes) override {
    if (store.is_asked() && bytes.find("\00135=4\001") != std::string::npos) return true;
    peer.send(bytes);
    return true;
  }
  void disconnect() override { peer.disconnect(); }

  // It hands out its state as the log it also is.
  FIX::SessionState& state() const { return *static_cast<FIX::SessionState*>(session->getLog()); }

  // Signs of life are told only before QuickFIX looks at them: its times are costly to make.
  void tell_signs() {
    if (last_sent_ns != 0) state().lastSentTime(time_of(std::exchange(last_sent_ns, 0)));
    if (last_received_ns == 0) return;
    state().lastReceivedTime(time_of(std::exchange(last_received_ns, 0)));
    state().testRequest(0);
  }
  static FIX::UtcTimeStamp time_of(std::uint64_t time_ns) {
    return FIX::UtcTimeStamp(static_cast<time_t>(time_ns / 1000000000),
                             static_cast<int>(time_ns / 1000 % 1000000), 6);
  }

  SessionIdentity who;
  Store store;
  StoreFactory factory;
  NumberStore& numbers;
  SessionPeer& peer;
  bool wants_next_expected = false;
  const std::string* text = nullptr;  // the message in hand
  std::uint32_t sequence = 0;         // its number
  std::uint64_t last_sent_ns = 0;     // not yet told; 0: none
  std::uint64_t last_received_ns = 0;
  std::unique_ptr<FIX::Session> session;
};

QuickFixSession::QuickFixSession(const SessionIdentity& identity, const Dictionaries& dictionaries,
                                 NumberStore& store, SessionPeer& peer)
    : impl_(new Impl(identity, store, peer)) {
  impl_->session.reset(new FIX::Session(
      *impl_, impl_->factory,
      FIX::SessionID(FIX::BeginString(identity.begin_string), FIX::SenderCompID(identity.sender),
                     FIX::TargetCompID(identity.target)),
      dictionaries.impl_->provider, always(), 0, nullptr));
  FIX::Session& session = *impl_->session;
  session.setLogonTime(always());
  session.setTimestampPrecision(identity.timestamp_digits);
  session.setResetOnLogon(identity.reset_on_logon);
  session.setCheckLatency(identity.max_latency_seconds > 0);
  if (identity.max_latency_seconds > 0) session.setMaxLatency(identity.max_latency_seconds);
  session.setSenderDefaultApplVerID(identity.begin_string == kFixt11
                                        ? identity.default_appl_ver_id
                                        : std::string(FIX::ApplVerID_FIX44));
}

QuickFixSession::~QuickFixSession() = default;

void QuickFixSession::connected() {
  impl_->store.look();
  impl_->session->logon();
  impl_->session->setResponder(impl_.get());
}

void QuickFixSession::lost() {
  impl_->store.look();
  impl_->session->disconnect();
  impl_->session->setResponder(nullptr);
  impl_->last_sent_ns = impl_->last_received_ns = 0;
}

bool QuickFixSession::next(const std::string& text, std::uint32_t sequence) {
  impl_->text = &text;
  impl_->sequence = sequence;
  // Only a Logon that asks for it, for QuickFIX would reset at midnight as well.
  impl_->store.allow_reset(impl_->who.reset_on_logon || asks_for_reset(text));
  impl_->tell_signs();
  bool whole = true;
  try {
    impl_->session->next(text, impl_->store.look());
  } catch (const FIX::InvalidMessage&) {
    whole = false;
    if (!impl_->session->isLoggedOn()) impl_->peer.disconnect();
  } catch (const std::exception&) {
    // QuickFIX gave up on the message; so do we on the connection.
    impl_->session->disconnect();
  }
  impl_->store.allow_reset(false);
  impl_->text = nullptr;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  if (impl_->store.asked(begin, end)) impl_->peer.on_resend_request(begin, end);
  return whole;
}

void QuickFixSession::tick() {
  impl_->tell_signs();
  try {
    impl_->session->next(impl_->store.look());
  } catch (const std::exception&) {
    impl_->session->disconnect();
  }
}

void QuickFixSession::note_sent(std::uint64_t time_ns) {
  impl_->last_sent_ns = time_ns;
}

bool QuickFixSession::is_in_step() const {
  const FIX::SessionState& state = impl_->state();
  return state.receivedLogon() && state.sentLogon() && !state.sentLogout() &&
         !state.resendRequested();
}

void QuickFixSession::note_received(std::uint64_t time_ns) {
  impl_->last_received_ns = time_ns;
}

void QuickFixSession::forget_ahead() {
  impl_->state().clearQueue();
}

// QuickFIX sends it at its next look at the clock, which is now.
void QuickFixSession::log_out(const std::string& text) {
  impl_->session->logout(text);
  tick();
}

void QuickFixSession::answer_next_expected(bool wanted) {
  impl_->wants_next_expected = wanted;
}

bool QuickFixSession::is_logged_on() const {
  return impl_->session->isLoggedOn();
}

}  // namespace fix
}  // namespace gateway
}  // namespace hourglass

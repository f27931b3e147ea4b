#include "gateway/fix/market/trading_status.h"

#include <algorithm>

#include "gateway/fix/market/market_request.h"
#include "gateway/fix/orders/business_reject.h"
#include "gateway/fix/orders/questions.h"
#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {

using engine::EventKind;
using engine::InstrumentId;
using engine::TradingState;

namespace {

constexpr std::uint32_t kTradingSession = 336;

constexpr std::int64_t kStatusUnknown = 20;   // of 326: unknown or invalid
constexpr std::int64_t kSessionRejected = 6;  // of 340: request rejected
constexpr std::int32_t kUnknownSession = 1;   // of 567
constexpr std::int32_t kOtherReason = 99;     // of 567

constexpr std::string_view kIdIsOpen = "a subscription with this id is open";
constexpr std::string_view kTooMany = "too many subscriptions are open";
constexpr std::string_view kNoSuchId = "no subscription with this id is open";

// The id and what is asked, as FIX writes them; else which field is wrong.
Judgement check_request(const Fields& fields, std::uint32_t id_tag) {
  if (fields.value(id_tag).empty()) {
    return {Disposition::kWrongValue, static_cast<std::int32_t>(id_tag)};
  }
  const std::string_view type = fields.value(kSubscriptionRequestType);
  if (type == "0" || type == "1" || type == "2") return {Disposition::kTaken, 0};
  return {Disposition::kWrongValue, kSubscriptionRequestType};
}

}  // namespace

void TradingStatus::clear() noexcept {
  states_.clear();
  in_state_ = {};
}

// --- Events --------------------------------------------------------------------------------------

void TradingStatus::on_event(const engine::Event& event) {
  const engine::EventHeader& header = event.header();
  TradingState state{};
  if (header.kind == EventKind::kInstrumentDefined) {
    state = event.as<engine::InstrumentDefined>().state;
  } else if (header.kind == EventKind::kTradingStateChanged) {
    state = event.as<engine::TradingStateChanged>().state;
  } else {
    return;
  }
  const std::int64_t market_before = market_status();
  const std::uint32_t id = header.instrument.value();
  if (states_.size() <= id) states_.resize(id + 1);
  TradingState& its = states_[id];
  if (its != TradingState{}) --in_state_[static_cast<std::size_t>(its)];
  its = state;
  ++in_state_[static_cast<std::size_t>(state)];
  if (watchers_.size() > id) {
    // A copy: who is told may be cut off, and forgotten.
    const std::vector<Watcher> watchers = watchers_[id];
    const engine::Instrument* const instrument = reports_.instrument(header.instrument);
    for (const Watcher& watcher : watchers) {
      const auto session = sessions_.find(watcher.session.value());
      if (session == sessions_.end() || instrument == nullptr) continue;
      tell_contract(*session->second->peer, watcher.id, instrument->symbol_view(), header.time,
                    true);
    }
  }
  if (market_status() == market_before) return;
  std::vector<Watcher> watchers;
  for (const auto& [number, session] : sessions_) {
    for (const std::string& one : session->market) {
      watchers.push_back({engine::SessionId(number), one});
    }
  }
  for (const Watcher& watcher : watchers) {
    const auto session = sessions_.find(watcher.session.value());
    if (session != sessions_.end()) tell_market(*session->second->peer, watcher.id, true);
  }
}

std::int64_t TradingStatus::market_status() const noexcept {
  struct Status {
    TradingState state;
    std::int64_t fix;
  };
  for (const Status& one : {Status{TradingState::kOpen, 2}, Status{TradingState::kPause, 4},
                            Status{TradingState::kHalt, 1}}) {
    if (in_state_[static_cast<std::size_t>(one.state)] != 0) return one.fix;
  }
  return 3;
}

// --- Requests ------------------------------------------------------------------------------------

Judgement TradingStatus::security_status(MarketPeer& peer, const Fields& fields) {
  const Judgement judgement = check_request(fields, kSecurityStatusReqId);
  if (judgement.disposition != Disposition::kTaken) return judgement;
  const std::string id(fields.value(kSecurityStatusReqId));
  const std::string_view type = fields.value(kSubscriptionRequestType);
  Session& session = session_of(peer);
  const bool is_known = session.contracts.contains(id);
  if (type == "2") {
    if (is_known) {
      end_contract(session, id);
    } else {
      reject_status(peer, fields, kBusinessUnknownId, kNoSuchId);
    }
    return judgement;
  }
  InstrumentId instrument;
  const std::string_view symbol = fields.value(kSymbol);
  if (type == "1" && reports_.find_instrument(symbol, instrument) != nullptr) {
    const std::string_view refused = refuses(session, is_known);
    if (!refused.empty()) {
      reject_status(peer, fields, kBusinessOther, refused);
      return judgement;
    }
    session.contracts.emplace(id, instrument);
    if (watchers_.size() <= instrument.value()) watchers_.resize(instrument.value() + 1);
    watchers_[instrument.value()].push_back({peer.id(), id});
  }
  tell_contract(peer, id, symbol, engine::Timestamp(peer.now_ns()), false);
  return judgement;
}

Judgement TradingStatus::session_status(MarketPeer& peer, const Fields& fields) {
  const Judgement judgement = check_request(fields, kTradSesReqId);
  if (judgement.disposition != Disposition::kTaken) return judgement;
  const std::string id(fields.value(kTradSesReqId));
  const std::string_view type = fields.value(kSubscriptionRequestType);
  Session& session = session_of(peer);
  if (type == "2") {
    if (session.market.erase(id) == 0) reject_session(peer, fields, kOtherReason, kNoSuchId);
    return judgement;
  }
  if (fields.find(kTradingSession) && fields.value(kTradingSession) != kTradingSessionId) {
    reject_session(peer, fields, kUnknownSession, "the only trading session is 1");
    return judgement;
  }
  if (type == "1") {
    const std::string_view refused = refuses(session, session.market.contains(id));
    if (!refused.empty()) {
      reject_session(peer, fields, kOtherReason, refused);
      return judgement;
    }
    session.market.insert(id);
  }
  tell_market(peer, id, false);
  return judgement;
}

void TradingStatus::forget(engine::SessionId session) {
  const auto found = sessions_.find(session.value());
  if (found == sessions_.end()) return;
  while (!found->second->contracts.empty()) {  // ends: each round ends one
    end_contract(*found->second, found->second->contracts.begin()->first);
  }
  sessions_.erase(found);
}

TradingStatus::Session& TradingStatus::session_of(MarketPeer& peer) {
  std::unique_ptr<Session>& session = sessions_[peer.id().value()];
  if (session == nullptr) session = std::make_unique<Session>(Session{.peer = &peer});
  return *session;
}

std::string_view TradingStatus::refuses(const Session& session, bool is_known) const {
  if (is_known) return kIdIsOpen;
  const std::size_t open = session.contracts.size() + session.market.size();
  return open < kMaxStatusRequests ? std::string_view{} : kTooMany;
}

void TradingStatus::end_contract(Session& session, const std::string& id) {
  const auto ended = session.contracts.find(id);
  std::erase_if(watchers_[ended->second.value()], [&](const Watcher& watcher) {
    return watcher.session == session.peer->id() && watcher.id == ended->first;
  });
  session.contracts.erase(ended);
}

// --- Answers -------------------------------------------------------------------------------------

void TradingStatus::tell_contract(MarketPeer& peer, std::string_view id, std::string_view symbol,
                                  engine::Timestamp time, bool is_unasked) {
  InstrumentId instrument;
  const engine::Instrument* const found = reports_.find_instrument(symbol, instrument);
  writer_.begin("f");
  writer_.text(kSymbol, symbol).timestamp(kTransactTime, time).text(kSecurityStatusReqId, id);
  if (is_unasked) writer_.character(kUnsolicitedIndicator, 'Y');
  writer_.number(kSecurityTradingStatus,
                 found == nullptr ? kStatusUnknown : security_trading_status(found->state));
  peer.send_application(writer_);
}

void TradingStatus::tell_market(MarketPeer& peer, std::string_view id, bool is_unasked) {
  writer_.begin("h");
  if (is_unasked) writer_.character(kUnsolicitedIndicator, 'Y');
  writer_.text(kTradSesReqId, id).text(kTradingSession, kTradingSessionId);
  writer_.number(kTradSesStatus, market_status());
  peer.send_application(writer_);
}

// FIX's answer to 35=e has no field for a refusal.
void TradingStatus::reject_status(MarketPeer& peer, const Fields& fields, std::int32_t reason,
                                  std::string_view text) {
  write_business_reject(fields, {.reason = reason, .text = text}, writer_);
  peer.send_application(writer_);
}

void TradingStatus::reject_session(MarketPeer& peer, const Fields& fields, std::int32_t reason,
                                   std::string_view text) {
  const auto asked = fields.find(kTradingSession);
  writer_.begin("h");
  writer_.text(kText, text).text(kTradSesReqId, fields.value(kTradSesReqId));
  writer_.text(kTradingSession, asked.value_or(kTradingSessionId));
  writer_.number(kTradSesStatus, kSessionRejected).number(kTradSesStatusRejReason, reason);
  peer.send_application(writer_);
}

}  // namespace hourglass::gateway::fix

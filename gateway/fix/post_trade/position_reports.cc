#include "gateway/fix/post_trade/position_reports.h"

#include <algorithm>
#include <utility>

#include "engine/base/assert.h"
#include "fmt/format.h"
#include "gateway/fix/post_trade/request_terms.h"
#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {

using engine::AccountId;
using engine::InstrumentId;

namespace {

// 728 PosReqResult.
constexpr std::int32_t kValid = 0;
constexpr std::int32_t kInvalid = 1;
constexpr std::int32_t kNoPositions = 2;
constexpr std::int32_t kNotAuthorized = 3;
constexpr std::int32_t kOther = 99;

constexpr std::int64_t kCustomerSide = 1;   // 581
constexpr std::int64_t kTheoretical = 2;    // 731: no settlement price exists yet
constexpr std::int64_t kExecutingFirm = 1;  // 452

const AccountPosition* position_in(std::span<const AccountPosition> held, InstrumentId id) {
  const auto found = std::ranges::lower_bound(held, id, {}, &AccountPosition::instrument);
  return found == held.end() || found->instrument != id ? nullptr : &*found;
}

// An entry of NoPositions.
void write_qty(MessageWriter& writer, std::string_view type, std::int64_t long_qty,
               std::int64_t short_qty) {
  writer.text(703, type).number(704, long_qty).number(705, short_qty);
}

void write_net(MessageWriter& writer, std::string_view type, std::int64_t net) {
  write_qty(writer, type, std::max<std::int64_t>(net, 0), std::max<std::int64_t>(-net, 0));
}

}  // namespace

// 35=AO has an account in any case.
PositionReports::Asked PositionReports::asked_by(const DoorSession& session, const Fields& fields) {
  const auto account = fields.find(kAccount);
  return {.id = std::string(fields.value(kPosReqId)),
          .account = account ? std::string(*account)
                             : fmt::format("{}", session.member().accounts.front())};
}

void PositionReports::on_event(const engine::Event& event) {
  if (event.header().kind != engine::EventKind::kTrade) return;
  const auto& trade = event.as<engine::Trade>();
  note(trade.resting.account, trade.header.instrument);
  note(trade.incoming.account, trade.header.instrument);
}

void PositionReports::note(AccountId account, InstrumentId instrument) {
  if (subscriptions_.of(account).empty()) return;
  changed_.emplace(account.value(), instrument.value());
}

void PositionReports::tell_changes(std::uint64_t now_ns) {
  for (const Place& place : changed_) {
    const AccountId account(place.first);
    const InstrumentId id(place.second);
    if (position_in(ledger_.positions(account), id) == nullptr) continue;
    const auto open = subscriptions_.of(account);
    // A copy, since who is told may be cut off, and forgotten.
    const std::vector<Subscription> told(open.begin(), open.end());
    for (const Subscription& one : told) {
      const bool may_see = one.session->is_logged_on() && has_account(*one.session, account);
      if (!may_see || !one.wants(id)) continue;
      if (Answer* const answer = answer_of(*one.session, one.request_id)) {
        answer->changed.insert(place);
        continue;
      }
      write(*one.session, place, {.request_id = one.request_id}, now_ns);
      one.session->send_application(writer_);
    }
  }
  changed_.clear();
}

PositionReports::Answer* PositionReports::answer_of(const DoorSession& session,
                                                    std::string_view request_id) {
  const auto found = answers_.find(session.id().value());
  return found == answers_.end() || found->second.asked.id != request_id ? nullptr : &found->second;
}

// It is looked up each time: a message that cannot be recorded ends the session, and forgets this.
void PositionReports::go_on(DoorSession& session) {
  while (session.takes_more()) {  // ends: with the answer
    const auto found = answers_.find(session.id().value());
    if (found == answers_.end()) return;
    tell_next(session, found);
  }
}

std::optional<PositionReports::Place> PositionReports::take_place(const DoorSession& session,
                                                                  Answer& answer) {
  while (answer.has_rows()) {  // ends: each round passes a row
    const Place place = answer.rows[answer.next++];
    answer.changed.erase(place);
    if (has_account(session, AccountId(place.first))) return place;
    answer.has_left_out = true;
  }
  if (answer.has_left_out) return std::nullopt;
  while (!answer.changed.empty()) {  // ends: each round takes one off
    const Place place = *answer.changed.begin();
    answer.changed.erase(answer.changed.begin());
    if (has_account(session, AccountId(place.first))) return place;
  }
  return std::nullopt;
}

// One message, or the end of an answer that has none left.
void PositionReports::tell_next(DoorSession& session, Answers::iterator found) {
  Answer& answer = found->second;
  const bool is_of_answer = answer.has_rows();
  const Asked asked = answer.asked;
  const auto total = static_cast<std::uint32_t>(answer.rows.size());
  const std::optional<Place> place = take_place(session, answer);
  std::optional<Result> result;
  if (!place && std::exchange(answer.has_left_out, false)) {
    result = Result{kNotAuthorized, "an account was taken from this session: not all is told"};
  } else if (!place) {
    result = std::exchange(answer.end, std::nullopt);
  }
  if (answer.is_told()) answers_.erase(found);
  if (result) return acknowledge(session, asked, *result, 0);
  if (!place) return;
  write(session, *place, {.request_id = asked.id, .total = is_of_answer ? total : 0},
        session.now_ns());
  session.send_application(writer_);
}

bool PositionReports::is_ending(const DoorSession& session, std::string_view request_id) const {
  const auto found = answers_.find(session.id().value());
  return found != answers_.end() && found->second.asked.id == request_id &&
         found->second.end.has_value();
}

// As trades are: what was asked for, and what changed before, is told first.
void PositionReports::end_subscription(DoorSession& session, const Fields& fields) {
  Asked asked = asked_by(session, fields);
  const bool was_there = subscriptions_.remove(session, asked.id);
  const Result result = was_there ? Result{} : Result{kOther, "no subscription has this id"};
  Answer* const answer = answer_of(session, asked.id);
  if (answer == nullptr) return acknowledge(session, asked, result, 0);
  answer->asked = std::move(asked);
  answer->end = result;
}

PositionReports::Result PositionReports::read(const DoorSession& session, const Fields& fields,
                                              Wanted& wanted) const {
  auto accounts = accounts_of(session, fields);
  if (!accounts) return {kNotAuthorized, "this account is none of the session's"};
  wanted.accounts = *std::move(accounts);
  if (const auto date = fields.find(kClearingBusinessDate);
      date && *date != utc_date_text(session.now_ns())) {
    return {kInvalid, "positions of the present day alone are known"};
  }
  if (const auto symbol = fields.find(kSymbol)) {
    InstrumentId id;
    if (reports_.find_instrument(*symbol, id) == nullptr) return {kInvalid, "no such contract"};
    wanted.instrument = id;
  }
  return {};
}

std::vector<PositionReports::Place> PositionReports::find(const Wanted& wanted) const {
  std::vector<Place> rows;
  for (const AccountId account : wanted.accounts) {
    for (const AccountPosition& held : ledger_.positions(account)) {
      const bool is_wanted = !wanted.instrument || *wanted.instrument == held.instrument;
      if (!is_wanted || held.is_empty()) continue;
      rows.emplace_back(account.value(), held.instrument.value());
      if (rows.size() > kMaxPositionReports) return rows;
    }
  }
  return rows;
}

Judgement PositionReports::request(DoorSession& session, const Fields& fields) {
  if (fields.value(kSubscriptionRequestType) == "2") {
    end_subscription(session, fields);
    return {Disposition::kTaken, 0};
  }
  const Asked asked = asked_by(session, fields);
  Wanted wanted;
  std::vector<Place> rows;
  Result result = read(session, fields, wanted);
  if (result.code == kValid) rows = find(wanted);
  if (rows.size() > kMaxPositionReports) {
    result = {kOther, "too many positions for one answer: ask by account or contract"};
  }
  if (result.code == kValid && fields.value(kSubscriptionRequestType) == "1") {
    const Subscription one{
        .session = &session, .request_id = asked.id, .instrument = wanted.instrument};
    if (!subscriptions_.add(one, wanted.accounts)) result = {kOther, "too many subscriptions"};
  }
  if (result.code != kValid) rows.clear();
  if (result.code == kValid && rows.empty()) result = {kNoPositions, "no positions"};
  const std::size_t total = rows.size();
  if (total != 0) {
    answers_.insert_or_assign(session.id().value(),
                              Answer{.asked = asked, .rows = std::move(rows)});
  }
  acknowledge(session, asked, result, total);
  go_on(session);
  return {Disposition::kTaken, 0};
}

// FIX 4.4 vol. 5: 729 is 0 where the request was carried out, 2 for a refusal.
void PositionReports::acknowledge(DoorSession& session, const Asked& asked, const Result& result,
                                  std::size_t total) {
  const bool is_done = result.code == kValid || result.code == kNoPositions;
  writer_.begin("AO");
  writer_.text(kAccount, asked.account);
  writer_.text(kText, result.text);
  writer_.number(453, 1).text(448, session.member().comp_id).character(447, 'D');
  writer_.number(452, kExecutingFirm).number(kAccountType, kCustomerSide);
  writer_.text(kPosReqId, asked.id);
  writer_.text(kPosMaintRptId, fmt::format("P{}.{}", session.now_ns(), ++reports_made_));
  writer_.number(727, static_cast<std::int64_t>(total)).number(728, result.code);
  writer_.number(729, is_done ? 0 : 2);
  session.send_application(writer_);
}

// Prices: what the contract last traded at, today (730) and before today (734; 0 where it did not).
void PositionReports::write(const DoorSession& session, Place place, const Echo& echo,
                            std::uint64_t now_ns) {
  const AccountId account(place.first);
  // A position once there stays, with or without lots.
  const AccountPosition* const found =
      position_in(ledger_.positions(account), InstrumentId(place.second));
  HG_ASSERT(found != nullptr, place.first, place.second);
  const AccountPosition& held = *found;
  const engine::Instrument* const instrument = reports_.instrument(held.instrument);
  const std::int64_t tick = instrument == nullptr ? 0 : instrument->tick_size_nano_usd;
  const AccountLedger::LastPrices prices = ledger_.last_prices(held.instrument);
  writer_.begin("AP");
  writer_.number(kAccount, account.value()).text(15, "USD");
  writer_.text(kSymbol, instrument == nullptr ? kNoSymbol : instrument->symbol_view());
  if (echo.total == 0) writer_.character(325, 'Y');
  writer_.number(453, 1).text(448, session.member().comp_id).character(447, 'D');
  writer_.number(452, kExecutingFirm).number(kAccountType, kCustomerSide);
  writer_.number(702, 3);
  write_net(writer_, "SOD", held.at_day_begin);
  write_qty(writer_, "TQ", held.bought, held.sold);
  write_net(writer_, "FIN", held.net());
  writer_.text(kPosReqId, echo.request_id).text(kClearingBusinessDate, utc_date_text(now_ns));
  writer_.text(kPosMaintRptId, fmt::format("P{}.{}", now_ns, ++reports_made_));
  writer_.number(724, 0);
  if (echo.total != 0) writer_.number(727, echo.total);
  writer_.number(728, kValid);
  writer_.price(730, prices.now.value_or(engine::Price(0)), tick).number(731, kTheoretical);
  writer_.price(734, prices.before_today.value_or(engine::Price(0)), tick);
  writer_.number(753, 1).text(707, "CASH").text(708, usd_text(held.cash));
}

}  // namespace hourglass::gateway::fix

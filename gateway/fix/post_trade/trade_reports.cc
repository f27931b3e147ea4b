#include "gateway/fix/post_trade/trade_reports.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "gateway/fix/post_trade/request_terms.h"
#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {

using engine::AccountId;
using engine::InstrumentId;

namespace {

// 749 TradeRequestResult.
constexpr std::int32_t kSuccessful = 0;
constexpr std::int32_t kUnknownInstrument = 1;
constexpr std::int32_t kNotAuthorized = 9;
constexpr std::int32_t kOtherResult = 99;

constexpr std::uint64_t kDayNs = 86'400ULL * 1'000'000'000;

// NoDates: one entry is a day, or from a time on; two are from and to.
bool read_dates(const Fields& fields, std::uint64_t& from_ns, std::uint64_t& until_ns) {
  std::uint32_t entries = 0;
  std::uint32_t times = 0;  // entries before and at the last TransactTime
  for (const Field& field : fields.all()) {
    if (field.tag == kTradeDate) {
      times = entries;
      const auto day = parse_utc_date(field.value);
      if (!day) return false;
      if (++entries == 1) from_ns = *day;
      until_ns = *day + kDayNs - 1;
    }
    if (field.tag != kTransactTime) continue;
    // One without a day would be taken for that of the entry before.
    if (++times != entries) return false;
    const auto time = parse_utc_timestamp(field.value);
    if (!time) return false;
    if (entries < 2) {
      from_ns = *time;
      until_ns = UINT64_MAX;
    } else {
      until_ns = *time;
    }
  }
  return entries <= 2;
}

}  // namespace

TradeReports::Asked TradeReports::asked_by(const Fields& fields) {
  return {.id = std::string(fields.value(kTradeRequestId)),
          .type = std::string(fields.value(kTradeRequestType)),
          .symbol = std::string(fields.value(kSymbol))};
}

void TradeReports::on_event(const engine::Event& event) {
  trades_.on_event(event);
  if (event.header().kind != engine::EventKind::kTrade) return;
  const DayTrade trade = day_trade(event.as<engine::Trade>());
  tell_subscribers({.trade = &trade, .is_incoming = false});
  tell_subscribers({.trade = &trade, .is_incoming = true});
}

void TradeReports::tell_subscribers(const DayFill& fill) {
  const AccountId account = fill.own().account;
  const auto open = subscriptions_.of(account);
  // A copy, since who is told may be cut off, and forgotten.
  const std::vector<Subscription> told(open.begin(), open.end());
  for (const Subscription& one : told) {
    // Its accounts may be others since.
    const bool may_see = one.session->is_logged_on() && has_account(*one.session, account);
    if (!may_see || !one.wants(fill.trade->instrument)) continue;
    if (waits_behind_answer(one, fill)) continue;
    write(fill, one.session->version(), {.request_id = one.request_id});
    one.session->send_application(writer_);
  }
}

// A member goes on behind the last trade it was told of (25030): none may overtake an older one.
bool TradeReports::waits_behind_answer(const Subscription& subscription, const DayFill& fill) {
  DoorSession& session = *subscription.session;
  auto found = answers_.find(session.id().value());
  if (found == answers_.end() || found->second.asked.id != subscription.request_id) return false;
  Answer& answer = found->second;
  if (answer.next >= std::max<std::size_t>(answer.total, kMaxTradesBehindAnswer)) {
    // Who always lags a little behind would have us keep a day of what it was told.
    answer.rows.erase(answer.rows.begin(),
                      answer.rows.begin() + static_cast<std::ptrdiff_t>(answer.next));
    answer.next = answer.total = 0;
  }
  answer.rows.push_back({.trade = *fill.trade, .is_incoming = fill.is_incoming});
  const std::size_t behind = answer.rows.size() - std::max(answer.next, answer.total);
  if (behind <= kMaxTradesBehindAnswer) return true;
  while (found != answers_.end()) {  // ends: with the answer
    tell_next(session, found);
    found = answers_.find(session.id().value());
  }
  return true;
}

// It is looked up each time: a message that cannot be recorded ends the session, and forgets this.
void TradeReports::go_on(DoorSession& session) {
  while (session.takes_more()) {  // ends: with the answer
    const auto found = answers_.find(session.id().value());
    if (found == answers_.end()) return;
    tell_next(session, found);
  }
}

void TradeReports::pass_hidden(const DoorSession& session, Answer& answer) {
  while (answer.next < answer.rows.size()) {  // ends: each round passes a row
    const Row& row = answer.rows[answer.next];
    const bool is_of_answer = answer.next < answer.total;
    if (answer.has_left_out && !is_of_answer) return;
    const DayFill fill{.trade = &row.trade, .is_incoming = row.is_incoming};
    if (has_account(session, fill.own().account)) return;
    answer.has_left_out |= is_of_answer;
    ++answer.next;
  }
}

// One message, or the end of an answer that has none left.
void TradeReports::tell_next(DoorSession& session, Answers::iterator found) {
  Answer& answer = found->second;
  pass_hidden(session, answer);
  std::optional<Refusal> result;
  if (answer.next >= answer.total && std::exchange(answer.has_left_out, false)) {
    result = Refusal{kNotAuthorized, "an account was taken from this session: not all is told"};
  } else if (answer.next == answer.rows.size()) {
    result = std::exchange(answer.end, std::nullopt);
  }
  const Asked asked = answer.asked;
  if (result || answer.next == answer.rows.size()) {
    if (answer.is_told()) answers_.erase(found);
    if (result) acknowledge(session, asked, *result, nullptr);
    return;
  }
  const Row& row = answer.rows[answer.next++];
  Echo echo{.request_id = asked.id};
  if (answer.next <= answer.total) {
    echo.total = static_cast<std::uint32_t>(answer.total);
    echo.is_last = answer.next == answer.total;
  }
  write({.trade = &row.trade, .is_incoming = row.is_incoming}, session.version(), echo);
  if (answer.is_told()) answers_.erase(found);
  session.send_application(writer_);
}

bool TradeReports::is_ending(const DoorSession& session, std::string_view request_id) const {
  const auto found = answers_.find(session.id().value());
  return found != answers_.end() && found->second.asked.id == request_id &&
         found->second.end.has_value();
}

// FIX 263=2 ends what is to come. What was asked for, and what happened before, is told, and the
// 35=AQ of the end stands behind it.
void TradeReports::end_subscription(DoorSession& session, const Fields& fields) {
  Asked asked = asked_by(fields);
  const bool was_there = subscriptions_.remove(session, asked.id);
  const Refusal result =
      was_there ? Refusal{} : Refusal{kOtherResult, "no subscription has this id"};
  const auto answer = answers_.find(session.id().value());
  if (answer == answers_.end() || answer->second.asked.id != asked.id) {
    return acknowledge(session, asked, result, nullptr);
  }
  answer->second.asked = std::move(asked);
  answer->second.end = result;
}

Judgement TradeReports::request(DoorSession& session, const Fields& fields) {
  if (fields.value(kSubscriptionRequestType) == "2") {
    end_subscription(session, fields);
    return {Disposition::kTaken, 0};
  }
  Wanted wanted;
  if (!read_dates(fields, wanted.from_ns, wanted.until_ns)) {
    return {Disposition::kWrongValue, static_cast<std::int32_t>(kTradeDate)};
  }
  const Asked asked = asked_by(fields);
  std::optional<Refusal> refused = read(session, fields, wanted);
  if (!refused && fields.value(kSubscriptionRequestType) == "1") {
    const Subscription one{
        .session = &session, .request_id = asked.id, .instrument = wanted.instrument};
    if (!subscriptions_.add(one, wanted.accounts)) {
      refused = Refusal{kOtherResult, "too many subscriptions"};
    }
  }
  if (refused) {
    acknowledge(session, asked, *refused, nullptr);
    return {Disposition::kTaken, 0};
  }
  const Found found = find(wanted);
  if (!found.fills.empty()) {
    Answer answer{.asked = asked, .rows = {}, .total = found.fills.size()};
    answer.rows.reserve(answer.total);
    for (const FillIndex index : found.fills) {
      const DayFill fill = trades_.at(index);
      answer.rows.push_back({.trade = *fill.trade, .is_incoming = fill.is_incoming});
    }
    answers_.insert_or_assign(session.id().value(), std::move(answer));
  }
  acknowledge(session, asked, {}, &found);
  go_on(session);
  return {Disposition::kTaken, 0};
}

std::optional<TradeReports::Refusal> TradeReports::read(const DoorSession& session,
                                                        const Fields& fields,
                                                        Wanted& wanted) const {
  auto accounts = accounts_of(session, fields);
  if (!accounts) return Refusal{kNotAuthorized, "this account is none of the session's"};
  wanted.accounts = *std::move(accounts);
  if (const auto symbol = fields.find(kSymbol)) {
    InstrumentId id;
    if (reports_.find_instrument(*symbol, id) == nullptr) {
      return Refusal{kUnknownInstrument, "no such contract"};
    }
    wanted.instrument = id;
  }
  if (const auto after = fields.find(kAfterTradeReportId)) {
    wanted.after = trades_.find(*after);
    if (!wanted.after || !has_account(session, trades_.at(*wanted.after).own().account)) {
      return Refusal{kOtherResult, "25030 is no trade report of this session's accounts today"};
    }
  }
  return std::nullopt;
}

TradeReports::Found TradeReports::find(const Wanted& wanted) const {
  std::vector<std::span<const FillIndex>> left;
  for (const AccountId account : wanted.accounts) {
    auto fills = wanted.instrument ? trades_.of(account, *wanted.instrument) : trades_.of(account);
    // The market's time never goes back.
    const auto begin = std::ranges::partition_point(fills, [&](FillIndex fill) {
      return trades_.at(fill).trade->time.value() < wanted.from_ns ||
             (wanted.after && fill <= *wanted.after);
    });
    left.push_back(fills.subspan(static_cast<std::size_t>(begin - fills.begin())));
  }
  Found found;
  const auto first = [](std::span<const FillIndex> fills) {
    return fills.empty() ? UINT32_MAX : fills.front();
  };
  for (;;) {  // ends: each round takes a fill, of at most so many
    const auto next = std::ranges::min_element(left, {}, first);
    if (next == left.end() || next->empty()) return found;
    if (trades_.at(next->front()).trade->time.value() > wanted.until_ns) return found;
    if (found.fills.size() == kMaxTradeReports) {
      found.has_more = true;
      return found;
    }
    found.fills.push_back(next->front());
    *next = next->subspan(1);
  }
}

// FIX 4.4 vol. 5: 750 is 0 where trade reports follow, 1 where none does, 2 for a refusal.
void TradeReports::acknowledge(DoorSession& session, const Asked& asked, const Refusal& result,
                               const Found* found) {
  const bool is_refused = result.result != kSuccessful;
  const std::size_t count = found == nullptr ? 0 : found->fills.size();
  const bool is_cut_off = found != nullptr && !found->has_more && trades_.is_cut_off();
  writer_.begin("AQ");
  writer_.text(kSymbol, asked.symbol.empty() ? kNoSymbol : asked.symbol);
  if (is_cut_off) {
    writer_.text(
        kText, fmt::format("of the day the venue's first {} trades are kept alone", kMaxDayTrades));
  } else {
    writer_.text(kText, result.text);
  }
  writer_.text(kTradeRequestId, asked.id).text(kTradeRequestType, asked.type);
  if (!is_refused) writer_.number(748, static_cast<std::int64_t>(count));
  writer_.number(749, result.result);
  writer_.character(750, is_refused ? '2' : count == 0 ? '1' : '0');
  if (found != nullptr) writer_.character(kMoreTrades, found->has_more || is_cut_off ? 'Y' : 'N');
  session.send_application(writer_);
}

void TradeReports::write(const DayFill& fill, FixVersion version, const Echo& echo) {
  const DayTrade& trade = *fill.trade;
  const TradeSide& own = fill.own();
  const engine::Instrument* const instrument = reports_.instrument(trade.instrument);
  const std::string id = fill.id();
  const auto match_id = static_cast<std::int64_t>(trade.match_id.value());
  writer_.begin("AE");
  writer_.text(17, id);
  writer_.price(31, trade.price, instrument == nullptr ? 0 : instrument->tick_size_nano_usd);
  writer_.number(32, trade.qty);
  writer_.text(kSymbol, instrument == nullptr ? kNoSymbol : instrument->symbol_view());
  writer_.timestamp(kTransactTime, trade.time);
  writer_.text(kTradeDate, utc_date_text(trade.time.value()));
  writer_.number(487, 0);
  writer_.number(552, 1).character(54, fix_side(fill.side()));
  writer_.number(37, static_cast<std::int64_t>(own.order.value()));
  writer_.text(11, reports_.text_of(own.session, own.key).view());
  writer_.number(1, own.account.value()).character(1057, fill.is_incoming ? 'Y' : 'N');
  writer_.text(kTradeRequestId, echo.request_id).character(570, 'N').text(571, id);
  if (echo.total != 0) writer_.number(748, echo.total);
  writer_.number(828, 0).number(856, 0);
  if (version == FixVersion::kFix50Sp2) writer_.number(880, match_id);
  if (echo.total != 0) writer_.character(912, echo.is_last ? 'Y' : 'N');
  if (version == FixVersion::kFix50Sp2) {
    writer_.number(1003, match_id);
  } else {
    writer_.number(kMatchIdTag, match_id);
  }
}

bool TradeReports::knows(const DoorSession& session, std::string_view trade_report_id) const {
  const auto fill = trades_.find(trade_report_id);
  return fill.has_value() && has_account(session, trades_.at(*fill).own().account);
}

}  // namespace hourglass::gateway::fix

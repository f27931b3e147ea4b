#include "gateway/fix/orders/questions.h"

#include <algorithm>
#include <utility>

#include "engine/base/limits.h"
#include "fmt/format.h"
#include "gateway/fix/orders/order_terms.h"
#include "gateway/fix/wire/tags.h"

namespace hourglass::gateway::fix {
std::int64_t security_trading_status(engine::TradingState state) noexcept {
  switch (state) {
    case engine::TradingState::kOpen: return 17;
    case engine::TradingState::kPause: return 21;
    case engine::TradingState::kHalt: return 2;
    case engine::TradingState::kClosed: return 18;
  }
  return 18;
}

Judgement Questions::order_status(DoorSession& session, const Fields& fields) {
  std::optional<OrderView> order;
  if (const auto id = parse_number(fields.value(kOrderId)); id && *id > 0) {
    order = reports_.order(engine::OrderId(static_cast<std::uint64_t>(*id)));
    if (order && order->session != session.id()) order.reset();
  } else if (const auto key = reports_.key_of(session.id(), fields.value(kClOrdId))) {
    order = reports_.order(session.id(), *key);
  }
  if (!order) {
    no_such_order(session, fields, "no order of this session has this id");
    return {Disposition::kTaken, 0};
  }
  StatusEcho echo;
  echo.order_status_req_id = fields.value(kOrdStatusReqId);
  reports_.write_status(*order, session.version(), echo, writer_);
  session.send_application(writer_);
  return {Disposition::kTaken, 0};
}

Judgement Questions::mass_status(DoorSession& session, const Fields& fields) {
  const std::string_view type = fields.value(kMassStatusReqType);
  if (type != "1" && type != "7") return {Disposition::kWrongValue, kMassStatusReqType};
  OrderFilter filter;
  if (const auto side = fields.find(kSide)) {
    filter.side = read_side(*side);
    if (!filter.side) return {Disposition::kWrongValue, kSide};
  }
  if (const auto account = fields.find(kAccount)) {
    const std::optional<std::int64_t> number = parse_number(*account);
    const bool can_be = number && *number >= 0 && *number < engine::kMaxAccounts;
    if (!can_be) {
      no_such_order(session, fields, "no working orders");
      return {Disposition::kTaken, 0};
    }
    filter.account = engine::AccountId(static_cast<std::uint32_t>(*number));
  }
  if (type == "1") {
    if (!fields.find(kSymbol)) return {Disposition::kFieldMissing, kSymbol};
    engine::InstrumentId id;
    if (reports_.find_instrument(fields.value(kSymbol), id) == nullptr) {
      no_such_order(session, fields, "no working orders");
      return {Disposition::kTaken, 0};
    }
    filter.instrument = id;
  }
  MassAnswer answer{.orders = reports_.working_ids(session.id(), filter),
                    .next = 0,
                    .request_id = std::string(fields.value(kMassStatusReqId))};
  if (answer.orders.empty()) {
    no_such_order(session, fields, "no working orders");
    return {Disposition::kTaken, 0};
  }
  answers_.insert_or_assign(session.id().value(), std::move(answer));
  go_on(session);
  return {Disposition::kTaken, 0};
}

std::optional<OrderView> Questions::take_next(MassAnswer& answer) const {
  while (answer.next < answer.orders.size()) {  // ends: each round takes one off
    if (auto order = reports_.order(answer.orders[answer.next++])) return order;
  }
  return std::nullopt;
}

// Each report is written with the next one in hand, so that the last is known as such. What is in
// hand when the session takes no more is looked at again later, for it may end meanwhile.
void Questions::go_on(DoorSession& session) {
  const auto found = answers_.find(session.id().value());
  if (found == answers_.end()) return;
  MassAnswer& answer = found->second;
  StatusEcho echo;
  echo.mass_status_req_id = answer.request_id;
  echo.total = static_cast<std::uint32_t>(answer.orders.size());
  while (session.takes_more()) {  // ends: with the orders
    const std::optional<OrderView> order = take_next(answer);
    if (!order) {
      tell_rest_ended(session, answer);
      return forget(session);
    }
    const std::size_t behind_it = answer.next;
    echo.last = !take_next(answer).has_value();
    answer.next = behind_it;
    reports_.write_status(*order, session.version(), echo, writer_);
    // Where this cannot be recorded the session ends, and with it the answer.
    session.send_application(writer_);
    if (echo.last) return forget(session);
  }
}

// Those last in the answer ended before their turn, and somebody waits for 912=Y.
void Questions::tell_rest_ended(DoorSession& session, const MassAnswer& answer) {
  writer_.begin("8");
  writer_.text(kOrderId, "NONE").text(17, fmt::format("S{}", session.now_ns()));
  writer_.text(kMassStatusReqId, answer.request_id);
  writer_.number(911, static_cast<std::int64_t>(answer.orders.size())).character(912, 'Y');
  writer_.character(150, 'I').character(39, '8').number(103, 5);
  writer_.text(kSymbol, "[N/A]").text(kSide, "7").number(151, 0).number(14, 0).number(6, 0);
  writer_.text(kText, "the other orders ended meanwhile");
  session.send_application(writer_);
}

// FIX 4.4 vol. 4: an order status that finds nothing is a rejected one, 103=5 unknown order.
void Questions::no_such_order(DoorSession& session, const Fields& fields, std::string_view text) {
  writer_.begin("8");
  writer_.text(37, "NONE").text(17, fmt::format("S{}", session.now_ns()));
  if (const auto id = fields.find(kClOrdId)) writer_.text(kClOrdId, *id);
  if (const auto id = fields.find(kOrdStatusReqId)) writer_.text(kOrdStatusReqId, *id);
  if (const auto id = fields.find(kMassStatusReqId)) {
    writer_.text(kMassStatusReqId, *id).number(911, 0).character(912, 'Y');
  }
  writer_.character(150, 'I').character(39, '8').number(103, 5);
  if (const auto account = fields.find(kAccount)) writer_.text(kAccount, *account);
  writer_.text(kSymbol, fields.find(kSymbol) ? fields.value(kSymbol) : "[N/A]");
  writer_.text(kSide, fields.find(kSide) ? fields.value(kSide) : "7");
  writer_.number(151, 0).number(14, 0).number(6, 0).text(kText, text);
  session.send_application(writer_);
}

void Questions::write_security(const engine::Instrument& instrument) {
  writer_.text(kSymbol, instrument.symbol_view());
  writer_.number(231, instrument.contract_size_gpu_hours).text(15, "USD");
  writer_.number(1140, instrument.max_order_qty_lots);
  writer_.price(969, engine::Price(instrument.price_increment_ticks),
                instrument.tick_size_nano_usd);
  writer_.price(1148, instrument.band_low, instrument.tick_size_nano_usd);
  writer_.price(1149, instrument.band_high, instrument.tick_size_nano_usd);
  writer_.number(326, security_trading_status(instrument.state));
}

Judgement Questions::security_list(DoorSession& session, const Fields& fields) {
  const std::string_view type = fields.value(kSecurityListRequestType);
  if (type != "0" && type != "4") return {Disposition::kWrongValue, kSecurityListRequestType};
  std::vector<const engine::Instrument*> list;
  if (type == "0") {
    if (!fields.find(kSymbol)) return {Disposition::kFieldMissing, kSymbol};
    engine::InstrumentId id;
    if (const auto* one = reports_.find_instrument(fields.value(kSymbol), id)) list.push_back(one);
  } else {
    for (std::uint32_t i = 0; i < reports_.instrument_count(); ++i) {
      if (const auto* one = reports_.instrument(engine::InstrumentId(i))) list.push_back(one);
    }
  }
  const auto begin = [&](bool found) {
    writer_.begin("y");
    writer_.text(kSecurityReqId, fields.value(kSecurityReqId));
    writer_.text(322, fmt::format("{}.{}", fields.value(kSecurityReqId), session.next_sender()));
    writer_.number(560, found ? 0 : 2);
  };
  if (list.empty()) {
    begin(false);
    session.send_application(writer_);
    return {Disposition::kTaken, 0};
  }
  for (std::size_t from = 0; from < list.size(); from += kSecuritiesPerMessage) {
    const std::size_t end = std::min<std::size_t>(list.size(), from + kSecuritiesPerMessage);
    begin(true);
    writer_.number(393, static_cast<std::int64_t>(list.size()));
    writer_.character(893, end == list.size() ? 'Y' : 'N');
    writer_.number(146, static_cast<std::int64_t>(end - from));
    for (std::size_t i = from; i < end; ++i) write_security(*list[i]);
    session.send_application(writer_);
  }
  return {Disposition::kTaken, 0};
}

// FIX 323: 1 as it is, 5 rejected, 6 nothing matches.
Judgement Questions::security_definition(DoorSession& session, const Fields& fields) {
  const std::string_view type = fields.value(kSecurityRequestType);
  engine::InstrumentId id;
  const engine::Instrument* instrument = reports_.find_instrument(fields.value(kSymbol), id);
  const bool is_supported = type == "0" || type == "1";
  writer_.begin("d");
  if (!is_supported) {
    writer_.text(kText, "the type (321) is 0 or 1; contracts are listed by 35=x");
  } else if (instrument == nullptr) {
    writer_.text(kSymbol, fields.value(kSymbol)).text(kText, "no such contract");
  } else {
    write_security(*instrument);
  }
  writer_.text(kSecurityReqId, fields.value(kSecurityReqId));
  writer_.text(322, fmt::format("{}.{}", fields.value(kSecurityReqId), session.next_sender()));
  const char found = instrument == nullptr ? '6' : '1';
  writer_.character(kSecurityResponseType, is_supported ? found : '5');
  session.send_application(writer_);
  return {Disposition::kTaken, 0};
}

}  // namespace hourglass::gateway::fix

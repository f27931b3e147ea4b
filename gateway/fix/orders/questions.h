// Questions: what a session may ask without changing anything: its orders, and what is listed.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/fix/door/door_session.h"
#include "gateway/fix/orders/order_reports.h"

namespace hourglass::gateway::fix {

// Contracts in one SecurityList message; a longer list comes in several (FIX 893).
inline constexpr std::uint32_t kSecuritiesPerMessage = 50;

// Orders reported to one mass status request; where there are more it is refused.
inline constexpr std::uint32_t kMaxStatusReports = 8192;

// Answers from what the reports have followed, hence never ahead of what the session was told.
// Thread: the door's.
class Questions {
 public:
  explicit Questions(const OrderReports& reports) : reports_(reports) {}

  // 35=H: the order by OrderID (37), else by ClOrdID (11).
  Judgement order_status(DoorSession& session, const Fields& fields);
  // 35=AF: the session's working orders; MassStatusReqType (585) 1 by symbol or 7 all.
  Judgement mass_status(DoorSession& session, const Fields& fields);
  // 35=x: SecurityListRequestType (559) 0 one symbol, 4 all.
  Judgement security_list(DoorSession& session, const Fields& fields);
  // 35=c: SecurityRequestType (321) 0 or 1, the terms of the contract Symbol (55) names.
  Judgement security_definition(DoorSession& session, const Fields& fields);

 private:
  void no_such_order(DoorSession& session, const Fields& fields, std::string_view text);
  void write_security(const engine::Instrument& instrument);

  const OrderReports& reports_;
  MessageWriter writer_;
};

// FIX 326: 17 ready to trade, 2 halt, 21 pre-open (a pause), 18 not available for trading.
[[nodiscard]] std::int64_t security_trading_status(engine::TradingState state) noexcept;

}  // namespace hourglass::gateway::fix

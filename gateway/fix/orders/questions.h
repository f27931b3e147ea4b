// Questions: what a session may ask without changing anything: its orders, and what is listed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/fix/door/door_session.h"
#include "gateway/fix/orders/order_reports.h"

namespace hourglass::gateway::fix {

// Contracts in one SecurityList message; a longer list comes in several (FIX 893).
inline constexpr std::uint32_t kSecuritiesPerMessage = 50;

// Answers from what the reports have followed, hence never ahead of what the session was told.
// Thread: the door's.
class Questions {
 public:
  explicit Questions(const OrderReports& reports) : reports_(reports) {}

  // 35=H: the order by OrderID (37), else by ClOrdID (11).
  Judgement order_status(DoorSession& session, const Fields& fields);
  // 35=AF: the session's working orders; MassStatusReqType (585) 1 by symbol or 7 all. They are
  // told in pieces as the peer reads, each as it stands then; one that ended meanwhile is left out,
  // its own report having been sent before. Requires that none is_answering(). Memory: 8 bytes an
  // order until all are told.
  Judgement mass_status(DoorSession& session, const Fields& fields);
  // Whether the session's last mass status request is still being answered.
  [[nodiscard]] bool is_answering(const DoorSession& session) const {
    return answers_.contains(session.id().value());
  }
  // Tells more of it, as much as the session takes.
  void go_on(DoorSession& session);
  // The session ended: what was not told is not told any more.
  void forget(const DoorSession& session) { answers_.erase(session.id().value()); }
  // 35=x: SecurityListRequestType (559) 0 one symbol, 4 all.
  Judgement security_list(DoorSession& session, const Fields& fields);
  // 35=c: SecurityRequestType (321) 0 or 1, the terms of the contract Symbol (55) names.
  Judgement security_definition(DoorSession& session, const Fields& fields);

 private:
  // What is still to be told to one mass status request.
  struct MassAnswer {
    std::vector<engine::OrderId> orders;
    std::size_t next = 0;
    std::string request_id;  // 584
  };

  void no_such_order(DoorSession& session, const Fields& fields, std::string_view text);
  // The place of the first order from the answer's next on that still works.
  [[nodiscard]] std::optional<OrderView> take_next(MassAnswer& answer) const;
  void tell_rest_ended(DoorSession& session, const MassAnswer& answer);
  void write_security(const engine::Instrument& instrument);

  const OrderReports& reports_;
  std::unordered_map<std::uint32_t, MassAnswer> answers_;  // by session number
  MessageWriter writer_;
};

// FIX 326: 17 ready to trade, 2 halt, 21 pre-open (a pause), 18 not available for trading.
[[nodiscard]] std::int64_t security_trading_status(engine::TradingState state) noexcept;

}  // namespace hourglass::gateway::fix

// PostTrade: what a member may ask about the time after the trade: trades, positions, money.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/order/event.h"
#include "gateway/fix/door/door_session.h"
#include "gateway/fix/orders/order_reports.h"
#include "gateway/fix/post_trade/account_ledger.h"
#include "gateway/fix/post_trade/collateral_reports.h"
#include "gateway/fix/post_trade/position_reports.h"
#include "gateway/fix/post_trade/trade_reports.h"

namespace hourglass::gateway::fix {

// Answers from what the events said so far, hence never ahead of what is durable.
// Thread: the door's.
class PostTrade {
 public:
  // `reports` outlives this and has followed an event before this is told of it.
  explicit PostTrade(const OrderReports& reports)
      : reports_(reports), trades_(reports), positions_(reports, ledger_), collateral_(ledger_) {}

  // Forgets everything: the first command comes next. Nobody has subscribed yet.
  void clear();
  void on_event(const engine::Event& event);
  // Behind a round of events: what changed is told.
  void tell_changes(std::uint64_t now_ns) { positions_.tell_changes(now_ns); }

  // A request of these types is answered; nothing: it is none of them.
  std::optional<Judgement> on_message(DoorSession& session, const Fields& fields);
  // Whether a request of the session is still being answered: 35=AD and AN, in pieces.
  [[nodiscard]] bool is_answering(const DoorSession& session) const {
    return trades_.is_answering(session) || positions_.is_answering(session);
  }
  // Whether a request must wait while an answer is on its way: 35=AD and AN. The end of a
  // subscription need not, but a second one to the same answer.
  [[nodiscard]] bool waits_for_answer(const DoorSession& session, const Fields& fields) const;
  // Tells more of that answer, as much as the session takes.
  void go_on(DoorSession& session) {
    trades_.go_on(session);
    positions_.go_on(session);
  }
  // Ends the session's subscriptions and answers.
  void on_logout(const DoorSession& session);

 private:
  void acknowledge_trade(DoorSession& session, const Fields& fields);

  const OrderReports& reports_;
  AccountLedger ledger_;
  TradeReports trades_;
  PositionReports positions_;
  CollateralReports collateral_;
  MessageWriter writer_;
};

}  // namespace hourglass::gateway::fix

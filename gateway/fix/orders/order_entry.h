// OrderEntry: the venue's order entry by FIX: messages into commands, questions into answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/order/command.h"
#include "engine/ring/mpsc_ring.h"
#include "gateway/fix/door/door_session.h"
#include "gateway/fix/door/user_requests.h"
#include "gateway/fix/market/market_data.h"
#include "gateway/fix/orders/order_reports.h"
#include "gateway/fix/orders/order_terms.h"
#include "gateway/fix/orders/questions.h"
#include "gateway/fix/post_trade/post_trade.h"

namespace hourglass::gateway::fix {

// Characters of a value of a member's application message: most are given back, some with every
// message of an answer. Text and passwords are not.
inline constexpr std::size_t kMaxValueBytes = 64;
// Orders that come with 43=Y are acted on only if they are this young.
inline constexpr std::uint64_t kStaleAfterNs = 10'000'000'000;

// Thread: the door's.
class OrderEntry final : public SessionApplication {
 public:
  // Both outlive the entry. Commands go to the ring given by attach(); before that, and after
  // detach(), orders are refused kNotAvailable.
  OrderEntry(OrderReports& reports, MarketData& market, PostTrade& post_trade)
      : reports_(reports), market_(market), post_trade_(post_trade), questions_(reports) {}

  void attach(engine::MpscRing<engine::Command>& ingress) noexcept { ingress_ = &ingress; }
  void detach() noexcept { ingress_ = nullptr; }
  // Who answers 35=BE; without, it is refused as a message of no type we take. Outlives the entry.
  void answer_users_by(UserRequests& users) noexcept { users_ = &users; }

  Judgement on_message(DoorSession& session, const Fields& fields, std::string_view text) override;
  void on_logon(DoorSession& session) override;
  void on_logout(DoorSession& session, bool lost) override;
  // Its working orders are cancelled, whatever their time in force, by a command of the journal.
  void on_removed(DoorSession& session) override;
  void on_writable(DoorSession& session) override {
    questions_.go_on(session);
    post_trade_.go_on(session);
  }
  // Pushes the ends of connections and members that found no room, in their order.
  void retry_ends();

 private:
  Judgement take(DoorSession& session, const Fields& fields);
  Judgement new_order(DoorSession& session, const Fields& fields);
  Judgement replace(DoorSession& session, const Fields& fields);
  Judgement cancel(DoorSession& session, const Fields& fields);
  Judgement mass_cancel(DoorSession& session, const Fields& fields);
  // Whether it was refused: a long answer to this session is on its way, and one at a time is.
  bool is_answering(DoorSession& session, const Fields& fields);

  // Whether it may not send this: a drop copy sends no orders.
  bool is_barred(DoorSession& session, const Fields& fields);
  bool passes(DoorSession& session, const Fields& fields, Throttle& throttle);
  Checked check_id(DoorSession& session, const Fields& fields);
  Checked find_account(DoorSession& session, const Fields& fields, engine::AccountId& account);
  Checked push(DoorSession& session, const engine::Command& command);
  void push_end(DoorSession& session, const engine::Command& command);

  void refuse_order(DoorSession& session, const Fields& fields, const DoorRefusal& refusal);
  void refuse_change(DoorSession& session, const Fields& fields, char response_to,
                     const DoorRefusal& refusal);
  void reject_business(DoorSession& session, const Fields& fields, std::int32_t reason,
                       DoorReject code, std::string_view text);

  OrderReports& reports_;
  MarketData& market_;
  PostTrade& post_trade_;
  Questions questions_;
  engine::MpscRing<engine::Command>* ingress_ = nullptr;
  UserRequests* users_ = nullptr;
  MessageWriter writer_;
  std::vector<engine::Command> ends_;  // of connections and members, not yet pushed
  std::uint64_t refusals_ = 0;         // makes their ExecIDs differ
};

}  // namespace hourglass::gateway::fix

// TradeReports: trade capture: the trades of a session's accounts, asked for or as they happen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/base/types.h"
#include "engine/order/event.h"
#include "gateway/fix/door/door_session.h"
#include "gateway/fix/orders/order_reports.h"
#include "gateway/fix/post_trade/day_trades.h"
#include "gateway/fix/post_trade/subscriptions.h"

namespace hourglass::gateway::fix {

// Trades in one answer; the rest is asked for behind the last (25030).
inline constexpr std::uint32_t kMaxTradeReports = 1024;
// Trades that wait behind an answer for a peer that does not read; with more, all that waits is
// sent at once, and the connection's own bound holds.
inline constexpr std::uint32_t kMaxTradesBehindAnswer = 1024;

// Thread: the door's. Cost of a request: a binary search for each account and the writing of its
// answers.
class TradeReports {
 public:
  // `reports` has followed an event before this is told of it.
  explicit TradeReports(const OrderReports& reports) : reports_(reports) {}

  void clear() { trades_ = {}; }
  // Tells who subscribed, and remembers the trade.
  void on_event(const engine::Event& event);
  // 35=AD: answered by 35=AQ and 35=AE, these in pieces as the peer reads. What a subscription is
  // to be told meanwhile comes behind its answer, and behind that the 35=AQ of its end, if it was
  // asked to end. What is of an account the session has no more when its turn comes is left out.
  // Requires that none is_answering(), but to end a subscription, that of the answer once. Memory:
  // some 100 bytes a trade until it is told.
  Judgement request(DoorSession& session, const Fields& fields);
  // Whether the session's last request is still being answered.
  [[nodiscard]] bool is_answering(const DoorSession& session) const {
    return answers_.contains(session.id().value());
  }
  // Whether the answer on its way is to this request, and the end of that was asked for already.
  [[nodiscard]] bool is_ending(const DoorSession& session, std::string_view request_id) const;
  // Tells more of the answer, as much as the session takes.
  void go_on(DoorSession& session);
  // 35=AR: whether the trade report it names (571) is one of this session's accounts, today.
  [[nodiscard]] bool knows(const DoorSession& session, std::string_view trade_report_id) const;
  // Ends the session's subscriptions, and what was not told is not told any more.
  void forget(const DoorSession& session) {
    subscriptions_.forget(session);
    answers_.erase(session.id().value());
  }

 private:
  // What a request asks for.
  struct Wanted {
    std::vector<engine::AccountId> accounts;
    std::optional<engine::InstrumentId> instrument;
    std::optional<FillIndex> after;
    std::uint64_t from_ns = 0;
    std::uint64_t until_ns = UINT64_MAX;  // with it
  };
  struct Found {
    std::vector<FillIndex> fills;
    bool has_more = false;
  };
  // Why a request cannot be answered: 749 and 58.
  struct Refusal {
    std::int32_t result = 0;
    std::string_view text{};
  };
  // What every 35=AQ gives back of its request.
  struct Asked {
    std::string id;
    std::string type;    // 569
    std::string symbol;  // empty: none
  };
  // One side of a trade by itself: the day it was in may end before it is told.
  struct Row {
    DayTrade trade;
    bool is_incoming = false;
  };
  // What is still to be told to one request.
  struct Answer {
    Asked asked;
    std::vector<Row> rows;  // of the answer, then what its subscription is to be told since
    std::size_t total = 0;  // of the answer
    std::size_t next = 0;
    bool has_left_out = false;     // a row of the answer, and has not told so yet
    std::optional<Refusal> end{};  // 263=2 came: told behind all else

    [[nodiscard]] bool is_told() const noexcept {
      return next == rows.size() && !has_left_out && !end;
    }
  };
  using Answers = absl::flat_hash_map<std::uint32_t, Answer>;  // by session number

  struct Echo {
    std::string_view request_id;
    std::uint32_t total = 0;  // 0: an update
    bool is_last = false;
  };

  static Asked asked_by(const Fields& fields);
  std::optional<Refusal> read(const DoorSession& session, const Fields& fields,
                              Wanted& wanted) const;
  [[nodiscard]] Found find(const Wanted& wanted) const;
  void tell_subscribers(const DayFill& fill);
  // Keeps it behind the answer to the same request; false where none is on its way.
  bool waits_behind_answer(const Subscription& subscription, const DayFill& fill);
  void tell_next(DoorSession& session, Answers::iterator answer);
  // Passes over rows of accounts the session has no more, to the end of the answer's own if some of
  // those were left out.
  static void pass_hidden(const DoorSession& session, Answer& answer);
  void end_subscription(DoorSession& session, const Fields& fields);
  void acknowledge(DoorSession& session, const Asked& asked, const Refusal& result,
                   const Found* found);
  void write(const DayFill& fill, FixVersion version, const Echo& echo);

  const OrderReports& reports_;
  DayTrades trades_;
  Subscriptions subscriptions_;
  Answers answers_;
  MessageWriter writer_;
};

}  // namespace hourglass::gateway::fix

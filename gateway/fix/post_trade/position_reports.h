// PositionReports: what a session's accounts have of each contract, asked for or as it changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "engine/base/types.h"
#include "engine/order/event.h"
#include "gateway/fix/door/door_session.h"
#include "gateway/fix/orders/order_reports.h"
#include "gateway/fix/post_trade/account_ledger.h"
#include "gateway/fix/post_trade/subscriptions.h"

namespace hourglass::gateway::fix {

// Positions in one answer; where there are more it is refused.
inline constexpr std::uint32_t kMaxPositionReports = 1024;

// Thread: the door's.
class PositionReports {
 public:
  // Both have followed an event before this is told of it.
  PositionReports(const OrderReports& reports, const AccountLedger& ledger)
      : reports_(reports), ledger_(ledger) {}

  // Notes whose positions a trade changed.
  void on_event(const engine::Event& event);
  // Tells who subscribed of positions changed since the last call, each once. Cost: nothing where
  // none is subscribed.
  void tell_changes(std::uint64_t now_ns);
  // 35=AN: answered by 35=AO and 35=AP, these in pieces as the peer reads, each as the position
  // stands then. What changes of those told meanwhile comes behind the answer, and behind that the
  // 35=AO of its subscription's end, if that was asked for. What is of an account the session has
  // no more when its turn comes is left out. Requires that none is_answering(), but to end a
  // subscription, that of the answer once. Memory: 8 bytes a position until it is told.
  Judgement request(DoorSession& session, const Fields& fields);
  // Whether the session's last request is still being answered.
  [[nodiscard]] bool is_answering(const DoorSession& session) const {
    return answers_.contains(session.id().value());
  }
  // Whether the answer on its way is to this request, and the end of that was asked for already.
  [[nodiscard]] bool is_ending(const DoorSession& session, std::string_view request_id) const;
  // Tells more of the answer, as much as the session takes.
  void go_on(DoorSession& session);
  // Ends the session's subscriptions, and what was not told is not told any more.
  void forget(const DoorSession& session) {
    subscriptions_.forget(session);
    answers_.erase(session.id().value());
  }

 private:
  using Place = std::pair<std::uint32_t, std::uint32_t>;  // account and contract
  // 728 and 58.
  struct Result {
    std::int32_t code = 0;
    std::string_view text{};
  };
  // What every 35=AO gives back of its request.
  struct Asked {
    std::string id;
    std::string account;
  };
  // What is still to be told to one request.
  struct Answer {
    Asked asked;
    std::vector<Place> rows;
    std::size_t next = 0;
    std::set<Place> changed{};    // told and changed since; of a subscription
    bool has_left_out = false;    // a row, and has not told so yet
    std::optional<Result> end{};  // 263=2 came: told behind all else

    [[nodiscard]] bool has_rows() const noexcept { return next < rows.size(); }
    [[nodiscard]] bool is_told() const noexcept {
      return !has_rows() && changed.empty() && !has_left_out && !end;
    }
  };
  using Answers = absl::flat_hash_map<std::uint32_t, Answer>;  // by session number
  struct Wanted {
    std::vector<engine::AccountId> accounts;
    std::optional<engine::InstrumentId> instrument;
  };
  struct Echo {
    std::string_view request_id;
    std::uint32_t total = 0;  // 0: an update
  };

  static Asked asked_by(const DoorSession& session, const Fields& fields);
  Result read(const DoorSession& session, const Fields& fields, Wanted& wanted) const;
  [[nodiscard]] std::vector<Place> find(const Wanted& wanted) const;
  // The answer to the same request where it is on its way, or null.
  Answer* answer_of(const DoorSession& session, std::string_view request_id);
  // The next place to tell, taken off, where the session may see it; nothing where all that is left
  // of the answer's own, or of the answer, is of others.
  static std::optional<Place> take_place(const DoorSession& session, Answer& answer);
  void tell_next(DoorSession& session, Answers::iterator answer);
  void end_subscription(DoorSession& session, const Fields& fields);
  void acknowledge(DoorSession& session, const Asked& asked, const Result& result,
                   std::size_t total);
  void write(const DoorSession& session, Place place, const Echo& echo, std::uint64_t now_ns);
  void note(engine::AccountId account, engine::InstrumentId instrument);

  const OrderReports& reports_;
  const AccountLedger& ledger_;
  Subscriptions subscriptions_;
  Answers answers_;
  absl::flat_hash_set<Place> changed_;
  std::uint64_t reports_made_ = 0;  // makes their ids differ
  MessageWriter writer_;
};

}  // namespace hourglass::gateway::fix

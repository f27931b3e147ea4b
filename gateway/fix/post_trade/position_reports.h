// PositionReports: what a session's accounts have of each contract, asked for or as it changes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

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
  // 35=AN: answered by 35=AO and 35=AP.
  Judgement request(DoorSession& session, const Fields& fields);
  // Ends the session's subscriptions.
  void forget(const DoorSession& session) { subscriptions_.forget(session); }

 private:
  struct Row {
    engine::AccountId account;
    AccountPosition position;
  };
  // 728 and 58.
  struct Result {
    std::int32_t code = 0;
    std::string_view text{};
  };
  struct Wanted {
    std::vector<engine::AccountId> accounts;
    std::optional<engine::InstrumentId> instrument;
  };
  struct Echo {
    std::string_view request_id;
    std::uint32_t total = 0;  // 0: an update
  };

  Result read(const DoorSession& session, const Fields& fields, Wanted& wanted) const;
  [[nodiscard]] std::vector<Row> find(const Wanted& wanted) const;
  void acknowledge(DoorSession& session, const Fields& fields, const Result& result,
                   std::size_t total);
  void write(const DoorSession& session, const Row& row, const Echo& echo, std::uint64_t now_ns);
  void note(engine::AccountId account, engine::InstrumentId instrument);

  const OrderReports& reports_;
  const AccountLedger& ledger_;
  Subscriptions subscriptions_;
  absl::flat_hash_set<std::pair<std::uint32_t, std::uint32_t>> changed_;  // account and contract
  std::uint64_t reports_made_ = 0;                                        // makes their ids differ
  MessageWriter writer_;
};

}  // namespace hourglass::gateway::fix

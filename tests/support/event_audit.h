// EventAudit: what must hold for any stream of events, whatever the rules say in detail.
//
// Numbers are dense; every lot entered is traded, cancelled or open; each order ends once; no one
// trades outside the order's price; a trade is at the resting order's price and with the oldest
// order of the best level (FeedBook); books never cross; a replace does what it was asked. The
// model and the exchange are both held to it, so that an error made twice still has a third
// witness. tests/README.md says which invariant stands where.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "engine/order/command.h"
#include "engine/order/event.h"
#include "tests/support/feed_book.h"

namespace hourglass::engine::test {

class EventAudit {
 public:
  explicit EventAudit(std::uint32_t rule_set = kRuleSetVersion) : rule_set_(rule_set) {}

  // Takes one command's events. Errors: the first contradiction, in words.
  [[nodiscard]] std::optional<std::string> apply(const Command& command,
                                                 std::span<const Event> events);

  [[nodiscard]] const FeedBook& feed_book() const { return feed_book_; }
  // Orders that are open by what the reports said.
  [[nodiscard]] std::size_t open_order_count() const { return orders_.size(); }

 private:
  struct Order {
    Side side = Side::kBuy;
    TimeInForce time_in_force = TimeInForce::kDay;
    PostOnly post_only = PostOnly::kNo;
    std::int64_t price = 0;
    std::uint32_t open = 0;
    std::uint32_t executed = 0;
    std::uint32_t tranche = 0;  // 0: nothing is hidden
    std::uint32_t min_qty = 0;
    bool met_book = false;  // has traded since it came in
    OrderRef ref{};
  };
  using Wrong = std::optional<std::string>;

  Wrong command(const Command& command, std::span<const Event> events) const;
  Wrong apply(const Command& command, const Event& event);
  Wrong accepted(const OrderAccepted& event);
  Wrong traded(const Trade& event);
  Wrong fill(const OrderRef& ref, const Trade& event, std::uint32_t leaves, OrderState state);
  Wrong rested(const OrderRested& event);
  Wrong comes_to_rest(OrderId id, Side side, Price price, std::uint32_t qty);
  Wrong replaced(const ReplaceOrder& asked, const OrderReplaced& event);
  Wrong cancelled(const OrderCancelled& event);
  Wrong report(SessionId session, std::uint32_t report_number);
  [[nodiscard]] bool is_open(InstrumentId instrument) const;

  std::uint32_t rule_set_;
  FeedBook feed_book_;
  std::map<OrderId, Order> orders_;
  std::map<SessionId, std::uint32_t> report_numbers_;
  std::map<InstrumentId, TradingState> states_;
  // The order that has come in and neither rests nor has ended: there is one only inside a command
  // and between the slices of its work.
  std::optional<OrderId> incoming_;
  std::uint64_t match_id_ = 0;
};

}  // namespace hourglass::engine::test

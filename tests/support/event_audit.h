// EventAudit: what must hold for any stream of events, whatever the rules say in detail.
//
// Numbers are dense; every lot entered is traded, cancelled or open; no one trades outside the
// order's price; a trade is at the resting order's price and with the oldest order of the best
// level (FeedBook). The model and the exchange are both held to it, so that an error made twice
// still has a third witness.
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
  // Takes one command's events. Errors: the first contradiction, in words.
  [[nodiscard]] std::optional<std::string> apply(const Command& command,
                                                 std::span<const Event> events);

  [[nodiscard]] const FeedBook& feed_book() const { return feed_book_; }
  // Orders that are open by what the reports said.
  [[nodiscard]] std::size_t open_order_count() const { return orders_.size(); }

 private:
  struct Order {
    Side side = Side::kBuy;
    std::int64_t price = 0;
    std::uint32_t open = 0;
    std::uint32_t executed = 0;
    OrderRef ref{};
  };

  std::optional<std::string> apply(const Event& event);
  std::optional<std::string> accepted(const OrderAccepted& event);
  std::optional<std::string> traded(const Trade& event);
  std::optional<std::string> fill(const OrderRef& ref, const Trade& event, std::uint32_t leaves,
                                  OrderState state);
  std::optional<std::string> replaced(const OrderReplaced& event);
  std::optional<std::string> cancelled(const OrderCancelled& event);
  std::optional<std::string> report(SessionId session, std::uint32_t report_number);

  FeedBook feed_book_;
  std::map<OrderId, Order> orders_;
  std::map<SessionId, std::uint32_t> report_numbers_;
  std::uint64_t match_id_ = 0;
};

}  // namespace hourglass::engine::test

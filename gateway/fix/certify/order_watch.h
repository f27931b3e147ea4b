// OrderWatch: a member's orders and what became of them, seen from between member and venue.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/fix/certify/checklist.h"
#include "gateway/fix/client/fix_client.h"

namespace hourglass::gateway::fix {

// Orders remembered; beyond, the one that sorts first goes.
inline constexpr std::size_t kMaxWatchedOrders = 1U << 14;
// A resting order of so many lots or more is traded against by the counterparty.
inline constexpr std::int64_t kFilledFromLots = 10;

struct OrderTerms {
  std::string type{};  // 35 of the request
  std::string symbol{};
  std::string side{};
  std::string qty{};
  std::string price{};
  std::string order_type{};
  std::string time_in_force{};

  // Of the same contract, side, quantity and price.
  [[nodiscard]] bool is_like(const OrderTerms& other) const {
    return symbol == other.symbol && side == other.side && qty == other.qty && price == other.price;
  }
};
[[nodiscard]] OrderTerms terms_of(const Message& request);

// What a counterparty should do to let the member trade.
struct FillWish {
  std::string symbol;
  bool buys;  // the counterparty
  std::string price;
  std::int64_t qty;
};

// Judges the steps of trading, in whatever order the member takes them. Thread: one.
class OrderWatch {
 public:
  explicit OrderWatch(Checklist& checklist) : checklist_(checklist) {}

  void member_said(const Message& message);
  // What reached the member.
  void venue_said(const Message& message);
  // The connection ended.
  void member_left();
  // From now on a question how orders stand is the one after a lost connection.
  void line_was_lost() { line_was_lost_ = true; }

  // The request with this ClOrdID, or null.
  [[nodiscard]] const OrderTerms* find(std::string_view id) const;
  // The wish since the last call, if any.
  [[nodiscard]] std::optional<FillWish> take_wish();

 private:
  void take_report(const Message& report, const std::string& line);
  void wish_for_fills(const Message& report);

  Checklist& checklist_;
  using Requests = std::map<std::string, OrderTerms, std::less<>>;
  Requests requests_;
  std::deque<Requests::iterator> oldest_;  // all of them, the oldest first
  std::optional<FillWish> wish_;
  std::string half_filled_id_;     // ClOrdID of the order a wish was for
  bool is_order_refused_ = false;  // and the member has not gone on yet
  bool is_cancel_refused_ = false;
  bool line_was_lost_ = false;
};

}  // namespace hourglass::gateway::fix

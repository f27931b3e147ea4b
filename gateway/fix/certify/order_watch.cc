#include "gateway/fix/certify/order_watch.h"

#include <utility>

namespace hourglass::gateway::fix {
namespace {

bool has_client_id(std::string_view type) {
  return type == "D" || type == "F" || type == "G" || type == "q";
}

}  // namespace

OrderTerms terms_of(const Message& request) {
  const auto text = [&request](std::uint32_t tag) { return std::string(request.value(tag)); };
  return {.type = text(35),
          .symbol = text(55),
          .side = text(54),
          .qty = text(38),
          .price = text(44),
          .order_type = text(40),
          .time_in_force = text(59)};
}

const OrderTerms* OrderWatch::find(std::string_view id) const {
  const auto request = requests_.find(id);
  return request == requests_.end() ? nullptr : &request->second;
}

std::optional<FillWish> OrderWatch::take_wish() {
  return std::exchange(wish_, std::nullopt);
}

void OrderWatch::member_said(const Message& message) {
  const std::string_view type = message.type();
  if (type == "5") {
    member_left();
  } else {
    if (is_order_refused_) checklist_.pass(Step::kReject, "and the session went on");
    if (is_cancel_refused_) checklist_.pass(Step::kCancelReject, "and the session went on");
    is_order_refused_ = is_cancel_refused_ = false;
  }
  if (!has_client_id(type)) return;
  // A second request of the same id changes nothing of the first.
  const auto [request, is_new] =
      requests_.try_emplace(std::string(message.value(11)), terms_of(message));
  if (is_new) oldest_.push_back(request);
  if (oldest_.size() <= kMaxWatchedOrders) return;
  requests_.erase(oldest_.front());
  oldest_.pop_front();
}

// It may do better the next time.
void OrderWatch::member_left() {
  is_order_refused_ = is_cancel_refused_ = false;
}

void OrderWatch::venue_said(const Message& message) {
  const std::string_view type = message.type();
  const std::string line = evidence(From::kVenue, message.fields());
  if (type == "8") take_report(message, line);
  if (type == "9" && checklist_.is_open(Step::kCancelReject)) {
    checklist_.note(Step::kCancelReject, line);
    is_cancel_refused_ = true;
  }
  if (type == "r" && message.value(531) != "0") checklist_.pass(Step::kMassCancel, line);
  if (type == "j" && message.value(25001) == "1002") checklist_.fail(Step::kThrottle, line);
}

void OrderWatch::take_report(const Message& report, const std::string& line) {
  const OrderTerms* const request = find(report.value(11));
  const std::string_view executed = report.value(150);
  const std::string_view state = report.value(39);
  if (executed == "I") {
    if (line_was_lost_) checklist_.pass(Step::kStatus, line);
    return;
  }
  const auto is_of = [request](std::string_view type) {
    return request != nullptr && request->type == type;
  };
  if (executed == "0" && is_of("D") && request->order_type == "2") {
    checklist_.pass(Step::kNewOrder, line);
  }
  if (executed == "5" && is_of("G")) checklist_.pass(Step::kReplace, line);
  if (executed == "4" && is_of("F")) checklist_.pass(Step::kCancel, line);
  if (executed == "F") checklist_.pass(state == "2" ? Step::kFill : Step::kPartialFill, line);
  const bool is_done = state == "2" || state == "4";
  if (is_done && is_of("D")) {
    if (request->time_in_force == "3") checklist_.pass(Step::kImmediate, line);
    if (request->time_in_force == "4") checklist_.pass(Step::kFillOrKill, line);
  }
  if (executed == "8" && checklist_.is_open(Step::kReject)) {
    checklist_.note(Step::kReject, line);
    is_order_refused_ = true;
  }
  wish_for_fills(report);
}

// First half of an order that came to rest, then the rest of it.
void OrderWatch::wish_for_fills(const Message& report) {
  const std::string_view executed = report.value(150);
  const std::int64_t leaves = parse_number(report.value(151)).value_or(0);
  const bool rests = executed == "0" || executed == "5";
  std::int64_t qty = 0;
  if (rests && leaves >= kFilledFromLots && checklist_.is_open(Step::kPartialFill)) {
    half_filled_id_ = std::string(report.value(11));
    qty = leaves / 2;
  } else if (executed == "F" && leaves > 0 && report.value(11) == half_filled_id_ &&
             checklist_.is_open(Step::kFill)) {
    qty = leaves;
  }
  if (qty == 0) return;
  wish_ = FillWish{.symbol = std::string(report.value(55)),
                   .buys = report.value(54) == "2",
                   .price = std::string(report.value(44)),
                   .qty = qty};
}

}  // namespace hourglass::gateway::fix

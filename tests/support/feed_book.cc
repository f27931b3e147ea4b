#include "tests/support/feed_book.h"

#include <fmt/format.h>

#include <algorithm>

namespace hourglass::engine::test {

std::optional<std::string> FeedBook::apply(const Event& event) {
  if (auto wrong = number(event.header()); wrong.has_value()) return wrong;
  switch (event.header().kind) {
    case EventKind::kOrderAccepted: return accepted(event.as<OrderAccepted>());
    case EventKind::kOrderRested: {
      const auto& e = event.as<OrderRested>();
      return joins(e.header.instrument, e.side, e.price, {e.order_id, e.qty});
    }
    case EventKind::kTrade: return traded(event.as<Trade>());
    case EventKind::kOrderReplaced: return replaced(event.as<OrderReplaced>());
    case EventKind::kOrderCancelled: return cancelled(event.as<OrderCancelled>());
    case EventKind::kRequestRejected:
    case EventKind::kMassCancelDone:
    case EventKind::kInstrumentDefined:
    case EventKind::kTradingStateChanged:
    case EventKind::kTradingDayEnded:
    case EventKind::kPriceBandChanged:
    case EventKind::kFundsAdjusted: return std::nullopt;
  }
  return "an event of no kind";
}

std::vector<FeedLevel> FeedBook::levels(InstrumentId instrument, Side side) const {
  std::vector<FeedLevel> levels;
  const auto book = books_.find(instrument);
  if (book == books_.end()) return levels;
  for (const auto& [price, orders] : book->second.sides[index_of(side)]) {
    levels.push_back({price, {orders.begin(), orders.end()}});
  }
  if (side == Side::kBuy) std::reverse(levels.begin(), levels.end());
  return levels;
}

// HG-MATCH-006: public numbers are dense, and only public events have them.
std::optional<std::string> FeedBook::number(const EventHeader& header) {
  if (header.feed_sequence == 0) {
    if (header.instrument_sequence != 0) return "an instrument sequence on a private event";
    return std::nullopt;
  }
  if (header.feed_sequence != ++feed_sequence_) {
    return fmt::format("feed sequence {} after {}", header.feed_sequence, feed_sequence_ - 1);
  }
  if (header.kind == EventKind::kTradingDayEnded) return std::nullopt;
  Book& book = books_[header.instrument];
  if (header.instrument_sequence != ++book.sequence) {
    return fmt::format("instrument sequence {} after {}", header.instrument_sequence,
                       book.sequence - 1);
  }
  return std::nullopt;
}

std::optional<std::string> FeedBook::accepted(const OrderAccepted& event) {
  const bool is_public = event.header.feed_sequence != 0;
  if (is_public != (event.displayed != 0)) return "public is what is displayed, and nothing else";
  if (!is_public) return std::nullopt;
  return joins(event.header.instrument, event.side, event.price,
               {event.order.order_id, event.displayed});
}

std::optional<std::string> FeedBook::joins(InstrumentId instrument, Side side, Price price,
                                           const FeedOrder& order) {
  if (order.qty == 0) return "an order rests with nothing displayed";
  if (places_.contains(order.id)) return "an order rests that is in the book";
  places_[order.id] = {instrument, side, price.value()};
  Book& book = books_[instrument];
  book.sides[index_of(side)][price.value()].push_back(order);
  // Nothing else puts an order into a book, so it is crossed nowhere in between either.
  const auto& bids = book.sides[index_of(Side::kBuy)];
  const auto& offers = book.sides[index_of(Side::kSell)];
  if (!bids.empty() && !offers.empty() && bids.rbegin()->first >= offers.begin()->first) {
    return "the book is crossed";
  }
  return std::nullopt;
}

std::optional<std::string> FeedBook::traded(const Trade& event) {
  const Side side = opposite(event.incoming_side);
  const std::vector<FeedLevel> side_levels = levels(event.header.instrument, side);
  if (side_levels.empty()) return "a trade with an empty side";
  const FeedLevel& best = side_levels.front();
  if (best.price != event.price.value()) {
    return fmt::format("a trade at {}, the best price is {}", event.price.value(), best.price);
  }
  if (best.orders.front().id != event.resting.order_id) {
    return fmt::format("order {} trades, order {} is older", event.resting.order_id.value(),
                       best.orders.front().id.value());
  }
  if (!change(event.resting.order_id, event.qty + event.resting_displayed,
              event.resting_displayed)) {
    return "a trade takes more or less than is displayed";
  }
  return std::nullopt;
}

std::optional<std::string> FeedBook::replaced(const OrderReplaced& event) {
  FeedOrder* order = find(event.order.order_id);
  if (order == nullptr) return "an order is replaced that is not in the book";
  if (event.kept_priority == 1 && event.displayed != std::min(order->qty, event.leaves)) {
    return "a replace in place takes from what is displayed before what is hidden";
  }
  const bool kept = event.kept_priority == 1;
  if (!change(event.order.order_id, order->qty, kept ? event.displayed : 0)) {
    return "a replaced order was lost";
  }
  if (kept || event.displayed == 0) return std::nullopt;
  return joins(event.header.instrument, event.side, event.price,
               {event.order.order_id, event.displayed});
}

std::optional<std::string> FeedBook::cancelled(const OrderCancelled& event) {
  if (event.displayed_removed == 0) {
    if (places_.contains(event.order.order_id)) return "an order in the book is cancelled unseen";
    return std::nullopt;
  }
  if (!change(event.order.order_id, event.displayed_removed, 0)) {
    return "a cancel removes more or less than is displayed";
  }
  return std::nullopt;
}

FeedOrder* FeedBook::find(OrderId id) {
  const auto place = places_.find(id);
  if (place == places_.end()) return nullptr;
  auto& side = books_.at(place->second.instrument).sides[index_of(place->second.side)];
  for (FeedOrder& order : side.at(place->second.price)) {
    if (order.id == id) return &order;
  }
  return nullptr;
}

bool FeedBook::change(OrderId id, std::uint32_t before, std::uint32_t after) {
  FeedOrder* order = find(id);
  if (order == nullptr || order->qty != before) return false;
  order->qty = after;
  if (after > 0) return true;
  const Place place = places_.at(id);
  auto& side = books_.at(place.instrument).sides[index_of(place.side)];
  auto& level = side.at(place.price);
  level.remove_if([&](const FeedOrder& other) { return other.id == id; });
  if (level.empty()) side.erase(place.price);
  places_.erase(id);
  return true;
}

}  // namespace hourglass::engine::test

#include "gateway/fix/market/market_books.h"

#include <algorithm>

#include "engine/base/assert.h"
#include "engine/base/limits.h"

namespace hourglass::gateway::fix {

using engine::Event;
using engine::EventKind;
using engine::InstrumentId;
using engine::OrderId;
using engine::Price;
using engine::Side;

namespace {

// Sorts the levels touched and keeps of each what it was first.
void keep_the_first(std::vector<LevelBefore>& levels) {
  if (levels.size() < 2) return;
  const auto by_rank = [](const LevelBefore& a, const LevelBefore& b) { return a.rank < b.rank; };
  std::stable_sort(levels.begin(), levels.end(), by_rank);
  const auto same = [](const LevelBefore& a, const LevelBefore& b) { return a.rank == b.rank; };
  levels.erase(std::unique(levels.begin(), levels.end(), same), levels.end());
}

}  // namespace

void MarketBooks::clear() {
  contracts_.clear();
  for (RestingOrders& orders : orders_) orders.clear();
  change_count_ = 0;
  day_number_ = 0;
  feed_sequence_ = 0;
  within_command_ = false;
}

void MarketBooks::on_event(const Event& event) {
  const engine::EventHeader& header = event.header();
  if (header.feed_sequence != 0) feed_sequence_ = header.feed_sequence;
  switch (header.kind) {
    case EventKind::kOrderAccepted: {
      const auto& accepted = event.as<engine::OrderAccepted>();
      joins(header.instrument, accepted.order.order_id, accepted.side, accepted.price,
            accepted.displayed);
      break;
    }
    case EventKind::kOrderRested: {
      const auto& rested = event.as<engine::OrderRested>();
      joins(header.instrument, rested.order_id, rested.side, rested.price, rested.qty);
      break;
    }
    case EventKind::kTrade: traded(event.as<engine::Trade>()); break;
    case EventKind::kOrderReplaced: replaced(event.as<engine::OrderReplaced>()); break;
    case EventKind::kOrderCancelled: {
      const auto& cancelled = event.as<engine::OrderCancelled>();
      if (cancelled.displayed_removed == 0) break;
      add(header.instrument, cancelled.side, cancelled.price,
          -std::int64_t{cancelled.displayed_removed}, -1);
      table_of(cancelled.order.order_id).erase(cancelled.order.order_id.value());
      break;
    }
    case EventKind::kInstrumentDefined: contract(header.instrument); break;
    case EventKind::kTradingDayEnded: day_ended(); break;
    case EventKind::kRequestRejected:
    case EventKind::kMassCancelDone:
    case EventKind::kTradingStateChanged:
    case EventKind::kPriceBandChanged:
    case EventKind::kFundsAdjusted: break;
  }
  within_command_ = header.last_in_command == 0;
  if (!within_command_ && change_count_ != 0) finish_changes();
}

void MarketBooks::joins(InstrumentId id, OrderId order, Side side, Price price,
                        std::uint32_t displayed) {
  if (displayed == 0) return;
  add(id, side, price, displayed, 1);
  table_of(order).insert_or_assign(order.value(), Resting{.price = price, .displayed = displayed});
}

void MarketBooks::traded(const engine::Trade& trade) {
  const InstrumentId id = trade.header.instrument;
  const bool is_taken = trade.resting_displayed == 0;
  add(id, engine::opposite(trade.incoming_side), trade.price, -std::int64_t{trade.qty},
      is_taken ? -1 : 0);
  RestingOrders& orders = table_of(trade.resting.order_id);
  if (is_taken) {
    orders.erase(trade.resting.order_id.value());
  } else {
    orders[trade.resting.order_id.value()].displayed = trade.resting_displayed;
  }
  Contract& its = contract(id);
  const PublicTrade seen{.price = trade.price,
                         .qty = trade.qty,
                         .aggressor = trade.incoming_side,
                         .match_id = trade.match_id,
                         .time = trade.header.time};
  if (its.watchers != 0) change_of(its, id).trades.push_back(seen);
  its.last_trade = seen;
  if (its.day_number != day_number_) its.day = {};
  its.day_number = day_number_;
  DayFigures& day = its.day;
  if (day.volume == 0) day.open = day.high = day.low = trade.price;
  day.high = std::max(day.high, trade.price);
  day.low = std::min(day.low, trade.price);
  day.volume += trade.qty;
}

// The event has the new terms alone; what the order was is in our table.
void MarketBooks::replaced(const engine::OrderReplaced& event) {
  const InstrumentId id = event.header.instrument;
  RestingOrders& orders = table_of(event.order.order_id);
  const auto found = orders.find(event.order.order_id.value());
  HG_ASSERT(found != orders.end(), event.order.order_id.value());
  Resting& resting = found->second;
  if (event.displayed == 0) {
    add(id, event.side, resting.price, -std::int64_t{resting.displayed}, -1);
    orders.erase(found);
    return;
  }
  if (resting.price == event.price) {
    add(id, event.side, event.price, std::int64_t{event.displayed} - resting.displayed, 0);
  } else {
    add(id, event.side, resting.price, -std::int64_t{resting.displayed}, -1);
    add(id, event.side, event.price, event.displayed, 1);
  }
  resting = {.price = event.price, .displayed = event.displayed};
}

void MarketBooks::day_ended() {
  for (std::uint32_t i = 0; i < contracts_.size(); ++i) {
    Contract& one = contracts_[i];
    const bool has_figures = one.day_number == day_number_ && one.day.volume != 0;
    if (has_figures && one.watchers != 0) change_of(one, InstrumentId(i));
  }
  ++day_number_;
}

void MarketBooks::add(InstrumentId id, Side side, Price price, std::int64_t lots,
                      std::int32_t orders) {
  Contract& its = contract(id);
  const PriceLevel before = its.book.add(side, price, lots, orders);
  if (its.watchers == 0) return;
  MarketChange& change = change_of(its, id);
  std::vector<LevelBefore>& touched = side == Side::kBuy ? change.buy : change.sell;
  const std::int64_t rank = rank_of(side, price);
  if (!touched.empty() && touched.back().rank == rank) return;
  touched.push_back({.rank = rank, .level = before});
}

MarketChange& MarketBooks::change_of(Contract& contract, InstrumentId id) {
  if (contract.change == kNoChange) {
    contract.change = static_cast<std::uint32_t>(change_count_);
    if (change_count_ == changes_.size()) changes_.emplace_back();
    MarketChange& change = changes_[change_count_++];
    change.instrument = id;
    change.place = contract.change;
    change.buy.clear();
    change.sell.clear();
    change.trades.clear();
    change.day_before = day(id);
  }
  return changes_[contract.change];
}

void MarketBooks::finish_changes() {
  for (MarketChange& change : changes()) {
    keep_the_first(change.buy);
    keep_the_first(change.sell);
  }
}

const MarketChange* MarketBooks::change(InstrumentId instrument) const noexcept {
  const Contract* const its = find(instrument);
  return its == nullptr || its->change == kNoChange ? nullptr : &changes_[its->change];
}

void MarketBooks::clear_changes() noexcept {
  for (const MarketChange& change : changes()) {
    contracts_[change.instrument.value()].change = kNoChange;
  }
  change_count_ = 0;
}

void MarketBooks::watch(InstrumentId instrument) {
  ++contract(instrument).watchers;
}

void MarketBooks::unwatch(InstrumentId instrument) {
  Contract& its = contract(instrument);
  HG_ASSERT(its.watchers != 0, instrument.value());
  --its.watchers;
}

MarketBooks::Contract& MarketBooks::contract(InstrumentId id) {
  HG_ASSERT(id.value() < engine::kMaxInstruments, id.value());
  while (contracts_.size() <= id.value()) contracts_.emplace_back(memory_);  // ends: at its place
  return contracts_[id.value()];
}

const MarketBooks::Contract* MarketBooks::find(InstrumentId id) const noexcept {
  return id.value() < contracts_.size() ? &contracts_[id.value()] : nullptr;
}

const PriceBook* MarketBooks::book(InstrumentId instrument) const noexcept {
  const Contract* const its = find(instrument);
  return its == nullptr ? nullptr : &its->book;
}

const std::optional<PublicTrade>& MarketBooks::last_trade(InstrumentId instrument) const noexcept {
  static constexpr std::optional<PublicTrade> kNone;
  const Contract* const its = find(instrument);
  return its == nullptr ? kNone : its->last_trade;
}

DayFigures MarketBooks::day(InstrumentId instrument) const noexcept {
  const Contract* const its = find(instrument);
  if (its == nullptr || its->day_number != day_number_) return {};
  return its->day;
}

}  // namespace hourglass::gateway::fix

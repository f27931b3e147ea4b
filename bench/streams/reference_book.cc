#include "bench/streams/reference_book.h"

#include <algorithm>
#include <iterator>

namespace hourglass::bench {

using engine::Side;

void ReferenceBook::apply(const StreamOp& op) {
  filled_ids_.clear();
  switch (op.kind) {
    case OpKind::kNew: enter(op, true); break;
    case OpKind::kIoc: enter(op, false); break;
    case OpKind::kCancel: erase(op.order_id); break;
    case OpKind::kReduce: reduce(op); break;
    case OpKind::kRequeue:
      if (!is_resting(op.order_id)) break;
      erase(op.order_id);
      enter(op, true);
      break;
  }
}

std::uint32_t ReferenceBook::open_qty_lots(std::uint64_t id) const {
  return place_of_id_.at(id).order->open_qty_lots;
}

std::int32_t ReferenceBook::price_ticks(std::uint64_t id) const {
  return place_of_id_.at(id).price_ticks;
}

std::int32_t ReferenceBook::best_price_ticks(Side side) const {
  return side == Side::kBuy ? levels(side).rbegin()->first : levels(side).begin()->first;
}

void ReferenceBook::enter(StreamOp op, bool may_rest) {
  const bool buys = op.side == Side::kBuy;
  Levels& opposite = levels_[engine::index_of(engine::opposite(op.side))];
  std::uint32_t open = op.qty_lots;
  while (open != 0 && !opposite.empty()) {
    const auto best = buys ? opposite.begin() : std::prev(opposite.end());
    if (buys ? best->first > op.price_ticks : best->first < op.price_ticks) break;
    Order& resting = best->second.front();
    const std::uint32_t traded = std::min(resting.open_qty_lots, open);
    tally_->add(resting.id, op.order_id, traded, static_cast<std::uint64_t>(best->first));
    open -= traded;
    resting.open_qty_lots -= traded;
    if (resting.open_qty_lots == 0) {
      filled_ids_.push_back(resting.id);
      place_of_id_.erase(resting.id);
      best->second.pop_front();
      if (best->second.empty()) opposite.erase(best);
    }
  }
  if (open != 0 && may_rest) {
    Level& level = levels_[engine::index_of(op.side)][op.price_ticks];
    level.push_back({op.order_id, open});
    place_of_id_[op.order_id] = {op.price_ticks, op.side, std::prev(level.end())};
  }
}

void ReferenceBook::reduce(const StreamOp& op) {
  const auto found = place_of_id_.find(op.order_id);
  if (found == place_of_id_.end()) return;
  Order& order = *found->second.order;
  if (op.qty_lots >= order.open_qty_lots) {
    erase(op.order_id);
  } else {
    order.open_qty_lots -= op.qty_lots;
  }
}

void ReferenceBook::erase(std::uint64_t id) {
  const auto found = place_of_id_.find(id);
  if (found == place_of_id_.end()) return;
  Levels& side = levels_[engine::index_of(found->second.side)];
  const auto level = side.find(found->second.price_ticks);
  level->second.erase(found->second.order);
  if (level->second.empty()) side.erase(level);
  place_of_id_.erase(found);
}

ReferenceVenue::ReferenceVenue(std::uint32_t symbol_count) {
  books_.reserve(symbol_count);
  for (std::uint32_t i = 0; i < symbol_count; ++i) books_.emplace_back(tally_);
}

void ReferenceVenue::apply(const StreamOp& op) {
  books_[op.symbol_index].apply(op);
}

void ReferenceVenue::play(std::span<const StreamOp> ops) {
  for (const StreamOp& op : ops) apply(op);
}

StreamResults ReferenceVenue::results() const {
  std::uint64_t end_orders = 0;
  std::uint64_t end_qty_lots = 0;
  for (const ReferenceBook& book : books_) {
    end_orders += book.resting_count();
    for (const Side side : {Side::kBuy, Side::kSell}) {
      for (const auto& [price, level] : book.levels(side)) {
        for (const ReferenceBook::Order& order : level) end_qty_lots += order.open_qty_lots;
      }
    }
  }
  return tally_.results(end_orders, end_qty_lots);
}

}  // namespace hourglass::bench

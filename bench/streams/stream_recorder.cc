#include "bench/streams/stream_recorder.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/base/assert.h"

namespace hourglass::bench {

using engine::Side;

absl::StatusOr<StreamRecorder> StreamRecorder::open(const Shape& shape) {
  absl::StatusOr<RecordBuffer> buffer = RecordBuffer::reserve(shape.max_records);
  if (!buffer.ok()) return buffer.status();
  return StreamRecorder(shape, std::move(*buffer));
}

StreamRecorder::StreamRecorder(const Shape& shape, RecordBuffer buffer)
    : buffer_(std::move(buffer)),
      random_(shape.seed * 0x9E3779B97F4A7C15ULL + 12345),
      venue_(std::make_unique<ReferenceVenue>(shape.symbol_count)),
      pools_(shape.symbol_count) {
  HG_ASSERT(shape.name.size() < header_.name.size(), shape.name.size());
  header_.magic = kStreamMagic;
  header_.n_symbols = shape.symbol_count;
  header_.seed = shape.seed;
  header_.min_price_ticks = std::numeric_limits<std::int32_t>::max();
  std::copy(shape.name.begin(), shape.name.end(), header_.name.begin());
}

std::uint64_t StreamRecorder::enter(OpKind kind, std::uint16_t symbol, Side side,
                                    std::int32_t price_ticks, std::uint32_t qty_lots) {
  side_of_id_.push_back(side);
  const std::uint64_t id = side_of_id_.size();
  record({.order_id = id,
          .qty_lots = qty_lots,
          .price_ticks = price_ticks,
          .symbol_index = symbol,
          .kind = kind,
          .side = side});
  return id;
}

void StreamRecorder::cancel(std::uint16_t symbol, std::uint64_t id) {
  record({.order_id = id, .symbol_index = symbol, .kind = OpKind::kCancel, .side = side_of(id)});
}

void StreamRecorder::reduce(std::uint16_t symbol, std::uint64_t id, std::uint32_t qty_lots) {
  record({.order_id = id,
          .qty_lots = qty_lots,
          .symbol_index = symbol,
          .kind = OpKind::kReduce,
          .side = side_of(id)});
}

void StreamRecorder::requeue(std::uint16_t symbol, std::uint64_t id, std::int32_t price_ticks,
                             std::uint32_t qty_lots) {
  record({.order_id = id,
          .qty_lots = qty_lots,
          .price_ticks = price_ticks,
          .symbol_index = symbol,
          .kind = OpKind::kRequeue,
          .side = side_of(id)});
}

Stream StreamRecorder::finish() && {
  header_.n_ops = record_count();
  header_.max_id = side_of_id_.size();
  header_.expected = venue_->results();
  return {.header = header_, .buffer = std::move(buffer_)};
}

std::uint64_t StreamRecorder::pick(std::uint16_t symbol) {
  const std::vector<std::uint64_t>& ids = pools_[symbol].ids();
  return ids[random_.below(static_cast<std::uint32_t>(ids.size()))];
}

void StreamRecorder::record(const StreamOp& op) {
  if (op.kind != OpKind::kCancel && op.kind != OpKind::kReduce) {
    HG_ASSERT(op.price_ticks > 0 && op.qty_lots > 0, op.price_ticks, op.qty_lots);
    header_.min_price_ticks = std::min(header_.min_price_ticks, op.price_ticks);
    header_.max_price_ticks = std::max(header_.max_price_ticks, op.price_ticks);
  }
  const ReferenceBook& changed = book(op.symbol_index);
  const std::uint64_t resting_before = changed.resting_count();
  venue_->apply(op);
  live_count_ = live_count_ + changed.resting_count() - resting_before;
  header_.max_live = std::max(header_.max_live, live_count_);
  buffer_.push_back(op);
  update_pool(op.symbol_index, op.order_id);
}

void StreamRecorder::update_pool(std::uint16_t symbol, std::uint64_t id) {
  OrderPool& pool = pools_[symbol];
  for (const std::uint64_t filled : book(symbol).filled_ids()) pool.remove(filled);
  const bool rests = book(symbol).is_resting(id);
  if (rests && !pool.contains(id)) pool.add(id);
  if (!rests) pool.remove(id);
}

}  // namespace hourglass::bench

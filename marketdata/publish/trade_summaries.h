// TradeSummaries: what each incoming order of an event traded.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "engine/base/assert.h"
#include "engine/base/fixed_array.h"
#include "engine/base/limits.h"
#include "engine/order/event.h"
#include "marketdata/publish/order_messages.h"
#include "marketdata/wire/messages.h"

namespace hourglass::marketdata {

// Thread: the publisher's. Allocates when made.
class TradeSummaries {
 public:
  TradeSummaries() : summaries_(engine::kMaxEventsPerApply), met_(engine::kMaxEventsPerApply) {}

  // Forgets those of the event before.
  void begin() noexcept { count_ = 0; }

  // A trade of the event, at this price in 1e-9 USD. Cost: constant.
  void add(const engine::Trade& trade, std::int64_t price) noexcept {
    if (count_ == 0 || aggressor_ != trade.incoming.order_id ||
        current().instrument_id != trade.header.instrument.value()) {
      open(trade);
    }
    TradeSummary& summary = current();
    summary.instr_seq = trade.header.instrument_sequence;
    summary.total_qty += trade.qty;
    summary.deepest_price = price;
    met_[met_count_++] = trade.resting.order_id.value();
    // Icebergs among them may have traded more than one tranche.
    has_again_ = has_again_ || trade.resting_leaves != trade.resting_displayed;
  }

  // Those of the event; valid until the next begin(). Cost: sorts an event's orders where an
  // iceberg traded, else constant.
  [[nodiscard]] std::span<const TradeSummary> end() noexcept {
    if (count_ != 0) close();
    return {summaries_.data(), count_};
  }

 private:
  TradeSummary& current() noexcept { return summaries_[count_ - 1]; }

  void open(const engine::Trade& trade) noexcept {
    if (count_ != 0) close();
    HG_ASSERT(count_ < engine::kMaxEventsPerApply, count_);
    // The rest of an order too large for one command begins with a trade, where an order that just
    // came or changed is spoken of first.
    const bool goes_on =
        trade.header.event_number == 0 && aggressor_ == trade.incoming.order_id && began_ns_ != 0;
    if (!goes_on) began_ns_ = trade.header.time.value();
    aggressor_ = trade.incoming.order_id;
    summaries_[count_++] = {.instrument_id = trade.header.instrument.value(),
                            .instr_seq = 0,
                            .total_qty = 0,
                            .transact_time = trade.header.time.value(),
                            .aggressor_time = began_ns_,
                            .deepest_price = 0,
                            .aggressor_side = wire_side(trade.incoming_side),
                            .event_flags = 0,
                            .order_count = 0};
    met_count_ = 0;
    has_again_ = false;
  }
  void close() noexcept {
    std::uint64_t* const begin = met_.data();
    std::uint64_t* end = begin + met_count_;
    if (has_again_) {
      std::sort(begin, end);
      end = std::unique(begin, end);
    }
    constexpr std::int64_t kMost = kNullUint16 - 1;
    current().order_count = static_cast<std::uint16_t>(std::min<std::int64_t>(end - begin, kMost));
    has_again_ = false;
    met_count_ = static_cast<std::uint32_t>(end - begin);
  }

  engine::FixedArray<TradeSummary> summaries_;
  engine::FixedArray<std::uint64_t> met_;  // by the current one
  std::uint32_t count_ = 0;
  std::uint32_t met_count_ = 0;
  bool has_again_ = false;
  engine::OrderId aggressor_{};
  std::uint64_t began_ns_ = 0;
};

}  // namespace hourglass::marketdata

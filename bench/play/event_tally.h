// A counting consumer of events: the tape of a run.
#pragma once

#include "bench/streams/hgos_format.h"
#include "engine/order/event.h"

namespace hourglass::bench {

// Client keys are the stream's ids, so the hash is the stream's. Thread: one. Cost: a branch an
// event, TradeHash a trade.
class EventTally {
 public:
  void add(const engine::Event& event) noexcept {
    ++events_;
    if (event.header().kind != engine::EventKind::kTrade) return;
    const auto& trade = event.as<engine::Trade>();
    tally_.add(trade.resting.key.value(), trade.incoming.key.value(), trade.qty,
               static_cast<std::uint64_t>(trade.price.value()));
  }
  [[nodiscard]] const TradeTally& trades() const noexcept { return tally_; }
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }

 private:
  TradeTally tally_;
  std::uint64_t events_ = 0;
};

}  // namespace hourglass::bench

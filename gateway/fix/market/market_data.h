// MarketData: all a session may ask about the market: books and trades, and whether it is open.
#pragma once

#include <cstdint>

#include "engine/order/event.h"
#include "gateway/fix/market/market_streams.h"
#include "gateway/fix/market/trading_status.h"
#include "gateway/fix/orders/order_reports.h"

namespace hourglass::gateway::fix {

// Thread: the door's.
class MarketData {
 public:
  // `reports` outlives this, and is told each event first.
  explicit MarketData(const OrderReports& reports) : streams(reports), status(reports) {}

  // Forgets what it followed: the history begins. Nobody is subscribed then.
  void clear() {
    streams.clear();
    status.clear();
  }
  // An event whose command is durable.
  void on_event(const engine::Event& event) {
    status.on_event(event);
    streams.on_event(event);
  }
  // A session's connection is over, and with it its subscriptions.
  void forget(engine::SessionId session) {
    streams.forget(session);
    status.forget(session);
  }

  MarketStreams streams;
  TradingStatus status;
};

}  // namespace hourglass::gateway::fix

#include "engine/exchange/market_state.h"

namespace hourglass::engine {

MarketState::MarketState(const ExchangeLimits& exchange_limits) noexcept
    : limits(exchange_limits),
      books({.max_orders = exchange_limits.max_orders,
             .max_level_pages = exchange_limits.max_level_pages,
             .max_instruments = exchange_limits.max_instruments}),
      instruments(exchange_limits.max_instruments),
      records(std::uint64_t{exchange_limits.max_orders} + 1),
      extras(std::uint64_t{exchange_limits.max_orders} + 1),
      sessions(exchange_limits.max_sessions),
      accounts(exchange_limits.max_accounts),
      keys(exchange_limits.max_sessions, exchange_limits.max_client_key_pages),
      expiries(exchange_limits.max_orders, records, extras) {
  HG_ASSERT(exchange_limits.max_steps_per_apply > 0 &&
                exchange_limits.max_steps_per_apply <= kMaxStepsPerApply,
            exchange_limits.max_steps_per_apply);
  books.orders().prefault(exchange_limits.prefault_orders);
  records.prefault(std::uint64_t{exchange_limits.prefault_orders} + 1);
  keys.prefault(exchange_limits.prefault_client_keys);
  HG_ASSERT(exchange_limits.max_sessions <= kMaxSessions, exchange_limits.max_sessions);
}

void MarketState::audit() const noexcept {
  std::uint32_t linked = 0;
  for (std::uint32_t s = 0; s < limits.max_sessions; ++s) {
    OrderId last(0);
    for (Slot slot = sessions[s].orders.first; slot != kNoSlot; slot = records[slot].session_next) {
      const OrderRecord& record = records[slot];
      HG_ASSERT(record.session.value() == s && record.id > last, s, record.id, last);
      last = record.id;
      ++linked;
      const bool on_its_way = work.kind == WorkKind::kMatch && incoming.slot == slot;
      if (on_its_way) continue;
      HG_ASSERT(record.executed + open_qty(slot) == record.total, record.id, record.executed);
      HG_ASSERT(find_order(record.session, record.key) == slot, record.id, record.key);
    }
  }
  const bool one_unlinked = work.kind == WorkKind::kMatch && records[incoming.slot].is_linked == 0;
  HG_ASSERT(linked + (one_unlinked ? 1 : 0) == books.orders().live_count(), linked);
  for (std::uint32_t i = 0; i < limits.max_instruments; ++i) {
    const InstrumentId id(i);
    if (!instruments[i].listed()) continue;
    books.audit(id);
    const BookSide& bids = books.side(id, Side::kBuy);
    const BookSide& offers = books.side(id, Side::kSell);
    if (bids.empty() || offers.empty() || work.kind == WorkKind::kMatch) continue;
    HG_ASSERT(bids.price_of(bids.best_key) < offers.price_of(offers.best_key), id);
  }
}

}  // namespace hourglass::engine

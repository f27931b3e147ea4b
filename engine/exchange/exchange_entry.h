// Exchange: new orders, matching and coming to rest. Part of exchange.h. RULES.md sections 2, 3.
#pragma once

#include "engine/exchange/exchange.h"

namespace hourglass::engine {

template <Clearing C>
[[gnu::always_inline]] inline RejectReason Exchange<C>::enter(const Command& command) noexcept {
  const auto& c = command.as<NewOrder>();
  if (is_plain(c)) [[likely]] {
    OrderHandle* const key_entry = plain_entry(c);
    if (key_entry != nullptr) [[likely]]
      return submit_plain(c, *key_entry);
  }
  return run(command, &Exchange::submit);
}

// The entry for a plain order's key, where there is nothing else to refuse it for but by clearing.
// Null where there may be, or the short way cannot tell: the reason, and the order of reasons, is
// submit()'s affair alone.
template <Clearing C>
[[gnu::always_inline]] inline OrderHandle* Exchange<C>::plain_entry(const NewOrder& c) noexcept {
  if (!may_go_short(c.header, c.key)) return nullptr;
  const Instrument& terms = instrument(c.header.instrument);
  const auto qty = static_cast<std::uint32_t>(c.qty.value());  // is_plain: not cut
  if (terms.state != TradingState::kOpen || qty - 1 >= terms.max_order_qty_lots ||
      check_limit_price(terms, c.price) != RejectReason::kNone || state_.books.orders().full() ||
      state_.books.levels().full()) {
    return nullptr;
  }
  return state_.keys.free_entry(c.header.session, c.key);
}

template <Clearing C>
[[gnu::always_inline]] inline RejectReason Exchange<C>::submit_plain(
    const NewOrder& c, OrderHandle& key_entry) noexcept {
  const InstrumentId id = c.header.instrument;
  const auto qty = static_cast<std::uint32_t>(c.qty.value());
  if (const auto reason = clearing_.reserve({.account = c.header.account,
                                             .instrument = id,
                                             .side = c.side,
                                             .price = c.price,
                                             .qty = qty,
                                             .tick_value = instrument(id).tick_value});
      reason != RejectReason::kNone) {
    return reason;
  }
  const bool crosses = state_.books.crosses(id, c.side, c.price);
  if (crosses || c.time_in_force == TimeInForce::kImmediateOrCancel ||
      !state_.events.rests_at_once()) [[unlikely]] {
    key_entry = meet_plain(c, crosses);
    return RejectReason::kNone;
  }
  const Slot slot = accept<Options::kNone, Rest::kAtOnce>(c, c.price, qty);
  key_entry = state_.books.orders().handle(slot);
  state_.link_plain(slot);
  put_in_book<Options::kNone>({.price = c.price, .slot = slot, .left = qty});
  return RejectReason::kNone;
}

// The rest of submit_plain() for what does not rest at once. A function of its own, so that the
// common case keeps its values in registers. Returns the order's handle.
template <Clearing C>
[[gnu::noinline]] OrderHandle Exchange<C>::meet_plain(const NewOrder& c, bool crosses) noexcept {
  const Slot slot = accept<Options::kNone, Rest::kNotYet>(c, c.price, 0);
  const OrderHandle handle = state_.books.orders().handle(slot);
  const auto qty = static_cast<std::uint32_t>(c.qty.value());
  const IncomingOrder in{.price = c.price, .slot = slot, .left = qty};
  if (crosses) {
    meet_book(in, c.header.sequence, 0);
  } else {
    settle(in);
  }
  return handle;
}

// Every check that can refuse stands before the first change: submit cannot fail half way.
template <Clearing C>
[[gnu::noinline]] RejectReason Exchange<C>::submit(const NewOrder& c) noexcept {
  if (c.header.instrument.value() >= state_.limits.max_instruments) {
    return RejectReason::kUnknownInstrument;
  }
  const Instrument& terms = instrument(c.header.instrument);
  if (!terms.listed()) return RejectReason::kUnknownInstrument;
  if (c.key.value() >= kMaxClientKeysPerSession) return RejectReason::kClientKeyOutOfRange;
  const ClientKeys::Place key = state_.keys.place(c.header.session, c.key);
  if (const auto reason = check_new(c, terms, key); reason != RejectReason::kNone) return reason;
  Price price = c.price;
  if (const auto reason = working_price(c, price); reason != RejectReason::kNone) return reason;

  const bool fill_or_kill = c.time_in_force == TimeInForce::kFillOrKill;
  const std::int64_t wanted = fill_or_kill ? c.qty.value() : c.min_qty.value();
  Available available = Available::kYes;
  if (wanted > 0) [[unlikely]] {
    available = look_ahead(c.header.instrument, c.side, price, wanted);
    if (available == Available::kTooManyOrders) return RejectReason::kFillSpansTooManyOrders;
  }

  if (state_.books.orders().full()) return RejectReason::kOrderLimitReached;
  if (!state_.keys.has_room(key)) return RejectReason::kClientKeyLimitReached;
  if (state_.books.levels().full()) return RejectReason::kPriceLevelLimitReached;

  const auto qty = static_cast<std::uint32_t>(c.qty.value());
  if (const auto reason = clearing_.reserve({.account = c.header.account,
                                             .instrument = c.header.instrument,
                                             .side = c.side,
                                             .price = price,
                                             .qty = qty,
                                             .tick_value = terms.tick_value});
      reason != RejectReason::kNone) {
    return reason;
  }
  const bool crosses = state_.books.crosses(c.header.instrument, c.side, price);
  const bool rests = available == Available::kYes && !crosses &&
                     c.time_in_force != TimeInForce::kImmediateOrCancel;
  const bool at_once = rests && state_.events.rests_at_once();
  const auto shown = static_cast<std::uint32_t>(c.display_qty.value());
  const Slot slot = at_once ? accept<Options::kAny, Rest::kAtOnce>(c, price, shown)
                            : accept<Options::kAny, Rest::kNotYet>(c, price, 0);
  state_.keys.set(key, state_.books.orders().handle(slot), state_.books.orders());
  const IncomingOrder in{.price = price, .slot = slot, .left = qty};
  if (available == Available::kNo) [[unlikely]] {
    drop(in,
         fill_or_kill ? CancelReason::kFillOrKillUnfilled : CancelReason::kMinQuantityUnavailable);
  } else if (crosses) {
    meet_book(in, c.header.sequence, 0);
  } else if (at_once) {
    state_.link(slot);
    put_in_book<Options::kAny>(in);
  } else {
    settle(in);
  }
  return RejectReason::kNone;
}

// HG-MATCH-025. `displayed`: lots it joins the book with at once. Fields are written where they
// stay: building a record on the stack and copying it makes every wide load wait for the narrow
// stores before it.
template <Clearing C>
template <typename Exchange<C>::Options kOptions, typename Exchange<C>::Rest kRest>
[[gnu::always_inline]] inline Slot Exchange<C>::accept(const NewOrder& c, Price price,
                                                       std::uint32_t displayed) noexcept {
  constexpr bool kPlain = kOptions == Options::kNone;
  HG_ASSERT((kRest == Rest::kAtOnce) == (displayed != 0), displayed);
  const auto qty = static_cast<std::uint32_t>(c.qty.value());
  const auto display_qty = kPlain ? qty : static_cast<std::uint32_t>(c.display_qty.value());
  OrderPool& orders = state_.books.orders();
  const Slot slot = orders.take();
  OrderRecord& record = state_.records[slot];
  record.id = OrderId(c.header.sequence.value());
  record.session = c.header.session;
  record.account = c.header.account;
  record.instrument = c.header.instrument;
  record.key = c.key;
  record.total = qty;
  record.executed = 0;
  record.hidden = 0;
  record.side = c.side;
  record.type = c.type;
  record.time_in_force = c.time_in_force;
  record.post_only = c.post_only;
  record.cancel_on_disconnect = c.cancel_on_disconnect;
  record.is_linked = 0;
  record.is_iceberg = display_qty < qty ? 1 : 0;
  if (!kPlain && (record.is_iceberg != 0 || c.time_in_force == TimeInForce::kGoodTillDate)) {
    state_.extras[slot] = {
        .expire_time = c.expire_time, .display_qty = display_qty, .heap_place = 0};
  }

  const InstrumentId id = c.header.instrument;
  OrderAccepted& event = [&]() -> OrderAccepted& {
    if constexpr (kRest == Rest::kAtOnce) {
      return state_.events.template add_public<OrderAccepted>(id, instrument(id));
    } else {
      return state_.events.template add_private<OrderAccepted>(id);
    }
  }();
  event.order.order_id = OrderId(c.header.sequence.value());
  event.order.session = c.header.session;
  event.order.report_number = next_report(c.header.session);
  event.order.account = c.header.account;
  event.order.key = c.key;
  event.price = price;
  event.qty = qty;
  event.display_qty = display_qty;
  if constexpr (!kPlain) {
    event.expire_time = c.expire_time;
    event.min_qty = static_cast<std::uint32_t>(c.min_qty.value());
  }
  event.session_sequence = c.header.session_sequence;
  event.trader = c.header.trader;
  event.client = c.client;
  event.side = c.side;
  event.type = c.type;
  event.time_in_force = c.time_in_force;
  event.post_only = c.post_only;
  event.state = OrderState::kNew;
  event.displayed = displayed;
  return slot;
}

// HG-MATCH-010 to 015 behind instrument and key, and of 016 what stands before the expiry in the
// order of reasons.
template <Clearing C>
[[gnu::always_inline]] inline RejectReason Exchange<C>::check_new(
    const NewOrder& c, const Instrument& terms, const ClientKeys::Place& key) const noexcept {
  if (state_.keys.is_used(key, state_.books.orders())) {
    return RejectReason::kDuplicateClientKey;
  }
  if (terms.state != TradingState::kOpen) return RejectReason::kWrongTradingState;
  if (!are_instructions_compatible(c)) return RejectReason::kIncompatibleInstructions;
  if (const auto reason = check_quantity(terms, c); reason != RejectReason::kNone) return reason;
  if (c.type == OrderType::kLimit) {
    if (const auto reason = check_limit_price(terms, c.price); reason != RejectReason::kNone) {
      return reason;
    }
  } else {
    const BookSide& against = state_.books.side(c.header.instrument, opposite(c.side));
    if (!against.empty() && !terms.in_band(against.price_of(against.best_key))) {
      return RejectReason::kPriceOutsideBand;
    }
  }
  return is_expiry_valid(c) ? RejectReason::kNone : RejectReason::kExpireTimeInvalid;
}

// HG-MATCH-016 to 018: the price the order will work at, from the book.
template <Clearing C>
[[gnu::always_inline]] inline RejectReason Exchange<C>::working_price(const NewOrder& c,
                                                                      Price& price) const noexcept {
  const InstrumentId id = c.header.instrument;
  if (c.type == OrderType::kLimit) [[likely]] {
    return c.post_only == PostOnly::kNo ? RejectReason::kNone
                                        : post_only_price(id, c.side, c.post_only, price);
  }
  const BookSide& against = state_.books.side(id, opposite(c.side));
  if (against.empty()) return RejectReason::kNoOppositeSide;
  const Instrument& terms = instrument(id);
  const Price best = against.price_of(against.best_key);
  HG_ASSERT(terms.in_band(best), id, best);  // check_new saw to it
  const std::uint32_t protection = c.type == OrderType::kMarket ? terms.protection_ticks : 0;
  price = protected_price(terms, c.side, best, protection);
  return RejectReason::kNone;
}

template <Clearing C>
[[gnu::noinline]] RejectReason Exchange<C>::post_only_price(InstrumentId id, Side side,
                                                            PostOnly post_only,
                                                            Price& price) const noexcept {
  if (!state_.books.crosses(id, side, price)) return RejectReason::kNone;
  if (post_only == PostOnly::kReject) return RejectReason::kPostOnlyWouldTrade;
  const Instrument& terms = instrument(id);
  const BookSide& against = state_.books.side(id, opposite(side));
  const PriceDelta increment(terms.price_increment_ticks);
  const Price best = against.price_of(against.best_key);
  const Price slid = side == Side::kBuy ? best - increment : best + increment;
  if (!terms.in_range(slid) || !terms.in_band(slid)) return RejectReason::kPostOnlyWouldTrade;
  price = slid;
  return RejectReason::kNone;
}

// HG-MATCH-019. Cost: at most max_scan_per_apply orders looked at.
template <Clearing C>
[[gnu::noinline]] typename Exchange<C>::Available Exchange<C>::look_ahead(
    InstrumentId id, Side side, Price limit, std::int64_t wanted) const noexcept {
  Available answer = Available::kNo;
  std::uint32_t looked_at = 0;
  state_.books.walk(id, opposite(side), [&](Slot slot, Price price) {
    if (side == Side::kBuy ? price > limit : price < limit) return false;
    if (looked_at == state_.limits.max_scan_per_apply) {
      answer = Available::kTooManyOrders;
      return false;
    }
    ++looked_at;
    wanted -= state_.open_qty(slot);
    if (wanted > 0) return true;
    answer = Available::kYes;
    return false;
  });
  return answer;
}

// One slice of matching, for an order that crosses: of command `origin`, after `steps_done` steps
// of earlier slices. When it is not enough the order waits in the state for a continuation
// (HG-MATCH-060).
template <Clearing C>
[[gnu::noinline]] void Exchange<C>::meet_book(IncomingOrder in, SequenceNumber origin,
                                              std::uint64_t steps_done) noexcept {
  OrderRecord& record = state_.records[in.slot];
  Books& books = state_.books;
  FillReporter reporter{*this, instrument(record.instrument), record, in};
  const std::uint32_t left = books.match(record.instrument, record.side, in.price, in.left,
                                         state_.limits.max_steps_per_apply, reporter);
  HG_ASSERT(left == in.left, left, in.left);
  if (left != 0 && books.crosses(record.instrument, record.side, in.price)) {
    HG_ASSERT(reporter.fills == state_.limits.max_steps_per_apply, reporter.fills);
    state_.incoming = in;
    state_.work.kind = WorkKind::kMatch;
    state_.work.origin = origin;
    state_.work.steps_done = steps_done + reporter.fills;
    return;
  }
  settle(in);
}

// HG-MATCH-028: the order has met everything it could.
template <Clearing C>
[[gnu::always_inline]] inline void Exchange<C>::settle(IncomingOrder in) noexcept {
  if (in.left == 0) {
    forget(in);
  } else if (state_.records[in.slot].time_in_force == TimeInForce::kImmediateOrCancel) {
    drop(in, CancelReason::kImmediateRemainder);
  } else {
    if (state_.records[in.slot].is_linked == 0) state_.link(in.slot);
    rest(in);
  }
}

// The order is done without a place in the book: its key names a stale handle from now on.
template <Clearing C>
void Exchange<C>::forget(IncomingOrder in) noexcept {
  if (state_.records[in.slot].is_linked != 0) state_.unlink(in.slot);
  state_.books.orders().give_back(in.slot);
}

// What of the order is displayed when it rests.
template <Clearing C>
template <typename Exchange<C>::Options kOptions>
[[gnu::always_inline]] inline std::uint32_t Exchange<C>::shown_of(
    const IncomingOrder& in) const noexcept {
  if (kOptions == Options::kNone || state_.records[in.slot].is_iceberg == 0) [[likely]]
    return in.left;
  return std::min(state_.extras[in.slot].display_qty, in.left);
}

// Behind its owner's lists, and told of elsewhere. kNone: an order without parts of its own.
template <Clearing C>
template <typename Exchange<C>::Options kOptions>
[[gnu::always_inline]] inline void Exchange<C>::put_in_book(IncomingOrder in) noexcept {
  OrderRecord& record = state_.records[in.slot];
  HG_ASSERT(record.time_in_force != TimeInForce::kFillOrKill, record.id, in.left);
  const std::uint32_t shown = shown_of<kOptions>(in);
  if constexpr (kOptions == Options::kAny) record.hidden = in.left - shown;
  state_.books.insert(record.instrument, record.side, in.price, in.slot, shown, in.left != shown);
}

// The same, told of by an event of its own.
template <Clearing C>
void Exchange<C>::rest(IncomingOrder in) noexcept {
  put_in_book<Options::kAny>(in);
  const OrderRecord& record = state_.records[in.slot];
  const InstrumentId id = record.instrument;
  auto& event = state_.events.template add_public<OrderRested>(id, instrument(id));
  event.order_id = record.id;
  event.price = in.price;
  event.qty = in.left - record.hidden;
  event.side = record.side;
}

// An order accepted but never to rest: unfillable, or an immediate order's remainder.
template <Clearing C>
[[gnu::noinline]] void Exchange<C>::drop(IncomingOrder in, CancelReason reason) noexcept {
  const OrderRecord& record = state_.records[in.slot];
  clearing_.release(intent(record, in.price, in.left));
  auto& event = state_.events.template add_private<OrderCancelled>(record.instrument);
  set_ref(event.order, record);
  event.price = in.price;
  event.cancelled = in.left;
  event.executed = record.executed;
  event.side = record.side;
  event.reason = reason;
  event.state = OrderState::kCancelled;
  forget(in);
}

// The one place where a trade is made: at the resting order's price (HG-MATCH-030).
template <Clearing C>
[[gnu::always_inline]] inline void Exchange<C>::FillReporter::on_fill(
    Slot slot, Price price, std::uint32_t lots, std::uint32_t shown) noexcept {
  MarketState& state = exchange.state_;
  OrderRecord& resting = state.records[slot];
  HG_ASSERT(incoming.side == Side::kBuy ? price <= in.price : price >= in.price, price, in.price);
  ++fills;
  resting.executed += lots;
  incoming.executed += lots;
  in.left -= lots;
  const std::uint32_t leaves = shown + resting.hidden;
  HG_ASSERT(resting.executed + leaves == resting.total, resting.id, resting.executed,
            resting.total);

  auto& event = state.events.template add_public<Trade>(resting.instrument, terms);
  exchange.set_ref(event.resting, resting);
  exchange.set_ref(event.incoming, incoming);
  event.price = price;
  event.match_id = MatchId(++state.match_id);
  event.qty = lots;
  event.resting_leaves = leaves;
  event.incoming_leaves = in.left;
  event.resting_displayed = shown;
  event.incoming_side = incoming.side;
  event.resting_state = state_after_fill(leaves);
  event.incoming_state = state_after_fill(in.left);
  exchange.clearing_.on_trade({.instrument = resting.instrument,
                               .price = price,
                               .qty = lots,
                               .tick_value = terms.tick_value,
                               .resting_account = resting.account,
                               .incoming_account = incoming.account,
                               .resting_limit = price,
                               .incoming_limit = in.price,
                               .incoming_side = incoming.side});
  // An order with hidden lots is asked for its next tranche first (next_tranche).
  if (shown == 0 && state.books.orders()[slot].has_hidden == 0) state.unlink(slot);
}

// HG-MATCH-032. The order leaves its owner's lists here when nothing is hidden any more.
template <Clearing C>
std::uint32_t Exchange<C>::FillReporter::next_tranche(Slot slot) noexcept {
  MarketState& state = exchange.state_;
  OrderRecord& record = state.records[slot];
  if (record.hidden == 0) {
    state.unlink(slot);
    return 0;
  }
  const std::uint32_t tranche = std::min(state.extras[slot].display_qty, record.hidden);
  record.hidden -= tranche;
  auto& event = state.events.template add_public<OrderRested>(record.instrument, terms);
  event.order_id = record.id;
  event.price = state.books.price_of(slot);
  event.qty = tranche;
  event.side = record.side;
  event.new_tranche = 1;
  return tranche;
}

}  // namespace hourglass::engine

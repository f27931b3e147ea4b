// Exchange: cancel and replace. Part of exchange.h. RULES.md section 4.
#pragma once

#include "engine/exchange/exchange.h"

namespace hourglass::engine {

// HG-MATCH-040: an order answers only for its own instrument and account.
template <Clearing C>
[[gnu::always_inline]] inline RejectReason Exchange<C>::check_owner(const CommandHeader& header,
                                                                    Slot slot) const noexcept {
  if (slot == kNoSlot) return RejectReason::kUnknownOrder;
  const OrderRecord& record = state_.records[slot];
  if (record.instrument != header.instrument) return RejectReason::kInstrumentMismatch;
  if (record.account != header.account) return RejectReason::kAccountMismatch;
  return RejectReason::kNone;
}

template <Clearing C>
[[gnu::always_inline]] inline RejectReason Exchange<C>::cancel(const CancelOrder& c) noexcept {
  if (c.header.instrument.value() >= state_.limits.max_instruments ||
      !instrument(c.header.instrument).listed()) {
    return RejectReason::kUnknownInstrument;
  }
  if (c.target.value() >= kMaxClientKeysPerSession) return RejectReason::kClientKeyOutOfRange;
  const Slot slot = state_.find_order(c.header.session, c.target);
  if (const auto reason = check_owner(c.header, slot); reason != RejectReason::kNone) {
    return reason;
  }
  if (instrument(c.header.instrument).state == TradingState::kClosed) {
    return RejectReason::kWrongTradingState;
  }
  cancel_order(slot, CancelReason::kByClient, c.header.session_sequence);
  return RejectReason::kNone;
}

// Takes a working order off, whoever asked.
template <Clearing C>
[[gnu::always_inline]] inline void Exchange<C>::cancel_order(
    Slot slot, CancelReason reason, std::uint32_t session_sequence) noexcept {
  Books& books = state_.books;
  const OrderRecord& record = state_.records[slot];
  const Price price = books.price_of(slot);
  const std::uint32_t shown = books.orders()[slot].qty;
  const bool expired =
      reason == CancelReason::kDayEnded || reason == CancelReason::kGoodTillDateEnded;
  clearing_.release(intent(record, price, shown + record.hidden));
  auto& event = state_.events.template add_public<OrderCancelled>(record.instrument,
                                                                  instrument(record.instrument));
  set_ref(event.order, record);
  event.price = price;
  event.cancelled = shown + record.hidden;
  event.displayed_removed = shown;
  event.executed = record.executed;
  event.session_sequence = session_sequence;
  event.side = record.side;
  event.reason = reason;
  event.state = expired ? OrderState::kExpired : OrderState::kCancelled;
  state_.unlink(slot);
  books.remove(slot);
  books.orders().give_back(slot);
}

template <Clearing C>
[[gnu::always_inline]] inline RejectReason Exchange<C>::change(const Command& command) noexcept {
  const auto& c = command.as<ReplaceOrder>();
  if (is_plain(c)) [[likely]] {
    std::uint32_t new_open = 0;
    const Slot slot = plain_target(c, new_open);
    if (slot != kNoSlot) [[likely]]
      return requeue<Options::kNone>(c, slot, new_open);
  }
  return run(command, &Exchange::replace);
}

// The order a plain replace moves to the back of a price, where there is nothing else to refuse it
// for but by clearing, and what will be open of it. kNoSlot where there may be, where it keeps its
// place or its order has parts of its own: all that is replace()'s affair alone.
template <Clearing C>
[[gnu::always_inline]] inline Slot Exchange<C>::plain_target(
    const ReplaceOrder& c, std::uint32_t& new_open) const noexcept {
  if (!may_go_short(c.header, c.target)) return kNoSlot;
  const Slot slot = state_.find_order(c.header.session, c.target);
  const OrderRecord& record = state_.records[slot];
  const Instrument& terms = instrument(c.header.instrument);
  if (slot == kNoSlot || record.instrument != c.header.instrument ||
      record.account != c.header.account || record.side != c.side || record.is_iceberg != 0 ||
      record.post_only != PostOnly::kNo || terms.state != TradingState::kOpen ||
      check_limit_price(terms, c.price) != RejectReason::kNone || state_.books.levels().full()) {
    return kNoSlot;
  }
  const std::int64_t qty = c.qty.value();  // is_plain: below 2^32
  const bool states_open = c.basis == QtyBasis::kOpen;
  const std::int64_t total = states_open ? record.executed + qty : qty;
  const std::int64_t open = total - record.executed;
  if (open <= 0 || total > std::int64_t{terms.max_order_qty_lots}) return kNoSlot;
  if (!states_open && open <= state_.open_qty(slot) && c.price == state_.books.price_of(slot)) {
    return kNoSlot;
  }
  new_open = static_cast<std::uint32_t>(open);
  return slot;
}

template <Clearing C>
[[gnu::noinline]] RejectReason Exchange<C>::replace(const ReplaceOrder& c) noexcept {
  const SessionId session = c.header.session;
  if (c.header.instrument.value() >= state_.limits.max_instruments ||
      !instrument(c.header.instrument).listed()) {
    return RejectReason::kUnknownInstrument;
  }
  if (c.key.value() >= kMaxClientKeysPerSession || c.target.value() >= kMaxClientKeysPerSession) {
    return RejectReason::kClientKeyOutOfRange;
  }
  if (c.key != c.target &&
      state_.keys.is_used(state_.keys.place(session, c.key), state_.books.orders())) {
    return RejectReason::kDuplicateClientKey;
  }
  const Slot slot = state_.find_order(session, c.target);
  if (const auto reason = check_owner(c.header, slot); reason != RejectReason::kNone) {
    return reason;
  }
  if (const auto reason = check_replace(c, slot); reason != RejectReason::kNone) return reason;

  const OrderRecord& record = state_.records[slot];
  const std::uint32_t open = state_.open_qty(slot);
  const std::int64_t qty = c.qty.value();
  std::int64_t new_open = qty;
  if (c.basis == QtyBasis::kReduceBy) new_open = open - qty;
  if (c.basis == QtyBasis::kTotal) new_open = qty - record.executed;
  const bool keeps = new_open > 0 && keeps_priority(c, slot, static_cast<std::uint32_t>(new_open));
  if (new_open > 0 && !keeps) {
    return requeue<Options::kAny>(c, slot, static_cast<std::uint32_t>(new_open));
  }
  if (c.key != c.target && !state_.keys.has_room(state_.keys.place(session, c.key))) {
    return RejectReason::kClientKeyLimitReached;
  }
  if (keeps) {
    keep_place(c, slot, static_cast<std::uint32_t>(new_open));
  } else {  // HG-MATCH-043, 044
    const bool by_reduce = c.basis == QtyBasis::kReduceBy;
    cancel_order(slot, by_reduce ? CancelReason::kByClient : CancelReason::kReplacedBelowExecuted,
                 c.header.session_sequence);
    if (c.key != c.target) {
      state_.keys.mark_used(state_.keys.place(session, c.key), state_.books.orders());
    }
  }
  return RejectReason::kNone;
}

// HG-MATCH-042, after the look-up.
template <Clearing C>
[[gnu::always_inline]] inline RejectReason Exchange<C>::check_replace(const ReplaceOrder& c,
                                                                      Slot slot) const noexcept {
  const OrderRecord& record = state_.records[slot];
  const Instrument& terms = instrument(record.instrument);
  if (c.side != record.side) return RejectReason::kSideChanged;
  if (terms.state != TradingState::kOpen) return RejectReason::kWrongTradingState;
  if (c.qty <= Qty(0)) return RejectReason::kQuantityNotPositive;
  if (c.basis == QtyBasis::kReduceBy) return RejectReason::kNone;
  const std::int64_t already = c.basis == QtyBasis::kOpen ? record.executed : 0;
  if (c.qty.value() > std::int64_t{terms.max_order_qty_lots} - already) {
    return RejectReason::kQuantityTooLarge;
  }
  if (c.display_qty < Qty(0) || c.display_qty > c.qty) {
    return RejectReason::kDisplayQuantityInvalid;
  }
  const bool keeps_display = c.display_qty == Qty(0);
  if (keeps_display ? record.is_iceberg != 0 : c.display_qty < c.qty) {
    const std::int64_t shown =
        keeps_display ? state_.extras[slot].display_qty : c.display_qty.value();
    if (!shows_enough(shown, already + c.qty.value())) return RejectReason::kDisplayQuantityInvalid;
  }
  return check_limit_price(terms, c.price);
}

// HG-MATCH-045.
template <Clearing C>
[[gnu::noinline]] bool Exchange<C>::keeps_priority(const ReplaceOrder& c, Slot slot,
                                                   std::uint32_t new_open) const noexcept {
  if (c.basis == QtyBasis::kReduceBy) return true;
  if (c.basis == QtyBasis::kOpen) return false;
  if (c.price != state_.books.price_of(slot) || new_open > state_.open_qty(slot)) return false;
  if (c.display_qty == Qty(0)) return true;
  const bool hides = c.display_qty < c.qty;
  const bool hid = state_.records[slot].is_iceberg != 0;
  return hides == hid && (!hides || c.display_qty.value() == state_.extras[slot].display_qty);
}

template <Clearing C>
[[gnu::noinline]] void Exchange<C>::keep_place(const ReplaceOrder& c, Slot slot,
                                               std::uint32_t new_open) noexcept {
  Books& books = state_.books;
  OrderRecord& record = state_.records[slot];
  const std::uint32_t less = state_.open_qty(slot) - new_open;
  const std::uint32_t from_hidden = std::min(less, record.hidden);
  const Price price = books.price_of(slot);
  if (less != 0) {
    clearing_.release(intent(record, price, less));
    record.hidden -= from_hidden;
    record.total -= less;
    if (less != from_hidden) books.reduce(slot, less - from_hidden);
  }
  if (c.key != c.target) rename(c, slot);
  report_replaced(c, slot, price, new_open, books.orders()[slot].qty, true);
}

// HG-MATCH-046. Clearing decides before anything changes. kNone: what plain_target() gave.
template <Clearing C>
template <typename Exchange<C>::Options kOptions>
[[gnu::always_inline]] inline RejectReason Exchange<C>::requeue(const ReplaceOrder& c, Slot slot,
                                                                std::uint32_t new_open) noexcept {
  Books& books = state_.books;
  OrderRecord& record = state_.records[slot];
  Price price = c.price;
  if constexpr (kOptions == Options::kAny) {
    if (record.post_only != PostOnly::kNo) {
      const auto reason = post_only_price(record.instrument, record.side, record.post_only, price);
      if (reason != RejectReason::kNone) return reason;
    }
    if (c.key != c.target && !state_.keys.has_room(state_.keys.place(record.session, c.key))) {
      return RejectReason::kClientKeyLimitReached;
    }
    if (books.levels().full()) return RejectReason::kPriceLevelLimitReached;
  }
  const OrderIntent old_intent = intent(record, books.price_of(slot), state_.open_qty(slot));
  if (const auto reason = clearing_.replace(old_intent, intent(record, price, new_open));
      reason != RejectReason::kNone) {
    return reason;
  }

  books.remove(slot);
  record.total = record.executed + new_open;
  record.hidden = 0;
  if constexpr (kOptions == Options::kAny) {
    if (c.display_qty != Qty(0)) {
      record.is_iceberg = static_cast<std::uint8_t>(c.display_qty < c.qty ? 1 : 0);
      if (record.is_iceberg != 0) set_display(slot, c.display_qty);
    }
    if (c.key != c.target) rename(c, slot);
  }
  const IncomingOrder in{.price = price, .slot = slot, .left = new_open};
  const bool crosses = books.crosses(record.instrument, record.side, price);
  if (crosses || !state_.events.rests_at_once()) [[unlikely]] {
    come_in_again(c, in, crosses);
    return RejectReason::kNone;
  }
  report_replaced(c, slot, price, new_open, shown_of<kOptions>(in), false);
  put_in_book<kOptions>(in);
  return RejectReason::kNone;
}

// The rest of requeue() for what does not rest at once; apart for the same reason as meet_plain().
template <Clearing C>
[[gnu::noinline]] void Exchange<C>::come_in_again(const ReplaceOrder& c, IncomingOrder in,
                                                  bool crosses) noexcept {
  report_replaced(c, in.slot, in.price, in.left, 0, false);
  if (crosses) {
    meet_book(in, c.header.sequence, 0);
  } else {
    rest(in);
  }
}

// Extras of an order that had none hold what an earlier order of the slot left there.
template <Clearing C>
[[gnu::noinline]] void Exchange<C>::set_display(Slot slot, Qty display_qty) noexcept {
  OrderExtras& extras = state_.extras[slot];
  if (state_.records[slot].time_in_force != TimeInForce::kGoodTillDate) extras = OrderExtras{};
  extras.display_qty = static_cast<std::uint32_t>(display_qty.value());
}

// HG-MATCH-047: moves the order under its new key.
template <Clearing C>
[[gnu::noinline]] void Exchange<C>::rename(const ReplaceOrder& c, Slot slot) noexcept {
  const SessionId session = state_.records[slot].session;
  const OrderPool& orders = state_.books.orders();
  state_.records[slot].key = c.key;
  state_.keys.set(state_.keys.place(session, c.key), orders.handle(slot), orders);
  state_.keys.mark_used(state_.keys.place(session, c.target), orders);
}

// HG-MATCH-045, 046: tells of the new terms. `displayed`: lots in the book from now on.
template <Clearing C>
[[gnu::always_inline]] inline void Exchange<C>::report_replaced(const ReplaceOrder& c, Slot slot,
                                                                Price price, std::uint32_t new_open,
                                                                std::uint32_t displayed,
                                                                bool kept_priority) noexcept {
  const OrderRecord& record = state_.records[slot];
  auto& event = state_.events.template add_public<OrderReplaced>(record.instrument,
                                                                 instrument(record.instrument));
  set_ref(event.order, record);
  event.price = price;
  event.old_key = c.target;
  event.session_sequence = c.header.session_sequence;
  event.qty = record.total;
  event.leaves = new_open;
  event.displayed = displayed;
  event.executed = record.executed;
  event.side = record.side;
  event.kept_priority = kept_priority ? 1 : 0;
  event.state = record.executed == 0 ? OrderState::kNew : OrderState::kPartiallyFilled;
}

}  // namespace hourglass::engine

// The checks of a message that need no book: pure functions, each the first rule broken.
//
// Thread: any. Cost: a few comparisons each. Source: RULES.md sections 1, 2 and 4.
#pragma once

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "engine/contract/instrument.h"
#include "engine/order/command.h"
#include "engine/order/reject_reason.h"

namespace hourglass::engine {

// By words, the last overlapping the one before: a handful of loads instead of one a byte.
template <std::size_t N>
inline bool all_zero(const std::array<std::uint8_t, N>& bytes) noexcept {
  using Word = std::conditional_t<N >= 8, std::uint64_t,
                                  std::conditional_t<N >= 4, std::uint32_t, std::uint8_t>>;
  Word any = 0;
  const auto fold = [&](std::size_t at) {
    Word word;
    std::memcpy(&word, &bytes[at], sizeof(Word));
    any = static_cast<Word>(any | word);
  };
  for (std::size_t at = 0; at + sizeof(Word) <= N; at += sizeof(Word)) fold(at);
  if constexpr (N % sizeof(Word) != 0) fold(N - sizeof(Word));
  return any == 0;
}

template <class Enum>
constexpr bool in_list(Enum value, Enum first, Enum last) noexcept {
  return first <= value && value <= last;
}

// HG-MATCH-003, by kind.
inline bool is_well_formed(const NewOrder& c) noexcept {
  return in_list(c.side, Side::kBuy, Side::kSell) &&
         in_list(c.type, OrderType::kLimit, OrderType::kMarketToLimit) &&
         in_list(c.time_in_force, TimeInForce::kDay, TimeInForce::kFillOrKill) &&
         in_list(c.post_only, PostOnly::kNo, PostOnly::kSlide) && c.cancel_on_disconnect <= 1 &&
         all_zero(c.reserved) && c.reserved2 == 0;
}
inline bool is_well_formed(const ReplaceOrder& c) noexcept {
  if (!in_list(c.side, Side::kBuy, Side::kSell) ||
      !in_list(c.basis, QtyBasis::kTotal, QtyBasis::kReduceBy) || !all_zero(c.reserved) ||
      !all_zero(c.reserved2)) {
    return false;
  }
  return c.basis != QtyBasis::kReduceBy || (c.price == Price(0) && c.display_qty == Qty(0));
}
inline bool is_well_formed(const CancelOrder&) noexcept {
  return true;
}
inline bool is_well_formed(const MassCancel& c) noexcept {
  return in_list(c.scope, MassCancelScope::kSession, MassCancelScope::kMarket) &&
         c.by_instrument <= 1 && c.by_group <= 1 && c.by_side <= 1 &&
         in_list(c.side, Side::kBuy, Side::kSell) && (c.by_side == 1 || c.side == Side::kBuy) &&
         all_zero(c.reserved) && all_zero(c.reserved2);
}
inline bool is_well_formed(const ContinueWork& c) noexcept {
  return c.reserved == 0;
}
inline bool is_well_formed(const DefineInstrument& c) noexcept {
  return in_list(c.state, TradingState::kOpen, TradingState::kClosed) && all_zero(c.reserved);
}
inline bool is_well_formed(const SetTradingState& c) noexcept {
  return in_list(c.state, TradingState::kOpen, TradingState::kClosed) && all_zero(c.reserved);
}
inline bool is_well_formed(const SetPriceBand& c) noexcept {
  return c.reserved == 0;
}
inline bool is_well_formed(const AdjustFunds& c) noexcept {
  return all_zero(c.reserved);
}
template <class Body>
requires(std::is_same_v<Body, SessionDisconnected> || std::is_same_v<Body, AdvanceTime> ||
         std::is_same_v<Body, EndTradingDay> ||
         std::is_same_v<Body, MarketRecovered>) bool is_well_formed(const Body& c) noexcept {
  return all_zero(c.reserved);
}

// HG-MATCH-012.
constexpr bool are_instructions_compatible(const NewOrder& c) noexcept {
  const bool takes_price_from_book = c.type != OrderType::kLimit;
  const bool immediate = c.time_in_force == TimeInForce::kImmediateOrCancel ||
                         c.time_in_force == TimeInForce::kFillOrKill;
  const bool hides = c.display_qty < c.qty;
  const bool wants_min = c.min_qty != Qty(0);
  const bool post_only = c.post_only != PostOnly::kNo;
  if (takes_price_from_book && (c.price != Price(0) || post_only || hides)) return false;
  if (post_only && (immediate || wants_min)) return false;
  if (hides && immediate) return false;
  return !(wants_min && c.time_in_force == TimeInForce::kFillOrKill);
}

// HG-MATCH-013: whether an iceberg is cut into few enough tranches. Both quantities are orders'.
constexpr bool shows_enough(std::int64_t display_qty, std::int64_t qty) noexcept {
  return display_qty * kMaxIcebergTranches >= qty;
}

// HG-MATCH-013.
constexpr RejectReason check_quantity(const Instrument& instrument, const NewOrder& c) noexcept {
  if (c.qty <= Qty(0)) return RejectReason::kQuantityNotPositive;
  if (c.qty.value() > instrument.max_order_qty_lots) return RejectReason::kQuantityTooLarge;
  if (c.display_qty < Qty(1) || c.display_qty > c.qty ||
      !shows_enough(c.display_qty.value(), c.qty.value())) {
    return RejectReason::kDisplayQuantityInvalid;
  }
  if (c.min_qty < Qty(0) || c.min_qty > c.qty) return RejectReason::kMinQuantityInvalid;
  return RejectReason::kNone;
}

// HG-MATCH-015.
constexpr bool is_expiry_valid(const NewOrder& c) noexcept {
  if (c.time_in_force == TimeInForce::kGoodTillDate) return c.expire_time > c.header.time;
  return c.expire_time == Timestamp(0);
}

// The working price of an order that takes its price from the book (HG-MATCH-016, 017):
// `protection` ticks through `best`, not beyond band or range, on a tick. `best` is in the band.
inline Price protected_price(const Instrument& instrument, Side side, Price best,
                             std::uint32_t protection) noexcept {
  const std::int64_t increment = instrument.price_increment_ticks;
  const std::int64_t points = protection / increment * increment;
  if (side == Side::kBuy) {
    const std::int64_t cap = std::min(instrument.band_high, instrument.max_price).value();
    return Price(std::min(best.value() + points, div_floor(cap, increment) * increment));
  }
  const std::int64_t floor = std::max(instrument.band_low, instrument.min_price).value();
  return Price(std::max(best.value() - points, div_ceil(floor, increment) * increment));
}

}  // namespace hourglass::engine

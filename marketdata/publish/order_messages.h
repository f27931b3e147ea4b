// What each public event is on the order channel: exactly one message, with the event's own number.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/base/types.h"
#include "engine/contract/instrument.h"
#include "engine/order/event.h"
#include "marketdata/publish/frame_bytes.h"
#include "marketdata/wire/messages.h"

namespace hourglass::marketdata {

// What an event does not say itself.
struct EventTerms {
  std::int64_t tick_nano_usd = 0;  // of its instrument
  std::uint32_t shown_qty = 0;     // of an order that leaves its place by a replace
  std::uint32_t trade_date = 0;    // of a day that ends
  std::uint8_t event_flags = 0;
};

// The message, and the level it touched: side kNone where it changes no book.
struct OrderMessage {
  std::size_t frame_bytes = 0;
  std::int64_t price = 0;
  BookSide side = BookSide::kNone;
};

// Ticks as 1e-9 USD; kNullPrice beyond 64 bits. Thread: any, pure.
inline std::int64_t wire_price(engine::Price price, std::int64_t tick_nano_usd) noexcept {
  std::int64_t nano_usd = 0;
  return __builtin_mul_overflow(price.value(), tick_nano_usd, &nano_usd) ? kNullPrice : nano_usd;
}

constexpr BookSide wire_side(engine::Side side) noexcept {
  return static_cast<BookSide>(side);
}
static_assert(wire_side(engine::Side::kBuy) == BookSide::kBid &&
              wire_side(engine::Side::kSell) == BookSide::kOffer);

constexpr TradingStatusCode wire_status(engine::TradingState state) noexcept {
  return static_cast<TradingStatusCode>(state);
}
static_assert(wire_status(engine::TradingState::kOpen) == TradingStatusCode::kOpen &&
              wire_status(engine::TradingState::kPause) == TradingStatusCode::kPause &&
              wire_status(engine::TradingState::kHalt) == TradingStatusCode::kHalt &&
              wire_status(engine::TradingState::kClosed) == TradingStatusCode::kClosed);

constexpr DeleteReason delete_reason(engine::CancelReason reason) noexcept {
  switch (reason) {
    case engine::CancelReason::kByClient:
    case engine::CancelReason::kReplacedBelowExecuted: return DeleteReason::kCancelled;
    case engine::CancelReason::kMassCancel: return DeleteReason::kMassCancelled;
    case engine::CancelReason::kConnectionLost: return DeleteReason::kConnectionLost;
    case engine::CancelReason::kDayEnded:
    case engine::CancelReason::kGoodTillDateEnded: return DeleteReason::kExpired;
    case engine::CancelReason::kByOperator: return DeleteReason::kOperator;
    // Of orders that never rested, so that nobody was told of them.
    case engine::CancelReason::kImmediateRemainder:
    case engine::CancelReason::kFillOrKillUnfilled:
    case engine::CancelReason::kMinQuantityUnavailable: break;
  }
  return DeleteReason::kOther;
}

// FIX 1142.
constexpr char match_algorithm(std::uint8_t algorithm) noexcept {
  return algorithm == engine::kPriceTimeAlgorithm ? 'F' : '?';
}

namespace internal {

using At = std::byte*;

inline OrderMessage message(const engine::OrderAccepted& e, const EventTerms& terms,
                            At at) noexcept {
  const OrderAdd add{.instrument_id = e.header.instrument.value(),
                     .instr_seq = e.header.instrument_sequence,
                     .display_qty = e.displayed,
                     .transact_time = e.header.time.value(),
                     .order_id = e.order.order_id.value(),
                     .price = wire_price(e.price, terms.tick_nano_usd),
                     .side = wire_side(e.side),
                     .event_flags = terms.event_flags,
                     .order_flags = 0,
                     .padding = 0};
  return {write_frame(at, add), add.price, add.side};
}

inline OrderMessage message(const engine::OrderRested& e, const EventTerms& terms, At at) noexcept {
  // Version 1 told of orders that met nobody the same way.
  const OrderFlag rested = e.header.version >= 2 ? kAfterTrading : OrderFlag{};
  const OrderAdd add{.instrument_id = e.header.instrument.value(),
                     .instr_seq = e.header.instrument_sequence,
                     .display_qty = e.qty,
                     .transact_time = e.header.time.value(),
                     .order_id = e.order_id.value(),
                     .price = wire_price(e.price, terms.tick_nano_usd),
                     .side = wire_side(e.side),
                     .event_flags = terms.event_flags,
                     .order_flags = e.new_tranche != 0 ? kNewTranche : rested,
                     .padding = 0};
  return {write_frame(at, add), add.price, add.side};
}

inline OrderMessage message(const engine::Trade& e, const EventTerms& terms, At at) noexcept {
  const OrderExecuted executed{.instrument_id = e.header.instrument.value(),
                               .instr_seq = e.header.instrument_sequence,
                               .exec_qty = e.qty,
                               .transact_time = e.header.time.value(),
                               .order_id = e.resting.order_id.value(),
                               .trade_id = e.match_id.value(),
                               .leaves_qty = e.resting_displayed,
                               .side = wire_side(opposite(e.incoming_side)),
                               .event_flags = terms.event_flags,
                               .trade_type = TradeType::kRegular,
                               .padding = 0,
                               .price = wire_price(e.price, terms.tick_nano_usd)};
  return {write_frame(at, executed), executed.price, executed.side};
}

inline OrderMessage message(const engine::OrderCancelled& e, const EventTerms& terms,
                            At at) noexcept {
  const OrderDelete gone{.instrument_id = e.header.instrument.value(),
                         .instr_seq = e.header.instrument_sequence,
                         .deleted_qty = e.displayed_removed,
                         .transact_time = e.header.time.value(),
                         .order_id = e.order.order_id.value(),
                         .side = wire_side(e.side),
                         .event_flags = terms.event_flags,
                         .reason = delete_reason(e.reason),
                         .padding = 0};
  return {write_frame(at, gone), wire_price(e.price, terms.tick_nano_usd), gone.side};
}

// The three things a replace can do to a book.
inline OrderMessage message(const engine::OrderReplaced& e, const EventTerms& terms,
                            At at) noexcept {
  const std::int64_t price = wire_price(e.price, terms.tick_nano_usd);
  const BookSide side = wire_side(e.side);
  if (e.kept_priority != 0) {
    const OrderReduce reduce{.instrument_id = e.header.instrument.value(),
                             .instr_seq = e.header.instrument_sequence,
                             .new_display_qty = e.displayed,
                             .transact_time = e.header.time.value(),
                             .order_id = e.order.order_id.value(),
                             .side = side,
                             .event_flags = terms.event_flags,
                             .reason = ReduceReason::kReplaced,
                             .padding = 0};
    return {write_frame(at, reduce), price, side};
  }
  if (e.displayed != 0) {
    const OrderReplace replace{.instrument_id = e.header.instrument.value(),
                               .instr_seq = e.header.instrument_sequence,
                               .new_display_qty = e.displayed,
                               .transact_time = e.header.time.value(),
                               .order_id = e.order.order_id.value(),
                               .new_price = price,
                               .side = side,
                               .event_flags = terms.event_flags,
                               .order_flags = 0,
                               .padding = 0};
    return {write_frame(at, replace), price, side};
  }
  const OrderDelete gone{.instrument_id = e.header.instrument.value(),
                         .instr_seq = e.header.instrument_sequence,
                         .deleted_qty = terms.shown_qty,
                         .transact_time = e.header.time.value(),
                         .order_id = e.order.order_id.value(),
                         .side = side,
                         .event_flags = terms.event_flags,
                         .reason = DeleteReason::kReplaced,
                         .padding = 0};
  return {write_frame(at, gone), price, side};
}

inline OrderMessage message(const engine::InstrumentDefined& e, const EventTerms& terms,
                            At at) noexcept {
  const engine::Price increment(e.price_increment_ticks);
  const InstrumentDefinition definition{
      .instrument_id = e.header.instrument.value(),
      .instr_seq = e.header.instrument_sequence,
      .product_group = e.group.value(),
      .transact_time = e.header.time.value(),
      .symbol = e.symbol,
      .tick_size = e.tick_size_nano_usd,
      .contract_size_gpu_hours = e.contract_size_gpu_hours,
      .min_price = wire_price(e.min_price, e.tick_size_nano_usd),
      .max_price = wire_price(e.max_price, e.tick_size_nano_usd),
      .price_increment = wire_price(increment, e.tick_size_nano_usd),
      .protection_ticks = e.protection_ticks,
      .max_order_qty = e.max_order_qty_lots,
      .match_algorithm = match_algorithm(e.matching_algorithm),
      .status = wire_status(e.state),
      .event_flags = terms.event_flags,
      .security_type = SecurityType::kUnknown};
  return {.frame_bytes = write_frame(at, definition)};
}

inline OrderMessage message(const engine::TradingStateChanged& e, const EventTerms& terms,
                            At at) noexcept {
  const TradingStatus status{.instrument_id = e.header.instrument.value(),
                             .instr_seq = e.header.instrument_sequence,
                             .padding = 0,
                             .transact_time = e.header.time.value(),
                             .status = wire_status(e.state),
                             .event_flags = terms.event_flags,
                             .padding2 = 0};
  return {.frame_bytes = write_frame(at, status)};
}

inline OrderMessage message(const engine::PriceBandChanged& e, const EventTerms& terms,
                            At at) noexcept {
  const PriceLimits limits{.instrument_id = e.header.instrument.value(),
                           .instr_seq = e.header.instrument_sequence,
                           .padding = 0,
                           .transact_time = e.header.time.value(),
                           .low_limit = wire_price(e.low, terms.tick_nano_usd),
                           .high_limit = wire_price(e.high, terms.tick_nano_usd),
                           .event_flags = terms.event_flags,
                           .padding2 = {}};
  return {.frame_bytes = write_frame(at, limits)};
}

inline OrderMessage message(const engine::TradingDayEnded& e, const EventTerms& terms,
                            At at) noexcept {
  const DayEnd day{.instrument_id = 0,
                   .instr_seq = 0,
                   .trade_date = terms.trade_date,
                   .transact_time = e.header.time.value(),
                   .expired_count = e.expired_count,
                   .event_flags = terms.event_flags,
                   .padding = {}};
  return {.frame_bytes = write_frame(at, day)};
}

}  // namespace internal

// Writes the message of a public event to `at`, where kMaxFrameBytes are free. Zero bytes: of an
// event that is never public. Thread: any, pure. Cost: a copy of 32 to 96 bytes.
inline OrderMessage write_order_message(const engine::Event& event, const EventTerms& terms,
                                        std::byte* at) noexcept {
  using engine::EventKind;
  switch (event.header().kind) {
    case EventKind::kOrderAccepted:
      return internal::message(event.as<engine::OrderAccepted>(), terms, at);
    case EventKind::kTrade: return internal::message(event.as<engine::Trade>(), terms, at);
    case EventKind::kOrderRested:
      return internal::message(event.as<engine::OrderRested>(), terms, at);
    case EventKind::kOrderReplaced:
      return internal::message(event.as<engine::OrderReplaced>(), terms, at);
    case EventKind::kOrderCancelled:
      return internal::message(event.as<engine::OrderCancelled>(), terms, at);
    case EventKind::kInstrumentDefined:
      return internal::message(event.as<engine::InstrumentDefined>(), terms, at);
    case EventKind::kTradingStateChanged:
      return internal::message(event.as<engine::TradingStateChanged>(), terms, at);
    case EventKind::kPriceBandChanged:
      return internal::message(event.as<engine::PriceBandChanged>(), terms, at);
    case EventKind::kTradingDayEnded:
      return internal::message(event.as<engine::TradingDayEnded>(), terms, at);
    case EventKind::kRequestRejected:
    case EventKind::kMassCancelDone:
    case EventKind::kFundsAdjusted: break;
  }
  return {};
}

}  // namespace hourglass::marketdata

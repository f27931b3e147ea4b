// What each public event is on the order channel: exactly one message, with the event's own number.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/base/types.h"
#include "engine/order/event.h"
#include "marketdata/publish/book_forms.h"
#include "marketdata/publish/frame_bytes.h"
#include "marketdata/publish/wire_values.h"
#include "marketdata/wire/messages.h"

namespace hourglass::marketdata {

namespace internal {

using At = std::byte*;

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
    case EventKind::kTrade:
    case EventKind::kOrderRested:
    case EventKind::kOrderReplaced:
    case EventKind::kOrderCancelled: return write_book_message(event, terms, at);
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

// What a public event of the book is on the level channel.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/order/event.h"
#include "marketdata/feed/order_book.h"
#include "marketdata/publish/frame_bytes.h"
#include "marketdata/publish/order_messages.h"
#include "marketdata/wire/messages.h"

namespace hourglass::marketdata {

// The level of this price as it now is.
inline LevelEntry level_entry(const OrderBook& book, BookSide side, std::int64_t price) noexcept {
  const auto [level, depth] = book.level_at_depth(side, price);
  if (level == nullptr) {
    return {.price = price, .qty = 0, .order_count = 0, .level = 0, .side = side, .padding = 0};
  }
  return {.price = price,
          .qty = level->qty,
          .order_count = level->order_count,
          .level = static_cast<std::uint8_t>(std::min<std::size_t>(depth + 1, UINT8_MAX)),
          .side = side,
          .padding = 0};
}

// Writes the BookUpdate of an event of the book to `at`, where kMaxFrameBytes are free: at most two
// entries. Returns the frame's length. Thread: any, pure.
inline std::size_t write_book_update(const engine::Event& event, std::uint8_t event_flags,
                                     std::span<const LevelEntry> entries, std::byte* at) noexcept {
  const engine::EventHeader& header = event.header();
  BookUpdate update{.instrument_id = header.instrument.value(),
                    .instr_seq = header.instrument_sequence,
                    .trade_qty = kNullUint32,
                    .transact_time = header.time.value(),
                    .event_flags = event_flags,
                    .aggressor_side = BookSide::kNone,
                    .trade_type = TradeType::kRegular,
                    .padding = 0};
  if (header.kind == engine::EventKind::kTrade) {
    const auto& trade = event.as<engine::Trade>();
    update.trade_qty = trade.qty;
    update.aggressor_side = wire_side(trade.incoming_side);
  }
  return write_frame(at, update, entries);
}

}  // namespace hourglass::marketdata

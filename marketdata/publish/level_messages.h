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

// The place of a level that is there, 1 the best; 255 stands for all from the 255th on. Looks from
// the best on in growing steps, since that is where books change. Cost: 2 log2 of the answer.
inline std::uint8_t level_number(const OrderBook& book, BookSide side,
                                 std::int64_t price) noexcept {
  constexpr std::size_t kLast = kNullUint8 - 1;
  const auto is_better = [&](std::size_t depth) {
    const std::int64_t at = book.level(side, depth)->price;
    return side == BookSide::kBid ? at > price : at < price;
  };
  const std::size_t end = std::min(book.level_count(side), kLast);
  std::size_t low = 0;
  std::size_t high = 1;
  while (high < end && is_better(high - 1)) {
    low = high;
    high *= 2;
  }
  high = std::min(high, end);
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (is_better(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return static_cast<std::uint8_t>(low + 1);
}

// The level of this price as it now is.
inline LevelEntry level_entry(const OrderBook& book, BookSide side, std::int64_t price) noexcept {
  const BookLevel* const level = book.level_of_price(side, price);
  if (level == nullptr) {
    return {.price = price, .qty = 0, .order_count = 0, .level = 0, .side = side, .padding = 0};
  }
  return {.price = price,
          .qty = level->qty,
          .order_count = level->order_count,
          .level = level_number(book, side, price),
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

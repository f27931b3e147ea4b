#include "gateway/fix/market/market_entries.h"

#include <array>
#include <optional>

namespace hourglass::gateway::fix {

using engine::Instrument;
using engine::InstrumentId;
using engine::Side;

namespace {

constexpr char kTrade = '2';
constexpr char kVolume = 'B';

constexpr char type_of(Side side) noexcept {
  return side == Side::kBuy ? '0' : '1';
}

MarketEntry trade_entry(const PublicTrade& trade, const Instrument& instrument) {
  return {.type = kTrade,
          .has_qty = true,
          .price = trade.price,
          .qty = trade.qty,
          .trade = &trade,
          .instrument = &instrument};
}

MarketEntry level_entry(Side side, const LevelUpdate& update, const Instrument& instrument) {
  return {.action = update.action,
          .type = type_of(side),
          .has_qty = update.action != kActionDelete,
          .price = price_at(side, update.rank),
          .qty = update.level.qty,
          .orders = update.level.orders,
          .instrument = &instrument};
}

// The day's figures that are other than before, as new, changed or deleted.
void append_day(const DayFigures& before, const DayFigures& now, const Instrument& instrument,
                MarketView view, std::vector<MarketEntry>& out) {
  if (before.volume == now.volume) return;
  char action = kActionChange;
  if (before.volume == 0) action = kActionNew;
  if (now.volume == 0) action = kActionDelete;
  struct Figure {
    char type;
    engine::Price before;
    engine::Price now;
  };
  for (const Figure& figure :
       {Figure{'4', before.open, now.open}, Figure{'7', before.high, now.high},
        Figure{'8', before.low, now.low}}) {
    if (!view.has(figure.type)) continue;
    if (action == kActionChange && figure.before == figure.now) continue;
    const bool is_deleted = action == kActionDelete;
    out.push_back({.action = action,
                   .type = figure.type,
                   .price = is_deleted ? figure.before : figure.now,
                   .instrument = &instrument});
  }
  if (!view.has(kVolume)) return;
  out.push_back({.action = action,
                 .type = kVolume,
                 .has_price = false,
                 .has_qty = action != kActionDelete,
                 .qty = now.volume,
                 .instrument = &instrument});
}

}  // namespace

void append_snapshot(const MarketBooks& books, InstrumentId id, const Instrument& instrument,
                     MarketView view, std::vector<MarketEntry>& out) {
  if (const PriceBook* book = books.book(id)) {
    for (const Side side : {Side::kBuy, Side::kSell}) {
      if (!view.has(type_of(side))) continue;
      std::uint32_t told = 0;
      for (const auto& [rank, level] : book->levels(side)) {
        if (told++ == view.depth) break;
        out.push_back(level_entry(side, {.rank = rank, .level = level}, instrument));
      }
    }
  }
  const std::optional<PublicTrade>& last = books.last_trade(id);
  if (last.has_value() && view.has(kTrade)) out.push_back(trade_entry(*last, instrument));
  append_day({}, books.day(id), instrument, view, out);
}

void CommandUpdates::clear() noexcept {
  for (Windows& windows : windows_) windows.count = 0;
}

const CommandUpdates::Window& CommandUpdates::window(const MarketChange& change,
                                                     std::uint32_t depth) {
  if (windows_.size() <= change.place) windows_.resize(change.place + 1);
  auto& [made, count] = windows_[change.place];
  for (std::size_t i = 0; i < count; ++i) {
    if (made[i].depth == depth) return made[i];
  }
  if (count == made.size()) made.emplace_back();
  Window& window = made[count++];
  window.depth = depth;
  window.buy.clear();
  window.sell.clear();
  const PriceBook* const book = books_.book(change.instrument);
  append_window_updates(book->levels(Side::kBuy), change.buy, depth, window.buy);
  append_window_updates(book->levels(Side::kSell), change.sell, depth, window.sell);
  return window;
}

void CommandUpdates::append(const MarketChange& change, const Instrument& instrument,
                            MarketView view, std::vector<MarketEntry>& trades,
                            std::vector<MarketEntry>& entries) {
  if (view.has(kTrade)) {
    for (const PublicTrade& trade : change.trades) trades.push_back(trade_entry(trade, instrument));
  }
  append_day(change.day_before, books_.day(change.instrument), instrument, view, entries);
  for (const Side side : {Side::kBuy, Side::kSell}) {
    if (!view.has(type_of(side)) || change.side(side).empty()) continue;
    const Window& its = window(change, view.depth);
    for (const LevelUpdate& update : side == Side::kBuy ? its.buy : its.sell) {
      entries.push_back(level_entry(side, update, instrument));
    }
  }
}

}  // namespace hourglass::gateway::fix

// What a command changed of the best levels of a side.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gateway/fix/market/market_books.h"
#include "gateway/fix/market/price_book.h"

namespace hourglass::gateway::fix {

// FIX 279.
inline constexpr char kActionNew = '0';
inline constexpr char kActionChange = '1';
inline constexpr char kActionDelete = '2';

struct LevelUpdate {
  char action = kActionNew;
  std::int64_t rank = 0;
  PriceLevel level;  // now; nothing of one that is deleted
};

// Appends what makes of the `depth` best levels before the command those of now, the best first:
// also the levels that leave the window or come into it without having changed. `before` is of
// MarketChange. Thread: any, pure. Cost: the levels from the best to the last one that matters.
void append_window_updates(const PriceLevels& now, std::span<const LevelBefore> before,
                           std::uint32_t depth, std::vector<LevelUpdate>& out);

}  // namespace hourglass::gateway::fix

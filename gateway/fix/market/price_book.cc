#include "gateway/fix/market/price_book.h"

#include "engine/base/assert.h"

namespace hourglass::gateway::fix {

PriceLevel PriceBook::add(engine::Side side, engine::Price price, std::int64_t lots,
                          std::int32_t orders) {
  PriceLevels& levels = side == engine::Side::kBuy ? buy_ : sell_;
  const auto place = levels.try_emplace(rank_of(side, price)).first;
  PriceLevel& level = place->second;
  const PriceLevel before = level;
  const std::int64_t qty = static_cast<std::int64_t>(level.qty) + lots;
  const std::int64_t count = std::int64_t{level.orders} + orders;
  HG_ASSERT(qty >= 0 && count >= 0, price.value(), qty, count);
  HG_ASSERT((qty == 0) == (count == 0), price.value(), qty, count);
  level.qty = static_cast<std::uint64_t>(qty);
  level.orders = static_cast<std::uint32_t>(count);
  if (count == 0) levels.erase(place);
  return before;
}

}  // namespace hourglass::gateway::fix

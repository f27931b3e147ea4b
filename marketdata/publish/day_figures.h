// DayFigures: what an instrument traded in the running day.
#pragma once

#include <algorithm>
#include <cstdint>

#include "marketdata/wire/packet.h"

namespace hourglass::marketdata {

// Zero bytes are a day without a trade. Units: 1e-9 USD, lots.
struct DayFigures {
  std::int64_t open_price;
  std::int64_t high_price;
  std::int64_t low_price;
  std::int64_t last_price;
  std::uint64_t volume;
  std::uint64_t trade_count;
  std::uint32_t last_qty;

  void add(std::int64_t price, std::uint32_t qty) noexcept {
    if (trade_count == 0) open_price = high_price = low_price = price;
    high_price = std::max(high_price, price);
    low_price = std::min(low_price, price);
    last_price = price;
    volume += qty;
    ++trade_count;
    last_qty = qty;
  }
  [[nodiscard]] std::int64_t price_or_null(std::int64_t price) const noexcept {
    return trade_count == 0 ? kNullPrice : price;
  }
};

}  // namespace hourglass::marketdata

// What is listed: a contract's terms and its state, as data.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/checked.h"
#include "engine/base/limits.h"
#include "engine/base/types.h"
#include "engine/order/command.h"
#include "engine/order/reject_reason.h"

namespace hourglass::engine {

inline constexpr std::uint8_t kPriceTimeAlgorithm = 1;  // FIX 1142=F
inline constexpr std::int64_t kNanoUsdPerMicroUsd = 1000;
inline constexpr std::int64_t kMaxTickValueMicroUsd = std::int64_t{1} << 40;

// One listed contract. Prices are ticks; `tick_value` is what one tick of one lot is worth, an
// exact number of micro-USD, so that every notional is exact.
struct Instrument {
  std::array<char, 24> symbol{};
  std::int64_t tick_size_nano_usd = 0;
  std::int64_t contract_size_gpu_hours = 0;
  Price min_price;
  Price max_price;
  Price band_low;
  Price band_high;
  Money tick_value;
  ProductGroupId group;
  std::uint32_t protection_ticks = 0;
  std::uint32_t price_increment_ticks = 0;
  std::uint32_t max_order_qty_lots = 0;
  std::uint32_t sequence = 0;  // of its last public event
  std::uint8_t matching_algorithm = 0;
  TradingState state{};  // zero: not listed
  std::array<std::uint8_t, 2> reserved{};

  [[nodiscard]] bool listed() const noexcept { return state != TradingState{}; }
  [[nodiscard]] std::string_view symbol_view() const noexcept {
    const auto end = std::find(symbol.begin(), symbol.end(), '\0');
    return {symbol.data(), static_cast<std::size_t>(end - symbol.begin())};
  }
  [[nodiscard]] bool in_range(Price price) const noexcept {
    return min_price <= price && price <= max_price;
  }
  [[nodiscard]] bool in_band(Price price) const noexcept {
    return band_low <= price && price <= band_high;
  }
  [[nodiscard]] bool on_tick(Price price) const noexcept {
    // Most contracts tick by one; a division costs what the rest of the checks cost together.
    return price_increment_ticks == 1 || price.value() % price_increment_ticks == 0;
  }
};
static_assert(sizeof(Instrument) == 24 + 7 * 8 + 5 * 4 + 4, "two lines with nothing between");

// The first rule a limit price breaks, or kNone. Thread: any, pure. Source: HG-MATCH-014.
inline RejectReason check_limit_price(const Instrument& instrument, Price price) noexcept {
  if (!instrument.in_range(price)) return RejectReason::kPriceOutOfRange;
  if (!instrument.on_tick(price)) return RejectReason::kPriceOffTick;
  if (!instrument.in_band(price)) return RejectReason::kPriceOutsideBand;
  return RejectReason::kNone;
}

// The instrument `terms` describe, or nothing when they contradict each other.
// Thread: any, pure. Cost: a few dozen steps. Source: HG-MATCH-070.
std::optional<Instrument> make_instrument(const DefineInstrument& terms) noexcept;

// Signed value of `qty` lots at `price` in micro-USD, exact in 128 bits.
constexpr Int128 notional(Price price, std::int64_t qty_lots, Money tick_value) noexcept {
  return mul_wide(price.value(), qty_lots) * tick_value.value();
}

}  // namespace hourglass::engine

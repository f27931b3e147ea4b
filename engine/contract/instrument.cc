#include "engine/contract/instrument.h"

namespace hourglass::engine {
namespace {

bool is_symbol(const std::array<char, 24>& symbol) noexcept {
  bool ended = false;
  for (const char c : symbol) {
    if (c == '\0') {
      ended = true;
    } else if (ended || c <= ' ' || c > '~') {
      return false;
    }
  }
  return symbol[0] != '\0';
}

// One tick of one lot in micro-USD, when that is whole and within bounds.
std::optional<Money> tick_value(const DefineInstrument& terms) noexcept {
  if (terms.tick_size_nano_usd <= 0 || terms.contract_size_gpu_hours <= 0) return std::nullopt;
  const auto nano = checked_mul(terms.tick_size_nano_usd, terms.contract_size_gpu_hours);
  if (!nano) return std::nullopt;
  const auto micro = div_exact(*nano, kNanoUsdPerMicroUsd);
  if (!micro || *micro > kMaxTickValueMicroUsd) return std::nullopt;
  return Money(*micro);
}

bool is_price_range(const DefineInstrument& terms) noexcept {
  const std::int64_t min = terms.min_price.value();
  const std::int64_t max = terms.max_price.value();
  if (min < -kMaxPriceTicks || max > kMaxPriceTicks || min > max) return false;
  if (max - min >= kMaxPriceSpanTicks || terms.price_increment_ticks == 0) return false;
  return min % terms.price_increment_ticks == 0 && max % terms.price_increment_ticks == 0;
}

}  // namespace

std::optional<Instrument> make_instrument(const DefineInstrument& terms) noexcept {
  const auto value = tick_value(terms);
  if (!value || !is_symbol(terms.symbol) || !is_price_range(terms)) return std::nullopt;
  if (terms.max_order_qty_lots == 0 || terms.max_order_qty_lots > kMaxOrderQtyLots) {
    return std::nullopt;
  }
  Instrument instrument;
  instrument.symbol = terms.symbol;
  instrument.tick_size_nano_usd = terms.tick_size_nano_usd;
  instrument.contract_size_gpu_hours = terms.contract_size_gpu_hours;
  instrument.min_price = instrument.band_low = terms.min_price;
  instrument.max_price = instrument.band_high = terms.max_price;
  instrument.tick_value = *value;
  instrument.group = terms.group;
  instrument.protection_ticks = terms.protection_ticks;
  instrument.price_increment_ticks = terms.price_increment_ticks;
  instrument.max_order_qty_lots = terms.max_order_qty_lots;
  instrument.matching_algorithm = terms.matching_algorithm;
  instrument.state = terms.state;
  return instrument;
}

}  // namespace hourglass::engine

#include "gateway/fix/orders/instrument_table.h"

#include "engine/base/limits.h"
#include "engine/order/command.h"

namespace hourglass::gateway::fix {

void InstrumentTable::on_event(const engine::Event& event) {
  const engine::EventHeader& header = event.header();
  if (header.kind == engine::EventKind::kInstrumentDefined) {
    define(event.as<engine::InstrumentDefined>());
  }
  if (header.instrument_sequence == 0 || header.instrument.value() >= count()) return;
  engine::Instrument& instrument = instruments_[header.instrument.value()];
  instrument.sequence = header.instrument_sequence;
  if (header.kind == engine::EventKind::kTradingStateChanged) {
    instrument.state = event.as<engine::TradingStateChanged>().state;
  }
  if (header.kind == engine::EventKind::kPriceBandChanged) {
    instrument.band_low = event.as<engine::PriceBandChanged>().low;
    instrument.band_high = event.as<engine::PriceBandChanged>().high;
  }
}

void InstrumentTable::define(const engine::InstrumentDefined& event) {
  engine::DefineInstrument terms{};
  terms.symbol = event.symbol;
  terms.tick_size_nano_usd = event.tick_size_nano_usd;
  terms.contract_size_gpu_hours = event.contract_size_gpu_hours;
  terms.min_price = event.min_price;
  terms.max_price = event.max_price;
  terms.group = event.group;
  terms.protection_ticks = event.protection_ticks;
  terms.price_increment_ticks = event.price_increment_ticks;
  terms.max_order_qty_lots = event.max_order_qty_lots;
  terms.matching_algorithm = event.matching_algorithm;
  terms.state = event.state;
  const auto instrument = engine::make_instrument(terms);
  const std::uint32_t id = event.header.instrument.value();
  if (!instrument.has_value() || id >= engine::kMaxInstruments) return;
  if (id >= count()) instruments_.resize(id + 1);
  instruments_[id] = *instrument;
  by_symbol_.try_emplace(instruments_[id].symbol_view(), id);
}

const engine::Instrument* InstrumentTable::find(engine::InstrumentId id) const noexcept {
  if (id.value() >= count() || !instruments_[id.value()].listed()) return nullptr;
  return &instruments_[id.value()];
}

const engine::Instrument* InstrumentTable::find(std::string_view symbol,
                                                engine::InstrumentId& id) const noexcept {
  const auto found = by_symbol_.find(symbol);
  if (found == by_symbol_.end()) return nullptr;
  id = engine::InstrumentId(found->second);
  return &instruments_[found->second];
}

}  // namespace hourglass::gateway::fix

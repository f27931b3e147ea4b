// What is listed, followed from the events.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "engine/base/types.h"
#include "engine/contract/instrument.h"
#include "engine/order/event.h"

namespace hourglass::gateway::fix {

// Thread: one.
class InstrumentTable {
 public:
  // Takes in definitions, states, bands and each instrument's own sequence. Cost: O(1).
  void on_event(const engine::Event& event);

  // Nothing for an instrument that is not listed. The place stays.
  [[nodiscard]] const engine::Instrument* find(engine::InstrumentId id) const noexcept;
  // By symbol; of two with one symbol the first.
  [[nodiscard]] const engine::Instrument* find(std::string_view symbol,
                                               engine::InstrumentId& id) const noexcept;
  // One more than the highest id that is listed.
  [[nodiscard]] std::uint32_t count() const noexcept {
    return static_cast<std::uint32_t>(instruments_.size());
  }

 private:
  void define(const engine::InstrumentDefined& event);

  std::deque<engine::Instrument> instruments_;                      // by id
  absl::flat_hash_map<std::string_view, std::uint32_t> by_symbol_;  // views into instruments_
};

}  // namespace hourglass::gateway::fix

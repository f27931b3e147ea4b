// Market data as FIX messages: snapshots (35=W), updates (35=X) and refusals (35=Y).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/base/types.h"
#include "engine/contract/instrument.h"
#include "gateway/fix/market/market_books.h"
#include "gateway/fix/market/market_request.h"
#include "gateway/fix/wire/fix_version.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix {

// One entry of a snapshot or an update. Units: ticks, lots, orders.
struct MarketEntry {
  char action = '0';  // 279; of updates only
  char type = '0';    // 269
  bool has_price = true;
  bool has_qty = false;
  engine::Price price{};
  std::uint64_t qty = 0;
  std::uint32_t orders = 0;            // 346; 0: left out
  std::uint32_t rpt_seq = 0;           // 83; of updates only
  const PublicTrade* trade = nullptr;  // of a trade
  const engine::Instrument* instrument = nullptr;
};

// What stands before the entries.
struct MarketHead {
  std::string_view id;  // 262
  FixVersion version{};
  std::uint64_t feed_sequence = 0;  // 25000
};

// A whole book of `instrument`: what updates up to `rpt_seq` made. Cost: linear in the entries.
void write_snapshot(const MarketHead& head, const engine::Instrument& instrument,
                    std::uint32_t rpt_seq, std::span<const MarketEntry> entries,
                    MessageWriter& writer);
void write_update(const MarketHead& head, std::span<const MarketEntry> entries,
                  MessageWriter& writer);
void write_refusal(std::string_view id, const MarketRefusal& refusal, MessageWriter& writer);

}  // namespace hourglass::gateway::fix

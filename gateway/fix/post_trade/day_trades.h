// DayTrades: the trades of the trading day, to be asked for again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/base/types.h"
#include "engine/order/event.h"

namespace hourglass::gateway::fix {

// Trades kept of one day, over all contracts; later ones of the day are not kept.
inline constexpr std::uint32_t kMaxDayTrades = 1U << 21;

struct TradeSide {
  engine::OrderId order;
  engine::SessionId session;
  engine::AccountId account;
  engine::ClientKey key;
};

// Units: ticks, lots, UTC nanoseconds.
struct DayTrade {
  engine::SequenceNumber command;
  engine::Timestamp time;
  engine::Price price;
  engine::MatchId match_id;
  TradeSide resting;
  TradeSide incoming;
  std::uint32_t event_number = 0;
  std::uint32_t qty = 0;
  engine::InstrumentId instrument;
  engine::Side incoming_side{};
};
static_assert(sizeof(DayTrade) == 96,
              "48 bytes a fill, so a full day is some 230 MB with its index");

[[nodiscard]] DayTrade day_trade(const engine::Trade& event) noexcept;

// Which side of which trade: twice its place in the day, and 1 more for the incoming side.
using FillIndex = std::uint32_t;

// One side's view of a trade.
struct DayFill {
  const DayTrade* trade = nullptr;
  bool is_incoming = false;

  [[nodiscard]] const TradeSide& own() const noexcept {
    return is_incoming ? trade->incoming : trade->resting;
  }
  [[nodiscard]] engine::Side side() const noexcept {
    return is_incoming ? trade->incoming_side : engine::opposite(trade->incoming_side);
  }
  // ExecID and TradeReportID: that of the execution report of this side.
  [[nodiscard]] std::string id() const;
};

// Thread: one. Memory: 96 bytes a trade, and some 16 for each of its sides.
class DayTrades {
 public:
  // A trade, or the day's end, which forgets all. Cost: O(1) amortised.
  void on_event(const engine::Event& event);

  // The account's fills in the order they happened; those in one contract. Good until on_event().
  [[nodiscard]] std::span<const FillIndex> of(engine::AccountId account) const;
  [[nodiscard]] std::span<const FillIndex> of(engine::AccountId account,
                                              engine::InstrumentId instrument) const;
  [[nodiscard]] DayFill at(FillIndex index) const noexcept {
    return {.trade = &trade(index / 2), .is_incoming = index % 2 != 0};
  }
  // The fill with this id ("command.event", with ".R" for the resting side); nothing where the day
  // has none. Cost: a binary search.
  [[nodiscard]] std::optional<FillIndex> find(std::string_view id) const;
  // Whether trades of the day are missing.
  [[nodiscard]] bool is_cut_off() const noexcept { return is_cut_off_; }

 private:
  static constexpr std::uint32_t kPageTrades = 4096;

  [[nodiscard]] const DayTrade& trade(std::uint32_t place) const noexcept {
    return pages_[place / kPageTrades][place % kPageTrades];
  }
  void note(const TradeSide& side, engine::InstrumentId instrument, FillIndex index);

  std::vector<std::unique_ptr<DayTrade[]>> pages_;  // kept from day to day
  std::uint32_t count_ = 0;
  bool is_cut_off_ = false;
  absl::flat_hash_map<std::uint32_t, std::vector<FillIndex>> by_account_;
  absl::flat_hash_map<std::uint64_t, std::vector<FillIndex>> by_position_;
};

}  // namespace hourglass::gateway::fix

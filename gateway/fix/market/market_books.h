// MarketBooks: what the public may know of each contract: price levels, the last trade, the day.
//
// It follows every event in order, as the reports do, and is a pure function of them. Levels hold
// what is displayed; an iceberg's hidden quantity is in no number here.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/base/types.h"
#include "engine/order/event.h"
#include "gateway/fix/market/price_book.h"

namespace hourglass::gateway::fix {

struct PublicTrade {
  engine::Price price;
  std::uint32_t qty = 0;  // lots
  engine::Side aggressor{};
  engine::MatchId match_id;
  engine::Timestamp time;
};

// Of a trading day. Prices mean nothing where nothing was traded.
struct DayFigures {
  engine::Price open;
  engine::Price high;
  engine::Price low;
  std::uint64_t volume = 0;  // lots
};

// A level that a command changed, with what it was before the command.
struct LevelBefore {
  std::int64_t rank = 0;
  PriceLevel level;
};

// What a command changed of one contract that is watched.
struct MarketChange {
  engine::InstrumentId instrument;
  std::uint32_t place = 0;       // among the command's changes
  std::vector<LevelBefore> buy;  // by rank, each level once
  std::vector<LevelBefore> sell;
  std::vector<PublicTrade> trades;
  DayFigures day_before;

  [[nodiscard]] const std::vector<LevelBefore>& side(engine::Side which) const noexcept {
    return which == engine::Side::kBuy ? buy : sell;
  }
};

// Thread: one. Memory: some 35 bytes an order in the books, 25 a level.
class MarketBooks {
 public:
  MarketBooks() = default;

  // Forgets everything: the first event comes next. Requires that nothing is watched.
  void clear();
  // Cost: a hash look-up and one or two levels found; no allocation but for growth. At the day's
  // end as many steps as there are contracts.
  void on_event(const engine::Event& event);
  // Changes of this contract are noted from now on, or no more. Counted: as many ends as begins.
  void watch(engine::InstrumentId instrument);
  void unwatch(engine::InstrumentId instrument);

  // Whether the last event was not its command's last: books show half of what the command does.
  [[nodiscard]] bool is_within_command() const noexcept { return within_command_; }
  // What the commands since clear_changes() changed of watched contracts. Not within a command.
  [[nodiscard]] std::span<MarketChange> changes() noexcept {
    return {changes_.data(), change_count_};
  }
  // That of one contract, or null.
  [[nodiscard]] const MarketChange* change(engine::InstrumentId instrument) const noexcept;
  void clear_changes() noexcept;

  // Null for a contract that was never listed.
  [[nodiscard]] const PriceBook* book(engine::InstrumentId instrument) const noexcept;
  [[nodiscard]] const std::optional<PublicTrade>& last_trade(
      engine::InstrumentId instrument) const noexcept;
  [[nodiscard]] DayFigures day(engine::InstrumentId instrument) const noexcept;
  // Of the last public event followed.
  [[nodiscard]] std::uint64_t feed_sequence() const noexcept { return feed_sequence_; }

 private:
  static constexpr std::uint32_t kNoChange = UINT32_MAX;
  // So many tables that the growing of one holds up nobody.
  static constexpr std::size_t kTables = 256;

  struct Contract {
    explicit Contract(std::pmr::memory_resource& memory) : book(memory) {}
    PriceBook book;
    std::optional<PublicTrade> last_trade;
    DayFigures day;
    std::uint32_t day_number = 0;  // the day these are of
    std::uint32_t watchers = 0;
    std::uint32_t change = kNoChange;  // its place in changes_
  };
  // What of a resting order no later event repeats.
  struct Resting {
    engine::Price price;
    std::uint32_t displayed = 0;
  };
  using RestingOrders = absl::flat_hash_map<std::uint64_t, Resting>;

  Contract& contract(engine::InstrumentId id);
  [[nodiscard]] const Contract* find(engine::InstrumentId id) const noexcept;
  RestingOrders& table_of(engine::OrderId id) noexcept { return orders_[id.value() % kTables]; }
  // The change of a watched contract, begun if it has none.
  MarketChange& change_of(Contract& contract, engine::InstrumentId id);
  void add(engine::InstrumentId id, engine::Side side, engine::Price price, std::int64_t lots,
           std::int32_t orders);
  void joins(engine::InstrumentId id, engine::OrderId order, engine::Side side, engine::Price price,
             std::uint32_t displayed);
  void traded(const engine::Trade& trade);
  void replaced(const engine::OrderReplaced& event);
  void day_ended();
  void finish_changes();

  std::pmr::unsynchronized_pool_resource memory_;
  std::deque<Contract> contracts_;  // by instrument id
  std::array<RestingOrders, kTables> orders_;
  std::vector<MarketChange> changes_;  // the first change_count_ of them
  std::size_t change_count_ = 0;
  std::uint32_t day_number_ = 0;
  std::uint64_t feed_sequence_ = 0;
  bool within_command_ = false;
};

}  // namespace hourglass::gateway::fix

// MarketEntries: what a subscriber is told of a contract, as entries of a message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/types.h"
#include "engine/contract/instrument.h"
#include "gateway/fix/market/book_window.h"
#include "gateway/fix/market/market_books.h"
#include "gateway/fix/market/market_messages.h"
#include "gateway/fix/market/market_request.h"

namespace hourglass::gateway::fix {

// What of a contract is wanted.
struct MarketView {
  EntryTypes types = 0;
  std::uint32_t depth = 1;

  [[nodiscard]] bool has(char type) const noexcept { return (types & entry_bit(type)) != 0; }
};

// Appends what the books show of it now: levels best first, the last trade, the day's figures.
// Thread: any, pure.
void append_snapshot(const MarketBooks& books, engine::InstrumentId id,
                     const engine::Instrument& instrument, MarketView view,
                     std::vector<MarketEntry>& out);

// The updates of one command, worked out once for all who have the same view of the book. Reused,
// it allocates only while it grows. Thread: one.
class CommandUpdates {
 public:
  explicit CommandUpdates(const MarketBooks& books) : books_(books) {}

  // The next command's changes come.
  void clear() noexcept;
  // Appends what `change` means for this view: its trades to `trades`; to `entries` the day's
  // figures, then levels. Entries are not numbered yet.
  void append(const MarketChange& change, const engine::Instrument& instrument, MarketView view,
              std::vector<MarketEntry>& trades, std::vector<MarketEntry>& entries);

 private:
  struct Window {
    std::uint32_t depth = 0;
    std::vector<LevelUpdate> buy;
    std::vector<LevelUpdate> sell;
  };
  // Those of one contract's change.
  struct Windows {
    std::vector<Window> made;  // the first `count` of them
    std::size_t count = 0;
  };
  const Window& window(const MarketChange& change, std::uint32_t depth);

  const MarketBooks& books_;
  std::vector<Windows> windows_;  // by the change's place
};

}  // namespace hourglass::gateway::fix

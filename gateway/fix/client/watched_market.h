// WatchedMarket: books kept of market data messages alone, as any subscriber keeps them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "gateway/fix/wire/fields.h"

namespace hourglass::gateway::fix {

struct WatchedLevel {
  std::int64_t qty = 0;     // lots
  std::int64_t orders = 0;  // 0: not told

  friend bool operator==(const WatchedLevel&, const WatchedLevel&) = default;
};

// One contract's. Prices are in 1e-9 USD.
struct WatchedBook {
  std::map<std::int64_t, WatchedLevel, std::greater<>> bids;
  std::map<std::int64_t, WatchedLevel> offers;
  std::map<char, std::int64_t> figures;  // by 269: open, high, low in price, volume in lots
  std::int64_t last_price = 0;
  std::int64_t last_qty = 0;      // 0: no trade was told
  std::uint64_t trade_count = 0;  // told by updates
  std::int64_t rpt_seq = 0;
};

// Thread: one.
class WatchedMarket {
 public:
  // Takes a snapshot (35=W) or an update (35=X) in; `told` is called with each contract it was
  // about. Errors: kDataLoss in words where the message cannot follow what came before: a number
  // left out, a level changed that is not there; kInvalidArgument where it is neither.
  absl::Status apply(const Fields& fields,
                     const std::function<void(std::string_view symbol)>& told);
  // Null before its snapshot.
  [[nodiscard]] const WatchedBook* book(std::string_view symbol) const;

 private:
  std::map<std::string, WatchedBook, std::less<>> books_;
};

// A line of the `depth` best levels: "H100.D1 | 10 x 2.34, 5 x 2.33 | 7 x 2.36 | last 3 @ 2.35".
std::string ladder_line(std::string_view symbol, const WatchedBook& book, std::uint32_t depth);

}  // namespace hourglass::gateway::fix

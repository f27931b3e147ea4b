// The names a .book script gives to instruments and orders, and events written in those names.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/types.h"
#include "engine/order/event.h"
#include "tests/support/feed_book.h"

namespace hourglass::engine::test {

struct BookInstrument {
  InstrumentId id;
  std::int64_t tick_size_nano_usd = 10'000'000;
};

class BookNames {
 public:
  // Instruments get ids from 0 in the order of their first mention.
  BookInstrument& instrument(const std::string& name);
  [[nodiscard]] bool has_instrument(const std::string& name) const;
  [[nodiscard]] std::string instrument(InstrumentId id) const;

  // The session's key for `name`: from 1, a new one for a new name.
  ClientKey key(SessionId session, const std::string& name);
  [[nodiscard]] std::string order(SessionId session, ClientKey key) const;
  [[nodiscard]] std::string order(OrderId id) const;

  // "101.50" in the instrument's ticks; nothing when it is no whole number of them.
  static std::optional<std::int64_t> ticks(std::string_view text, std::int64_t tick_size_nano_usd);
  // A decimal number in units of 1e-9.
  static std::optional<std::int64_t> nano(std::string_view text);

  // The event as a script expects it, without the numbers a trader does not see.
  std::string line(const Event& event);
  // One level of a book as a script expects it.
  std::string line(InstrumentId instrument, Side side, const FeedLevel& level) const;

 private:
  [[nodiscard]] std::string price(InstrumentId instrument, Price price) const;
  [[nodiscard]] std::string trade_line(const Trade& e);

  std::map<std::string, BookInstrument> instruments_;
  std::map<SessionId, std::map<std::string, ClientKey>> keys_;
  std::map<OrderId, std::string> orders_;
};

}  // namespace hourglass::engine::test

// FeedBook: the displayed books as a subscriber of the public events would rebuild them.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/order/event.h"

namespace hourglass::engine::test {

struct FeedOrder {
  OrderId id;
  std::uint32_t qty = 0;  // displayed, lots
};

struct FeedLevel {
  std::int64_t price = 0;
  std::vector<FeedOrder> orders;  // the oldest first
};

class FeedBook {
 public:
  // Takes the next event, public or not. Errors: what the event contradicts, in words: a gap in the
  // numbers, a trade that is not with the oldest order of the best level, an order not there, a
  // crossed book.
  [[nodiscard]] std::optional<std::string> apply(const Event& event);

  // One side, the best price first.
  [[nodiscard]] std::vector<FeedLevel> levels(InstrumentId instrument, Side side) const;

 private:
  struct Place {
    InstrumentId instrument;
    Side side = Side::kBuy;
    std::int64_t price = 0;
  };
  struct Book {
    std::array<std::map<std::int64_t, std::list<FeedOrder>>, 2> sides;
    std::uint32_t sequence = 0;
  };

  std::optional<std::string> number(const EventHeader& header);
  std::optional<std::string> accepted(const OrderAccepted& event);
  std::optional<std::string> joins(InstrumentId instrument, Side side, Price price,
                                   const FeedOrder& order);
  std::optional<std::string> traded(const Trade& event);
  std::optional<std::string> replaced(const OrderReplaced& event);
  std::optional<std::string> cancelled(const OrderCancelled& event);
  // Sets what the order displays; 0 takes it out. False if it is not there with `before` lots.
  bool change(OrderId id, std::uint32_t before, std::uint32_t after);
  FeedOrder* find(OrderId id);

  std::map<InstrumentId, Book> books_;
  std::map<OrderId, Place> places_;
  std::uint64_t feed_sequence_ = 0;
};

}  // namespace hourglass::engine::test

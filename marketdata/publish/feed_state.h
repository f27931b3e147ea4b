// FeedState: all that the feed knows of the venue, as a function of its public events alone.
//
// It numbers nothing itself and asks no clock, so that a publisher that was fed the journal's whole
// history stands where one stands that never stopped. It writes the numbered channels' messages
// into their logs; sending them is Publisher's.
#pragma once

#include <cstdint>
#include <span>

#include "engine/base/fixed_array.h"
#include "engine/base/limits.h"
#include "engine/order/event.h"
#include "marketdata/feed/books.h"
#include "marketdata/publish/changed_set.h"
#include "marketdata/publish/day_figures.h"
#include "marketdata/publish/message_log.h"
#include "marketdata/publish/order_messages.h"
#include "marketdata/publish/trade_day.h"
#include "marketdata/publish/trade_summaries.h"

namespace hourglass::marketdata {

struct FeedLimits {
  std::uint32_t max_instruments = engine::kMaxInstruments;
  std::uint32_t max_orders = engine::kMaxOrders;  // in all books
  std::uint64_t kept_messages = 1U << 20;         // of each numbered channel: a power of two
};

// Thread: the publisher's. Memory: 272 MiB for the default logs, 6 MiB for instruments, touched as
// used; books grow with their orders.
class FeedState {
 public:
  explicit FeedState(const FeedLimits& limits);

  // Takes in an event: all public events of one command in their order, the first numbered one
  // behind the last taken in. Units: ticks, lots. Cost: a message on each numbered channel a public
  // event; allocates only where a book holds more than ever before. Asserts what the engine
  // guarantees.
  void apply(std::span<const engine::Event> events);

  // The feed sequence of the last public event taken in; 0 before the first.
  [[nodiscard]] std::uint64_t last_sequence() const noexcept { return last_sequence_; }
  [[nodiscard]] const MessageLog& orders() const noexcept { return orders_; }
  [[nodiscard]] const MessageLog& levels() const noexcept { return levels_; }
  [[nodiscard]] const TradeDay& day() const noexcept { return day_; }

  // What the last event traded.
  [[nodiscard]] std::span<const TradeSummary> summaries() const noexcept { return summaries_now_; }
  // Instruments whose best prices or status, and whose day's figures, changed: who tells of them
  // takes them out.
  [[nodiscard]] ChangedSet& changed_tops() noexcept { return changed_tops_; }
  [[nodiscard]] ChangedSet& changed_figures() noexcept { return changed_figures_; }

  // Listed instruments in the order of their definition.
  [[nodiscard]] std::span<const std::uint32_t> listed() const noexcept {
    return {listed_.data(), listed_count_};
  }

  // Of a listed instrument, as it now is.
  [[nodiscard]] TopOfBook top(std::uint32_t id) const noexcept;
  [[nodiscard]] Statistics statistics(std::uint32_t id) const noexcept;
  [[nodiscard]] InstrumentDefinition definition(std::uint32_t id) const noexcept;
  // False: no limits were ever told.
  [[nodiscard]] bool limits(std::uint32_t id, PriceLimits& limits) const noexcept;
  [[nodiscard]] const OrderBook& book(std::uint32_t id) const noexcept {
    return shadow_.find(id)->book;
  }
  // Both with what the last event of the instrument left: number, time and status.
  [[nodiscard]] std::uint32_t instr_seq(std::uint32_t id) const noexcept {
    return listings_[id].instr_seq;
  }
  [[nodiscard]] std::uint64_t time(std::uint32_t id) const noexcept { return listings_[id].time; }
  [[nodiscard]] TradingStatusCode status(std::uint32_t id) const noexcept {
    return listings_[id].status;
  }

 private:
  struct Listing {
    std::int64_t tick_nano_usd;
    std::uint64_t time;   // of its last public event
    std::uint64_t event;  // the last that touched it
    std::uint32_t instr_seq;
    TradingStatusCode status;
    std::uint8_t is_listed;
    std::uint8_t is_priced;  // all its prices fit the wire's
    std::uint8_t has_limits;
  };

  void begin_event(std::span<const engine::Event> events) noexcept;
  void take(const engine::Event& event, std::uint8_t event_flags);
  void end_event() noexcept;
  void write_levels(const engine::Event& event, std::uint8_t event_flags,
                    const OrderMessage& message, std::int64_t price_before);
  void note(const engine::Event& event, std::span<const std::byte> frame,
            std::int64_t price) noexcept;
  void define(const engine::InstrumentDefined& event, std::span<const std::byte> frame) noexcept;
  void clear_figures() noexcept;

  FeedLimits limits_;
  MessageLog orders_;
  MessageLog levels_;
  Books shadow_{BookState::kLive};
  TradeDay day_;
  TradeSummaries trades_;
  std::span<const TradeSummary> summaries_now_;
  ChangedSet changed_tops_;
  ChangedSet changed_figures_;
  engine::FixedArray<Listing> listings_;
  engine::FixedArray<TopOfBook> tops_;  // as last found to have changed
  engine::FixedArray<DayFigures> figures_;
  engine::FixedArray<InstrumentDefinition> definitions_;
  engine::FixedArray<PriceLimits> price_limits_;
  engine::FixedArray<std::uint32_t> listed_;
  engine::FixedArray<std::uint32_t> touched_;  // by the event
  engine::FixedArray<std::uint8_t> flags_;     // of the event's messages
  std::uint32_t listed_count_ = 0;
  std::uint32_t touched_count_ = 0;
  std::uint64_t event_count_ = 0;
  std::uint64_t last_sequence_ = 0;
};

}  // namespace hourglass::marketdata

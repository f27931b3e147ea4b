// A venue's events, who watches them, and what they should see.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "gateway/fix/client/watched_market.h"
#include "gateway/fix/market/market_data.h"
#include "gateway/fix/market/market_peer.h"
#include "gateway/fix/orders/order_reports.h"
#include "gateway/fix/wire/fields.h"
#include "tests/fix/report_desk.h"
#include "tests/support/exchange_instances.h"
#include "tests/support/feed_book.h"
#include "tests/support/fix_text.h"
#include "tests/support/random_commands.h"
#include "tests/support/replicas.h"

namespace hourglass::gateway::fix::test {

// The events of each command of a random stream.
inline std::vector<std::vector<engine::Event>> random_events(engine::test::Profile profile,
                                                             std::uint64_t seed,
                                                             std::uint32_t steps) {
  const engine::test::Stream stream = engine::test::random_stream(profile, seed, steps);
  engine::Exchange<engine::PermissiveClearing> exchange(
      engine::test::exchange_limits(stream.limits));
  std::vector<std::vector<engine::Event>> tape;
  std::uint64_t sequence = 0;
  std::uint64_t time_ns = 0;
  const auto apply = [&](const engine::Command& command) {
    time_ns = std::max(time_ns + 1, command.header().time.value());
    const auto events = exchange.apply(engine::test::stamped(command, ++sequence, time_ns));
    tape.emplace_back(events.begin(), events.end());
  };
  for (const engine::test::Step& step : stream.steps) {
    // A bound for books of icebergs, whose work takes thousands of slices.
    for (std::uint32_t slices = 0; exchange.has_pending_work() && slices < 100; ++slices) {
      apply(exchange.continuation());
    }
    if (exchange.has_pending_work()) break;
    apply(step.command);
  }
  return tape;
}

// A session that keeps what it is sent, from field 35 on, with | for SOH.
class WatchingPeer final : public MarketPeer {
 public:
  explicit WatchingPeer(std::uint32_t session, FixVersion version = FixVersion::kFix44)
      : session_(session), version_(version) {}

  engine::SessionId id() const noexcept override { return engine::SessionId(session_); }
  FixVersion version() const noexcept override { return version_; }
  std::uint64_t now_ns() const noexcept override { return kMidnightNs; }
  bool can_stream() const noexcept override { return reads; }
  bool stream(const MessageWriter& writer) override {
    if (!reads) {
      ++offered_in_vain;
      return false;
    }
    keep(writer);
    return true;
  }
  void send_application(const MessageWriter& writer, std::uint32_t) override {
    keep(writer);
    if (when_told) when_told();
  }
  // What came since the last call.
  std::vector<std::string> said() { return std::exchange(messages_, {}); }

  bool reads = true;
  std::uint32_t offered_in_vain = 0;  // messages, while it did not read
  std::function<void()> when_told{};  // of what is kept for it

 private:
  void keep(const MessageWriter& writer) {
    messages_.push_back(fmt::format("35={}|{}", writer.msg_type(), readable(writer.body())));
  }

  std::uint32_t session_;
  FixVersion version_;
  std::vector<std::string> messages_;
};

// The day's figures and last trades, by the events.
class NaiveFigures {
 public:
  struct Of {
    std::vector<std::int64_t> prices;  // of the day
    std::int64_t volume = 0;
    std::int64_t last_price = 0;
    std::int64_t last_qty = 0;
    std::uint64_t trade_count = 0;
  };

  void on_event(const engine::Event& event) {
    if (event.header().kind == engine::EventKind::kTradingDayEnded) {
      for (auto& [id, of] : of_) {
        of.prices.clear();
        of.volume = 0;
      }
    }
    if (event.header().kind != engine::EventKind::kTrade) return;
    const auto& trade = event.as<engine::Trade>();
    Of& of = of_[trade.header.instrument.value()];
    of.prices.push_back(trade.price.value());
    of.volume += trade.qty;
    of.last_price = trade.price.value();
    of.last_qty = trade.qty;
    ++of.trade_count;
  }
  [[nodiscard]] Of of(engine::InstrumentId id) const {
    const auto found = of_.find(id.value());
    return found == of_.end() ? Of{} : found->second;
  }

 private:
  std::map<std::uint32_t, Of> of_;
};

// One side as a text, "price:lots:orders" a level, the best first. Prices in ticks.
inline std::string side_text(const engine::test::FeedBook& feed, engine::InstrumentId id,
                             engine::Side side, std::uint32_t depth) {
  std::string text;
  for (const engine::test::FeedLevel& level : feed.levels(id, side)) {
    if (depth-- == 0) break;
    std::uint64_t qty = 0;
    for (const engine::test::FeedOrder& order : level.orders) qty += order.qty;
    text += fmt::format("{}:{}:{} ", level.price, qty, level.orders.size());
  }
  return text;
}
inline std::string side_text(const MarketBooks& books, engine::InstrumentId id, engine::Side side) {
  std::string text;
  const PriceBook* const book = books.book(id);
  if (book == nullptr) return text;
  for (const auto& [rank, level] : book->levels(side)) {
    text += fmt::format("{}:{}:{} ", price_at(side, rank).value(), level.qty, level.orders);
  }
  return text;
}
template <class Levels>
std::string side_text(const Levels& levels, std::int64_t tick_size_nano_usd) {
  std::string text;
  for (const auto& [price, level] : levels) {
    text += fmt::format("{}:{}:{} ", price / tick_size_nano_usd, level.qty, level.orders);
  }
  return text;
}

// The events told to the reports, then to the market data; and the books they should make.
class MarketDesk {
 public:
  void follow(const std::vector<engine::Event>& events) {
    for (const engine::Event& event : events) {
      reports.on_event(event, lines_);
      market.on_event(event);
      const auto wrong = feed.apply(event);
      if (wrong.has_value()) mistakes.push_back(*wrong);
      figures.on_event(event);
    }
  }
  Judgement ask(MarketPeer& peer, std::string_view text) {
    const std::string message = fix_text(text);
    Fields fields;
    fields.parse(message);
    const std::string_view type = fields.value(35);
    if (type == "V") return market.streams.request(peer, fields);
    if (type == "e") return market.status.security_status(peer, fields);
    return market.status.session_status(peer, fields);
  }

  OrderReports reports;
  MarketData market{reports};
  engine::test::FeedBook feed;
  NaiveFigures figures;
  std::vector<std::string> mistakes;  // of the feed

 private:
  Lines lines_;
};

}  // namespace hourglass::gateway::fix::test

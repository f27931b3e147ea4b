// Books, levels and best prices that a plain reader makes of the messages are the exchange's and
// each other's at the end of every event.
#include <gtest/gtest.h>

#include <optional>
#include <set>

#include "tests/feed/publish_desk.h"
#include "tests/support/feed_book.h"

namespace hourglass::marketdata::publish_test {
namespace {

using PlainLevels = std::array<std::map<std::int64_t, PlainLevel>, 2>;

struct Terms {
  std::int64_t tick = 0;
  TradingStatusCode status{};
};

// What one reader has of all channels, and the exchange's own public book to compare with.
class Reader {
 public:
  void note(const std::vector<Event>& events) {
    for (const Event& event : events) {
      const auto wrong = truth_.apply(event);
      ASSERT_FALSE(wrong.has_value()) << *wrong;
      const std::uint32_t id = event.header().instrument.value();
      if (event.header().kind == EventKind::kInstrumentDefined) {
        const auto& defined = event.as<engine::InstrumentDefined>();
        terms_[id] = {defined.tick_size_nano_usd, TradingStatusCode(defined.state)};
      }
      if (event.header().kind == EventKind::kTradingStateChanged) {
        terms_[id].status = TradingStatusCode(event.as<engine::TradingStateChanged>().state);
      }
    }
  }

  // The messages of one event on both numbered channels.
  void read(const std::vector<SentMessage>& orders, const std::vector<SentMessage>& levels) {
    ASSERT_EQ(orders.size(), levels.size());
    for (std::size_t i = 0; i < orders.size(); ++i) {
      apply(books_, orders[i]);
      if (levels[i].template_id == BookUpdate::kTemplateId) read_update(orders[i], levels[i]);
      if (testing::Test::HasFailure()) return;
    }
    for (auto& [id, book] : books_) {
      for (const std::size_t side : {0U, 1U}) {
        EXPECT_EQ(levels_[id][side], book.levels(side)) << "instrument " << id;
      }
      EXPECT_EQ(book, exchange_book(id)) << "instrument " << id;
    }
  }

  // The conflated messages behind an event: the tops that changed, each once, and no other.
  void read_tops(const std::vector<SentMessage>& messages, const std::vector<Event>& events) {
    std::set<std::uint32_t> told;
    for (const SentMessage& message : messages) {
      if (message.template_id == TradeSummary::kTemplateId) continue;
      const auto top = message.as<TopOfBook>();
      EXPECT_TRUE(told.insert(top.instrument_id).second);
      EXPECT_TRUE(is_top(top)) << "instrument " << top.instrument_id;
      tops_[top.instrument_id] = top;
    }
    for (const auto& [id, terms] : terms_) {
      ASSERT_TRUE(tops_.contains(id));
      EXPECT_TRUE(is_top(tops_[id])) << "a change of instrument " << id << " was not told";
    }
    read_summaries(messages, events);
  }

 private:
  void read_update(const SentMessage& order, const SentMessage& level) {
    const auto update = level.as<BookUpdate>();
    const auto entries = level.entries<BookUpdate, LevelEntry>();
    const std::uint32_t id = update.instrument_id;
    std::set<std::pair<BookSide, std::int64_t>> told;
    for (const LevelEntry& entry : entries) {
      const auto side = static_cast<std::size_t>(entry.side);
      EXPECT_TRUE(told.insert({entry.side, entry.price}).second);
      const auto now = books_[id].levels(side);
      const auto at = now.find(entry.price);
      if (at == now.end()) {
        EXPECT_EQ(entry.qty, 0U);
        EXPECT_EQ(entry.order_count, 0U);
        EXPECT_EQ(entry.level, 0);
        levels_[id][side].erase(entry.price);
        continue;
      }
      EXPECT_EQ(entry.qty, at->second.qty);
      EXPECT_EQ(entry.order_count, at->second.order_count);
      const auto place =
          side == 0 ? std::distance(at, now.end()) - 1 : std::distance(now.begin(), at);
      EXPECT_EQ(entry.level, std::min<std::ptrdiff_t>(place + 1, 255));
      levels_[id][side][entry.price] = at->second;
    }
    // Every level that changed was told of.
    for (const std::size_t side : {0U, 1U}) EXPECT_EQ(levels_[id][side], books_[id].levels(side));
    if (order.template_id == OrderExecuted::kTemplateId) {
      const auto executed = order.as<OrderExecuted>();
      EXPECT_EQ(update.trade_qty, executed.exec_qty);
      EXPECT_NE(update.aggressor_side, executed.side);
      ASSERT_EQ(entries.size(), 1U);
      EXPECT_EQ(entries[0].price, executed.price);
    } else {
      EXPECT_EQ(update.trade_qty, kNullUint32);
      EXPECT_EQ(update.aggressor_side, BookSide::kNone);
    }
  }

  void read_summaries(const std::vector<SentMessage>& messages, const std::vector<Event>& events) {
    std::vector<const engine::Trade*> trades;
    std::set<std::uint64_t> met;
    std::uint64_t qty = 0;
    for (const Event& event : events) {
      if (event.header().kind != EventKind::kTrade) continue;
      trades.push_back(&event.as<engine::Trade>());
      met.insert(trades.back()->resting.order_id.value());
      qty += trades.back()->qty;
    }
    std::size_t count = 0;
    for (const SentMessage& message : messages) {
      if (message.template_id != TradeSummary::kTemplateId) continue;
      ASSERT_FALSE(trades.empty());
      EXPECT_EQ(++count, 1U);
      EXPECT_EQ(&message, &messages.front());
      const auto summary = message.as<TradeSummary>();
      const engine::Trade& last = *trades.back();
      EXPECT_EQ(summary.instrument_id, last.header.instrument.value());
      EXPECT_EQ(summary.instr_seq, last.header.instrument_sequence);
      EXPECT_EQ(summary.total_qty, qty);
      EXPECT_EQ(summary.order_count, met.size());
      EXPECT_EQ(summary.deepest_price, last.price.value() * terms_[summary.instrument_id].tick);
      EXPECT_EQ(summary.aggressor_side == BookSide::kBid, last.incoming_side == engine::Side::kBuy);
      // An event whose first number is a trade's goes on with an order that came before.
      if (trades.front()->header.event_number != 0) began_ns_ = last.header.time.value();
      EXPECT_EQ(summary.aggressor_time, began_ns_);
    }
    EXPECT_EQ(count, trades.empty() ? 0U : 1U);
  }

  bool is_top(const TopOfBook& top) {
    const auto bids = books_[top.instrument_id].levels(0);
    const auto offers = books_[top.instrument_id].levels(1);
    const PlainLevel none;
    const PlainLevel& bid = bids.empty() ? none : bids.rbegin()->second;
    const PlainLevel& offer = offers.empty() ? none : offers.begin()->second;
    return top.bid_price == (bids.empty() ? kNullPrice : bids.rbegin()->first) &&
           top.offer_price == (offers.empty() ? kNullPrice : offers.begin()->first) &&
           top.bid_qty == bid.qty && top.bid_order_count == bid.order_count &&
           top.offer_qty == offer.qty && top.offer_order_count == offer.order_count &&
           top.status == terms_[top.instrument_id].status;
  }

  PlainBook exchange_book(std::uint32_t id) const {
    PlainBook book;
    for (const engine::Side side : {engine::Side::kBuy, engine::Side::kSell}) {
      for (const auto& level : truth_.levels(engine::InstrumentId(id), side)) {
        for (const auto& order : level.orders) {
          book.join(BookSide(engine::index_of(side)), level.price * terms_.at(id).tick,
                    {order.id.value(), order.qty});
        }
      }
    }
    return book;
  }

  engine::test::FeedBook truth_;
  std::map<std::uint32_t, Terms> terms_;
  PlainBooks books_;
  std::map<std::uint32_t, PlainLevels> levels_;
  std::map<std::uint32_t, TopOfBook> tops_;
  std::uint64_t began_ns_ = 0;
};

TEST(PublishedBooks, AreTheExchangesByOrderByLevelAndAtTheTop) {
  for_each_stream(4'000, [](const Commands& commands, std::uint64_t) {
    KeepingSink sink;
    Publisher publisher(small_settings(), sink);
    Reader reader;
    for (const auto& all : commands) {
      const auto events = public_of(all);
      reader.note(events);
      publisher.publish(events, 1);
      publisher.flush(1);
      reader.read(messages_of(sink.take(Stream::kOrders)), messages_of(sink.take(Stream::kLevels)));
      reader.read_tops(messages_of(sink.take(Stream::kTop)), events);
      if (testing::Test::HasFailure()) return;
    }
  });
}

TEST(PublishedBooks, ConflateTheirTopsUntilAFlush) {
  for_each_stream(600, [](const Commands& commands, std::uint64_t) {
    KeepingSink sink;
    Publisher publisher(small_settings(), sink);
    for (const auto& events : commands) publisher.publish(public_of(events), 1);
    publisher.flush(1);
    std::set<std::uint32_t> told;
    const auto packets = sink.take(Stream::kTop);
    std::uint64_t newest = 0;
    for (const SentPacket& packet : packets) {
      EXPECT_EQ(packet.header().flags, kConflated);
      EXPECT_GE(packet.header().seq_num, newest);
      newest = packet.header().seq_num;
    }
    EXPECT_EQ(newest, publisher.state().last_sequence());
    for (const SentMessage& message : messages_of(packets)) {
      if (message.template_id != TopOfBook::kTemplateId) continue;
      const auto top = message.as<TopOfBook>();
      EXPECT_TRUE(told.insert(top.instrument_id).second);
      EXPECT_EQ(top.instr_seq, publisher.state().instr_seq(top.instrument_id));
    }
    EXPECT_EQ(told.size(), publisher.state().listed().size());
  });
}

}  // namespace
}  // namespace hourglass::marketdata::publish_test

// What the publisher says by time alone: snapshots, definitions, figures, signs of life.
#include <gtest/gtest.h>

#include <boost/crc.hpp>
#include <optional>
#include <set>

#include "tests/feed/publish_desk.h"
#include "tests/support/command_builder.h"

namespace hourglass::marketdata::publish_test {
namespace {

constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint64_t kSecond = 1'000 * kMs;
constexpr std::uint64_t kStart = 1'000 * kSecond;

// CRC-32 by another implementation than ours.
class PlainCrc {
 public:
  template <class T>
  void add(T value) {
    crc_.process_bytes(&value, sizeof(value));
  }
  std::uint32_t value() const { return crc_.checksum(); }

 private:
  boost::crc_32_type crc_;
};

// Bids from the best down, then offers.
template <class Each>
void for_each_level(const PlainBook& book, Each each) {
  const auto& bids = book.sides[0];
  for (auto level = bids.rbegin(); level != bids.rend(); ++level) {
    each(BookSide::kBid, level->first, level->second);
  }
  for (const auto& [price, orders] : book.sides[1]) each(BookSide::kOffer, price, orders);
}

// A reader of one channel's snapshot stream that is told what the books are at each cut.
class PictureReader {
 public:
  explicit PictureReader(bool by_order) : by_order_(by_order) {}

  // The packets of one call; `now` is how the books then stood.
  void read(const std::vector<SentPacket>& packets, const PlainBooks& now, std::uint64_t sequence) {
    for (const SentPacket& packet : packets) {
      EXPECT_EQ(packet.header().flags, kSnapshot);
      for (const SentMessage& message : messages_of({packet})) {
        take(message, packet.header().seq_num, now, sequence);
        if (testing::Test::HasFailure()) return;
      }
    }
  }
  std::uint64_t pictures = 0;
  std::uint64_t cycles = 0;
  std::uint64_t split = 0;  // pictures of more than one call

 private:
  void take(const SentMessage& message, std::uint64_t cut, const PlainBooks& now,
            std::uint64_t sequence) {
    switch (message.template_id) {
      case SnapshotBegin::kTemplateId:
        return begin(message.as<SnapshotBegin>(), cut, now, sequence);
      case SnapshotOrders::kTemplateId:
        EXPECT_TRUE(by_order_);
        EXPECT_EQ(cut, begin_.last_seq_num);
        for (const auto& e : message.entries<SnapshotOrders, SnapshotOrderEntry>()) {
          told_.push_back({e.side, e.price, e.display_qty, e.order_id, 0});
        }
        return;
      case SnapshotLevels::kTemplateId:
        EXPECT_FALSE(by_order_);
        EXPECT_EQ(cut, begin_.last_seq_num);
        for (const auto& e : message.entries<SnapshotLevels, LevelEntry>()) {
          told_.push_back({e.side, e.price, e.qty, e.order_count, e.level});
        }
        return;
      case SnapshotEnd::kTemplateId:
        EXPECT_EQ(cut, begin_.last_seq_num);
        split += sequence != cut ? 1 : 0;
        return end(message.as<SnapshotEnd>());
      case CycleEnd::kTemplateId: {
        const auto m = message.as<CycleEnd>();
        EXPECT_EQ(m.instrument_count, in_cycle_.size());
        EXPECT_EQ(m.last_seq_num, begin_.last_seq_num);
        in_cycle_.clear();
        ++cycles;
        return;
      }
      default: ADD_FAILURE() << "template " << message.template_id;
    }
  }

  void begin(const SnapshotBegin& m, std::uint64_t cut, const PlainBooks& now,
             std::uint64_t sequence) {
    EXPECT_EQ(cut, sequence) << "not cut where events end";
    EXPECT_EQ(m.last_seq_num, sequence);
    EXPECT_TRUE(in_cycle_.insert(m.instrument_id).second);
    begin_ = m;
    const auto at = now.find(m.instrument_id);
    book_ = at == now.end() ? PlainBook{} : at->second;
    told_.clear();
  }

  void end(const SnapshotEnd& m) {
    EXPECT_EQ(m.instrument_id, begin_.instrument_id);
    std::vector<Told> expected;
    PlainCrc crc;
    std::array<std::uint32_t, 2> counts{};
    BookSide side_now = BookSide::kBid;
    std::uint8_t level = 0;
    for_each_level(book_, [&](BookSide side, std::int64_t price, const auto& orders) {
      level = side == side_now ? static_cast<std::uint8_t>(level + 1) : std::uint8_t{1};
      side_now = side;
      if (by_order_) {
        for (const PlainOrder& order : orders) {
          expected.push_back({side, price, order.qty, order.id, 0});
          crc.add(side), crc.add(price), crc.add(order.qty), crc.add(order.id);
          ++counts[static_cast<std::size_t>(side)];
        }
        return;
      }
      const PlainLevel sum = book_.levels(static_cast<std::size_t>(side)).at(price);
      expected.push_back({side, price, sum.qty, sum.order_count, level});
      crc.add(side), crc.add(price), crc.add(sum.qty), crc.add(sum.order_count);
      ++counts[static_cast<std::size_t>(side)];
    });
    EXPECT_EQ(told_, expected);
    EXPECT_EQ(m.book_crc32, crc.value());
    EXPECT_EQ(m.order_count, expected.size());
    EXPECT_EQ(begin_.bid_order_count, counts[0]);
    EXPECT_EQ(begin_.offer_order_count, counts[1]);
    ++pictures;
  }

  struct Told {
    BookSide side{};
    std::int64_t price = 0;
    std::uint64_t qty = 0;
    std::uint64_t id_or_count = 0;
    std::uint8_t level = 0;
    bool operator==(const Told&) const = default;
  };

  bool by_order_;
  SnapshotBegin begin_{};
  PlainBook book_;
  std::vector<Told> told_;
  std::set<std::uint32_t> in_cycle_;
};

TEST(Snapshots, AreTheBooksOfOneMomentWithTheirCrc) {
  std::uint64_t split = 0;
  for_each_stream(3'000, [&](const Commands& commands, std::uint64_t) {
    KeepingSink sink;
    PublisherSettings settings = small_settings();
    for (SnapshotPace* pace : {&settings.order_snapshots, &settings.level_snapshots}) {
      *pace = {.packets_per_second = 100, .cycle_ns_min = 50 * kMs, .packets_per_call = 2};
    }
    Publisher publisher(settings, sink);
    PlainBooks books;
    PictureReader by_order(true);
    PictureReader by_level(false);
    std::uint64_t now = kStart;
    for (const auto& events : commands) {
      publisher.publish(public_of(events), now += 7 * kMs);
      publisher.tick(now);
      for (const SentMessage& m : messages_of(sink.take(Stream::kOrders))) apply(books, m);
      const std::uint64_t sequence = publisher.state().last_sequence();
      by_order.read(sink.take(Stream::kOrderSnapshots), books, sequence);
      by_level.read(sink.take(Stream::kLevelSnapshots), books, sequence);
      sink.packets.clear();
      if (testing::Test::HasFailure()) return;
    }
    EXPECT_GT(by_order.pictures, 20U);
    EXPECT_GT(by_level.pictures, 20U);
    EXPECT_GT(by_order.cycles, 3U);
    split += by_order.split;
  });
  EXPECT_GT(split, 10U) << "no picture was still being sent while events went on";
}

// Public events of so many instruments and so many orders in the first.
Commands crowded(std::uint32_t instruments, std::uint32_t orders) {
  engine::test::Stream stream;
  stream.limits.max_instruments = instruments;
  stream.limits.max_orders = 10'000;
  std::uint64_t time_ns = 0;
  const auto add = [&](const engine::Command& unstamped) {
    engine::Command command = unstamped;
    command.mutable_header().time = engine::Timestamp(++time_ns);
    stream.steps.push_back({.command = command});
  };
  for (std::uint32_t id = 0; id < instruments; ++id) {
    add(engine::test::define_instrument({.from = {.session = 0, .account = 0, .instrument = id},
                                         .symbol = fmt::format("I{}", id)}));
  }
  for (std::uint32_t i = 0; i < orders; ++i) {
    add(engine::test::new_order({.key = i, .price = 100 + i % 300, .qty = 1 + i % 9}));
  }
  return events_of(stream);
}

TEST(Snapshots, AreAllToldWithinFiveSecondsAtAnEvenPace) {
  KeepingSink sink;
  PublisherSettings settings = small_settings();
  settings.limits = {.max_instruments = 3'000, .max_orders = 10'000, .kept_messages = 1U << 16};
  Publisher publisher(settings, sink);
  for (const auto& events : crowded(3'000, 8'000)) publisher.restore(public_of(events));
  std::uint64_t ended = 0;
  std::size_t most = 0;
  for (std::uint64_t now = kStart; ended == 0 && now < kStart + 10 * kSecond; now += kMs) {
    publisher.tick(now);
    const auto packets = sink.take(Stream::kOrderSnapshots);
    most = std::max(most, packets.size());
    for (const SentMessage& message : messages_of(packets)) {
      if (message.template_id == CycleEnd::kTemplateId) ended = now;
    }
  }
  ASSERT_NE(ended, 0U);
  EXPECT_LE(ended, kStart + 5 * kSecond);
  EXPECT_GE(ended, kStart + kSecond / 2);
  EXPECT_LE(most, 8U);
}

TEST(Definitions, AreToldInACycleWithThePresentStatusAndLimits) {
  KeepingSink sink;
  Publisher publisher(small_settings(), sink);
  engine::test::Stream stream;
  std::uint64_t time_ns = 0;
  for (engine::Command command :
       {engine::test::define_instrument({.symbol = "A"}),
        engine::test::define_instrument({.from = {.instrument = 2}, .symbol = "B"}),
        engine::test::set_trading_state({.instrument = 2}, engine::TradingState::kHalt),
        engine::test::set_price_band({.instrument = 0}, 10, 20)}) {
    command.mutable_header().time = engine::Timestamp(++time_ns);
    stream.steps.push_back({.command = command});
  }
  for (const auto& events : events_of(stream)) publisher.publish(public_of(events), kStart);
  std::vector<std::uint64_t> begun;
  for (std::uint64_t now = kStart; now < kStart + 21 * kSecond; now += 3 * kMs) {
    publisher.tick(now);
    const auto packets = sink.take(Stream::kDefinitions);
    const auto messages = messages_of(packets);
    if (messages.empty()) continue;
    begun.push_back(now);
    EXPECT_EQ(packets[0].header().flags, kDefinitionCycle);
    EXPECT_EQ(packets[0].header().seq_num, 4U);
    ASSERT_EQ(messages.size(), 5U);
    const auto venue = messages[0].as<VenueIdentity>();
    EXPECT_EQ(venue.instrument_count, 2U);
    EXPECT_EQ(venue.partition, 3);
    EXPECT_EQ(venue.epoch, 7);
    EXPECT_EQ(venue.journal_uuid[2], 3);
    EXPECT_EQ(venue.first_available_seq, 1U);
    EXPECT_EQ(venue.trade_date, 19700101U);
    const auto first = messages[1].as<InstrumentDefinition>();
    EXPECT_EQ(first.instrument_id, 0U);
    EXPECT_EQ(first.status, TradingStatusCode::kOpen);
    const auto limits = messages[2].as<PriceLimits>();
    EXPECT_EQ(limits.instrument_id, 0U);
    EXPECT_EQ(limits.low_limit, 100'000'000);
    EXPECT_EQ(limits.high_limit, 200'000'000);
    const auto second = messages[3].as<InstrumentDefinition>();
    EXPECT_EQ(second.instrument_id, 2U);
    EXPECT_EQ(second.symbol[0], 'B');
    EXPECT_EQ(second.status, TradingStatusCode::kHalt);
    const auto end = messages[4].as<CycleEnd>();
    EXPECT_EQ(end.instrument_count, 2U);
    EXPECT_EQ(end.last_seq_num, 4U);
  }
  ASSERT_GE(begun.size(), 3U);
  for (std::size_t i = 1; i < begun.size(); ++i) EXPECT_LE(begun[i] - begun[i - 1], 10 * kSecond);
}

TEST(Statistics, AreTheDaysTradesAndTellEachInstrumentOnceASecond) {
  for_each_stream(3'000, [](const Commands& commands, std::uint64_t) {
    KeepingSink sink;
    Publisher publisher(small_settings(), sink);
    std::map<std::uint32_t, std::vector<std::pair<std::int64_t, std::uint32_t>>> trades;
    std::map<std::uint32_t, std::int64_t> tick;
    std::map<std::uint32_t, std::uint64_t> told_at;
    std::uint64_t now = kStart;
    const auto read = [&] {
      for (const SentMessage& message : messages_of(sink.take(Stream::kStatistics))) {
        const auto m = message.as<marketdata::Statistics>();
        const auto& day = trades[m.instrument_id];
        EXPECT_GE(now, told_at[m.instrument_id] + kSecond);
        told_at[m.instrument_id] = now;
        std::int64_t high = kNullPrice;
        std::int64_t low = kNullPrice;
        std::uint64_t volume = 0;
        for (const auto& [price, qty] : day) {
          high = high == kNullPrice ? price : std::max(high, price);
          low = low == kNullPrice ? price : std::min(low, price);
          volume += qty;
        }
        EXPECT_EQ(m.open_price, day.empty() ? kNullPrice : day.front().first);
        EXPECT_EQ(m.last_price, day.empty() ? kNullPrice : day.back().first);
        EXPECT_EQ(m.last_qty, day.empty() ? 0 : day.back().second);
        EXPECT_EQ(m.high_price, high);
        EXPECT_EQ(m.low_price, low);
        EXPECT_EQ(m.volume, volume);
        EXPECT_EQ(m.trade_count, day.size());
      }
    };
    for (const auto& all : commands) {
      for (const Event& event : public_of(all)) {
        const std::uint32_t id = event.header().instrument.value();
        if (event.header().kind == EventKind::kInstrumentDefined) {
          tick[id] = event.as<engine::InstrumentDefined>().tick_size_nano_usd;
        }
        if (event.header().kind == EventKind::kTradingDayEnded) trades.clear();
        if (event.header().kind != EventKind::kTrade) continue;
        const auto& trade = event.as<engine::Trade>();
        trades[id].push_back({trade.price.value() * tick[id], trade.qty});
      }
      publisher.publish(public_of(all), now += 40 * kMs);
      publisher.tick(now);
      read();
      sink.packets.clear();
      if (testing::Test::HasFailure()) return;
    }
    EXPECT_FALSE(told_at.empty());
  });
}

TEST(Channels, GiveASignOfLifeEachSecondAndSayWhenTheyEnd) {
  KeepingSink sink;
  Publisher publisher(small_settings(), sink);
  for (const auto& events : crowded(2, 3)) publisher.publish(public_of(events), kStart);
  publisher.tick(kStart);
  constexpr std::array kKinds = {Stream::kOrders,      Stream::kLevels,     Stream::kTop,
                                 Stream::kDefinitions, Stream::kStatistics, Stream::kIndices};
  std::map<Stream, std::uint64_t> heard;
  for (const Stream kind : kKinds) heard[kind] = kStart;
  for (std::uint64_t now = kStart; now < kStart + 30 * kSecond; now += kMs) {
    publisher.tick(now);
    for (const Stream kind : kKinds) {
      for (const SentPacket& packet : sink.take(kind)) {
        heard[kind] = now;
        EXPECT_EQ(packet.header().sending_time, now);
        if (packet.header().msg_count == 0) {
          EXPECT_EQ(packet.header().seq_num, 6U);
        }
      }
      EXPECT_LE(now - heard[kind], kSecond) << int(kind);
    }
    sink.packets.clear();
  }
  publisher.end_of_session(kStart + 40 * kSecond);
  for (const Stream kind : kKinds) {
    const auto packets = sink.take(kind);
    ASSERT_EQ(packets.size(), 1U);
    EXPECT_EQ(packets[0].header().msg_count, kEndOfSession);
    EXPECT_EQ(packets[0].header().seq_num, 6U);
    EXPECT_EQ(packets[0].bytes.size(), sizeof(PacketHeader));
  }
}

TEST(Prices, BeyondTheWiresRangeAreNullAndTouchNoLevel) {
  engine::test::Stream stream;
  std::uint64_t time_ns = 0;
  constexpr std::int64_t kMax = engine::kMaxPriceTicks;
  for (engine::Command command :
       {engine::test::define_instrument({.min_price = kMax - 100, .max_price = kMax}),
        engine::test::new_order({.key = 1, .price = kMax - 5, .qty = 3}),
        engine::test::new_order(
            {.key = 2, .side = engine::Side::kSell, .price = kMax - 5, .qty = 1}),
        engine::test::cancel_order({}, 1)}) {
    command.mutable_header().time = engine::Timestamp(++time_ns);
    stream.steps.push_back({.command = command});
  }
  KeepingSink sink;
  Publisher publisher(small_settings(), sink);
  for (const auto& events : events_of(stream)) publisher.publish(public_of(events), kStart);
  publisher.tick(kStart);
  const auto orders = messages_of(sink.take(Stream::kOrders));
  const auto levels = messages_of(sink.take(Stream::kLevels));
  ASSERT_EQ(orders.size(), 4U);
  EXPECT_EQ(orders[0].as<InstrumentDefinition>().max_price, kNullPrice);
  EXPECT_EQ(orders[1].as<OrderAdd>().price, kNullPrice);
  EXPECT_EQ(orders[2].as<OrderExecuted>().price, kNullPrice);
  for (std::size_t i = 1; i < levels.size(); ++i) {
    EXPECT_TRUE((levels[i].entries<BookUpdate, LevelEntry>().empty()));
  }
}

}  // namespace
}  // namespace hourglass::marketdata::publish_test

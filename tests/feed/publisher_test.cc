// The numbered channels: one message a public event, in packets that no event is split over without
// need, and the same after a restart.
#include "marketdata/publish/publisher.h"

#include <gtest/gtest.h>

#include <set>

#include "marketdata/publish/command_events.h"
#include "tests/feed/publish_desk.h"
#include "tests/support/random_source.h"

namespace hourglass::marketdata::publish_test {
namespace {

// What is checked of a message against its event, written down a second time.
class ExpectedMessages {
 public:
  void expect(const Event& event, std::uint8_t flags, const SentMessage& message) {
    const engine::EventHeader& header = event.header();
    EXPECT_EQ(message.sequence, header.feed_sequence);
    flags_ = flags;
    switch (header.kind) {
      case EventKind::kOrderAccepted: return added(event.as<engine::OrderAccepted>(), message);
      case EventKind::kOrderRested: return rested(event.as<engine::OrderRested>(), message);
      case EventKind::kTrade: return traded(event.as<engine::Trade>(), message);
      case EventKind::kOrderReplaced: return replaced(event.as<engine::OrderReplaced>(), message);
      case EventKind::kOrderCancelled: return gone(event.as<engine::OrderCancelled>(), message);
      case EventKind::kInstrumentDefined:
        return defined(event.as<engine::InstrumentDefined>(), message);
      case EventKind::kTradingStateChanged: {
        const auto m = common<TradingStatus>(header, message);
        EXPECT_EQ(static_cast<std::uint8_t>(m.status),
                  static_cast<std::uint8_t>(event.as<engine::TradingStateChanged>().state));
        return;
      }
      case EventKind::kPriceBandChanged: {
        const auto m = common<PriceLimits>(header, message);
        EXPECT_EQ(m.low_limit, price(header, event.as<engine::PriceBandChanged>().low));
        EXPECT_EQ(m.high_limit, price(header, event.as<engine::PriceBandChanged>().high));
        return;
      }
      case EventKind::kTradingDayEnded: {
        const auto m = common<DayEnd>(header, message);
        EXPECT_EQ(m.expired_count, event.as<engine::TradingDayEnded>().expired_count);
        EXPECT_EQ(m.trade_date, 19700101U);
        return;
      }
      default: ADD_FAILURE() << "a public event of kind " << int(header.kind);
    }
  }

 private:
  template <class Body>
  Body common(const engine::EventHeader& header, const SentMessage& message) {
    const auto m = message.as<Body>();
    EXPECT_EQ(m.instrument_id, header.instrument.value());
    EXPECT_EQ(m.instr_seq, header.instrument_sequence);
    EXPECT_EQ(m.transact_time, header.time.value());
    EXPECT_EQ(m.event_flags, flags_);
    return m;
  }
  std::int64_t price(const engine::EventHeader& header, engine::Price ticks) {
    return ticks.value() * tick_.at(header.instrument.value());
  }

  void added(const engine::OrderAccepted& e, const SentMessage& message) {
    const auto m = common<OrderAdd>(e.header, message);
    EXPECT_EQ(m.order_id, e.order.order_id.value());
    EXPECT_EQ(m.price, price(e.header, e.price));
    EXPECT_EQ(m.display_qty, e.displayed);
    EXPECT_EQ(m.side == BookSide::kBid, e.side == engine::Side::kBuy);
    EXPECT_EQ(m.order_flags, 0);
    shown_[m.order_id] = m.display_qty;
  }
  void rested(const engine::OrderRested& e, const SentMessage& message) {
    const auto m = common<OrderAdd>(e.header, message);
    EXPECT_EQ(m.order_id, e.order_id.value());
    EXPECT_EQ(m.price, price(e.header, e.price));
    EXPECT_EQ(m.display_qty, e.qty);
    EXPECT_EQ(m.side == BookSide::kBid, e.side == engine::Side::kBuy);
    EXPECT_EQ(m.order_flags, e.new_tranche == 1 ? kNewTranche : kAfterTrading);
    shown_[m.order_id] = m.display_qty;
  }
  void traded(const engine::Trade& e, const SentMessage& message) {
    const auto m = common<OrderExecuted>(e.header, message);
    EXPECT_EQ(m.order_id, e.resting.order_id.value());
    EXPECT_EQ(m.trade_id, e.match_id.value());
    EXPECT_EQ(m.exec_qty, e.qty);
    EXPECT_EQ(m.leaves_qty, e.resting_displayed);
    EXPECT_EQ(m.price, price(e.header, e.price));
    EXPECT_EQ(m.side == BookSide::kBid, e.incoming_side == engine::Side::kSell);
    EXPECT_EQ(m.trade_type, TradeType::kRegular);
    shown_[m.order_id] = m.leaves_qty;
  }
  void replaced(const engine::OrderReplaced& e, const SentMessage& message) {
    const std::uint64_t id = e.order.order_id.value();
    if (e.kept_priority == 1) {
      const auto m = common<OrderReduce>(e.header, message);
      EXPECT_EQ(m.order_id, id);
      EXPECT_EQ(m.new_display_qty, e.displayed);
      EXPECT_EQ(m.reason, ReduceReason::kReplaced);
      EXPECT_LE(m.new_display_qty, shown_.at(id));
    } else if (e.displayed != 0) {
      const auto m = common<OrderReplace>(e.header, message);
      EXPECT_EQ(m.order_id, id);
      EXPECT_EQ(m.new_display_qty, e.displayed);
      EXPECT_EQ(m.new_price, price(e.header, e.price));
      EXPECT_EQ(m.side == BookSide::kBid, e.side == engine::Side::kBuy);
    } else {
      const auto m = common<OrderDelete>(e.header, message);
      EXPECT_EQ(m.order_id, id);
      EXPECT_EQ(m.reason, DeleteReason::kReplaced);
      EXPECT_EQ(m.deleted_qty, shown_.at(id));
    }
    shown_[id] = e.displayed;
  }
  void gone(const engine::OrderCancelled& e, const SentMessage& message) {
    static const std::map<engine::CancelReason, DeleteReason> kReasons = {
        {engine::CancelReason::kByClient, DeleteReason::kCancelled},
        {engine::CancelReason::kReplacedBelowExecuted, DeleteReason::kCancelled},
        {engine::CancelReason::kMassCancel, DeleteReason::kMassCancelled},
        {engine::CancelReason::kConnectionLost, DeleteReason::kConnectionLost},
        {engine::CancelReason::kDayEnded, DeleteReason::kExpired},
        {engine::CancelReason::kGoodTillDateEnded, DeleteReason::kExpired},
        {engine::CancelReason::kByOperator, DeleteReason::kOperator}};
    const auto m = common<OrderDelete>(e.header, message);
    EXPECT_EQ(m.order_id, e.order.order_id.value());
    EXPECT_EQ(m.deleted_qty, e.displayed_removed);
    EXPECT_EQ(m.deleted_qty, shown_.at(m.order_id));
    EXPECT_EQ(m.reason, kReasons.at(e.reason));
    EXPECT_EQ(m.side == BookSide::kBid, e.side == engine::Side::kBuy);
  }
  void defined(const engine::InstrumentDefined& e, const SentMessage& message) {
    const auto m = common<InstrumentDefinition>(e.header, message);
    tick_[e.header.instrument.value()] = e.tick_size_nano_usd;
    EXPECT_EQ(m.symbol, e.symbol);
    EXPECT_EQ(m.tick_size, e.tick_size_nano_usd);
    EXPECT_EQ(m.contract_size_gpu_hours, e.contract_size_gpu_hours);
    EXPECT_EQ(m.min_price, price(e.header, e.min_price));
    EXPECT_EQ(m.max_price, price(e.header, e.max_price));
    EXPECT_EQ(m.price_increment, e.tick_size_nano_usd * e.price_increment_ticks);
    EXPECT_EQ(m.protection_ticks, e.protection_ticks);
    EXPECT_EQ(m.max_order_qty, e.max_order_qty_lots);
    EXPECT_EQ(m.product_group, e.group.value());
    EXPECT_EQ(m.match_algorithm, 'F');
    EXPECT_EQ(static_cast<std::uint8_t>(m.status), static_cast<std::uint8_t>(e.state));
  }

  std::map<std::uint32_t, std::int64_t> tick_;
  std::map<std::uint64_t, std::uint32_t> shown_;
  std::uint8_t flags_ = 0;
};

std::uint8_t expected_flags(const std::vector<Event>& events, std::size_t at) {
  std::uint8_t flags = 0;
  if (at == 0) flags |= kStartOfEvent;
  if (at + 1 == events.size()) flags |= kEndOfEvent;
  bool last = events[at].header().kind != EventKind::kTradingDayEnded;
  for (std::size_t later = at + 1; later < events.size(); ++later) {
    last = last && (events[later].header().instrument != events[at].header().instrument ||
                    events[later].header().kind == EventKind::kTradingDayEnded);
  }
  return last ? static_cast<std::uint8_t>(flags | kLastInInstrument) : flags;
}

// By the feed sequence of their last message.
struct Ends {
  std::set<std::uint64_t> of_events;
  std::set<std::uint64_t> flushed;
};

// Publishes all, flushing at random.
Ends publish_all(const Commands& commands, std::uint64_t seed, Publisher& publisher) {
  engine::test::RandomSource random(seed);
  Ends ends;
  for (const auto& events : commands) {
    publisher.publish(public_of(events), 5);
    ends.of_events.insert(publisher.state().last_sequence());
    if (!random.percent(30)) continue;
    publisher.flush(6);
    ends.flushed.insert(publisher.state().last_sequence());
  }
  publisher.flush(7);
  ends.flushed.insert(publisher.state().last_sequence());
  return ends;
}

TEST(Publisher, SendsOneMessageForEachPublicEventAndChannel) {
  for_each_stream(8'000, [](const Commands& commands, std::uint64_t seed) {
    KeepingSink sink;
    Publisher publisher(small_settings(), sink);
    publish_all(commands, seed, publisher);
    const auto orders = messages_of(sink.take(Stream::kOrders));
    const auto levels = messages_of(sink.take(Stream::kLevels));
    ExpectedMessages expected;
    std::size_t at = 0;
    for (const auto& all : commands) {
      const auto events = public_of(all);
      for (std::size_t i = 0; i < events.size(); ++i, ++at) {
        ASSERT_LT(at, orders.size());
        ASSERT_LT(at, levels.size());
        const std::uint8_t flags = expected_flags(events, i);
        expected.expect(events[i], flags, orders[at]);
        EXPECT_EQ(levels[at].sequence, events[i].header().feed_sequence);
        if (levels[at].template_id != BookUpdate::kTemplateId) {
          EXPECT_EQ(levels[at].bytes, orders[at].bytes);
          continue;
        }
        const auto update = levels[at].as<BookUpdate>();
        EXPECT_EQ(update.instrument_id, events[i].header().instrument.value());
        EXPECT_EQ(update.instr_seq, events[i].header().instrument_sequence);
        EXPECT_EQ(update.transact_time, events[i].header().time.value());
        EXPECT_EQ(update.event_flags, flags);
        if (testing::Test::HasFailure()) return;
      }
    }
    EXPECT_EQ(at, orders.size());
    EXPECT_EQ(at, levels.size());
  });
}

// How many events were larger than a packet.
std::uint64_t expect_whole_events(const std::vector<SentPacket>& packets, const Ends& ends) {
  std::uint64_t large = 0;
  const auto messages = messages_of(packets);
  constexpr std::size_t kRoom = kMaxPacketBytes - sizeof(PacketHeader);
  for (std::size_t first = 0; first < messages.size();) {
    std::size_t bytes = 0;
    std::size_t end = first;
    do {
      bytes += messages[end++].bytes.size();
    } while (!ends.of_events.contains(messages[end - 1].sequence));
    if (bytes <= kRoom) {
      EXPECT_EQ(messages[first].packet, messages[end - 1].packet) << messages[first].sequence;
    } else {
      ++large;
    }
    if (first != 0) {
      const SentMessage& before = messages[first - 1];
      const bool shares = messages[first].packet == before.packet;
      const std::size_t bytes_before = packets[before.packet].bytes.size();
      if (ends.flushed.contains(before.sequence)) {
        EXPECT_FALSE(shares) << "waited behind a flush: " << before.sequence;
      } else if (!shares) {
        EXPECT_GT(bytes_before + bytes, kMaxPacketBytes) << "did not share: " << before.sequence;
      } else {
        EXPECT_LE(bytes, kRoom) << "begins no packet of its own: " << messages[first].sequence;
      }
    }
    first = end;
  }
  return large;
}

TEST(Publisher, SplitsNoEventThatFitsAPacketAndDelaysNone) {
  std::uint64_t large = 0;
  for_each_stream(8'000, [&](const Commands& commands, std::uint64_t seed) {
    KeepingSink sink;
    Publisher publisher(small_settings(), sink);
    const Ends ends = publish_all(commands, seed, publisher);
    large += expect_whole_events(sink.take(Stream::kOrders), ends);
    expect_whole_events(sink.take(Stream::kLevels), ends);
  });
  EXPECT_GT(large, 0U) << "no event was larger than a packet";
}

TEST(Publisher, NumbersPacketsWithoutAGapAndSaysWhoseTheyAre) {
  for_each_stream(4'000, [](const Commands& commands, std::uint64_t seed) {
    KeepingSink sink;
    Publisher publisher(small_settings(), sink);
    publish_all(commands, seed, publisher);
    for (const Stream stream : {Stream::kOrders, Stream::kLevels}) {
      std::uint64_t next = 1;
      for (const SentPacket& packet : sink.take(stream)) {
        const PacketHeader header = packet.header();
        EXPECT_EQ(header.seq_num, next);
        EXPECT_EQ(header.channel_id, channel_id(3, channel_of(stream)));
        EXPECT_EQ(header.epoch, 7);
        EXPECT_EQ(header.flags, kIncremental);
        EXPECT_GT(header.msg_count, 0);
        EXPECT_LE(packet.bytes.size(), kMaxPacketBytes);
        next += header.msg_count;
      }
      EXPECT_EQ(next, publisher.state().last_sequence() + 1);
    }
  });
}

TEST(Publisher, GoesOnAfterARestartAtAnyCommandAsIfItHadNeverStopped) {
  for_each_stream(1'500, [](const Commands& commands, std::uint64_t seed) {
    KeepingSink one;
    Publisher uninterrupted(small_settings(), one);
    engine::test::RandomSource random(seed);
    const std::size_t restart = random.below(commands.size());
    KeepingSink other;
    Publisher restarted(small_settings(), other);
    for (std::size_t i = 0; i < commands.size(); ++i) {
      if (i == restart) one.packets.clear();
      uninterrupted.publish(public_of(commands[i]), i);
      uninterrupted.flush(i);
      if (i < restart) {
        restarted.restore(public_of(commands[i]));
      } else {
        restarted.publish(public_of(commands[i]), i);
        restarted.flush(i);
      }
    }
    // With the cycles of definitions, figures and snapshots behind it.
    for (std::uint64_t ms = 1; ms < 12'000; ms += 5) {
      uninterrupted.tick(1'000'000'000'000 + ms * 1'000'000);
      restarted.tick(1'000'000'000'000 + ms * 1'000'000);
    }
    // Best prices stand for themselves: one that was started again tells all of them.
    one.take(Stream::kTop);
    std::map<std::uint32_t, TopOfBook> told;
    for (const SentMessage& message : messages_of(other.take(Stream::kTop))) {
      if (message.template_id != TopOfBook::kTemplateId) continue;
      const auto top = message.as<TopOfBook>();
      told[top.instrument_id] = top;
    }
    for (const std::uint32_t id : uninterrupted.state().listed()) {
      ASSERT_EQ(told.count(id), 1U) << "restart at command " << restart;
      // What happened since and left them as they were gave the instrument another number and time.
      TopOfBook top = uninterrupted.state().top(id);
      top.instr_seq = told[id].instr_seq;
      top.transact_time = told[id].transact_time;
      top.event_flags = told[id].event_flags;
      ASSERT_EQ(std::memcmp(&told[id], &top, sizeof(top)), 0) << "restart at command " << restart;
    }
    ASSERT_EQ(one.packets.size(), other.packets.size()) << "restart at command " << restart;
    for (std::size_t i = 0; i < one.packets.size(); ++i) {
      ASSERT_TRUE(one.packets[i].to == other.packets[i].to);
      ASSERT_EQ(one.packets[i].bytes, other.packets[i].bytes) << "restart at command " << restart;
    }
  });
}

TEST(CommandEvents, BringsTogetherWhatACommandDidInPublic) {
  for_each_stream(300, [](const Commands& commands, std::uint64_t) {
    CommandEvents together;
    for (const auto& events : commands) {
      if (events.empty()) continue;
      for (std::size_t i = 0; i < events.size(); ++i) {
        EXPECT_EQ(together.add(events[i]), i + 1 == events.size());
      }
      const auto expected = public_of(events);
      ASSERT_EQ(together.events().size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(0, std::memcmp(&together.events()[i], &expected[i],
                                 engine::event_bytes(expected[i].header().kind)));
      }
    }
  });
}

}  // namespace
}  // namespace hourglass::marketdata::publish_test

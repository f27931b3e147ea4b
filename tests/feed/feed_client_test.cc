#include "marketdata/feed/feed_client.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "tests/feed/plain_book_of.h"
#include "tests/feed/random_venue.h"

namespace hourglass::marketdata::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kSeeds = 40;
#else
constexpr std::uint64_t kSeeds = 1000;
#endif

using Bytes = std::vector<std::byte>;
constexpr std::uint32_t kInstruments = 3;

// A venue, and what it has sent so far.
struct Publisher {
  explicit Publisher(std::uint64_t seed) : venue(seed, kInstruments) {
    for (std::uint32_t id = 0; id < kInstruments; ++id) history[{id, 0}] = venue.books()[id];
  }

  // The next event's packets: one, or more where `room` frames do not hold it.
  std::vector<Bytes> next(std::size_t room) {
    const std::uint64_t first = venue.seq() + 1;
    const RandomVenue::Event event = venue.next();
    sent.insert(sent.end(), event.begin(), event.end());
    for (std::uint32_t id = 0; id < kInstruments; ++id) {
      history.try_emplace({id, venue.books()[id].instr_seq}, venue.books()[id]);
    }
    std::vector<Bytes> packets;
    for (std::size_t at = 0; at < event.size(); at += room) {
      const auto part = std::span(event).subspan(at, std::min(room, event.size() - at));
      packets.push_back(packet_of(first + at, part));
    }
    return packets;
  }
  [[nodiscard]] Bytes again(MessageRange range) const {
    const auto count = std::min<std::uint64_t>(range.count, 10);
    return packet_of(range.begin, std::span(sent).subspan(range.begin - 1, count),
                     kIncremental | kRetransmitted);
  }
  [[nodiscard]] Bytes heartbeat() const { return packet_of(venue.seq() + 1, {}); }
  [[nodiscard]] std::vector<Bytes> snapshots() const {
    std::vector<Bytes> packets;
    for (std::uint32_t id = 0; id < kInstruments; ++id) {
      for (const auto& frame : venue.snapshot(id)) {
        packets.push_back(packet_of(venue.seq(), std::span(&frame, 1), kSnapshot));
      }
    }
    return packets;
  }

  RandomVenue venue;
  std::vector<Bytes> sent;  // frames, by number from 1
  // Every book at every end of event, by its number.
  std::map<std::pair<std::uint32_t, std::uint32_t>, PlainBook> history;
};

// Checks each book it is told of against the venue's of the same number.
struct Checker : FeedListener {
  explicit Checker(const Publisher& venue) : publisher(venue) {}

  void on_book_changed(const Instrument& instrument) override {
    ++changes;
    check(instrument);
  }
  void on_live(const Instrument& instrument) override {
    EXPECT_FALSE(live[instrument.id]);
    live[instrument.id] = true;
    check(instrument);
  }
  void on_stale(const Instrument& instrument) override {
    live[instrument.id] = false;
    EXPECT_FALSE(instrument.is_live());
  }
  void on_trade(const Instrument&, const TradePrint& print) override {
    EXPECT_GT(print.trade_id, last_trade);
    last_trade = print.trade_id;
  }
  void on_lost(MessageRange range) override { lost += range.count; }
  void check(const Instrument& instrument) const {
    const auto at = publisher.history.find({instrument.id, instrument.last_instr_seq});
    ASSERT_NE(at, publisher.history.end()) << "not at an end of event";
    EXPECT_EQ(plain_book_of(instrument, at->second.status), at->second);
  }

  const Publisher& publisher;
  std::map<std::uint32_t, bool> live;
  std::uint64_t changes = 0;
  std::uint64_t last_trade = 0;
  std::uint64_t lost = 0;
};

struct Arrival {
  Line line;
  Bytes bytes;
};
using Queue = std::multimap<std::uint64_t, Arrival>;

// Both lines, each on its own: loses, doubles and delays.
struct Relay {
  Relay(RandomSource& source, std::uint32_t loss_percent) : random(source), loss(loss_percent) {}

  void send(const Bytes& bytes, std::uint64_t now) {
    for (const Line line : {Line::kA, Line::kB}) {
      if (line == Line::kB && now < dark_until) continue;
      if (random.percent(loss)) continue;
      for (std::uint32_t copies = random.percent(5) ? 2 : 1; copies > 0; --copies) {
        const std::uint64_t delay = random.percent(10) ? random.below(3000) : random.below(20);
        queue.emplace(now + delay, Arrival{line, bytes});
      }
    }
    if (random.percent(1)) dark_until = now + random.below(20000);
  }

  RandomSource& random;
  std::uint32_t loss;
  std::uint64_t dark_until = 0;
  Queue queue;
};

FeedOptions quick_options() {
  return {.epoch = kEpoch, .gap_wait_ns = 500, .ask_again_ns = 1000, .give_up_ns = 4000};
}

void take_arrived(Relay& relay, FeedClient& client, std::uint64_t now) {
  while (!relay.queue.empty() && relay.queue.begin()->first <= now) {
    const Arrival arrival = std::move(relay.queue.begin()->second);
    relay.queue.erase(relay.queue.begin());
    client.on_packet(arrival.line, arrival.bytes, now);
  }
}

void expect_all_live(const FeedClient& client, const Publisher& publisher) {
  for (std::uint32_t id = 0; id < kInstruments; ++id) {
    const Instrument* instrument = client.books().find(id);
    ASSERT_NE(instrument, nullptr);
    EXPECT_TRUE(instrument->is_live()) << name(instrument->fault);
    const PlainBook& book = publisher.venue.books()[id];
    EXPECT_EQ(plain_book_of(*instrument, book.status), book);
  }
}

// A client that joins under way, over two bad lines, with a retransmission that often fails, ends
// with the venue's books, and was never told of a book that the venue did not have.
std::uint64_t join_and_follow(std::uint64_t seed) {
  SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", seed));
  RandomSource random(seed);
  Publisher publisher(random.next());
  Relay relay(random, static_cast<std::uint32_t>(random.below(30)));
  Checker checker(publisher);
  FeedClient client(quick_options(), checker);
  for (std::uint64_t skipped = random.below(200); skipped > 0; --skipped) publisher.next(20);
  const auto answered = static_cast<std::uint32_t>(random.below(100));
  std::uint64_t now = 1;
  for (int step = 0; step < 200; ++step, now += 100) {
    for (const Bytes& packet : publisher.next(1 + random.below(4))) relay.send(packet, now);
    if (random.percent(10)) relay.send(publisher.heartbeat(), now);
    if (random.percent(10)) {
      for (const Bytes& packet : publisher.snapshots()) relay.send(packet, now);
    }
    take_arrived(relay, client, now);
    const auto gap = client.poll(now);
    if (gap && random.percent(answered)) client.on_packet(Line::kOther, publisher.again(*gap), now);
  }
  take_arrived(relay, client, now + 10000);
  client.on_packet(Line::kA, publisher.heartbeat(), now + 10000);
  while (client.arbiter().open_gap()) client.give_up(now + 10000);
  for (const Bytes& packet : publisher.snapshots()) client.on_packet(Line::kA, packet, now + 10000);
  expect_all_live(client, publisher);
  // Behind a loss nothing is told before it is clear that no event is under way.
  client.on_packet(Line::kA, publisher.heartbeat(), now + 10000);
  EXPECT_EQ(client.snapshot_count(SnapshotOutcome::kContradicted), 0U);
  EXPECT_GT(checker.changes, 0U);
  return checker.lost;
}

TEST(FeedClient, HasTheVenuesBooksOverBadLines) {
  const std::uint64_t first = engine::test::number_from_environment("HOURGLASS_SEED", 1);
  std::uint64_t lost = 0;
  for (std::uint64_t seed = first; seed < first + kSeeds; ++seed) {
    lost += join_and_follow(seed);
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(lost, 0U);
}

// The relay's losses seldom meet it: what is left of an event behind a loss is its middle.
TEST(FeedClient, TellsNoBookInTheMiddleOfAnEventThatItLostTheBeginningOf) {
  std::uint32_t met = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Publisher publisher(seed);
    Checker checker(publisher);
    FeedClient client(quick_options(), checker);
    client.on_packet(Line::kA, publisher.heartbeat(), 1);
    for (const Bytes& packet : publisher.snapshots()) client.on_packet(Line::kA, packet, 1);
    client.on_packet(Line::kA, publisher.heartbeat(), 1);
    for (int step = 0; step < 50; ++step) {
      const std::vector<Bytes> packets = publisher.next(1);
      if (packets.size() < 3) {
        for (const Bytes& packet : packets) client.on_packet(Line::kA, packet, 1);
        continue;
      }
      ++met;
      client.on_packet(Line::kA, packets[1], 1);
      while (client.arbiter().open_gap()) client.give_up(1);
      const std::uint64_t before = checker.changes;
      for (const Bytes& packet : publisher.snapshots()) client.on_packet(Line::kB, packet, 1);
      EXPECT_EQ(checker.changes, before);
      for (std::size_t i = 2; i < packets.size(); ++i) client.on_packet(Line::kA, packets[i], 1);
    }
  }
  EXPECT_GT(met, 50U);
}

TEST(FeedClient, ThatJoinsLateEqualsOneFromTheStartAtEachEventsEnd) {
  for (std::uint64_t seed = 1; seed <= kSeeds / 20; ++seed) {
    SCOPED_TRACE(seed);
    Publisher publisher(seed);
    Checker early_checker(publisher);
    Checker late_checker(publisher);
    FeedOptions options = quick_options();
    FeedClient late(options, late_checker);
    options.from_the_start = true;
    FeedClient early(options, early_checker);
    for (int step = 0; step < 400; ++step) {
      for (const Bytes& packet : publisher.next(20)) {
        early.on_packet(Line::kA, packet, 0);
        if (step >= 100) late.on_packet(Line::kA, packet, 0);
      }
      if (step == 150) {
        for (const Bytes& packet : publisher.snapshots()) late.on_packet(Line::kB, packet, 0);
      }
      if (step < 150) continue;
      expect_all_live(early, publisher);
      expect_all_live(late, publisher);
      ASSERT_FALSE(HasFailure());
    }
  }
}

// One instrument's packets, by hand.
struct Venue {
  Venue() : publisher(1), checker(publisher), client(quick_options(), checker) {}

  Bytes add(std::uint32_t id, std::uint32_t instr_seq) {
    return packet_of(seq++, std::vector<Bytes>{frame_of(OrderAdd{
                                .instrument_id = id,
                                .instr_seq = instr_seq,
                                .display_qty = 1,
                                .order_id = 100 * id + instr_seq,
                                .price = 1,
                                .event_flags = kStartOfEvent | kEndOfEvent | kLastInInstrument})});
  }
  Bytes empty_snapshot(std::uint32_t id, std::uint32_t instr_seq, std::uint64_t last_seq) {
    return packet_of(
        last_seq,
        std::vector<Bytes>{
            frame_of(SnapshotBegin{.instrument_id = id,
                                   .last_instr_seq = instr_seq,
                                   .last_seq_num = last_seq,
                                   .status = TradingStatusCode::kOpen}),
            frame_of(SnapshotEnd{.instrument_id = id, .book_crc32 = 0, .order_count = 0})},
        kSnapshot);
  }
  void take(const Bytes& bytes) { client.on_packet(Line::kA, bytes, 0); }
  BookState state(std::uint32_t id) { return client.books().find(id)->state; }

  struct Told : Checker {
    using Checker::Checker;
    void on_book_changed(const Instrument&) override {}
    void on_live(const Instrument& instrument) override {
      told += fmt::format("live {};", instrument.id);
    }
    void on_stale(const Instrument& instrument) override {
      told += fmt::format("{} {};", instrument.state == BookState::kSuspect ? "suspect" : "stale",
                          instrument.id);
    }
    std::string told;
  };

  std::uint64_t seq = 50;
  Publisher publisher;
  Told checker;
  FeedClient client;
};

TEST(FeedClient, DoesNotTakeASnapshotFromBeforeItListened) {
  Venue venue;
  venue.take(venue.add(1, 5));  // message 50
  venue.take(venue.empty_snapshot(1, 3, 48));
  EXPECT_EQ(venue.client.snapshot_count(SnapshotOutcome::kTooOld), 1U);
  venue.take(venue.empty_snapshot(1, 4, 49));
  EXPECT_EQ(venue.checker.told, "live 1;");
  EXPECT_EQ(venue.client.books().find(1)->book.order_count(), 1U);
}

TEST(FeedClient, SuspectsEachBookBehindAGapUntilItsNumbersClearIt) {
  Venue venue;
  venue.take(venue.add(1, 5));
  for (std::uint32_t id = 1; id <= 4; ++id) venue.take(venue.empty_snapshot(id, 5, 50));
  venue.checker.told.clear();
  const Bytes lost = venue.add(2, 6);
  venue.take(venue.add(1, 6));
  venue.client.give_up(0);
  EXPECT_EQ(venue.checker.told, "suspect 1;suspect 2;suspect 3;suspect 4;live 1;");
  venue.take(venue.add(2, 7));
  EXPECT_EQ(venue.state(2), BookState::kStale);
  EXPECT_EQ(venue.client.books().find(2)->fault, BookFault::kSequenceGap);
  // From before the gap: says nothing. From behind it: nothing was missed.
  venue.take(venue.empty_snapshot(3, 5, 50));
  EXPECT_EQ(venue.state(3), BookState::kSuspect);
  venue.take(venue.empty_snapshot(3, 5, 51));
  EXPECT_EQ(venue.state(3), BookState::kLive);
  // Something was missed: the snapshot is the book.
  venue.take(venue.empty_snapshot(4, 9, 53));
  EXPECT_EQ(venue.state(4), BookState::kLive);
  EXPECT_EQ(venue.client.books().find(4)->last_instr_seq, 9U);
  venue.take(venue.empty_snapshot(2, 6, 51));
  EXPECT_EQ(venue.state(2), BookState::kLive);
  EXPECT_EQ(venue.client.books().find(2)->last_instr_seq, 7U);
}

TEST(FeedClient, FindsALiveBookThatASnapshotContradicts) {
  Venue venue;
  venue.take(venue.add(1, 5));
  venue.take(venue.empty_snapshot(1, 4, 49));
  venue.checker.told.clear();
  venue.take(venue.empty_snapshot(1, 5, 50));
  EXPECT_EQ(venue.client.snapshot_count(SnapshotOutcome::kContradicted), 1U);
  EXPECT_EQ(venue.checker.told, "stale 1;live 1;");
  EXPECT_EQ(venue.client.books().find(1)->book.order_count(), 0U);
}

TEST(FeedClient, ThrowsAwaySnapshotsThatAreNotWhole) {
  Publisher publisher(3);
  for (int step = 0; step < 300; ++step) publisher.next(20);
  const auto begin_to_end = publisher.venue.snapshot(0);
  ASSERT_GT(begin_to_end.size(), 2U);
  for (std::size_t missing = 0; missing < begin_to_end.size(); ++missing) {
    Checker checker(publisher);
    FeedClient client(quick_options(), checker);
    client.on_packet(Line::kA, publisher.heartbeat(), 0);
    for (std::size_t i = 0; i < begin_to_end.size(); ++i) {
      if (i == missing) continue;
      client.on_packet(
          Line::kA, packet_of(publisher.venue.seq(), std::span(&begin_to_end[i], 1), kSnapshot), 0);
    }
    EXPECT_EQ(client.snapshot_count(SnapshotOutcome::kAdopted), 0U);
    for (const Bytes& packet : publisher.snapshots()) client.on_packet(Line::kA, packet, 0);
    expect_all_live(client, publisher);
  }
}

TEST(FeedClient, SurvivesAnyPackets) {
  RandomSource random(engine::test::number_from_environment("HOURGLASS_SEED", 1));
  for (std::uint64_t round = 0; round < kSeeds / 10; ++round) {
    Publisher publisher(random.next());
    FeedListener deaf;
    FeedClient client(quick_options(), deaf);
    std::uint64_t now = 0;
    const auto damaged = [&](Bytes bytes) {
      for (std::uint64_t flips = random.below(3); flips > 0; --flips) {
        bytes[random.below(bytes.size())] ^=
            std::byte{static_cast<unsigned char>(random.below(256))};
      }
      return bytes;
    };
    for (int step = 0; step < 100; ++step, now += 500) {
      for (const Bytes& packet : publisher.next(10)) {
        client.on_packet(Line::kA, damaged(packet), now);
      }
      if (random.percent(20)) {
        for (const Bytes& packet : publisher.snapshots()) {
          client.on_packet(Line::kB, damaged(packet), now);
        }
      }
      client.poll(now);
    }
    client.books().for_each([](const Instrument& instrument) { plain_book_of(instrument); });
  }
}

}  // namespace
}  // namespace hourglass::marketdata::test

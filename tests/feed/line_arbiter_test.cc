#include "marketdata/feed/line_arbiter.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/feed/random_venue.h"

namespace hourglass::marketdata::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kSeeds = 300;
#else
constexpr std::uint64_t kSeeds = 20000;
#endif

using Bytes = std::vector<std::byte>;

// Messages [begin, begin + count), each a trade that has its number as its id.
Bytes packet(std::uint64_t begin, std::uint64_t count, std::uint8_t flags = kIncremental,
             std::uint16_t channel = kChannel) {
  std::vector<Bytes> frames;
  for (std::uint64_t seq = begin; seq < begin + count; ++seq) {
    frames.push_back(frame_of(Trade{.trade_id = seq}));
  }
  return packet_of(begin, frames, flags, channel);
}
Bytes end_of_session(std::uint64_t next) {
  Bytes bytes = packet(next, 0);
  std::memcpy(bytes.data() + offsetof(PacketHeader, msg_count), &kEndOfSession, 2);
  return bytes;
}

// An arbiter and what it gave out.
struct Desk {
  explicit Desk(ArbiterOptions options = {.channel_id = kChannel, .first_seq = 1})
      : arbiter(options) {}

  auto deliver() {
    return [this](std::uint64_t seq, const Frame& frame) {
      EXPECT_EQ(frame.as<Trade>()->trade_id, seq);
      got.push_back(seq);
    };
  }
  PacketOutcome take(const Bytes& bytes, std::uint64_t now = 0) {
    return arbiter.on_packet(bytes, now, deliver());
  }
  MessageRange give_up(std::uint64_t now = 0) { return arbiter.give_up(now, deliver()); }
  LineArbiter arbiter;
  std::vector<std::uint64_t> got;
};

using Numbers = std::vector<std::uint64_t>;

TEST(LineArbiter, GivesEachMessageOnce) {
  Desk desk;
  EXPECT_EQ(desk.take(packet(1, 2)), PacketOutcome::kDelivered);
  EXPECT_EQ(desk.take(packet(1, 2)), PacketOutcome::kCopy);
  EXPECT_EQ(desk.take(packet(2, 3)), PacketOutcome::kDelivered);
  EXPECT_EQ(desk.got, (Numbers{1, 2, 3, 4}));
}

TEST(LineArbiter, AnEndOfASessionIsTheNewestsOnly) {
  Desk desk;
  desk.take(packet(1, 3));
  EXPECT_EQ(desk.take(end_of_session(2)), PacketOutcome::kCopy);
  EXPECT_FALSE(desk.arbiter.has_ended());
  EXPECT_EQ(desk.take(end_of_session(4)), PacketOutcome::kEndOfSession);
  EXPECT_TRUE(desk.arbiter.has_ended());
  // The venue was started again.
  desk.take(packet(4, 1));
  EXPECT_FALSE(desk.arbiter.has_ended());
  desk.take(end_of_session(5));
  EXPECT_TRUE(desk.arbiter.has_ended());
}

TEST(LineArbiter, WaitsForTheOtherLineBeforeItAsks) {
  Desk desk;
  desk.take(packet(1, 1), 100);
  EXPECT_EQ(desk.take(packet(4, 2), 200), PacketOutcome::kHeld);
  EXPECT_EQ(desk.arbiter.gap(200 + kGapWaitNs - 1), std::nullopt);
  EXPECT_EQ(desk.arbiter.gap(200 + kGapWaitNs), (MessageRange{2, 2}));
  EXPECT_EQ(desk.take(packet(2, 1), 300), PacketOutcome::kDelivered);
  EXPECT_EQ(desk.arbiter.gap(200 + kGapWaitNs), (MessageRange{3, 1}));
  EXPECT_EQ(desk.take(packet(2, 2), 300), PacketOutcome::kDelivered);
  EXPECT_EQ(desk.arbiter.open_gap(), std::nullopt);
  EXPECT_EQ(desk.got, (Numbers{1, 2, 3, 4, 5}));
}

TEST(LineArbiter, WaitsAnewForTheNextGap) {
  Desk desk;
  desk.take(packet(2, 1), 0);
  desk.take(packet(4, 1), 10);
  desk.take(packet(1, 1), kGapWaitNs);
  EXPECT_EQ(desk.arbiter.gap(kGapWaitNs), std::nullopt);
  EXPECT_EQ(desk.arbiter.gap(2 * kGapWaitNs), (MessageRange{3, 1}));
}

TEST(LineArbiter, LearnsOfALossAtTheEndFromAHeartbeat) {
  Desk desk;
  desk.take(packet(1, 1), 0);
  EXPECT_EQ(desk.take(packet(2, 0), 5), PacketOutcome::kAlive);
  EXPECT_EQ(desk.arbiter.open_gap(), std::nullopt);
  EXPECT_EQ(desk.take(packet(4, 0), 5), PacketOutcome::kAlive);
  EXPECT_EQ(desk.arbiter.gap(5 + kGapWaitNs), (MessageRange{2, 2}));
}

TEST(LineArbiter, KnowsTheSessionsEnd) {
  Desk desk;
  desk.take(packet(1, 1));
  EXPECT_EQ(desk.take(end_of_session(3)), PacketOutcome::kEndOfSession);
  EXPECT_FALSE(desk.arbiter.has_ended());
  EXPECT_EQ(desk.arbiter.open_gap(), (MessageRange{2, 1}));
  desk.take(packet(2, 1, kIncremental | kRetransmitted));
  EXPECT_TRUE(desk.arbiter.has_ended());
}

TEST(LineArbiter, GoesOnBehindWhatIsGivenUp) {
  Desk desk;
  desk.take(packet(3, 1));
  desk.take(packet(5, 1));
  EXPECT_EQ(desk.give_up(), (MessageRange{1, 2}));
  EXPECT_EQ(desk.got, (Numbers{3}));
  EXPECT_EQ(desk.give_up(), (MessageRange{4, 1}));
  EXPECT_EQ(desk.give_up(), (MessageRange{6, 0}));
  EXPECT_EQ(desk.got, (Numbers{3, 5}));
  EXPECT_EQ(desk.arbiter.lost_messages(), 3U);
}

TEST(LineArbiter, BeginsWithWhateverComesFirstIfNotTold) {
  Desk desk({.channel_id = kChannel});
  EXPECT_EQ(desk.take(packet(9, 1)), PacketOutcome::kDelivered);
  EXPECT_EQ(desk.take(packet(8, 1)), PacketOutcome::kCopy);
  EXPECT_EQ(desk.got, (Numbers{9}));
}

TEST(LineArbiter, RefusesWhatIsNotItsOwn) {
  Desk desk;
  desk.take(packet(1, 1));
  Bytes foreign = packet(2, 1);
  const std::uint16_t epoch = kEpoch + 1;
  std::memcpy(foreign.data() + offsetof(PacketHeader, epoch), &epoch, sizeof(epoch));
  EXPECT_EQ(desk.take(foreign), PacketOutcome::kOtherEpoch);
  EXPECT_EQ(desk.arbiter.foreign_epoch(), epoch);
  EXPECT_EQ(desk.take(packet(2, 1, kIncremental, kChannel + 1)), PacketOutcome::kOtherChannel);
  EXPECT_EQ(desk.take(packet(2, 1, kSnapshot)), PacketOutcome::kNotNumbered);
  EXPECT_EQ(desk.take(packet(0, 1)), PacketOutcome::kImpossible);
  const Bytes beyond = packet_of(UINT64_MAX, std::vector<Bytes>{frame_of(Trade{})});
  EXPECT_EQ(desk.take(beyond), PacketOutcome::kImpossible);
  EXPECT_EQ(desk.arbiter.count(PacketOutcome::kImpossible), 2U);
  EXPECT_EQ(desk.got, (Numbers{1}));
}

TEST(LineArbiter, GivesNothingOfAPacketThatIsNotWhole) {
  Desk desk;
  Bytes bytes = packet(1, 3);
  const std::uint16_t encoding = 1;  // of the last frame
  const std::size_t frame = (bytes.size() - sizeof(PacketHeader)) / 3;
  std::memcpy(bytes.data() + bytes.size() - frame + offsetof(FrameHeader, encoding_type), &encoding,
              sizeof(encoding));
  EXPECT_EQ(desk.take(bytes), PacketOutcome::kBadPacket);
  bytes = packet(1, 3);
  bytes.resize(bytes.size() - 8);
  EXPECT_EQ(desk.take(bytes), PacketOutcome::kBadPacket);
  const std::uint16_t more = 500;
  bytes = packet(1, 3);
  std::memcpy(bytes.data() + offsetof(PacketHeader, msg_count), &more, sizeof(more));
  EXPECT_EQ(desk.take(bytes), PacketOutcome::kBadPacket);
  EXPECT_EQ(desk.got, Numbers{});
}

TEST(LineArbiter, HoldsNoMoreThanItMay) {
  Desk desk({.channel_id = kChannel, .first_seq = 1, .held_packets_max = 2});
  EXPECT_EQ(desk.take(packet(3, 1)), PacketOutcome::kHeld);
  EXPECT_EQ(desk.take(packet(5, 1)), PacketOutcome::kHeld);
  EXPECT_EQ(desk.take(packet(5, 2)), PacketOutcome::kHeld);
  EXPECT_EQ(desk.take(packet(9, 1)), PacketOutcome::kOverflow);
  while (desk.give_up().count != 0) {
  }
  EXPECT_EQ(desk.got, (Numbers{3, 5, 6}));
  EXPECT_EQ(desk.arbiter.next_seq(), 10U);
}

struct Arrival {
  std::uint64_t at;
  Bytes bytes;
  std::uint64_t begin;
  std::uint64_t count;
};

// A line's packets of messages 1..n by its own cuts, as they arrive: late, twice, in another order
// or not at all, and with nothing for a while.
void append_line(RandomSource& random, std::uint64_t n, std::vector<Arrival>& arrivals) {
  const std::uint64_t dark_from = random.below(n * 2);
  const std::uint64_t dark_to = dark_from + random.below(n);
  const auto loss = static_cast<std::uint32_t>(random.below(40));
  for (std::uint64_t begin = 1; begin <= n;) {
    const std::uint64_t count = std::min(n + 1 - begin, random.below(6));
    const bool lost = random.percent(loss) || (begin >= dark_from && begin < dark_to);
    for (std::uint32_t copies = lost ? 0 : 1 + (random.percent(10) ? 1U : 0U); copies > 0;
         --copies) {
      const std::uint64_t delay = random.percent(20) ? random.below(2000) : random.below(50);
      arrivals.push_back({begin * 100 + delay, packet(begin, count), begin, count});
    }
    begin += count;
  }
}

// Says what an arbiter is to have given out, and which gap it is to see, from what arrived.
struct ArrivedModel {
  explicit ArrivedModel(std::uint64_t n) : arrived(n + 2, false) {}

  void add(std::uint64_t begin, std::uint64_t count) {
    std::fill_n(arrived.begin() + static_cast<std::ptrdiff_t>(begin), count, true);
    end = std::max(end, begin + count);
    while (arrived[next]) ++next;
  }
  [[nodiscard]] std::optional<MessageRange> gap() const {
    if (next >= end) return std::nullopt;
    std::uint64_t to = next;
    while (to < end && !arrived[to]) ++to;
    return MessageRange{next, to - next};
  }

  std::vector<bool> arrived;
  std::uint64_t next = 1;
  std::uint64_t end = 1;
};

void play_two_lines(std::uint64_t seed) {
  SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", seed));
  RandomSource random(seed);
  const std::uint64_t n = 1 + random.below(60);
  std::vector<Arrival> arrivals;
  append_line(random, n, arrivals);
  append_line(random, n, arrivals);
  std::stable_sort(arrivals.begin(), arrivals.end(),
                   [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
  arrivals.push_back({n * 1000, packet(n + 1, 0), n + 1, 0});
  Desk desk({.channel_id = kChannel, .first_seq = 1, .gap_wait_ns = 300});
  ArrivedModel model(n);
  for (const Arrival& arrival : arrivals) {
    desk.take(arrival.bytes, arrival.at);
    model.add(arrival.begin, arrival.count);
    ASSERT_EQ(desk.got.size(), model.next - 1);
    ASSERT_EQ(desk.arbiter.open_gap(), model.gap());
    // Asked for, and answered more often than not: with all of it, or its first part.
    const auto gap = desk.arbiter.gap(arrival.at);
    if (!gap || random.percent(30)) continue;
    const std::uint64_t count = 1 + random.below(std::min<std::uint64_t>(gap->count, 8));
    desk.take(packet(gap->begin, count, kIncremental | kRetransmitted), arrival.at);
    model.add(gap->begin, count);
  }
  while (const auto gap = desk.arbiter.open_gap()) {
    ASSERT_EQ(gap, model.gap());
    const std::uint64_t count = std::min<std::uint64_t>(gap->count, 8);
    desk.take(packet(gap->begin, count, kIncremental | kRetransmitted), n * 2000);
    model.add(gap->begin, count);
  }
  ASSERT_EQ(desk.got.size(), n);
  for (std::uint64_t i = 0; i < n; ++i) ASSERT_EQ(desk.got[i], i + 1);
}

TEST(LineArbiter, GivesOneToNInOrderWhateverTwoLinesDo) {
  const std::uint64_t first = engine::test::number_from_environment("HOURGLASS_SEED", 1);
  for (std::uint64_t seed = first; seed < first + kSeeds; ++seed) {
    play_two_lines(seed);
    ASSERT_FALSE(HasFailure());
  }
}

TEST(LineArbiter, SurvivesAnyBytes) {
  RandomSource random(engine::test::number_from_environment("HOURGLASS_SEED", 1));
  LineArbiter arbiter({.channel_id = kChannel, .first_seq = 1, .held_packets_max = 8});
  std::uint64_t last = 0;
  const auto deliver = [&](std::uint64_t seq, const Frame&) {
    EXPECT_GT(seq, last);
    last = seq;
  };
  for (std::uint64_t round = 0; round < kSeeds * 10; ++round) {
    Bytes bytes = packet(1 + random.below(200), random.below(10));
    for (std::uint64_t flips = random.below(4); flips > 0; --flips) {
      bytes[random.below(bytes.size())] ^= std::byte{static_cast<unsigned char>(random.below(256))};
    }
    if (random.percent(20)) bytes.resize(random.below(bytes.size()));
    if (arbiter.on_packet(bytes, round, deliver) == PacketOutcome::kOverflow) {
      arbiter.give_up(round, deliver);
    }
  }
}

}  // namespace
}  // namespace hourglass::marketdata::test

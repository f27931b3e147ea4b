// BroadcastRing on one thread: gating, limits, and what a lapped reader is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/order/event.h"
#include "engine/ring/broadcast_ring.h"
#include "engine/ring/gating_consumer.h"
#include "engine/ring/slow_reader.h"

namespace hourglass::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Ring = BroadcastRing<std::uint64_t>;
using Consumer = GatingConsumer<std::uint64_t>;
using Reader = SlowReader<std::uint64_t>;

// Publishes `count` items whose value is 100 + their sequence.
void publish(Ring& ring, std::uint64_t count) {
  ASSERT_GE(ring.free_slots(count), count);
  const std::uint64_t first = ring.next_sequence();
  for (std::uint64_t i = 0; i < count; ++i) ring.store(first + i, 100 + first + i);
  ring.publish(first + count);
}

std::vector<std::uint64_t> read(Consumer& consumer, std::uint32_t max = 1000,
                                std::uint64_t limit = kNoLimit) {
  std::vector<std::uint64_t> items;
  const std::uint32_t count =
      consumer.read(max, limit, [&](std::uint64_t item) { items.push_back(item); });
  EXPECT_EQ(count, items.size());
  return items;
}

// What a slow reader got, in order: items, or a loss.
struct Polled {
  std::vector<std::uint64_t> items;
  std::vector<SequenceRange> lost;
};

Polled poll_all(Reader& reader, std::uint64_t limit = kNoLimit) {
  Polled polled;
  for (;;) {  // ends: the producer stands still
    std::uint64_t item = 0;
    switch (reader.poll(item, limit)) {
      case PollResult::kItem: polled.items.push_back(item); break;
      case PollResult::kLost: polled.lost.push_back(reader.lost()); break;
      case PollResult::kEmpty: return polled;
    }
  }
}

TEST(BroadcastRing, ShowsEveryItemToEveryConsumerInOrder) {
  Ring ring(8);
  Consumer a(ring);
  Consumer b(ring);
  publish(ring, 3);
  EXPECT_THAT(read(a), ElementsAre(100, 101, 102));
  publish(ring, 2);
  EXPECT_THAT(read(a), ElementsAre(103, 104));
  EXPECT_THAT(read(b), ElementsAre(100, 101, 102, 103, 104));
  EXPECT_THAT(read(b), IsEmpty());
}

TEST(BroadcastRing, ShowsNothingOfACommandBeforeItIsPublishedWhole) {
  Ring ring(8);
  Consumer consumer(ring);
  Reader reader(ring);
  ring.store(0, 100);
  ring.store(1, 101);
  EXPECT_THAT(read(consumer), IsEmpty());
  EXPECT_THAT(poll_all(reader).items, IsEmpty());
  ring.publish(2);
  EXPECT_THAT(read(consumer), ElementsAre(100, 101));
  EXPECT_THAT(poll_all(reader).items, ElementsAre(100, 101));
}

TEST(BroadcastRing, WaitsForTheSlowestGatingConsumer) {
  Ring ring(4);
  Consumer fast(ring);
  Consumer slow(ring);
  publish(ring, 4);
  EXPECT_EQ(ring.free_slots(1), 0U);
  EXPECT_EQ(read(fast).size(), 4U);
  EXPECT_EQ(ring.free_slots(1), 0U);
  EXPECT_EQ(read(slow, 1).size(), 1U);
  EXPECT_EQ(ring.free_slots(1), 1U);
  publish(ring, 1);
  EXPECT_EQ(ring.free_slots(1), 0U);
  EXPECT_THAT(read(slow), ElementsAre(101, 102, 103, 104));
  EXPECT_EQ(ring.free_slots(4), 3U) << "the fast one has not read the fifth";
  EXPECT_THAT(read(fast), ElementsAre(104));
  EXPECT_EQ(ring.free_slots(4), 4U);
}

TEST(BroadcastRing, LooksAtConsumersOnlyWhenShortOfSlots) {
  Ring ring(4);
  Consumer consumer(ring);
  publish(ring, 2);
  EXPECT_EQ(read(consumer).size(), 2U);
  EXPECT_EQ(ring.free_slots(2), 2U) << "a true lower bound, from before the consumer read";
  EXPECT_EQ(ring.free_slots(3), 4U);
}

TEST(BroadcastRing, NeverWaitsWithoutGatingConsumers) {
  Ring ring(4);
  Reader reader(ring);
  for (std::uint32_t i = 0; i < 10; ++i) publish(ring, 4);
  EXPECT_EQ(ring.published(), 40U);
}

TEST(BroadcastRing, ADetachedConsumerHoldsNobodyBack) {
  Ring ring(4);
  Consumer stays(ring);
  Consumer leaves(ring);
  publish(ring, 4);
  EXPECT_EQ(read(stays).size(), 4U);
  leaves.detach();
  EXPECT_EQ(ring.free_slots(4), 4U);
  EXPECT_EQ(leaves.available(10), 0U);
  publish(ring, 1);
  EXPECT_EQ(ring.free_slots(4), 3U);
}

TEST(GatingConsumer, StopsAtTheWatermark) {
  Ring ring(8);
  Consumer consumer(ring);
  Cursor durable;
  publish(ring, 5);
  EXPECT_THAT(read(consumer, 1000, durable.get()), IsEmpty());
  durable.set(3);
  EXPECT_THAT(read(consumer, 2, durable.get()), ElementsAre(100, 101));
  EXPECT_THAT(read(consumer, 1000, durable.get()), ElementsAre(102));
  EXPECT_THAT(read(consumer, 1000, durable.get()), IsEmpty());
  durable.set(1);
  EXPECT_THAT(read(consumer, 1000, durable.get()), IsEmpty()) << "a limit behind it is no room";
  durable.set(100);
  EXPECT_THAT(read(consumer, 1000, durable.get()), ElementsAre(103, 104));
}

TEST(GatingConsumer, StaysBehindAnotherConsumer) {
  Ring ring(8);
  Consumer first(ring);
  Consumer second(ring);
  publish(ring, 5);
  EXPECT_THAT(read(second, 1000, first.place().get()), IsEmpty());
  EXPECT_EQ(read(first, 2).size(), 2U);
  EXPECT_THAT(read(second, 1000, first.place().get()), ElementsAre(100, 101));
}

TEST(GatingConsumer, LeavesTheItemItsHandleRefuses) {
  Ring ring(8);
  Consumer consumer(ring);
  publish(ring, 5);
  std::vector<std::uint64_t> taken;
  const auto below_103 = [&](std::uint64_t item) {
    if (item >= 103) return false;
    taken.push_back(item);
    return true;
  };
  EXPECT_EQ(consumer.read(1000, kNoLimit, below_103), 3U);
  EXPECT_THAT(taken, ElementsAre(100, 101, 102));
  EXPECT_EQ(consumer.next_sequence(), 3U);
  EXPECT_EQ(consumer.read(1000, kNoLimit, below_103), 0U);
  EXPECT_THAT(read(consumer), ElementsAre(103, 104));
}

TEST(GatingConsumer, LooksAheadWithoutTaking) {
  Ring ring(4);
  Consumer consumer(ring);
  publish(ring, 4);
  EXPECT_EQ(consumer.available(3), 3U);
  EXPECT_EQ(consumer.peek(2), 102U);
  EXPECT_EQ(ring.free_slots(1), 0U);
  consumer.release(2);
  EXPECT_EQ(consumer.peek(0), 102U);
  EXPECT_EQ(ring.free_slots(1), 2U);
}

TEST(SlowReader, IsToldExactlyWhatItLost) {
  Ring ring(8);
  Reader reader(ring);
  publish(ring, 3);
  std::uint64_t item = 0;
  ASSERT_EQ(reader.poll(item), PollResult::kItem);
  EXPECT_EQ(item, 100U);
  for (std::uint32_t i = 0; i < 9; ++i) publish(ring, 3);
  // 30 are published; it comes back in the middle of the eight slots, at 26.
  const Polled polled = poll_all(reader);
  EXPECT_THAT(polled.lost, ElementsAre(SequenceRange{1, 26}));
  EXPECT_THAT(polled.items, ElementsAre(126, 127, 128, 129));
}

TEST(SlowReader, LosesNothingWhileItIsLessThanARingBehind) {
  Ring ring(8);
  Reader reader(ring);
  for (std::uint32_t round = 0; round < 5; ++round) {
    publish(ring, 8);
    const Polled polled = poll_all(reader);
    EXPECT_THAT(polled.lost, IsEmpty());
    EXPECT_EQ(polled.items.size(), 8U);
  }
}

TEST(SlowReader, LosesTheOldestOnceItsSlotIsBeingWritten) {
  Ring ring(8);
  Reader reader(ring);
  publish(ring, 8);
  ASSERT_EQ(ring.free_slots(1), 8U);
  ring.store(8, 108);  // begun, not published
  const Polled polled = poll_all(reader);
  EXPECT_THAT(polled.lost, ElementsAre(SequenceRange{0, 5}));
  EXPECT_THAT(polled.items, ElementsAre(105, 106, 107));
}

TEST(SlowReader, StopsAtTheWatermark) {
  Ring ring(8);
  Reader reader(ring);
  publish(ring, 4);
  EXPECT_THAT(poll_all(reader, 0).items, IsEmpty());
  EXPECT_THAT(poll_all(reader, 3).items, ElementsAre(100, 101, 102));
  EXPECT_THAT(poll_all(reader).items, ElementsAre(103));
}

TEST(SlowReader, StartsAtWhatIsPublishedNext) {
  Ring ring(8);
  publish(ring, 3);
  Reader reader(ring);
  publish(ring, 1);
  EXPECT_THAT(poll_all(reader).items, ElementsAre(103));
}

TEST(SlowReader, IsToldThatWhatPrecedesTheRingIsNotInIt) {
  Ring ring(8, 1000);
  Reader reader(ring, 997);
  publish(ring, 2);
  const Polled polled = poll_all(reader);
  EXPECT_THAT(polled.lost, ElementsAre(SequenceRange{997, 1000}));
  EXPECT_THAT(polled.items, ElementsAre(1100, 1101));
}

TEST(BroadcastRing, CarriesOnFromASequenceAfterARestart) {
  Ring ring(4, 1'000'001);
  Consumer consumer(ring);
  EXPECT_EQ(ring.next_sequence(), 1'000'001U);
  EXPECT_EQ(ring.free_slots(4), 4U);
  publish(ring, 4);
  EXPECT_EQ(ring.free_slots(1), 0U);
  EXPECT_THAT(read(consumer), ElementsAre(1'000'101, 1'000'102, 1'000'103, 1'000'104));
}

TEST(BroadcastRing, CopiesOnlyTheBytesOfTheEventsKind) {
  BroadcastRing<Event> ring(2);
  GatingConsumer<Event> consumer(ring);
  Event event{};
  event.bytes.fill(std::byte{0xAB});
  ring.store(0, event, 64);
  ring.store(1, event, 128);
  ring.publish(2);
  ASSERT_EQ(consumer.available(2), 2U);
  Event short_event{};
  std::fill_n(short_event.bytes.begin(), 64, std::byte{0xAB});
  EXPECT_EQ(consumer.peek(0).bytes, short_event.bytes);
  EXPECT_EQ(consumer.peek(1).bytes, event.bytes);
}

TEST(BroadcastRing, LetsTheProducerWriteInPlaceWhereNoReaderMayLag) {
  BroadcastRing<std::uint64_t, SlowReaders::kForbidden> ring(2);
  GatingConsumer<std::uint64_t, SlowReaders::kForbidden> consumer(ring);
  ASSERT_EQ(ring.free_slots(1), 2U);
  ring.slot(0) = 42;
  ring.publish(1);
  ASSERT_EQ(consumer.available(1), 1U);
  EXPECT_EQ(consumer.peek(0), 42U);
}

template <class R>
concept WritesInPlace = requires(R ring) {
  ring.slot(0);
};
static_assert(!WritesInPlace<Ring>, "a slow reader would read a plain write: a data race");

TEST(BroadcastRingDeathTest, RefusesToOverwriteWhatAConsumerHasNotReleased) {
  Ring ring(2);
  Consumer consumer(ring);
  publish(ring, 2);
  EXPECT_DEATH(ring.store(2, 102), "sequence - slowest_seen_ < capacity");
}

TEST(BroadcastRingDeathTest, RefusesAConsumerThatComesTooLateOrIsOneTooMany) {
  Ring ring(2);
  std::vector<std::unique_ptr<Consumer>> consumers;
  for (std::uint32_t i = 0; i < kMaxGatingConsumers; ++i) {
    consumers.push_back(std::make_unique<Consumer>(ring));
  }
  EXPECT_DEATH(Consumer{ring}, "consumer_count_ < kMaxGatingConsumers");
  Ring started(2);
  publish(started, 1);
  EXPECT_DEATH(Consumer{started}, "next_ == ring.slowest_seen_");
}

}  // namespace
}  // namespace hourglass::engine

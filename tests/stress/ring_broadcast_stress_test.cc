// BroadcastRing under threads: gating consumers see everything, slow readers everything but what
// they are told they lost, and no item is ever a mixture of two.
#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <boost/lockfree/spsc_queue.hpp>
#include <cstdint>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>

#include "engine/order/event.h"
#include "engine/ring/broadcast_ring.h"
#include "engine/ring/cursor.h"
#include "engine/ring/gating_consumer.h"
#include "engine/ring/slow_reader.h"

namespace hourglass::engine {
namespace {

constexpr std::uint64_t kEvents = 150'000;

// Every third event has the long size class.
std::uint32_t bytes_of(std::uint64_t sequence) {
  return sequence % 3 == 0 ? 128 : 64;
}

// An event all of whose words follow from its sequence.
Event event_of(std::uint64_t sequence) {
  Event event{};
  for (std::uint32_t i = 0; i < bytes_of(sequence) / 8; ++i) {
    const std::uint64_t word = sequence * 16 + i;
    std::memcpy(event.bytes.data() + i * 8, &word, 8);
  }
  return event;
}

// Whether the bytes that count are those of `sequence`.
bool is_event_of(const Event& event, std::uint64_t sequence) {
  return std::memcmp(event.bytes.data(), event_of(sequence).bytes.data(), bytes_of(sequence)) == 0;
}

// Publishes kEvents in commands of one to seven events.
void produce(BroadcastRing<Event>& ring) {
  for (std::uint64_t next = 0; next < kEvents;) {
    const std::uint64_t burst = std::min<std::uint64_t>(1 + next % 7, kEvents - next);
    while (ring.free_slots(burst) < burst) ::sched_yield();
    for (std::uint64_t i = 0; i < burst; ++i) {
      ring.store(next + i, event_of(next + i), bytes_of(next + i));
    }
    next += burst;
    ring.publish(next);
    if (next % 64 < 7) ::sched_yield();  // on one core the readers need a turn
  }
}

TEST(BroadcastRingStress, ShowsEveryGatingConsumerEveryEvent) {
  BroadcastRing<Event> ring(16);
  GatingConsumer<Event> a(ring);
  GatingConsumer<Event> b(ring);
  std::array<std::uint64_t, 2> wrong{};
  const auto consume = [&](GatingConsumer<Event>& consumer, std::uint64_t& wrong_count) {
    for (std::uint64_t next = 0; next < kEvents;) {
      const std::uint32_t count = consumer.read(8, kNoLimit, [&](const Event& event) {
        if (!is_event_of(event, next++)) ++wrong_count;
      });
      if (count == 0) ::sched_yield();
    }
  };
  std::thread thread_a(consume, std::ref(a), std::ref(wrong[0]));
  std::thread thread_b(consume, std::ref(b), std::ref(wrong[1]));
  produce(ring);
  thread_a.join();
  thread_b.join();
  EXPECT_EQ(wrong, (std::array<std::uint64_t, 2>{0, 0}));
}

TEST(BroadcastRingStress, SlowReadersGetOrLoseEachEventOnceAndNeverAMixture) {
  BroadcastRing<Event> ring(16);
  struct Outcome {
    std::uint64_t read = 0;
    std::uint64_t lost = 0;
    std::uint64_t wrong = 0;
  };
  std::array<Outcome, 2> outcomes;
  const auto follow = [&](Outcome& outcome) {
    SlowReader<Event> reader(ring, 0);
    Event event;
    for (std::uint64_t next = 0; next < kEvents;) {
      switch (reader.poll(event)) {
        case PollResult::kItem:
          if (!is_event_of(event, next)) ++outcome.wrong;
          ++next;
          ++outcome.read;
          break;
        case PollResult::kLost:
          if (reader.lost().first != next || reader.lost().end <= next) ++outcome.wrong;
          next = reader.lost().end;
          outcome.lost += reader.lost().count();
          break;
        case PollResult::kEmpty: ::sched_yield(); break;
      }
    }
  };
  std::thread thread_a(follow, std::ref(outcomes[0]));
  std::thread thread_b(follow, std::ref(outcomes[1]));
  produce(ring);
  thread_a.join();
  thread_b.join();
  for (const Outcome& outcome : outcomes) {
    EXPECT_EQ(outcome.wrong, 0U);
    EXPECT_EQ(outcome.read + outcome.lost, kEvents);
    EXPECT_GT(outcome.read, 0U);
  }
}

TEST(BroadcastRingStress, NoConsumerPassesTheDurableWatermark) {
  BroadcastRing<Event> ring(64);
  GatingConsumer<Event> journal(ring);
  GatingConsumer<Event> reports(ring);
  Cursor durable;
  std::uint64_t wrong = 0;
  std::thread writer([&] {
    while (journal.next_sequence() < kEvents) {
      if (journal.read(32, kNoLimit, [](const Event&) {}) == 0) ::sched_yield();
      durable.set(journal.next_sequence());
    }
  });
  std::thread reporter([&] {
    for (std::uint64_t next = 0; next < kEvents;) {
      const std::uint64_t limit = durable.get();
      const std::uint32_t count = reports.read(32, limit, [&](const Event& event) {
        if (next >= limit || !is_event_of(event, next)) ++wrong;
        ++next;
      });
      if (count == 0) ::sched_yield();
    }
  });
  produce(ring);
  writer.join();
  reporter.join();
  EXPECT_EQ(wrong, 0U);
}

TEST(BroadcastRingStress, DeliversWhatBoostsSpscQueueDelivers) {
  BroadcastRing<Event> ring(16);
  GatingConsumer<Event> consumer(ring);
  boost::lockfree::spsc_queue<Event, boost::lockfree::capacity<16>> oracle;
  std::thread producer([&] {
    for (std::uint64_t next = 0; next < kEvents; ++next) {
      const Event event = event_of(next);
      while (ring.free_slots(1) < 1) ::sched_yield();
      ring.store(next, event);
      ring.publish(next + 1);
      while (!oracle.push(event)) ::sched_yield();
    }
  });
  std::uint64_t different = 0;
  for (std::uint64_t next = 0; next < kEvents;) {
    Event expected;
    if (!oracle.pop(expected)) {
      ::sched_yield();
      continue;
    }
    // The producer publishes to the ring first, so what the oracle has the ring has.
    const std::uint32_t count = consumer.read(1, kNoLimit, [&](const Event& event) {
      if (event.bytes != expected.bytes) ++different;
    });
    if (count != 1) ++different;
    ++next;
  }
  producer.join();
  EXPECT_EQ(different, 0U);
}

}  // namespace
}  // namespace hourglass::engine

// MpscRing under threads, beside Boost.Lockfree and moodycamel fed with the same items: each queue
// must deliver every producer's items in that producer's order, none lost, none twice.
#include <gtest/gtest.h>
#include <sched.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "engine/ring/mpsc_ring.h"

// Not under the thread sanitizer: it does not follow the fences moodycamel's queue is ordered by,
// and reports Boost's free list, which reads an index another thread writes and then finds it
// stale.
#ifndef __SANITIZE_THREAD__
#include <concurrentqueue/concurrentqueue.h>

#include <boost/lockfree/queue.hpp>
#endif

namespace hourglass::engine {
namespace {

constexpr std::uint32_t kProducers = 3;
constexpr std::uint32_t kItemsPerProducer = 50'000;
constexpr std::uint32_t kCapacity = 64;  // small, so that the ring is full most of the time

// 64 bytes that depend on each other, so that a torn item shows.
struct Item {
  std::uint64_t producer = 0;
  std::uint64_t number = 0;
  std::array<std::uint64_t, 6> filler{};

  static Item of(std::uint64_t producer, std::uint64_t number) {
    Item item{producer, number, {}};
    item.filler.fill(producer * 1'000'003 + number * 7);
    return item;
  }
  bool operator==(const Item&) const = default;
};

// The three queues behind one pair of functions.
struct OurRing {
  MpscRing<Item> ring{kCapacity};
  bool push(const Item& item) { return ring.try_push(item) == PushResult::kPushed; }
  std::uint32_t pop(const std::function<void(const Item&)>& handle) {
    return ring.drain(16, handle);
  }
};
#ifndef __SANITIZE_THREAD__
struct BoostQueue {
  boost::lockfree::queue<Item, boost::lockfree::capacity<kCapacity>> queue;
  bool push(const Item& item) { return queue.bounded_push(item); }
  std::uint32_t pop(const std::function<void(const Item&)>& handle) {
    return queue.consume_one(handle) ? 1 : 0;
  }
};
struct MoodycamelQueue {
  moodycamel::ConcurrentQueue<Item> queue{kCapacity};
  bool push(const Item& item) { return queue.enqueue(item); }
  std::uint32_t pop(const std::function<void(const Item&)>& handle) {
    Item item;
    if (!queue.try_dequeue(item)) return 0;
    handle(item);
    return 1;
  }
};
#endif

std::uint64_t seed() {
  const char* text = std::getenv("HOURGLASS_SEED");
  const std::uint64_t value = text != nullptr ? std::strtoull(text, nullptr, 10) : 20261123;
  ::testing::Test::RecordProperty("seed", std::to_string(value));
  return value;
}

// Each producer's items as they came out, after all were pushed by threads of their own. Producers
// make pauses drawn from `seed`, so that another seed is another mixture.
template <class Queue>
std::array<std::vector<Item>, kProducers> deliver(std::uint64_t seed) {
  Queue queue;
  std::vector<std::thread> producers;
  for (std::uint32_t producer = 0; producer < kProducers; ++producer) {
    producers.emplace_back([&queue, producer, seed] {
      std::mt19937_64 random(seed + producer);
      for (std::uint32_t number = 0; number < kItemsPerProducer; ++number) {
        while (!queue.push(Item::of(producer, number))) ::sched_yield();
        if (random() % 97 == 0) ::sched_yield();
      }
    });
  }
  std::array<std::vector<Item>, kProducers> delivered;
  std::uint32_t received = 0;
  const auto take = [&](const Item& item) { delivered.at(item.producer).push_back(item); };
  while (received < kProducers * kItemsPerProducer) {
    const std::uint32_t count = queue.pop(take);
    received += count;
    if (count == 0) ::sched_yield();
  }
  for (std::thread& thread : producers) thread.join();
  received += queue.pop(take);
  EXPECT_EQ(received, kProducers * kItemsPerProducer) << "an item came twice";
  return delivered;
}

TEST(MpscRingStress, DeliversWhatBoostAndMoodycamelDeliver) {
  const std::uint64_t with = seed();
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(with));
  std::array<std::vector<Item>, kProducers> expected;
  for (std::uint32_t producer = 0; producer < kProducers; ++producer) {
    for (std::uint32_t number = 0; number < kItemsPerProducer; ++number) {
      expected[producer].push_back(Item::of(producer, number));
    }
  }
  EXPECT_TRUE(deliver<OurRing>(with) == expected);
#ifndef __SANITIZE_THREAD__
  EXPECT_TRUE(deliver<BoostQueue>(with) == expected);
  EXPECT_TRUE(deliver<MoodycamelQueue>(with) == expected);
#endif
}

TEST(MpscRingStress, KeepsOrderOnTheSmallestRing) {
  MpscRing<Item> ring(2);
  constexpr std::uint32_t kItems = 5'000;
  std::vector<std::thread> producers;
  for (std::uint32_t producer = 0; producer < 2; ++producer) {
    producers.emplace_back([&ring, producer] {
      for (std::uint32_t number = 0; number < kItems; ++number) {
        while (ring.try_push(Item::of(producer, number)) != PushResult::kPushed) ::sched_yield();
      }
    });
  }
  std::array<std::uint64_t, 2> next{};
  std::uint32_t out_of_place = 0;
  for (std::uint32_t received = 0; received < 2 * kItems;) {
    const std::uint32_t count = ring.drain(1, [&](const Item& item) {
      if (item != Item::of(item.producer, next.at(item.producer)++)) ++out_of_place;
    });
    received += count;
    if (count == 0) ::sched_yield();
  }
  for (std::thread& thread : producers) thread.join();
  EXPECT_EQ(out_of_place, 0U);
  EXPECT_EQ(ring.backlog(), 0U);
}

TEST(MpscRingStress, DeliversExactlyWhatWasPushedBeforeTheClose) {
  for (std::uint32_t round = 0; round < 50; ++round) {
    MpscRing<Item> ring(1024);
    std::array<std::uint64_t, kProducers> pushed{};
    std::vector<std::thread> producers;
    for (std::uint32_t producer = 0; producer < kProducers; ++producer) {
      producers.emplace_back([&ring, &pushed, producer] {
        std::uint64_t number = 0;
        for (;;) {  // ends: the ring is closed
          const PushResult result = ring.try_push(Item::of(producer, number));
          if (result == PushResult::kClosed) break;
          if (result == PushResult::kPushed) ++number;
          if (result == PushResult::kFull) ::sched_yield();
        }
        pushed[producer] = number;
      });
    }
    std::array<std::uint64_t, kProducers> received{};
    std::uint32_t looks = 0;
    while (!ring.is_drained()) {
      if (++looks == 20) ring.close();
      if (ring.drain(64, [&](const Item& item) { ++received.at(item.producer); }) == 0) {
        ::sched_yield();
      }
    }
    for (std::thread& thread : producers) thread.join();
    EXPECT_EQ(received, pushed) << "round " << round;
  }
}

}  // namespace
}  // namespace hourglass::engine

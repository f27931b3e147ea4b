// The rings' own code through the orders of its steps, up to a number of interruptions each test
// names: two slots, three events or a few more.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "engine/ring/broadcast_ring.h"
#include "engine/ring/gating_consumer.h"
#include "engine/ring/mpsc_ring.h"
#include "engine/ring/slow_reader.h"
#include "tests/unit/interleavings.h"

namespace hourglass::engine {
namespace {

// Two words that must be seen together; written and read with a step in between.
struct Pair {
  std::uint64_t value = 0;
  std::uint64_t complement = 0;

  Pair() = default;
  explicit Pair(std::uint64_t of) : value(of), complement(~of) {}
  Pair(const Pair&) = default;
  Pair& operator=(const Pair& other) noexcept {
    Interleavings::step();
    value = other.value;
    Interleavings::step();
    complement = other.complement;
    return *this;
  }

  // The value, or nothing when the words do not belong together.
  [[nodiscard]] std::optional<std::uint64_t> read() const {
    Interleavings::step();
    const std::uint64_t seen = value;
    Interleavings::step();
    return seen == ~complement ? std::optional(seen) : std::nullopt;
  }
};

struct MpscRun {
  MpscRing<Pair, SteppedAtomics> ring{2};
  std::vector<std::vector<std::uint64_t>> pushed{2};
  std::vector<std::uint64_t> received;
  std::uint32_t full_count = 0;
  std::uint32_t closed_count = 0;
  bool torn = false;

  void push(std::uint32_t producer, std::uint64_t value) {
    switch (ring.try_push(Pair(value))) {
      case PushResult::kPushed: pushed[producer].push_back(value); break;
      case PushResult::kFull: ++full_count; break;
      case PushResult::kClosed: ++closed_count; break;
    }
  }
  void drain(std::uint32_t max) {
    ring.drain(max, [this](const Pair& pair) {
      const std::optional<std::uint64_t> value = pair.read();
      if (!value.has_value()) torn = true;
      received.push_back(value.value_or(0));
    });
  }
  // Whether what came out is what went in, by producer (the tens) in its order.
  bool delivered_all() {
    drain(2);
    std::vector<std::vector<std::uint64_t>> by_producer(2);
    for (const std::uint64_t value : received) {
      if (value < 10 || value >= 30) return false;
      by_producer[value / 10 - 1].push_back(value);
    }
    return !torn && by_producer == pushed && ring.backlog() == 0;
  }
};

// Two producers push two and one events into two slots while the consumer drains twice.
TEST(RingInterleavings, MpscRingLosesDoublesAndTearsNothing) {
  std::optional<MpscRun> run;
  bool right = true;
  bool was_full = false;
  const auto set_up = [&]() -> std::vector<Interleavings::Body> {
    run.emplace();
    return {[&] { run->push(0, 10), run->push(0, 11); }, [&] { run->push(1, 20); },
            [&] { run->drain(1), run->drain(2); }};
  };
  const auto check = [&] {
    was_full = was_full || run->full_count != 0;
    return right = run->delivered_all();
  };
  const std::uint64_t schedules = Interleavings::run_all(3, set_up, check);
  EXPECT_TRUE(right) << "in schedule " << schedules;
  ::testing::Test::RecordProperty("schedules", std::to_string(schedules));
  EXPECT_GT(schedules, 10'000U);
  EXPECT_TRUE(was_full) << "the case of a full ring was among them";
}

// Every order, not only those with few interruptions: two producers, one event each.
TEST(RingInterleavings, MpscRingIsNeverFullWithASlotForEach) {
  std::optional<MpscRun> run;
  bool right = true;
  const auto set_up = [&]() -> std::vector<Interleavings::Body> {
    run.emplace();
    return {[&] { run->push(0, 10); }, [&] { run->push(1, 20); }};
  };
  const auto check = [&] { return right = run->full_count == 0 && run->delivered_all(); };
  const std::uint64_t schedules = Interleavings::run_all(1000, set_up, check);
  EXPECT_TRUE(right) << "in schedule " << schedules;
  ::testing::Test::RecordProperty("schedules", std::to_string(schedules));
  EXPECT_GT(schedules, 900U);
}

// A producer interrupted after it read the head finds, when it goes on, a tail beyond that head.
// The other thread takes each item it pushes, so there is always a slot: it must not be told
// "full".
TEST(RingInterleavings, MpscRingIsNotFullForAProducerWithAnOldHead) {
  std::optional<MpscRun> run;
  bool right = true;
  const auto set_up = [&]() -> std::vector<Interleavings::Body> {
    run.emplace();
    return {[&] { run->push(0, 10); },
            [&] {
              for (const std::uint64_t value : {20U, 21U, 22U}) {
                run->push(1, value);
                run->drain(2);
              }
            }};
  };
  const auto check = [&] { return right = run->pushed[0].size() == 1 && run->delivered_all(); };
  const std::uint64_t schedules = Interleavings::run_all(2, set_up, check);
  EXPECT_TRUE(right) << "in schedule " << schedules;
  ::testing::Test::RecordProperty("schedules", std::to_string(schedules));
}

TEST(RingInterleavings, MpscRingDeliversWhatWasClaimedBeforeTheClose) {
  std::optional<MpscRun> run;
  bool right = true;
  bool was_closed = false;
  bool drained_early = false;
  const auto set_up = [&]() -> std::vector<Interleavings::Body> {
    run.emplace();
    return {[&] { run->push(0, 10), run->push(0, 11); },
            [&] {
              run->ring.close();
              run->drain(2);
              // Drained means that nothing will come any more.
              if (run->ring.is_drained()) {
                run->drain(2);
                drained_early = drained_early || run->pushed[0].size() > run->received.size();
              }
            }};
  };
  const auto check = [&] {
    was_closed = was_closed || run->closed_count != 0;
    return right = !drained_early && run->delivered_all() && run->ring.is_drained();
  };
  const std::uint64_t schedules = Interleavings::run_all(6, set_up, check);
  EXPECT_TRUE(right) << "in schedule " << schedules;
  ::testing::Test::RecordProperty("schedules", std::to_string(schedules));
  EXPECT_TRUE(was_closed);
}

using Words = std::array<std::uint64_t, 2>;
using WordsRing = BroadcastRing<Words, SlowReaders::kAllowed, SteppedAtomics>;

// Publishes `bursts` of events {sequence, ~sequence} where there is room, each burst at once.
void produce(WordsRing& ring, std::initializer_list<std::uint64_t> bursts) {
  for (const std::uint64_t burst : bursts) {
    if (ring.free_slots(burst) < burst) continue;
    const std::uint64_t first = ring.next_sequence();
    for (std::uint64_t i = first; i < first + burst; ++i) ring.store(i, Words{i, ~i});
    ring.publish(first + burst);
  }
}

TEST(RingInterleavings, SlowReaderGetsOrLosesEachEventOnceAndNeverAMixture) {
  struct Run {
    WordsRing ring{2};
    SlowReader<Words, SteppedAtomics> reader{ring, 0};
    std::uint64_t next = 0;
    bool right = true;
    bool lost = false;

    void poll() {
      Words words{};
      switch (reader.poll(words)) {
        case PollResult::kItem:
          right = right && words == Words{next, ~next};
          ++next;
          break;
        case PollResult::kLost:
          right = right && reader.lost().first == next && reader.lost().end > next;
          next = reader.lost().end;
          lost = true;
          break;
        case PollResult::kEmpty: break;
      }
    }
  };
  std::optional<Run> run;
  bool right = true;
  std::uint64_t runs_with_loss = 0;
  const auto set_up = [&]() -> std::vector<Interleavings::Body> {
    run.emplace();
    return {[&] { produce(run->ring, {1, 1, 1, 2}); }, [&] { run->poll(), run->poll(); }};
  };
  const auto check = [&] {
    for (std::uint32_t i = 0; i < 5; ++i) run->poll();
    runs_with_loss += run->lost ? 1U : 0U;
    return right = run->right && run->next == 5;
  };
  const std::uint64_t schedules = Interleavings::run_all(5, set_up, check);
  EXPECT_TRUE(right) << "in schedule " << schedules;
  ::testing::Test::RecordProperty("schedules", std::to_string(schedules));
  EXPECT_GT(runs_with_loss, 0U);
}

TEST(RingInterleavings, GatingConsumerReadsEachCommandWholeAndHoldsTheProducerBack) {
  struct Run {
    WordsRing ring{2};
    GatingConsumer<Words, SlowReaders::kAllowed, SteppedAtomics> consumer{ring};
    std::uint64_t next = 0;
    bool right = true;

    std::uint32_t read() {
      return consumer.read(2, kNoLimit, [this](const Words& words) {
        Interleavings::step();
        const std::uint64_t first = words[0];
        Interleavings::step();
        right = right && first == next && words[1] == ~next;
        ++next;
      });
    }
  };
  std::optional<Run> run;
  bool right = true;
  bool was_held_back = false;
  const auto set_up = [&]() -> std::vector<Interleavings::Body> {
    run.emplace();
    return {[&] {
              produce(run->ring, {2, 1, 2, 1});
            },
            [&] {
              // The first command has two events: none or both are seen.
              if (run->read() == 1 && run->next == 1) run->right = false;
              run->read();
            }};
  };
  const auto check = [&] {
    run->read();
    was_held_back = was_held_back || run->next < 6;
    return right = run->right && run->next == run->ring.published();
  };
  const std::uint64_t schedules = Interleavings::run_all(5, set_up, check);
  EXPECT_TRUE(right) << "in schedule " << schedules;
  ::testing::Test::RecordProperty("schedules", std::to_string(schedules));
  EXPECT_TRUE(was_held_back);
}

}  // namespace
}  // namespace hourglass::engine

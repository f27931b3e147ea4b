// The agent between a venue's rings and its groups: what is durable, all of it, once, in order,
// also where the ring went over it.
#include "gateway/daemon/feed_agent.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/sequencer/clock.h"
#include "marketdata/feed/multicast_receiver.h"
#include "tests/feed/own_group.h"
#include "tests/feed/publish_desk.h"
#include "tests/support/journal_workload.h"
#include "tests/support/simulated_device.h"

namespace hourglass::gateway {
namespace {

using engine::Event;
using engine::EventStore;
using engine::SequenceNumber;
using marketdata::publish_test::Commands;

constexpr std::uint16_t kPort = 31100;
// Less than twice what one command may make: laps come soon.
constexpr engine::RingSizes kSmall{.ingress = 64, .commands = 64, .events = 4096};
constexpr std::uint64_t kPatienceNs = 60'000'000'000;

// A venue's rings, store and feed, moved by hand.
class Stand {
 public:
  explicit Stand(bool with_store) {
    FeedSettings settings;
    settings.lines = {{.group = marketdata::own_group(6), .base_port = kPort}};
    auto agent = FeedAgent::open(settings);
    EXPECT_TRUE(agent.ok()) << agent.status();
    agent_ = *std::move(agent);
    agent_->set_journal(uuid_);
    auto store = EventStore::open(device_, uuid_);
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    FeedAgent::OpenStore open_store;
    if (with_store) open_store = [this] { return EventStore::open_to_read(device_, uuid_); };
    agent_->attach(rings_, open_store);
  }

  [[nodiscard]] bool has_room() { return rings_.events.free_slots(kRoom) >= kRoom; }

  void apply(const std::vector<Event>& events) {
    ASSERT_TRUE(has_room());
    for (const Event& event : events) {
      rings_.events.store(next_event_++, event, engine::event_bytes(event.header().kind));
      const std::span bytes(event.bytes);
      EXPECT_TRUE(store_->append(bytes.first(engine::event_bytes(event.header().kind))).ok());
    }
    rings_.events.publish(next_event_);
    ++applied_;
  }
  void make_durable() { rings_.durable.set(applied_ + 1); }
  void flush_store() { EXPECT_TRUE(store_->flush().ok()); }

  // One round of the agent, and what came of it on the order channel.
  void round() {
    agent_->do_work();
    std::array<std::byte, 2048> buffer;
    marketdata::SenderAddress sender;
    while (const auto packet = receiver_.receive(buffer, sender)) {
      marketdata::PacketReader reader(*packet);
      std::uint64_t sequence = reader.header().seq_num;
      while (const auto frame = reader.next()) received_.push_back(sequence++);
      EXPECT_EQ(reader.fault(), marketdata::PacketFault::kNone);
    }
  }
  [[nodiscard]] const std::vector<std::uint64_t>& received() const { return received_; }
  [[nodiscard]] const FeedCounters& counters() const { return agent_->counters(); }

 private:
  static constexpr std::uint64_t kRoom = engine::kMaxEventsPerApply;

  engine::SimulatedDevice device_;
  engine::JournalUuid uuid_ = engine::kTestUuid;
  engine::PipelineRings rings_{kSmall, SequenceNumber(1)};
  std::unique_ptr<EventStore> store_;
  marketdata::MulticastReceiver receiver_{marketdata::own_group(6), kPort};
  std::unique_ptr<FeedAgent> agent_;
  std::uint64_t next_event_ = 0;
  std::uint64_t applied_ = 0;
  std::vector<std::uint64_t> received_;
};

std::uint64_t last_feed_sequence(const std::vector<Event>& events, std::uint64_t before) {
  for (const Event& event : events) before = std::max(before, event.header().feed_sequence);
  return before;
}

// Numbers 1 to `last`, each once.
void expect_all(const std::vector<std::uint64_t>& received, std::uint64_t last) {
  ASSERT_EQ(received.size(), last);
  for (std::uint64_t i = 0; i < last; ++i) ASSERT_EQ(received[i], i + 1);
}

Commands some_commands(std::uint64_t seed, std::uint32_t steps) {
  return marketdata::publish_test::events_of(
      engine::test::random_stream(engine::test::Profile::kCrossing, seed, steps));
}

TEST(FeedAgent, TakesFromTheStoreWhatTheRingWentOverAndTellsEachOnceInOrder) {
  const std::uint64_t first_seed = engine::test::number_from_environment("HOURGLASS_SEED", 1);
  std::uint64_t lost_sight = 0;
  std::uint64_t caught_up = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + 4; ++seed) {
    SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", seed));
    engine::test::RandomSource random(seed);
    Stand stand(true);
    std::uint64_t last = 0;
    std::uint64_t durable = 0;
    for (const std::vector<Event>& events : some_commands(seed, 12'000)) {
      stand.apply(events);
      last = last_feed_sequence(events, last);
      if (random.below(8) == 0) {
        stand.make_durable();
        durable = last;
      }
      if (random.below(64) == 0) stand.flush_store();
      // Long times without a look: the ring goes over it.
      if (random.below(2048) != 0) continue;
      const std::uint64_t rounds = random.below(8);
      for (std::uint64_t i = 0; i < rounds; ++i) stand.round();
      ASSERT_TRUE(stand.received().empty() || stand.received().back() <= durable);
    }
    stand.make_durable();
    stand.flush_store();
    const std::uint64_t end = engine::monotonic_ns() + kPatienceNs;
    while (stand.received().size() < last && engine::monotonic_ns() < end) stand.round();
    expect_all(stand.received(), last);
    lost_sight += stand.counters().lost_sight;
    caught_up += stand.counters().caught_up;
  }
  // Else the test has shown nothing.
  EXPECT_GT(lost_sight, 4U);
  EXPECT_GT(caught_up, 0U);
}

TEST(FeedAgent, WithoutAStoreTheRingWaitsForIt) {
  Stand stand(false);
  std::uint64_t last = 0;
  for (const std::vector<Event>& events : some_commands(1, 12'000)) {
    while (!stand.has_room()) stand.round();
    stand.apply(events);
    stand.make_durable();
    last = last_feed_sequence(events, last);
  }
  while (stand.received().size() < last) {
    const std::size_t before = stand.received().size();
    stand.round();
    ASSERT_GT(stand.received().size(), before);
  }
  expect_all(stand.received(), last);
  EXPECT_EQ(stand.counters().lost_sight, 0U);
}

}  // namespace
}  // namespace hourglass::gateway

// Events hashed behind a replay, across threads.
#include "engine/sequencer/digest_behind.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "engine/ring/agent_runner.h"
#include "engine/sequencer/replayer.h"
#include "tests/replay/recorded.h"
#include "tests/support/random_source.h"

namespace hourglass::engine::test {
namespace {

Event some_event(RandomSource& random, std::uint64_t number) {
  Event event;
  for (std::byte& byte : event.bytes) byte = static_cast<std::byte>(random.next());
  EventHeader header{};
  header.command_sequence = SequenceNumber(number);
  header.kind = random.percent(50) ? EventKind::kTrade : EventKind::kOrderRested;
  std::memcpy(event.bytes.data(), &header, sizeof(header));
  return event;
}

// The agent on a thread of its own.
class Hashing {
 public:
  Hashing()
      : runner_({.name = "test-hash",
                 .pin_cpu = {},
                 .idle = settings_for(online_cpu_count(), 2, IdleMode::kYield)},
                std::vector<Agent*>{&behind}) {
    EXPECT_EQ(runner_.start(), absl::OkStatus());
  }
  void stop() { runner_.stop(); }

  DigestBehind behind{std::make_unique<EventDigest>()};

 private:
  AgentRunner runner_;
};

TEST(DigestBehind, AnswersInOrderWhatOneThreadWouldHaveFound) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomSource random(seed);
    Hashing hashing;
    EventDigest expected;
    std::vector<DigestPoint> points;
    std::size_t taken = 0;
    const std::uint64_t events_max = 1U << random.below(15);  // between two questions
    for (std::uint64_t question = 1; question <= 60; ++question) {
      for (std::uint64_t left = random.below(events_max); left > 0; --left) {
        const Event event = some_event(random, question);
        hashing.behind.add(event);
        expected.add(std::span(event.bytes).first(event_bytes(event.header().kind)));
      }
      // Now and then the same point once more.
      const SequenceNumber through(question - (random.percent(20) ? 1 : 0));
      if (through > expected.point().through) expected.advance(through);
      hashing.behind.ask(through);
      points.push_back(expected.point());
      while (taken < points.size() &&
             (points.size() - taken == DigestBehind::kMaxAsked || hashing.behind.ready())) {
        EXPECT_EQ(hashing.behind.take(), points[taken++]);
      }
    }
    while (taken < points.size()) EXPECT_EQ(hashing.behind.take(), points[taken++]);
    EXPECT_FALSE(hashing.behind.ready());
    const Event last = some_event(random, 61);
    hashing.behind.add(last);
    expected.add(std::span(last.bytes).first(event_bytes(last.header().kind)));
    hashing.stop();
    EXPECT_EQ(hashing.behind.finish()->advance(SequenceNumber(62)),
              expected.advance(SequenceNumber(62)));
  }
}

TEST(DigestBehind, IsGivenUpAtAnyMoment) {
  RandomSource random(7);
  for (std::uint64_t round = 0; round < 60; ++round) {
    Hashing hashing;
    const std::uint64_t events = random.below(2000);
    for (std::uint64_t i = 0; i < events; ++i) hashing.behind.add(some_event(random, 1));
    for (std::uint64_t i = random.below(DigestBehind::kMaxAsked); i > 0; --i) {
      hashing.behind.ask(SequenceNumber(i));
    }
    if (round % 2 == 0) hashing.stop();
  }
}

// A fault of the reader ends a run with frames read ahead and events not hashed yet.
TEST(DigestBehind, EndsWithTheRunItServesWhereverThatEnds) {
  const auto recorded = record(Profile::kCrossing, 3, 800);
  recorded->recorder.stop();
  const auto names = recorded->device.names();
  const auto segment = std::ranges::find_if(
      names, [](const std::string& name) { return name.starts_with(kSegmentPrefix); });
  std::uint64_t faults = 0;
  for (std::uint64_t block = 1; block < 40; ++block) {
    const std::uint64_t bit = (block * kBlockBytes + 300) * 8;
    recorded->device.flip_bit(*segment, bit);
    const auto replica = recorded->fresh();
    auto reader = JournalReader::open(recorded->device);
    ASSERT_TRUE(reader.ok());
    Replayer replayer(*replica, **reader, std::make_unique<EventDigest>());
    const absl::Status ended = replayer.run();
    EXPECT_TRUE(ended.ok() || absl::IsDataLoss(ended)) << ended;
    faults += ended.ok() ? 0U : 1U;
    EXPECT_NE(replayer.take_digest(), nullptr);
    recorded->device.flip_bit(*segment, bit);
  }
  EXPECT_GT(faults, 20U);
}

}  // namespace
}  // namespace hourglass::engine::test

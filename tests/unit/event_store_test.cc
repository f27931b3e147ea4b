#include "engine/journal/event_store.h"

#include <gtest/gtest.h>

#include <functional>

#include "engine/order/event.h"
#include "tests/support/journal_workload.h"
#include "tests/support/simulated_device.h"

namespace hourglass::engine {
namespace {

using EventBytes = std::vector<std::byte>;

EventBytes event_of(std::uint64_t sequence, std::uint32_t number, bool last) {
  const auto fill = [&](auto body) {
    body.header.command_sequence = SequenceNumber(sequence);
    body.header.event_number = number;
    body.header.kind = body.kKind;
    body.header.version = kEventLayoutVersion;
    body.header.last_in_command = last ? 1 : 0;
    const auto bytes = std::as_bytes(std::span(&body, 1));
    return EventBytes(bytes.begin(), bytes.end());
  };
  return (sequence + number) % 2 == 0 ? fill(Trade{}) : fill(OrderRested{});
}

// Command s has s % 4 events: some have none.
std::vector<EventBytes> events_of(std::uint64_t from, std::uint64_t through) {
  std::vector<EventBytes> events;
  for (std::uint64_t s = from; s <= through; ++s) {
    for (std::uint32_t n = 0; n < s % 4; ++n) events.push_back(event_of(s, n, n + 1 == s % 4));
  }
  return events;
}

void append_all(EventStore& store, const std::vector<EventBytes>& events) {
  for (const EventBytes& event : events) ASSERT_EQ(store.append(event), absl::OkStatus());
}

std::vector<EventBytes> read_all(EventStore& store, std::uint64_t from, std::uint64_t through) {
  std::vector<EventBytes> events;
  const absl::Status read =
      store.read(SequenceNumber(from), SequenceNumber(through), [&](auto event) {
        events.emplace_back(event.begin(), event.end());
        return true;
      });
  EXPECT_EQ(read, absl::OkStatus());
  return events;
}

std::unique_ptr<EventStore> open_store(SimulatedDevice& device) {
  auto store = EventStore::open(device, kTestUuid);
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

TEST(EventStore, DropsTheEventsAfterACommandAndGoesOnFromThere) {
  for (const std::uint64_t through : {0U, 1U, 4U, 7U, 8U, 9'999U, 29'998U, 29'999U, 30'000U}) {
    SCOPED_TRACE(through);
    SimulatedDevice device;
    auto store = open_store(device);
    append_all(*store, events_of(1, 30'000));
    ASSERT_EQ(store->drop_after(SequenceNumber(through)), absl::OkStatus());
    EXPECT_LE(store->last_sequence(), SequenceNumber(through));
    EXPECT_EQ(store->event_count(), events_of(1, through).size());
    EXPECT_EQ(read_all(*store, 1, 40'000), events_of(1, through));
    append_all(*store, events_of(through + 1, 31'000));
    EXPECT_EQ(read_all(*store, 1, 40'000), events_of(1, 31'000));
    ASSERT_EQ(store->flush(), absl::OkStatus());
    EXPECT_EQ(read_all(*open_store(device), 1, 40'000), events_of(1, 31'000));
  }
}

TEST(EventStore, GoesOnWithOneOfAnOlderRuleSetAndNotWithOneOfANewer) {
  const auto open = [](SimulatedDevice& device, std::uint32_t rule_set) {
    auto store = EventStore::open(device, kTestUuid, SequenceNumber(1), rule_set);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  };
  for (const std::uint32_t written :
       {kOldestRuleSetVersion, kRuleSetVersion, kRuleSetVersion + 1}) {
    SCOPED_TRACE(written);
    SimulatedDevice device;
    auto store = open(device, written);
    append_all(*store, events_of(1, 100));
    ASSERT_EQ(store->flush(), absl::OkStatus());
    EXPECT_EQ(EventStore::open_to_read(device, kTestUuid).ok(), is_known_rule_set(written));
    const bool goes_on = written <= kRuleSetVersion;
    store = open(device, kRuleSetVersion);
    EXPECT_EQ(read_all(*store, 1, 100), events_of(1, goes_on ? 100 : 0));
    append_all(*store, events_of(101, 200));
    ASSERT_EQ(store->flush(), absl::OkStatus());
    // Under its new header, which an older program would not go on with.
    EXPECT_EQ(read_all(*open(device, kRuleSetVersion), 1, 200), events_of(goes_on ? 1 : 101, 200));
    EXPECT_EQ(open(device, kOldestRuleSetVersion)->event_count(), 0U);
  }
}

// Counts what it is asked and says yes the `nth` time, and from then on.
struct GiveUpAt {
  std::uint32_t nth;
  std::uint32_t asked = 0;
  bool operator()() { return ++asked >= nth; }
};

TEST(EventStore, GivesUpBetweenTwoReadingsAndHasChangedNothing) {
  SimulatedDevice device;
  {
    auto store = open_store(device);
    append_all(*store, events_of(1, 30'000));
    ASSERT_EQ(store->flush(), absl::OkStatus());
  }
  SimulatedDevice::Bytes ragged = device.contents(kEventStoreName);
  ragged.resize(ragged.size() + 100);  // to be cut off, by who reads to the end
  device.set_contents(kEventStoreName, ragged);
  const auto open = [&](EventStore::GiveUp give_up) {
    return EventStore::open(device, kTestUuid, SequenceNumber(1), kRuleSetVersion, give_up);
  };
  GiveUpAt never{~0U};
  for (std::uint32_t nth = 1; nth <= 3; ++nth) {
    GiveUpAt give_up{nth};
    const absl::Status given_up = open(std::ref(give_up)).status();
    EXPECT_TRUE(absl::IsCancelled(given_up)) << given_up;
    EXPECT_EQ(give_up.asked, nth);
    EXPECT_EQ(device.contents(kEventStoreName), ragged);
  }
  ASSERT_TRUE(open(std::ref(never)).ok());
  EXPECT_GT(never.asked, 3U) << "each reading asks";
  const SimulatedDevice::Bytes whole = device.contents(kEventStoreName);
  EXPECT_LT(whole.size(), ragged.size());

  for (std::uint32_t nth = 1; nth <= 3; ++nth) {
    auto store = open_store(device);
    GiveUpAt give_up{nth};
    const absl::Status given_up = store->drop_after(SequenceNumber(7), std::ref(give_up));
    EXPECT_TRUE(absl::IsCancelled(given_up)) << given_up;
    EXPECT_EQ(give_up.asked, nth);
    EXPECT_EQ(device.contents(kEventStoreName), whole);
    EXPECT_EQ(read_all(*store, 1, 40'000), events_of(1, 30'000));
  }
}

TEST(EventStore, GivesBackAnyRangeOfCommands) {
  SimulatedDevice device;
  auto store = open_store(device);
  append_all(*store, events_of(1, 30000));  // several buffers
  for (const std::uint64_t from : {1U, 2U, 777U, 4096U, 15000U, 29999U, 30001U}) {
    for (const std::uint64_t length : {1U, 2U, 500U}) {
      const std::uint64_t through = from + length - 1;
      EXPECT_EQ(read_all(*store, from, through),
                events_of(from, std::min<std::uint64_t>(through, 30000)));
    }
  }
  EXPECT_EQ(read_all(*store, 1, 40000), events_of(1, 30000));
  EXPECT_EQ(store->last_sequence(), SequenceNumber(29999)) << "30000 has no events";
}

TEST(EventStore, StopsWhenItsVisitorHasEnough) {
  SimulatedDevice device;
  auto store = open_store(device);
  append_all(*store, events_of(1, 100));
  int seen = 0;
  EXPECT_EQ(store->read(SequenceNumber(1), SequenceNumber(100), [&](auto) { return ++seen < 5; }),
            absl::OkStatus());
  EXPECT_EQ(seen, 5);
}

TEST(EventStore, GoesOnWhereItWasClosed) {
  SimulatedDevice device;
  {
    auto store = open_store(device);
    append_all(*store, events_of(1, 1000));
    ASSERT_EQ(store->flush(), absl::OkStatus());
  }
  auto store = open_store(device);
  EXPECT_EQ(store->truncated_bytes(), 0U);
  EXPECT_EQ(store->last_sequence(), SequenceNumber(999));
  // A replay that begins early adds nothing twice.
  append_all(*store, events_of(900, 1200));
  EXPECT_EQ(read_all(*store, 1, 2000), events_of(1, 1200));
  EXPECT_EQ(store->event_count(), events_of(1, 1200).size());
}

TEST(EventStore, CutsOffARaggedEndAtEveryByte) {
  SimulatedDevice device;
  {
    auto store = open_store(device);
    append_all(*store, events_of(1, 7));
    ASSERT_EQ(store->flush(), absl::OkStatus());
  }
  const auto whole = device.contents(kEventStoreName);
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
    for (const bool zero_tail : {false, true}) {  // a file system may keep the length, not the data
      auto cut = whole;
      cut.resize(bytes);
      if (zero_tail) cut.resize(whole.size());
      device.set_contents(kEventStoreName, cut);
      auto store = open_store(device);
      const std::uint64_t kept = store->last_sequence().value();
      ASSERT_EQ(read_all(*store, 1, 100), events_of(1, kept));
      append_all(*store, events_of(1, 9));
      ASSERT_EQ(read_all(*store, 1, 100), events_of(1, 9)) << "cut at " << bytes;
    }
  }
}

TEST(EventStore, BeginsAnewForAnotherJournal) {
  SimulatedDevice device;
  {
    auto store = open_store(device);
    append_all(*store, events_of(1, 7));
    ASSERT_EQ(store->flush(), absl::OkStatus());
  }
  JournalUuid other = kTestUuid;
  other.bytes[0] ^= std::byte{1};
  EXPECT_EQ((*EventStore::open(device, other))->event_count(), 0U);
}

TEST(EventStore, MatchesTheDigestOfItsEventsAndNoOther) {
  SimulatedDevice device;
  auto store = open_store(device);
  EventDigest digest;
  std::vector<DigestPoint> points = {digest.point()};
  for (std::uint64_t s = 1; s <= 500; ++s) {
    for (const EventBytes& event : events_of(s, s)) {
      digest.add(event);
      ASSERT_EQ(store->append(event), absl::OkStatus());
    }
    if (s % 37 == 0 || s == 500) points.push_back(digest.advance(SequenceNumber(s)));
  }
  for (std::size_t i = 1; i < points.size(); ++i) {
    EXPECT_EQ(*store->digest_at(points[i - 1], points[i].through), points[i].digest);
  }
  EXPECT_NE(*store->digest_at(points[0], points[2].through), points[2].digest)
      << "the points are part of the digest";
  device.flip_bit(kEventStoreName, 8 * (device.contents(kEventStoreName).size() - 1));
  EXPECT_NE(*store->digest_at(points[points.size() - 2], points.back().through),
            points.back().digest);
}

}  // namespace
}  // namespace hourglass::engine

// A venue's history as a door follows it: every command with its events, from the first on.
#include "engine/sequencer/history.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/journal/event_store.h"
#include "engine/journal/snapshot_file.h"
#include "engine/sequencer/start_up.h"
#include "tests/replay/recorded.h"
#include "tests/support/command_builder.h"
#include "tests/support/exchange_instances.h"
#include "tests/support/journal_workload.h"

namespace hourglass::engine::test {
namespace {

// What a follower heard, as bytes: each command, behind it its events.
class Heard final : public HistoryFollower {
 public:
  void on_beginning() override {
    bytes.clear();
    ++beginnings;
  }
  void on_command(const Command& command, std::span<const Event> events) override {
    add(command.bytes.data(), command_bytes(command.header().kind));
    for (const Event& event : events) add(event.bytes.data(), event_bytes(event.header().kind));
  }
  void add(const std::byte* from, std::size_t count) {
    bytes.insert(bytes.end(), from, from + count);
  }

  std::vector<std::byte> bytes;
  std::uint32_t beginnings = 0;
};

// What it should have heard of the commands up to `through`.
std::vector<std::byte> expected(const JournalRecorder& recorder, SequenceNumber through) {
  Heard heard;
  auto event = recorder.events().begin();
  for (const Command& command : recorder.commands()) {
    const SequenceNumber sequence = command.header().sequence;
    if (sequence > through) break;
    const auto end = std::find_if(event, recorder.events().end(), [&](const Event& each) {
      return each.header().command_sequence > sequence;
    });
    heard.on_command(command, {event, end});
    event = end;
  }
  return heard.bytes;
}

// `cut`: the snapshot's command, up to which the event store is written out for certain.
std::unique_ptr<Recorded> record_around_a_snapshot(std::uint64_t seed, SequenceNumber& cut) {
  auto recorded = std::make_unique<Recorded>(random_stream(Profile::kCrossing, seed, 400),
                                             RecorderSettings{.seed = seed});
  JournalRecorder& recorder = recorded->recorder;
  recorder.run(recorded->stream);
  while (recorder.replica().has_pending_work()) recorder.send(advance_time());
  recorder.cut();
  cut = recorder.last_sequence();
  recorder.run(recorded->stream);
  recorder.stop();
  return recorded;
}

TEST(History, IsEveryCommandWithItsEventsUpToThePointAskedFor) {
  const std::uint64_t first_seed = journal_test_seed(1);
  for (std::uint64_t seed = first_seed; seed < first_seed + 3; ++seed) {
    SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed));
    SequenceNumber cut;
    const auto recorded = record_around_a_snapshot(seed, cut);
    for (const RecordedPoint& point : recorded->recorder.points()) {
      if (point.point.through > cut) continue;
      Heard heard;
      ASSERT_EQ(follow_history(recorded->device, kTestUuid, point.point, heard), absl::OkStatus());
      ASSERT_EQ(heard.bytes, expected(recorded->recorder, point.point.through))
          << point.point.through.value();
    }
  }
}

TEST(History, IsNotTakenFromAnEventStoreWhoseDigestDiffers) {
  SequenceNumber cut;
  const auto recorded = record_around_a_snapshot(1, cut);
  DigestPoint point = recorded->recorder.points().back().point;
  point.digest[0] ^= std::byte{1};
  Heard heard;
  EXPECT_TRUE(absl::IsDataLoss(follow_history(recorded->device, kTestUuid, point, heard)));
}

// A start tells the same history whether it begins from a snapshot or has to pass it over.
TEST(History, IsToldWholeByAStartFromASnapshotAndByOneWithoutTheEventStore) {
  SequenceNumber cut;
  const auto recorded = record_around_a_snapshot(journal_test_seed(1), cut);
  const std::vector<std::byte> all =
      expected(recorded->recorder, recorded->recorder.last_sequence());
  auto writer = JournalWriter::open(recorded->device, small_segments(64));
  ASSERT_TRUE(writer.ok()) << writer.status();
  for (const bool with_store : {true, false}) {
    if (!with_store) {
      ASSERT_EQ(recorded->device.remove(kEventStoreName), absl::OkStatus());
    }
    Heard heard;
    const auto started = start_exchange<engine::PermissiveClearing>(
        recorded->device, **writer, exchange_limits(recorded->stream.limits), &heard);
    ASSERT_TRUE(started.ok()) << started.status();
    EXPECT_EQ(started->report.snapshot != SequenceNumber(0), with_store)
        << started->report.snapshots_refused;
    EXPECT_EQ(heard.bytes, all);
  }
}

}  // namespace
}  // namespace hourglass::engine::test

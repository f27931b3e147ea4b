// Snapshots: a state and the commands after it are worth as much as all commands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/audit/replay_audit.h"
#include "engine/audit/snapshot_cut.h"
#include "engine/journal/segment_list.h"
#include "engine/journal/snapshot_file.h"
#include "tests/replay/recorded.h"
#include "tests/support/command_builder.h"
#include "tests/support/journal_workload.h"
#include "tests/support/reexecuted.h"

namespace hourglass::engine::test {
namespace {

using ::testing::HasSubstr;
using Verdict = SnapshotComparison::Verdict;

ReplayAudit audit_of(Recorded& recorded) {
  auto audit = audit_replay(recorded.device, *recorded.fresh());
  EXPECT_TRUE(audit.ok()) << audit.status();
  return *std::move(audit);
}

// A journal of two streams with a snapshot between them.
std::unique_ptr<Recorded> record_around_a_snapshot(Profile profile, std::uint64_t seed,
                                                   std::string& file) {
  auto recorded = record(profile, seed);
  JournalRecorder& recorder = recorded->recorder;
  while (recorder.replica().has_pending_work()) recorder.send(advance_time());
  file = recorder.cut();
  recorder.run(recorded->stream);
  recorder.stop();
  return recorded;
}

TEST(Snapshot, AndTheCommandsAfterItGiveWhatAllCommandsGive) {
  const std::uint64_t first_seed = journal_test_seed(1);
  for (const Profile profile : kAllProfiles) {
    for (std::uint64_t seed = first_seed; seed < first_seed + 3; ++seed) {
      SCOPED_TRACE(std::string(name(profile)) + " HOURGLASS_SEED=" + std::to_string(seed));
      std::string file;
      const auto recorded = record_around_a_snapshot(profile, seed, file);
      const auto snapshot = read_snapshot(recorded->device, file, kTestUuid, kRuleSetVersion);
      ASSERT_TRUE(snapshot.ok()) << snapshot.status();

      const auto replica = recorded->fresh();
      StateReader state(snapshot->state);
      ASSERT_TRUE(replica->load(state));
      EXPECT_EQ(saved(*replica), snapshot->state);
      replica->state().audit();
      auto reader = JournalReader::open(recorded->device);
      ASSERT_TRUE(reader.ok());
      ASSERT_EQ((*reader)->seek(snapshot->place.sequence), absl::OkStatus());
      EventCollector collector;
      Replayer replayer(*replica, **reader,
                        std::make_unique<EventDigest>(
                            DigestPoint{snapshot->place.sequence, snapshot->place.event_digest}),
                        &collector);
      EXPECT_EQ(replayer.run(), absl::OkStatus());

      std::vector<std::byte> expected;
      for (const Event& event : recorded->recorder.events()) {
        if (event.header().command_sequence <= snapshot->place.sequence) continue;
        const auto used = std::span(event.bytes).first(event_bytes(event.header().kind));
        expected.insert(expected.end(), used.begin(), used.end());
      }
      EXPECT_EQ(collector.bytes, expected);
      EXPECT_EQ(replica->has_pending_work(), recorded->recorder.replica().has_pending_work());
      if (replica->has_pending_work()) continue;
      EXPECT_EQ(saved(*replica), saved(recorded->recorder.replica()));
    }
  }
}

TEST(Snapshot, IsComparedWhereReExecutionPassesIt) {
  std::string file;
  const auto recorded = record_around_a_snapshot(Profile::kIcebergs, 2, file);
  const ReplayAudit audit = audit_of(*recorded);
  EXPECT_TRUE(audit.agrees()) << to_text(audit);
  ASSERT_EQ(audit.snapshots.size(), 1U);
  EXPECT_EQ(audit.snapshots[0].file, file);
  EXPECT_EQ(audit.snapshots[0].verdict, Verdict::kEqual);
}

TEST(Snapshot, ThatIsNotWhatTheCommandsLeadToIsFound) {
  std::string file;
  const auto recorded = record_around_a_snapshot(Profile::kPlain, 3, file);
  const auto good = read_snapshot(recorded->device, file, kTestUuid, kRuleSetVersion);
  ASSERT_TRUE(good.ok());
  const auto verdict_on = [&](const Snapshot& snapshot) {
    EXPECT_EQ(write_snapshot(recorded->device, snapshot.place, snapshot.state), absl::OkStatus());
    const ReplayAudit audit = audit_of(*recorded);
    EXPECT_FALSE(audit.agrees());
    EXPECT_EQ(audit.ended, absl::OkStatus());
    const SnapshotComparison& last = audit.snapshots.back();
    EXPECT_EQ(last.verdict, Verdict::kDiffers);
    return last.detail;
  };
  Snapshot bad = *good;
  bad.state.back() ^= std::byte{1};
  EXPECT_THAT(verdict_on(bad), HasSubstr("its state hashes to"));
  bad = *good;
  bad.place.event_digest[0] ^= std::byte{1};
  EXPECT_THAT(verdict_on(bad), HasSubstr("its event digest is not the journal's"));
  bad = *good;
  bad.place.chain[0] ^= std::byte{1};
  EXPECT_THAT(verdict_on(bad), HasSubstr("its chain is of no frame"));
  ASSERT_EQ(write_snapshot(recorded->device, good->place, good->state), absl::OkStatus());
  bad = *good;
  bad.place.sequence = SequenceNumber(recorded->recorder.last_sequence().value() + 1);
  EXPECT_THAT(verdict_on(bad), HasSubstr("names no digest at its command"));
}

TEST(Snapshot, ThatIsDamagedIsRefusedAndTheRestStillCompared) {
  std::string file;
  const auto recorded = record_around_a_snapshot(Profile::kPlain, 4, file);
  recorded->device.flip_bit(file, 300 * 8);
  const ReplayAudit audit = audit_of(*recorded);
  EXPECT_FALSE(audit.agrees());
  EXPECT_EQ(audit.ended, absl::OkStatus());
  ASSERT_EQ(audit.snapshots.size(), 1U);
  EXPECT_EQ(audit.snapshots[0].verdict, Verdict::kRefused);
  EXPECT_EQ(audit.last_command, recorded->recorder.last_sequence());
}

TEST(Snapshot, StandsInForSegmentsThatAreElsewhere) {
  Recorded recorded(random_stream(Profile::kCrossing, 8, 400), {.seed = 8, .segment_blocks = 8});
  recorded.recorder.run(recorded.stream);
  const std::string file = recorded.recorder.cut();
  recorded.recorder.run(recorded.stream);
  recorded.recorder.stop();
  const SequenceNumber cut = *sequence_in_name(file, kSnapshotPrefix, kSnapshotSuffix);
  std::uint32_t removed = 0;
  const auto list = list_segments(recorded.device);
  ASSERT_TRUE(list.ok() && !list->fault);
  for (std::size_t i = 0; i + 1 < list->segments.size(); ++i) {
    if (list->segments[i + 1].header.first_sequence > next(cut)) break;
    ASSERT_EQ(recorded.device.remove(list->segments[i].file), absl::OkStatus());
    ++removed;
  }
  ASSERT_GT(removed, 0U);
  const ReplayAudit audit = audit_of(recorded);
  EXPECT_TRUE(audit.agrees()) << to_text(audit);
  EXPECT_EQ(snapshot_file_name(audit.started_after), file);
  EXPECT_EQ(audit.last_command, recorded.recorder.last_sequence());
  EXPECT_EQ(audit.last_agreement, recorded.recorder.points().back().point);

  ASSERT_EQ(recorded.device.remove(file), absl::OkStatus());
  const ReplayAudit without = audit_of(recorded);
  EXPECT_TRUE(absl::IsFailedPrecondition(without.ended)) << without.ended;
}

SequenceNumber last_clean_point(const Recorded& recorded) {
  SequenceNumber last(0);
  for (const RecordedPoint& point : recorded.recorder.points()) {
    if (point.clean) last = point.point.through;
  }
  return last;
}

TEST(SnapshotCut, IsTakenAtTheLastDigestBehindWhichNoWorkIsUnfinished) {
  const std::uint64_t first_seed = journal_test_seed(1);
  std::uint32_t had_to_go_back = 0;
  for (const Profile profile : {Profile::kCrossing, Profile::kBulk, Profile::kFunds}) {
    for (std::uint64_t seed = first_seed; seed < first_seed + 12; ++seed) {
      SCOPED_TRACE(std::string(name(profile)) + " HOURGLASS_SEED=" + std::to_string(seed));
      Stream stream = random_stream(profile, seed, 100);
      stream.limits.max_steps_per_apply = 1;
      const auto recorded = std::make_unique<Recorded>(stream, RecorderSettings{.seed = seed});
      recorded->recorder.run(stream);
      // Half of them end with an order to cancel everything, hardly begun.
      if (seed % 2 == 0) {
        recorded->recorder.send_alone(mass_cancel({.scope = MassCancelScope::kMarket}));
        recorded->recorder.commit_through(recorded->recorder.last_sequence());
      }
      recorded->recorder.stop();
      const SequenceNumber wanted = last_clean_point(*recorded);
      const auto make = [&] { return recorded->fresh(); };
      const auto cut = cut_snapshot(recorded->device, make);
      if (wanted == SequenceNumber(0)) {
        EXPECT_TRUE(absl::IsFailedPrecondition(cut.status())) << cut.status();
        continue;
      }
      ASSERT_TRUE(cut.ok()) << cut.status();
      EXPECT_EQ(cut->place.sequence, wanted);
      if (!recorded->recorder.points().back().clean) ++had_to_go_back;
      const ReplayAudit audit = audit_of(*recorded);
      EXPECT_TRUE(audit.agrees()) << to_text(audit);
      ASSERT_EQ(audit.snapshots.size(), 1U);
      EXPECT_EQ(audit.snapshots[0].verdict, Verdict::kEqual);

      const auto bytes = recorded->device.contents(cut->file);
      ASSERT_TRUE(cut_snapshot(recorded->device, make).ok());
      EXPECT_EQ(recorded->device.contents(cut->file), bytes);
    }
  }
  if (first_seed == 1) {
    EXPECT_GT(had_to_go_back, 0U);
  }
}

TEST(SnapshotCut, LeavesNothingWhereTheEventsDiffer) {
  // Recorded under one clearing, re-executed under another: nobody had funds.
  const auto recorded = record(Profile::kPlain, 5);
  recorded->recorder.stop();
  const auto before = recorded->device.names();
  const auto cut = cut_snapshot(
      recorded->device, [&] { return make_replica(recorded->stream.limits, Clearing::kFunded); });
  EXPECT_TRUE(absl::IsDataLoss(cut.status())) << cut.status();
  EXPECT_EQ(recorded->device.names(), before);
}

TEST(SnapshotCut, IsRefusedWhileAWriterHasTheJournal) {
  const auto recorded = record(Profile::kPlain, 6);
  const auto cut = cut_snapshot(recorded->device, [&] { return recorded->fresh(); });
  EXPECT_TRUE(absl::IsFailedPrecondition(cut.status())) << cut.status();
}

}  // namespace
}  // namespace hourglass::engine::test

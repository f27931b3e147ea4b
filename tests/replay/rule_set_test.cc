// A journal that a newer program went on with: each command is re-executed under the rule set its
// segment names. tests/replay/golden holds what programs of old rule sets really wrote.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "engine/audit/replay_audit.h"
#include "engine/audit/verify_report.h"
#include "engine/journal/snapshot_file.h"
#include "tests/replay/recorded.h"
#include "tests/support/command_builder.h"
#include "tests/support/journal_workload.h"
#include "tests/support/reexecuted.h"

namespace hourglass::engine::test {
namespace {

constexpr std::uint32_t kOld = 1;

// A third of the stream, a snapshot, a third, the change, a third, a snapshot.
std::unique_ptr<Recorded> record_over_a_change(Profile profile, std::uint64_t seed) {
  auto recorded = std::make_unique<Recorded>(
      random_stream(profile, seed, 600),
      RecorderSettings{.seed = seed, .event_store = false, .rule_set_version = kOld});
  JournalRecorder& recorder = recorded->recorder;
  const auto finish_work = [&] {
    while (recorder.replica().has_pending_work()) recorder.send(advance_time());
  };
  const auto run_third = [&](std::ptrdiff_t n) {
    Stream part = recorded->stream;
    const auto third = std::ssize(part.steps) / 3;
    part.steps.erase(part.steps.begin() + third * (n + 1), part.steps.end());
    part.steps.erase(part.steps.begin(), part.steps.begin() + third * n);
    recorder.run(part);
  };
  run_third(0);
  finish_work();
  recorder.cut();
  run_third(1);
  recorder.change_rule_set(kRuleSetVersion);
  run_third(2);
  finish_work();
  recorder.cut();
  recorder.stop();
  return recorded;
}

std::vector<std::byte> bytes_of(const std::vector<Event>& events) {
  EventCollector collector;
  collector.on_events({}, events);
  return collector.bytes;
}

TEST(RuleSet, AJournalOfTwoAgreesWithEachFromEveryStart) {
  const std::uint64_t first_seed = journal_test_seed(1);
  for (const Profile profile : kAllProfiles) {
    SCOPED_TRACE(std::string(name(profile)) + " HOURGLASS_SEED=" + std::to_string(first_seed));
    const auto recorded = record_over_a_change(profile, first_seed);
    const auto verified = verify_directory(recorded->device);
    ASSERT_TRUE(verified.ok() && verified->intact()) << to_text(*verified);

    const auto replica = recorded->fresh();
    const auto audit = audit_replay(recorded->device, *replica);
    ASSERT_TRUE(audit.ok() && audit->agrees()) << to_text(*audit);
    EXPECT_EQ(audit->count(SnapshotComparison::Verdict::kEqual), 2U) << to_text(*audit);
    EXPECT_EQ(saved(*replica), saved(recorded->recorder.replica()));
    EXPECT_EQ(reexecute(recorded->device, recorded->fresh()).events,
              bytes_of(recorded->recorder.events()));

    // From the snapshot of the old rule set, over the change, one frame at a time.
    const auto names = list_snapshots(recorded->device);
    ASSERT_TRUE(names.ok());
    const auto snapshot = read_snapshot(recorded->device, names->back(), kTestUuid);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    EXPECT_EQ(snapshot->place.rule_set_version, kOld);
    const auto late = recorded->fresh();
    StateReader state(snapshot->state);
    ASSERT_TRUE(late->load(state));
    auto reader = JournalReader::open(recorded->device);
    ASSERT_TRUE(reader.ok());
    ASSERT_EQ((*reader)->seek(snapshot->place.sequence), absl::OkStatus());
    Replayer replayer(*late, **reader,
                      std::make_unique<EventDigest>(
                          DigestPoint{snapshot->place.sequence, snapshot->place.event_digest}));
    absl::StatusOr<bool> more = true;
    while (more.ok() && *more) more = replayer.step();
    EXPECT_EQ(more.status(), absl::OkStatus());
    EXPECT_EQ(saved(*late), saved(recorded->recorder.replica()));
  }
}

// Under rule set 1 every rest is told by an event of its own, under 2 none that met nothing.
TEST(RuleSet, OneTellsOfEveryRestByItselfAndTwoDoesNot) {
  const auto recorded = record_over_a_change(Profile::kPlain, 3);
  struct Told {
    std::uint64_t at_once = 0;
    std::uint64_t by_itself = 0;
  };
  std::array<Told, 3> told{};
  for (const Event& event : recorded->recorder.events()) {
    Told& here = told.at(event.header().version);
    switch (event.header().kind) {
      case EventKind::kOrderAccepted: {
        const bool displayed = event.as<OrderAccepted>().displayed != 0;
        EXPECT_EQ(displayed, event.header().feed_sequence != 0);
        here.at_once += displayed ? 1 : 0;
        break;
      }
      case EventKind::kOrderReplaced: {
        const auto& e = event.as<OrderReplaced>();
        here.at_once += e.kept_priority == 0 && e.displayed != 0 ? 1 : 0;
        break;
      }
      case EventKind::kOrderRested: ++here.by_itself; break;
      default: break;
    }
  }
  EXPECT_EQ(told[1].at_once, 0U);
  EXPECT_GT(told[1].by_itself, 50U);
  EXPECT_GT(told[2].at_once, 20U);
  EXPECT_LT(told[2].by_itself, told[2].at_once);
}

TEST(RuleSet, OfASnapshotMustBeKnown) {
  SimulatedDevice device;
  const std::vector<std::byte> state(100);
  for (const std::uint32_t version : {0U, kRuleSetVersion + 1}) {
    SCOPED_TRACE(version);
    const SnapshotPlace place{.uuid = kTestUuid,
                              .rule_set_version = version,
                              .sequence = SequenceNumber(7),
                              .event_digest = {},
                              .chain = {}};
    ASSERT_EQ(write_snapshot(device, place, state), absl::OkStatus());
    const std::string file = snapshot_file_name(place.sequence);
    EXPECT_TRUE(absl::IsFailedPrecondition(read_snapshot(device, file, kTestUuid).status()));
    EXPECT_TRUE(read_snapshot(device, file, kTestUuid, version).ok());
  }
}

}  // namespace
}  // namespace hourglass::engine::test

#include "engine/journal/snapshot_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/journal_workload.h"
#include "tests/support/simulated_device.h"

namespace hourglass::engine {
namespace {

using ::testing::HasSubstr;

SnapshotPlace place_at(std::uint64_t sequence) {
  Sha256 sha;
  return {.uuid = kTestUuid,
          .rule_set_version = kRuleSetVersion,
          .sequence = SequenceNumber(sequence),
          .event_digest = sha.of(bytes_of(sequence)),
          .chain = sha.of(bytes_of(~sequence))};
}

std::vector<std::byte> state_of(std::size_t bytes) {
  std::vector<std::byte> state(bytes);
  for (std::size_t i = 0; i < bytes; ++i) state[i] = static_cast<std::byte>(i * 31 + 7);
  return state;
}

absl::StatusOr<Snapshot> read(SimulatedDevice& device, std::uint64_t sequence) {
  return read_snapshot(device, snapshot_file_name(SequenceNumber(sequence)), kTestUuid,
                       kRuleSetVersion);
}

TEST(Snapshot, ComesBackAsItWasWritten) {
  SimulatedDevice device;
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{3'000'000}}) {
    ASSERT_EQ(write_snapshot(device, place_at(9), state_of(bytes)), absl::OkStatus());
    const auto snapshot = read(device, 9);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    EXPECT_EQ(snapshot->place, place_at(9));
    EXPECT_EQ(snapshot->state, state_of(bytes));
  }
}

TEST(Snapshot, AreListedNewestFirst) {
  SimulatedDevice device;
  for (const std::uint64_t sequence : {5U, 1000U, 40U}) {
    ASSERT_EQ(write_snapshot(device, place_at(sequence), state_of(10)), absl::OkStatus());
  }
  device.set_contents("snap-00000000000000009999.hgs.tmp", {});
  device.set_contents("snap-x.hgs", {});
  const auto names = list_snapshots(device);
  ASSERT_TRUE(names.ok());
  EXPECT_EQ(*names, (std::vector<std::string>{snapshot_file_name(SequenceNumber(1000)),
                                              snapshot_file_name(SequenceNumber(40)),
                                              snapshot_file_name(SequenceNumber(5))}));
}

TEST(Snapshot, IsRefusedForEveryFlippedBitAndEveryLength) {
  SimulatedDevice device;
  ASSERT_EQ(write_snapshot(device, place_at(9), state_of(100)), absl::OkStatus());
  const std::string name = snapshot_file_name(SequenceNumber(9));
  const auto whole = device.contents(name);
  for (std::uint64_t bit = 0; bit < 8 * whole.size(); ++bit) {
    device.flip_bit(name, bit);
    EXPECT_TRUE(absl::IsDataLoss(read(device, 9).status())) << "bit " << bit;
    device.flip_bit(name, bit);
  }
  for (std::size_t bytes = 0; bytes < 2 * whole.size(); ++bytes) {
    if (bytes == whole.size()) continue;
    auto other = whole;
    other.resize(bytes);
    device.set_contents(name, other);
    EXPECT_TRUE(absl::IsDataLoss(read(device, 9).status())) << bytes << " bytes";
  }
}

TEST(Snapshot, IsRefusedForAnotherJournalOrRuleSetOrName) {
  SimulatedDevice device;
  ASSERT_EQ(write_snapshot(device, place_at(9), state_of(100)), absl::OkStatus());
  const std::string name = snapshot_file_name(SequenceNumber(9));
  JournalUuid other = kTestUuid;
  other.bytes[0] ^= std::byte{1};
  EXPECT_THAT(read_snapshot(device, name, other, kRuleSetVersion).status().message(),
              HasSubstr("another journal"));
  EXPECT_THAT(read_snapshot(device, name, kTestUuid, kRuleSetVersion + 1).status().message(),
              HasSubstr("rule set"));
  ASSERT_TRUE(device.rename(name, snapshot_file_name(SequenceNumber(10))).ok());
  EXPECT_THAT(read(device, 10).status().message(), HasSubstr("not the name's"));
  EXPECT_TRUE(absl::IsNotFound(read(device, 9).status()));
}

TEST(Snapshot, IsThereWholeOrNotAtAllAfterACrashAtAnyOperation) {
  SimulatedDevice dry_run;
  ASSERT_EQ(write_snapshot(dry_run, place_at(9), state_of(3000)), absl::OkStatus());
  for (std::uint64_t k = 1; k <= dry_run.operations(); ++k) {
    for (const KeepRule rule : {KeepRule::kNone, KeepRule::kAll, KeepRule::kPrefix,
                                KeepRule::kRandom, KeepRule::kProcess}) {
      for (std::uint64_t seed = 0; seed < 10; ++seed) {
        SimulatedDevice device;
        ASSERT_EQ(write_snapshot(device, place_at(5), state_of(50)), absl::OkStatus());
        device.crash_at(k, rule, seed);
        EXPECT_FALSE(write_snapshot(device, place_at(9), state_of(3000)).ok());
        device.restart();
        const auto names = list_snapshots(device);
        ASSERT_TRUE(names.ok());
        for (const std::string& name : *names) {
          EXPECT_TRUE(read_snapshot(device, name, kTestUuid, kRuleSetVersion).ok())
              << name << " after a crash at " << k << " keeping " << hourglass::engine::name(rule);
        }
        EXPECT_EQ(names->back(), snapshot_file_name(SequenceNumber(5)));
      }
    }
  }
}

}  // namespace
}  // namespace hourglass::engine

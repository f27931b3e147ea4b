// The shadow exchange, one call at a time, beside a journal that is being written in memory.
#include "engine/sequencer/shadow_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "engine/audit/replay_audit.h"
#include "risk/clearing/funded_limit.h"
#include "tests/support/exchange_instances.h"
#include "tests/support/journal_recorder.h"
#include "tests/support/journal_workload.h"
#include "tests/support/reexecuted.h"
#include "tests/support/replicas.h"
#include "tests/support/simulated_device.h"

namespace hourglass::engine::test {
namespace {

using ::testing::HasSubstr;

constexpr std::uint32_t kRoundsMax = 100'000;

template <class ClearingType>
std::unique_ptr<Replica> make_owned(const ExchangeLimits& limits) {
  return std::make_unique<OwnedReplica<ClearingType>>(limits);
}

ReplicaMaker maker_for(const Stream& stream, Clearing clearing) {
  return {.make = clearing == Clearing::kFunded ? make_owned<risk::FundedLimit>
                                                : make_owned<engine::PermissiveClearing>,
          .limits = exchange_limits(stream.limits)};
}

// A recorded market and a shadow beside it.
class Watched {
 public:
  Watched(const Stream& stream, std::uint64_t seed, const ShadowSettings& settings)
      : settings_(settings),
        stream_(stream),
        recorder_(device, make_replica(stream.limits, stream.clearing),
                  {.seed = seed, .segment_blocks = 8, .event_store = false}) {
    durable_.set(1);
    restart();
  }

  // The market's next `count` steps; false when there are none left.
  bool trade(std::size_t count) {
    Stream slice{.limits = stream_.limits, .clearing = stream_.clearing, .steps = {}};
    for (; count != 0 && at_ < stream_.steps.size(); --count) {
      slice.steps.push_back(stream_.steps[at_++]);
    }
    recorder_.run(slice);
    durable_.set(recorder_.durable().value() + 1);
    return at_ < stream_.steps.size();
  }

  // The shadow works until it has nothing to do.
  void catch_up() {
    for (std::uint32_t round = 0; round < kRoundsMax; ++round) {
      if (shadow->do_work() == 0 && shadow->progress().current() != ShadowState::kRetrying) return;
    }
    FAIL() << "the shadow does not catch up: " << shadow->trouble();
  }
  void trade_and_watch(std::size_t slice) {
    for (bool more = true; more;) {
      more = trade(slice);
      catch_up();
    }
  }
  // The shadow's thread ends as by kill -9, and begins again.
  void restart() { restart(maker_for(stream_, stream_.clearing)); }
  void restart(const ReplicaMaker& make) {
    shadow = std::make_unique<ShadowAgent>(device, durable_, make, settings_);
  }

  // As after a start of the market that passed over every later snapshot.
  void restart_trusting(SequenceNumber snapshot) {
    settings_.trusted_snapshot = snapshot;
    restart();
  }

  // The last command some durable frame vouches for.
  [[nodiscard]] SequenceNumber last_point() const {
    return recorder_.points().back().point.through;
  }
  [[nodiscard]] std::vector<std::byte> events_through(SequenceNumber through) const {
    std::vector<std::byte> bytes;
    for (const Event& event : recorder_.events()) {
      if (event.header().command_sequence > through) break;
      const auto used = std::span(event.bytes).first(event_bytes(event.header().kind));
      bytes.insert(bytes.end(), used.begin(), used.end());
    }
    return bytes;
  }
  [[nodiscard]] std::vector<std::uint64_t> snapshots() {
    std::vector<std::uint64_t> sequences;
    const auto names = list_snapshots(device);
    EXPECT_TRUE(names.ok());
    for (const std::string& file : *names) {
      sequences.push_back(sequence_in_name(file, kSnapshotPrefix, kSnapshotSuffix)->value());
    }
    return sequences;
  }
  // Everything in the directory is what re-execution finds, each snapshot included.
  void expect_all_is_true() {
    EXPECT_EQ(stored_events(device), events_through(last_point()));
    const auto audit = audit_replay(device, *make_replica(stream_.limits, stream_.clearing));
    ASSERT_TRUE(audit.ok()) << audit.status();
    EXPECT_TRUE(audit->agrees()) << to_text(*audit);
    EXPECT_EQ(audit->count(SnapshotComparison::Verdict::kEqual), audit->snapshots.size());
  }
  [[nodiscard]] std::uint64_t bytes_used() const {
    std::uint64_t bytes = 0;
    for (const std::string& file : device.names()) bytes += device.contents(file).size();
    return bytes;
  }
  [[nodiscard]] const JournalRecorder& recorder() const { return recorder_; }
  [[nodiscard]] std::uint64_t agreed() const { return shadow->progress().agreed.get(); }

  SimulatedDevice device;
  std::unique_ptr<ShadowAgent> shadow;

 private:
  ShadowSettings settings_;
  Stream stream_;
  JournalRecorder recorder_;
  Cursor durable_;
  std::size_t at_ = 0;
};

constexpr ShadowSettings kOften{.snapshot_every_commands = 60, .snapshots_kept = 3};

std::unique_ptr<Watched> watched(Profile profile, std::uint64_t seed, std::uint32_t steps = 600,
                                 const ShadowSettings& settings = kOften) {
  return std::make_unique<Watched>(random_stream(profile, seed, steps), seed, settings);
}

TEST(Shadow, KeepsEveryEventThatAgreedAndSnapshotsThatReExecutionFinds) {
  const std::uint64_t first_seed = journal_test_seed(1);
  for (const Profile profile : kAllProfiles) {
    for (std::uint64_t seed = first_seed; seed < first_seed + 3; ++seed) {
      SCOPED_TRACE(std::string(name(profile)) + " HOURGLASS_SEED=" + std::to_string(seed));
      const auto market = watched(profile, seed);
      std::set<std::uint64_t> clean;
      for (bool more = true; more;) {
        more = market->trade(23);
        market->catch_up();
        ASSERT_EQ(market->shadow->progress().current(), ShadowState::kFollowing);
        ASSERT_EQ(market->agreed(), market->last_point().value());
        ASSERT_EQ(stored_events(market->device), market->events_through(market->last_point()));
      }
      market->expect_all_is_true();
      for (const RecordedPoint& point : market->recorder().points()) {
        if (point.clean) clean.insert(point.point.through.value());
      }
      for (const std::uint64_t sequence : market->snapshots()) {
        EXPECT_TRUE(clean.contains(sequence)) << "work was unfinished behind " << sequence;
      }
    }
  }
}

TEST(Shadow, KeepsTheNewestSnapshotsAndTidiesUp) {
  const auto market = watched(Profile::kPlain, 2);
  market->device.set_contents("snap-00000000000000000017.hgs.tmp", {});
  std::vector<std::uint64_t> written;
  for (bool more = true; more;) {
    more = market->trade(20);
    market->catch_up();
    const std::uint64_t newest = market->shadow->progress().snapshot.get();
    if (newest != 0 && (written.empty() || written.back() != newest)) written.push_back(newest);
  }
  ASSERT_GT(written.size(), 4U);
  EXPECT_EQ(market->shadow->progress().snapshots.get(), written.size());
  EXPECT_EQ(market->snapshots(),
            (std::vector<std::uint64_t>(written.rbegin(), written.rbegin() + 3)));
  for (const std::string& file : market->device.names()) EXPECT_FALSE(file.ends_with(".tmp"));
}

TEST(Shadow, GoesOnFromItsNewestSnapshotAfterAnyEnd) {
  const std::uint64_t seed = journal_test_seed(3);
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed));
  RandomSource random(seed);
  const auto market = watched(Profile::kCrossing, seed, 1'500);
  std::uint64_t began_late = 0;
  for (bool more = true; more;) {
    more = market->trade(31);
    // Ends anywhere: in the middle of a snapshot, with events not yet written.
    for (std::uint64_t i = random.below(40); i != 0; --i) market->shadow->do_work();
    market->restart();
    market->shadow->do_work();
    const std::uint64_t begins = market->agreed();
    const auto snapshots = market->snapshots();
    EXPECT_TRUE(begins == 0 || std::ranges::find(snapshots, begins) != snapshots.end()) << begins;
    if (begins != 0) ++began_late;
  }
  EXPECT_GT(began_late, 5U);
  market->catch_up();
  market->expect_all_is_true();
}

TEST(Shadow, LeavesNoSnapshotWithoutTheEventsBeforeItWhenThePowerGoes) {
  const std::uint64_t first_seed = journal_test_seed(1);
  std::uint64_t began_late = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + 150; ++seed) {
    SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed));
    RandomSource random(seed);
    const auto market = watched(Profile::kCrossing, seed, 200);
    while (market->trade(20)) continue;
    for (std::uint64_t i = random.below(60); i != 0; --i) market->shadow->do_work();
    market->device.power_cut(random.percent(50) ? KeepRule::kNone : KeepRule::kRandom, seed);
    const auto snapshots = market->snapshots();
    market->restart();
    market->shadow->do_work();
    EXPECT_EQ(market->agreed(), snapshots.empty() ? 0U : snapshots[0]);
    if (market->agreed() != 0) ++began_late;
    market->catch_up();
    EXPECT_EQ(stored_events(market->device), market->events_through(market->last_point()));
  }
  EXPECT_GT(began_late, 40U);
}

TEST(Shadow, PassesOverADamagedSnapshotForTheOneBefore) {
  const auto market = watched(Profile::kPlain, 4);
  market->trade_and_watch(20);
  const auto before = market->snapshots();
  ASSERT_EQ(before.size(), 3U);
  market->device.flip_bit(snapshot_file_name(SequenceNumber(before[0])), 300 * 8);
  market->restart();
  market->shadow->do_work();
  EXPECT_EQ(market->agreed(), before[1]);
  market->catch_up();
  EXPECT_EQ(stored_events(market->device), market->events_through(market->last_point()));
}

TEST(Shadow, LeavesSnapshotsAloneThatTheMarketsStartPassedOver) {
  const auto market = watched(Profile::kPlain, 4);
  market->trade_and_watch(20);
  const auto before = market->snapshots();
  ASSERT_EQ(before.size(), 3U);
  market->restart_trusting(SequenceNumber(before[1]));
  market->shadow->do_work();
  EXPECT_EQ(market->agreed(), before[1]);
  market->restart_trusting(SequenceNumber(0));
  market->shadow->do_work();
  EXPECT_EQ(market->agreed(), 0U);
  market->catch_up();
  market->expect_all_is_true();
}

TEST(Shadow, MakesALostOrShortenedEventStoreAgain) {
  for (const std::uint64_t part : {0U, 1U, 2U, 3U}) {  // quarters left; 0: the file is gone
    const auto market = watched(Profile::kCrossing, 5);
    market->trade_and_watch(20);
    const std::string file(kEventStoreName);
    auto bytes = market->device.contents(file);
    bytes.resize(bytes.size() * part / 4);
    market->device.set_contents(file, bytes);
    if (part == 0) {
      ASSERT_EQ(market->device.remove(file), absl::OkStatus());
    }
    const auto snapshots = market->snapshots();
    ASSERT_EQ(snapshots.size(), 3U);
    market->restart();
    market->shadow->do_work();
    EXPECT_EQ(market->agreed(), part == 3 ? snapshots[2] : 0U);  // not beyond the store's end
    market->catch_up();
    EXPECT_EQ(market->snapshots(), snapshots) << "older ones were taken again";
    market->expect_all_is_true();
  }
}

TEST(Shadow, WaitsForRoomAndThenCatchesUp) {
  std::uint64_t refused_late = 0;
  for (const std::uint64_t room : {0U, 64U, 5'000U, 40'000U, 60'000U, 80'000U}) {
    SCOPED_TRACE(room);
    const auto market = watched(Profile::kPlain, 6);
    while (market->trade(20)) continue;
    market->device.set_capacity(market->bytes_used() + room);
    for (std::uint32_t round = 0; round < 2'000; ++round) market->shadow->do_work();
    EXPECT_EQ(market->shadow->progress().current(), ShadowState::kRetrying);
    EXPECT_GT(market->shadow->progress().retries.get(), 1U);
    EXPECT_THAT(std::string(market->shadow->trouble().message()), HasSubstr("no space left"));
    if (market->agreed() != 0) ++refused_late;
    market->device.set_capacity(std::nullopt);
    market->catch_up();
    EXPECT_EQ(market->agreed(), market->last_point().value());
    EXPECT_FALSE(market->snapshots().empty());
    market->expect_all_is_true();
  }
  EXPECT_GT(refused_late, 2U);
}

TEST(Shadow, RaisesTheAlarmAndStopsWhereEventsDiffer) {
  // The market under one clearing, its shadow under another: nobody there has funds.
  const auto market = watched(Profile::kPlain, 7);
  Stream stream = random_stream(Profile::kPlain, 7, 1);
  market->restart(maker_for(stream, Clearing::kFunded));
  market->trade(200);
  for (std::uint32_t round = 0; round < 1'000; ++round) market->shadow->do_work();
  EXPECT_EQ(market->shadow->progress().current(), ShadowState::kDiverged);
  EXPECT_THAT(std::string(market->shadow->trouble().message()),
              HasSubstr("differ from the journal's digest"));
  EXPECT_EQ(market->snapshots(), std::vector<std::uint64_t>());
  EXPECT_LT(market->agreed(), market->last_point().value());
  // What it did not agree on was not stored.
  EXPECT_EQ(stored_events(market->device),
            market->events_through(SequenceNumber(market->agreed())));
  market->trade(200);
  EXPECT_EQ(market->shadow->do_work(), 0U);
}

TEST(Shadow, CannotGoOnWithoutTheFirstCommand) {
  const auto market = watched(Profile::kPlain, 8);
  while (market->trade(50)) continue;
  ASSERT_EQ(market->device.remove(segment_file_name(SequenceNumber(1))), absl::OkStatus());
  market->shadow->do_work();
  EXPECT_EQ(market->shadow->progress().current(), ShadowState::kFailed);
  EXPECT_THAT(std::string(market->shadow->trouble().message()), HasSubstr("archived elsewhere"));
}

}  // namespace
}  // namespace hourglass::engine::test

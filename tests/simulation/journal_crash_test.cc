// Crash-point sweep: the machine stops at every operation of a workload, keeping none, all, the
// oldest or a random part of what was not synced. What was acknowledged is always there afterwards.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "engine/journal/journal_writer.h"
#include "engine/journal/verify.h"
#include "tests/support/journal_workload.h"
#include "tests/support/simulated_device.h"

namespace hourglass::engine {
namespace {

constexpr std::array kRules = {KeepRule::kNone, KeepRule::kAll, KeepRule::kPrefix,
                               KeepRule::kRandom, KeepRule::kProcess};

struct Progress {
  std::uint64_t attempted = 0;     // last sequence given to the writer
  std::uint64_t acknowledged = 0;  // last sequence a commit returned OK for
};

JournalSettings settings() {
  return small_segments(5);
}

// Creates or reopens the journal and writes frames of changing size, with the next segment being
// prepared in between. Stops at the first error.
void run_workload(SimulatedDevice& device, Progress& progress) {
  auto writer = JournalWriter::open(device, settings());
  if (absl::IsNotFound(writer.status())) {
    writer = JournalWriter::create(device, settings(), kTestUuid, Timestamp(5));
  }
  if (!writer.ok()) return;
  for (const std::uint64_t count : {3U, 40U, 1U, 70U, 25U, 90U, 2U, 110U, 60U, 80U}) {
    progress.attempted = (*writer)->durable().value() + count;
    if (!write_frame(**writer, count).ok()) return;
    progress.acknowledged = (*writer)->durable().value();
    if (count % 2 == 0) {
      // Refused while a spare is there or only one segment is: both ways of getting one are taken.
      (*writer)->recycle_oldest((*writer)->durable()).IgnoreError();
      (*writer)->preparer().step();
      (*writer)->preparer().step();
    }
  }
  if ((*writer)->close().ok()) progress.acknowledged = (*writer)->durable().value();
}

// Recovers and checks; empty if all is well.
std::string check_recovery(SimulatedDevice& device, const Progress& progress) {
  auto writer = JournalWriter::open(device, settings());
  if (absl::IsNotFound(writer.status()) && progress.acknowledged == 0) {
    writer = JournalWriter::create(device, settings(), kTestUuid, Timestamp(5));
  }
  if (!writer.ok()) return writer.status().ToString();
  const std::uint64_t recovered = (*writer)->durable().value();
  const Digest chain = (*writer)->chain();
  if (recovered < progress.acknowledged) {
    return fmt::format("{} was acknowledged, {} came back", progress.acknowledged, recovered);
  }
  if (recovered > progress.attempted) {
    return fmt::format("{} came back, {} was written", recovered, progress.attempted);
  }
  writer->reset();

  // Again, after a power cut that takes whatever recovery left unsynced: the same.
  device.power_cut(KeepRule::kNone, 0);
  writer = JournalWriter::open(device, settings());
  if (!writer.ok()) return "second recovery: " + writer.status().ToString();
  if ((*writer)->durable().value() != recovered || (*writer)->chain() != chain) {
    return fmt::format("second recovery found {}, the first {}", (*writer)->durable().value(),
                       recovered);
  }
  if ((*writer)->recovery().tail.kind != JournalTail::Kind::kClean) {
    return "second recovery found a torn tail";
  }

  // And it can be written on.
  for (const std::uint64_t count : {30U, 100U}) {
    if (absl::Status s = write_frame(**writer, count); !s.ok()) return s.ToString();
  }
  if (absl::Status s = (*writer)->close(); !s.ok()) return s.ToString();
  std::uint64_t last = 0;
  if (std::string wrong = check_contents(device, &last); !wrong.empty()) return wrong;
  if (last != recovered + 130) return fmt::format("{} after writing on", last);
  const auto verification = verify_journal(device);
  if (!verification.ok() || !verification->intact()) return "verification found damage";
  return "";
}

TEST(JournalCrash, KeepsWhatWasAcknowledgedAtEveryOperation) {
  const std::uint64_t seed = journal_test_seed(20240607);
  SimulatedDevice dry_run;
  Progress whole;
  run_workload(dry_run, whole);
  ASSERT_EQ(whole.acknowledged, 481U);
  const std::uint64_t operations = dry_run.operations();
  ASSERT_EQ(std::ranges::count(dry_run.names(), segment_file_name(SequenceNumber(1))), 0)
      << "the workload is to recycle";

  std::uint64_t runs = 0;
  for (std::uint64_t k = 1; k <= operations; ++k) {
    for (const KeepRule rule : kRules) {
      const std::uint64_t variants =
          rule == KeepRule::kPrefix || rule == KeepRule::kRandom ? 12 : 1;
      for (std::uint64_t v = 0; v < variants; ++v, ++runs) {
        SimulatedDevice device;
        device.crash_at(k, rule, seed + runs);
        Progress progress;
        run_workload(device, progress);
        ASSERT_TRUE(device.crashed());
        device.restart();
        ASSERT_EQ(check_recovery(device, progress), "")
            << "crash at operation " << k << ", keeping " << name(rule)
            << ", HOURGLASS_SEED=" << seed << " run " << runs;
      }
    }
  }
  std::printf("%lu crash points, %lu runs, seed %lu: acknowledged commands lost: 0\n", operations,
              runs, seed);
}

TEST(JournalCrash, KeepsWhatWasAcknowledgedWhenRecoveryCrashesToo) {
  const std::uint64_t seed = journal_test_seed(4711);
  SimulatedDevice dry_run;
  Progress whole;
  run_workload(dry_run, whole);
  std::uint64_t runs = 0;
  for (std::uint64_t k = 1; k <= dry_run.operations(); ++k) {
    for (std::uint64_t again = 1; again <= 8; ++again, ++runs) {
      SimulatedDevice device;
      device.crash_at(k, KeepRule::kRandom, seed + runs);
      Progress progress;
      run_workload(device, progress);
      device.restart();
      device.crash_at(again, kRules[runs % kRules.size()], seed + runs);
      Progress second;
      run_workload(device, second);
      device.restart();
      progress.acknowledged = std::max(progress.acknowledged, second.acknowledged);
      progress.attempted = std::max(progress.attempted, second.attempted);
      ASSERT_EQ(check_recovery(device, progress), "")
          << "crash at operation " << k << ", then at " << again << ", HOURGLASS_SEED=" << seed
          << " run " << runs;
    }
  }
  std::printf("%lu double crashes, seed %lu\n", runs, seed);
}

TEST(JournalCrash, DoesNotRestOnWhatOnlyThePageCacheHolds) {
  // The process dies inside a write; its bytes are visible but not durable. Recovery takes the
  // frame for written, so after it the frame must survive a power cut.
  SimulatedDevice device;
  auto writer = create_journal(device, settings());
  ASSERT_EQ(write_frame(*writer, 5), absl::OkStatus());
  device.crash_at(2, KeepRule::kProcess, 0);  // 1 is the index record
  ASSERT_FALSE(write_frame(*writer, 5).ok());
  writer.reset();
  device.restart();
  auto recovered = JournalWriter::open(device, settings());
  ASSERT_TRUE(recovered.ok());
  ASSERT_EQ((*recovered)->durable(), SequenceNumber(10));
  device.power_cut(KeepRule::kNone, 0);
  recovered = JournalWriter::open(device, settings());
  ASSERT_TRUE(recovered.ok());
  EXPECT_EQ((*recovered)->durable(), SequenceNumber(10));
}

TEST(JournalFaults, StopTheWriterForGood) {
  for (const WriteFault fault : {WriteFault::kError, WriteFault::kShort, WriteFault::kNoSpace}) {
    for (const std::uint64_t operation : {1U, 2U}) {  // the index record, the frame
      SimulatedDevice device;
      auto writer = create_journal(device, settings());
      ASSERT_EQ(write_frame(*writer, 5), absl::OkStatus());
      device.fail_at(operation, fault);
      const absl::Status failed = write_frame(*writer, 5);
      EXPECT_FALSE(failed.ok());
      EXPECT_FALSE(absl::IsResourceExhausted(failed)) << "that would invite another try";
      EXPECT_EQ(writer->durable(), SequenceNumber(5));
      // The disk works again; the writer does not, and touches nothing.
      const std::uint64_t operations = device.operations();
      EXPECT_EQ(writer->commit(test_stamp(*writer)), failed);
      EXPECT_EQ(writer->close(), failed);
      EXPECT_EQ(writer->failure(), failed);
      EXPECT_EQ(device.operations(), operations);
      EXPECT_EQ(writer->durable(), SequenceNumber(5));
      writer.reset();
      Progress progress{.attempted = 10, .acknowledged = 5};
      EXPECT_EQ(check_recovery(device, progress), "");
    }
  }
}

TEST(JournalFaults, LeaveARecoverableJournalAtEveryOperation) {
  SimulatedDevice dry_run;
  Progress whole;
  run_workload(dry_run, whole);
  for (std::uint64_t k = 1; k <= dry_run.operations(); ++k) {
    for (const WriteFault fault : {WriteFault::kError, WriteFault::kShort, WriteFault::kNoSpace}) {
      SimulatedDevice device;
      device.fail_at(k, fault);
      Progress progress;
      run_workload(device, progress);
      device.power_cut(KeepRule::kNone, 0);
      ASSERT_EQ(check_recovery(device, progress), "") << "fault at operation " << k;
    }
  }
}

}  // namespace
}  // namespace hourglass::engine

// Every stage prints the tape the streams expect, and what the pipeline wrote down leads to it
// again.
//
// Small streams of all kinds. HOURGLASS_SEED sets their seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/play/player.h"
#include "bench/play/stages.h"
#include "bench/streams/generator.h"
#include "engine/audit/replay_audit.h"
#include "engine/journal/file_device.h"
#include "engine/journal/segment_list.h"
#include "gateway/cli/replica_factory.h"
#include "tests/support/random_source.h"

namespace hourglass::bench {
namespace {

// What is in `parent`, in order of name.
std::vector<std::string> directories_in(const std::string& parent) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(parent)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

class StageJournal : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(::mkdtemp(parent_.data()), nullptr); }
  void TearDown() override { std::filesystem::remove_all(parent_); }

  std::string parent_ = testing::TempDir() + "hourglass-stage-XXXXXX";  // of the journals
};

class StagePlay : public StageJournal, public testing::WithParamInterface<StreamKind> {};

void expect_as_the_header_says(const Stream& stream, const StageOptions& options) {
  const absl::StatusOr<TimedRun> run = play_for_throughput(stream, options);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(check_results(run->results, stream.header.expected), absl::OkStatus())
      << options.stage << ", journal " << name(options.journal);
}

// Records of a stream that are played. Where the whole venue is audited after every command, a few
// take as long as a stream.
#ifdef HOURGLASS_SLOW_CHECKS
constexpr std::uint64_t kMostPlayed = 500;
#else
constexpr std::uint64_t kMostPlayed = 10'000'000;
#endif
// The journal of a preload that does not scale would be most of the test's time.
constexpr std::uint64_t kMostJournaled = std::min<std::uint64_t>(100'000, kMostPlayed);

// The first records of a long stream, half of them its preload, as a stream of its own. What to
// expect of it is what the reference book does.
Stream beginning_of(const Stream& stream, std::uint64_t count) {
  Stream beginning{.header = stream.header, .buffer = *RecordBuffer::reserve(count)};
  for (const StreamOp& op : stream.records().first(count)) beginning.buffer.push_back(op);
  beginning.header.n_ops = count;
  beginning.header.n_preload = count / 2;
  beginning.header.expected = play_for_throughput(beginning, {.stage = "reference"})->results;
  return beginning;
}

// Re-executes the journal in `path`: all of `stream` is in it, and it leads to what was announced.
void expect_leads_there_again(const std::string& path, const Stream& stream) {
  const auto device = engine::FileDevice::open_existing(path);
  ASSERT_TRUE(device.ok()) << device.status();
  const auto replica = gateway::make_permissive_replica();
  const auto audit = engine::audit_replay(**device, *replica);
  ASSERT_TRUE(audit.ok()) << audit.status();
  EXPECT_TRUE(audit->agrees()) << engine::to_text(*audit);
  EXPECT_EQ(audit->last_agreement.through, audit->last_command);
  // A command for each symbol and record, and continuations.
  EXPECT_GE(audit->last_command.value(), stream.header.n_symbols + stream.header.n_ops);
  EXPECT_EQ(replica->state().books.orders().live_count(), stream.header.expected.end_orders);
}

TEST_P(StagePlay, EveryStagePrintsTheTapeTheHeaderExpectsAndAKeptJournalLeadsThereAgain) {
  const std::uint64_t seed = engine::test::number_from_environment("HOURGLASS_SEED", 1);
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed));
  absl::StatusOr<Stream> stream = generate_stream(GetParam(), static_cast<std::uint32_t>(seed), 1);
  ASSERT_TRUE(stream.ok()) << stream.status();
  if (stream->header.n_ops > kMostPlayed) stream = beginning_of(*stream, kMostPlayed);
  for (const std::string_view stage : {"book", "exchange", "pipeline"}) {
    expect_as_the_header_says(*stream, {.stage = stage});
  }
  if (stream->header.n_ops > kMostJournaled) stream = beginning_of(*stream, kMostJournaled);
  expect_as_the_header_says(*stream, {.stage = "pipeline",
                                      .journal = JournalMode::kDurable,
                                      .journal_dir = parent_,
                                      .keep_journal = true});
  const std::vector<std::string> kept = directories_in(parent_);
  ASSERT_EQ(kept.size(), 1U);
  expect_leads_there_again(kept[0], *stream);
}

INSTANTIATE_TEST_SUITE_P(AllKinds, StagePlay, testing::ValuesIn(kStreamKinds),
                         [](const auto& kind) { return std::string(name(kind.param)); });

TEST_F(StageJournal, GoesWithItsRunUnlessKeptAndEachHasAnIdOfItsOwn) {
  const Stream stream = *generate_stream(StreamKind::kEcmix, 1, 1);
  StageOptions options{
      .stage = "pipeline", .journal = JournalMode::kVolatile, .journal_dir = parent_};
  ASSERT_TRUE(make_stage(options, stream.header).ok());
  EXPECT_EQ(directories_in(parent_), std::vector<std::string>{});

  options.keep_journal = true;
  for (std::int32_t run = 0; run < 2; ++run) {
    ASSERT_TRUE(make_stage(options, stream.header).ok());
  }
  std::vector<engine::JournalUuid> uuids;
  for (const std::string& path : directories_in(parent_)) {
    const auto device = engine::FileDevice::open_existing(path);
    ASSERT_TRUE(device.ok()) << device.status();
    const auto list = engine::list_segments(**device);
    ASSERT_TRUE(list.ok()) << list.status();
    ASSERT_FALSE(list->segments.empty());
    uuids.push_back(list->segments.front().header.uuid);
  }
  ASSERT_EQ(uuids.size(), 2U);
  EXPECT_NE(uuids[0], uuids[1]);
  for (const engine::JournalUuid& uuid : uuids) EXPECT_NE(uuid, engine::JournalUuid{});
}

}  // namespace
}  // namespace hourglass::bench

// The whole pipeline with its shadow, on threads and a real directory.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "engine/audit/replay_audit.h"
#include "engine/audit/verify_report.h"
#include "engine/journal/file_device.h"
#include "engine/sequencer/pipeline.h"
#include "tests/support/command_builder.h"
#include "tests/support/journal_recorder.h"
#include "tests/support/journal_workload.h"
#include "tests/support/random_commands.h"
#include "tests/support/random_source.h"
#include "tests/support/reexecuted.h"
#include "tests/support/replicas.h"

namespace hourglass::engine::test {
namespace {

using TestPipeline = Pipeline<engine::PermissiveClearing>;

// Minutes, far beyond what any of it takes: only something that stands still for good comes here.
constexpr std::uint32_t kPausesMax = 2'000'000;

constexpr RingSizes kSmallRings{.ingress = 256, .commands = 1024, .events = 1U << 14};

// A directory whose files of the shadow can be made unwritable, as a full disk would.
class ShadowFullDevice final : public JournalDevice {
 public:
  explicit ShadowFullDevice(FileDevice& device) : device_(device) {}
  Cursor full;

  absl::StatusOr<std::unique_ptr<JournalFile>> open(std::string_view name, OpenMode mode) override {
    const bool derived = name == kEventStoreName || name.starts_with(kSnapshotPrefix);
    if (derived && mode != OpenMode::kRead && full.get() != 0) {
      return absl::ResourceExhaustedError("no space left for the shadow");
    }
    return device_.open(name, mode);
  }
  absl::StatusOr<std::vector<std::string>> list() override { return device_.list(); }
  absl::Status rename(std::string_view from, std::string_view to) override {
    return device_.rename(from, to);
  }
  absl::Status remove(std::string_view name) override { return device_.remove(name); }
  absl::Status sync_directory() override { return device_.sync_directory(); }
  absl::StatusOr<std::unique_ptr<JournalLock>> lock() override { return device_.lock(); }
  [[nodiscard]] std::string describe() const override { return device_.describe(); }

 private:
  FileDevice& device_;
};

class ShadowStress : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string path = ::testing::TempDir() + "hourglass-shadow-XXXXXX";
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    path_ = path;
    auto opened = FileDevice::open_directory(path_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    files_ = *std::move(opened);
    device_ = std::make_unique<ShadowFullDevice>(*files_);
    seed_ = number_from_environment("HOURGLASS_SEED", 1);
    stream_ = random_stream(Profile::kCrossing, seed_, 3'000);
    settings_ = {.limits = exchange_limits(stream_.limits),
                 .rings = kSmallRings,
                 .journal = {.segment_bytes = 64U << 10, .prepare_chunk_bytes = 16U << 10},
                 .journal_idle = {},
                 .shadow = ShadowSettings{.snapshot_every_commands = 500, .snapshots_kept = 2}};
  }
  void TearDown() override { std::filesystem::remove_all(path_); }

  std::unique_ptr<TestPipeline> open() {
    auto pipeline = TestPipeline::open_durable(settings_, *device_, JournalUuid{});
    EXPECT_TRUE(pipeline.ok()) << pipeline.status();
    if (!pipeline.ok()) return nullptr;
    EXPECT_EQ((*pipeline)->start(), absl::OkStatus());
    return *std::move(pipeline);
  }

  // The stream from the doors' thread, the engine on this one, until all of it is durable.
  void trade(TestPipeline& pipeline) {
    Cursor sent;
    std::thread doors([&] {
      for (const Step& step : stream_.steps) {
        PushResult pushed = PushResult::kFull;
        while ((pushed = pipeline.rings().ingress.try_push(step.command)) == PushResult::kFull) {
          std::this_thread::yield();
        }
        if (pushed != PushResult::kPushed) break;  // closed: the journal has failed
      }
      sent.set(1);
    });
    const PipelineRings& rings = pipeline.rings();
    for (;;) {  // ends: the stream is finite, and the journal keeps up or fails
      const bool all_sent = sent.get() != 0;
      const std::uint32_t done = pipeline.do_work();
      if (all_sent && rings.journal_failed.get() != 0) {
        ADD_FAILURE() << pipeline.journal()->failure();
        break;
      }
      if (all_sent && done == 0 && rings.ingress.backlog() == 0 &&
          rings.durable.get() == rings.applied.get()) {
        break;
      }
      if (done == 0) std::this_thread::yield();
    }
    doors.join();
  }

  // Requests go on, one at a time, until it is so. The shadow goes as far as the newest digest a
  // frame names and no further, and a journal with nothing to write names none: how far behind the
  // last command that is depends on how the disk cut the stream into frames.
  template <class Condition>
  static void trade_until(TestPipeline& pipeline, Condition met) {
    CancelOrder unknown{};
    unknown.header = make_header<CancelOrder>(SessionId(1), AccountId(1), InstrumentId(0));
    unknown.target = ClientKey(kMaxClientKeysPerSession - 1);
    const Command request = Command::of(unknown);  // refused, and the refusal is an event
    const PipelineRings& rings = pipeline.rings();
    for (std::uint32_t i = 0; i < kPausesMax && !met(); ++i) {
      if (rings.durable.get() == rings.applied.get()) {
        ASSERT_EQ(pipeline.rings().ingress.try_push(request), PushResult::kPushed);
        pipeline.do_work();
      }
      brief_pause();
    }
    ASSERT_TRUE(met());
  }

  void go_on_with_an_old_journal(bool has_snapshot);

  // The stream, a snapshot of the shadow's, the end; `state` is where the exchange stands then.
  void trade_to_a_snapshot(TestPipeline& pipeline, std::vector<std::byte>& state) {
    trade(pipeline);
    trade_until(pipeline, [&] { return pipeline.shadow()->progress().snapshots.get() != 0; });
    ASSERT_EQ(pipeline.stop(), absl::OkStatus());
    EXPECT_EQ(pipeline.shadow()->progress().current(), ShadowState::kFollowing)
        << pipeline.shadow()->trouble();
    state = state_of(pipeline);
  }

  static std::vector<std::byte> state_of(const TestPipeline& pipeline) {
    StateWriter writer;
    pipeline.exchange().save(writer);
    return writer.take();
  }

  // The directory of a stopped pipeline says what the pipeline said, whoever asks.
  void expect_all_is_true(const std::vector<std::byte>& state) {
    const Reexecuted all = reexecute(*device_, make_replica(stream_.limits, stream_.clearing));
    EXPECT_EQ(all.state, state);
    EXPECT_EQ(stored_events(*device_), all.vouched_events);
    EXPECT_TRUE(all.vouched_events == all.events || ends_without_room(*device_));
    const auto audit = audit_replay(*device_, *make_replica(stream_.limits, stream_.clearing));
    ASSERT_TRUE(audit.ok()) << audit.status();
    EXPECT_TRUE(audit->agrees()) << to_text(*audit);
    EXPECT_EQ(audit->count(SnapshotComparison::Verdict::kEqual), audit->snapshots.size());
  }

  std::string path_;
  std::uint64_t seed_ = 0;
  Stream stream_;
  PipelineSettings settings_;
  std::unique_ptr<FileDevice> files_;
  std::unique_ptr<ShadowFullDevice> device_;
};

TEST_F(ShadowStress, RestartsFromItsSnapshotsAreWorthTheWholeJournal) {
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed_));
  std::vector<std::byte> state;
  for (std::uint32_t run = 0; run < 4; ++run) {
    const auto pipeline = open();
    ASSERT_NE(pipeline, nullptr);
    EXPECT_EQ(pipeline->report().snapshot != SequenceNumber(0), run != 0);
    EXPECT_EQ(pipeline->report().snapshots_refused, "");
    if (run != 0) {
      EXPECT_EQ(state_of(*pipeline), state);
    }
    trade_to_a_snapshot(*pipeline, state);
  }
  expect_all_is_true(state);
}

// The program before this one was killed, with commands that no frame vouched for yet.
void ShadowStress::go_on_with_an_old_journal(bool has_snapshot) {
  Stream later = stream_;
  const auto middle = std::ssize(stream_.steps) / 2;
  stream_.steps.erase(stream_.steps.begin() + middle, stream_.steps.end());
  later.steps.erase(later.steps.begin(), later.steps.begin() + middle);
  std::vector<std::byte> state;
  {
    JournalRecorder old(*device_, make_replica(stream_.limits, stream_.clearing),
                        {.seed = seed_, .rule_set_version = 1});
    old.run(stream_);
    if (has_snapshot) old.cut();
    const SequenceNumber vouched = old.points().back().point.through;
    for (int i = 0; i < 10; ++i) old.send(advance_time());
    old.send(cancel_order({.session = 1, .account = 1}, kMaxClientKeysPerSession - 1));
    old.commit_through(vouched);
    old.stop();
    state = saved(old.replica());
  }
  stream_ = later;
  for (std::uint32_t run = 0; run < 2; ++run) {
    const auto pipeline = open();
    ASSERT_NE(pipeline, nullptr);
    EXPECT_EQ(pipeline->report().snapshot != SequenceNumber(0), has_snapshot || run != 0);
    EXPECT_EQ(pipeline->report().snapshots_refused, "");
    EXPECT_EQ(state_of(*pipeline), state);
    trade_to_a_snapshot(*pipeline, state);
  }
  expect_all_is_true(state);
  const auto verified = verify_directory(*device_);
  ASSERT_TRUE(verified.ok());
  EXPECT_TRUE(verified->intact()) << to_text(*verified);
}

TEST_F(ShadowStress, AVenueGoesOnWithTheJournalOfAnOlderProgram) {
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed_));
  go_on_with_an_old_journal(false);
}
TEST_F(ShadowStress, AVenueGoesOnWithTheJournalAndSnapshotOfAnOlderProgram) {
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed_));
  go_on_with_an_old_journal(true);
}

TEST_F(ShadowStress, AFullDiskUnderTheShadowIsNotTheMarketsAffair) {
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed_));
  device_->full.set(1);
  const auto pipeline = open();
  ASSERT_NE(pipeline, nullptr);
  trade(*pipeline);
  trade_until(*pipeline, [&] { return pipeline->shadow()->progress().retries.get() != 0; });
  EXPECT_EQ(pipeline->shadow()->progress().agreed.get(), 0U);
  device_->full.set(0);
  trade_until(*pipeline, [&] { return pipeline->shadow()->progress().snapshots.get() != 0; });
  ASSERT_EQ(pipeline->stop(), absl::OkStatus());
  expect_all_is_true(state_of(*pipeline));
}

// A replica that stands still at its first command until it is let go.
Cursor let_go;
class Stuck final : public WrappedReplica {
 public:
  explicit Stuck(const ExchangeLimits& limits)
      : WrappedReplica(std::make_unique<OwnedReplica<engine::PermissiveClearing>>(limits)) {}

  std::span<const Event> apply(const Command& command) noexcept override {
    while (let_go.get() == 0) brief_pause();
    return WrappedReplica::apply(command);
  }
};

TEST_F(ShadowStress, AShadowThatStandsStillHoldsNobodyBack) {
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed_));
  let_go.set(0);
  const ShadowSettings shadow_settings = *settings_.shadow;
  settings_.shadow.reset();
  const auto pipeline = open();
  ASSERT_NE(pipeline, nullptr);
  const ReplicaMaker maker{.make = [](const ExchangeLimits& limits) -> std::unique_ptr<Replica> {
                             return std::make_unique<Stuck>(limits);
                           },
                           .limits = settings_.limits};
  ShadowAgent shadow(*device_, pipeline->rings().durable, maker, shadow_settings);
  AgentRunner runner({.name = "shadow", .pin_cpu = {}, .idle = ShadowAgent::pace()}, {&shadow});
  ASSERT_EQ(runner.start(), absl::OkStatus());
  trade(*pipeline);  // several times what the rings hold
  EXPECT_GT(pipeline->rings().durable.get(), 2U * kSmallRings.commands);
  EXPECT_EQ(shadow.progress().agreed.get(), 0U);
  let_go.set(1);
  trade_until(*pipeline, [&] { return shadow.progress().snapshots.get() != 0; });
  runner.stop();
  ASSERT_EQ(pipeline->stop(), absl::OkStatus());
  shadow.finish();
  expect_all_is_true(state_of(*pipeline));
}

}  // namespace
}  // namespace hourglass::engine::test

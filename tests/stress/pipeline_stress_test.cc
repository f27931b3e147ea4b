// The whole pipeline under threads: several doors, the engine, the journal and its preparer, a
// consumer the engine waits for and one it does not. Whatever the interleaving, each event is let
// out once, in order, and only when its command is on the disk; and the journal re-executes to the
// same events and the same state.
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/journal/file_device.h"
#include "engine/sequencer/pipeline.h"
#include "risk/clearing/funded_limit.h"
#include "tests/support/command_builder.h"
#include "tests/support/durable_consumers.h"
#include "tests/support/event_text.h"
#include "tests/support/journal_workload.h"
#include "tests/support/random_source.h"
#include "tests/support/replicas.h"
#include "tests/support/simulated_device.h"
#include "tests/support/watched_device.h"

namespace hourglass::engine::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint32_t kCommandsPerDoor = 400;
#else
constexpr std::uint32_t kCommandsPerDoor = 3'000;
#endif
constexpr std::uint32_t kDoors = 3;
constexpr std::uint32_t kInstruments = 2;
constexpr std::int64_t kDepositMicroUsd = 1'000'000'000'000;

using TestPipeline = Pipeline<risk::FundedLimit>;

// Rings so small that each is full now and then; the event ring holds what one apply may emit.
PipelineSettings settings() {
  return {.limits = {.max_orders = 4096,
                     .max_level_pages = 256,
                     .max_instruments = kInstruments,
                     .max_sessions = kDoors + 1,
                     .max_accounts = kDoors + 1,
                     .max_client_key_pages = 8 * kDoors,
                     .max_steps_per_apply = 4,
                     .max_scan_per_apply = 64},
          .rings = {.ingress = 64, .commands = 256, .events = 4096},
          .journal = small_segments(128),
          .journal_idle = {}};
}

// One session's orders around one price, sent from a thread of its own.
class Door {
 public:
  Door(std::uint32_t session, std::uint64_t seed) : session_(session), random_(seed + session) {}

  // Pushes everything, waiting where the ring is full; ends early where it is closed.
  void run(MpscRing<Command>& ingress) {
    for (; sent_ < kCommandsPerDoor; ++sent_) {
      const Command command = next();
      PushResult result = PushResult::kFull;
      while ((result = ingress.try_push(command)) == PushResult::kFull) ::sched_yield();
      if (result == PushResult::kClosed) {
        was_closed_ = true;
        return;
      }
    }
  }

  [[nodiscard]] std::uint32_t sent() const { return sent_; }
  [[nodiscard]] bool was_closed() const { return was_closed_; }

 private:
  Command next() {
    const From from{.session = session_,
                    .account = session_,
                    .instrument = static_cast<std::uint32_t>(random_.below(kInstruments)),
                    .session_sequence = sent_ + 1};
    if (sent_ == 0) return adjust_funds(from, kDepositMicroUsd);
    const std::uint64_t kind = random_.below(100);
    const Side side = random_.percent(50) ? Side::kBuy : Side::kSell;
    // A recent key: live, filled, or in the other instrument; all three must work.
    const auto target = next_key_ - static_cast<std::uint32_t>(
                                        random_.below(std::min<std::uint32_t>(next_key_, 20) + 1));
    const std::int64_t price = 100 + random_.between(-3, 3);
    const std::int64_t qty = random_.between(1, 20);
    if (kind < 2) return mass_cancel({.from = from, .by_instrument = true});
    if (kind < 25) return cancel_order(from, target);
    if (kind < 45) {
      return replace_order({.from = from,
                            .target = target,
                            .key = next_key_++,
                            .side = side,
                            .price = price,
                            .qty = qty});
    }
    return new_order({.from = from,
                      .key = next_key_++,
                      .side = side,
                      .price = price,
                      .qty = qty,
                      .display = kind < 60 ? 1 : qty,
                      .time_in_force = kind >= 90 ? TimeInForce::kImmediateOrCancel
                                                  : TimeInForce::kGoodTillCancel});
  }

  const std::uint32_t session_;
  RandomSource random_;
  std::uint32_t next_key_ = 0;
  std::uint32_t sent_ = 0;
  bool was_closed_ = false;
};

// Everything that runs, for one journal.
class RunningPipeline {
 public:
  RunningPipeline(JournalDevice& device, std::uint64_t seed) : watched_(device) {
    for (std::uint32_t i = 0; i < kDoors; ++i) doors_.emplace_back(i + 1, seed);
    auto opened = TestPipeline::open_durable(settings(), watched_, kTestUuid);
    EXPECT_TRUE(opened.ok()) << opened.status();
    pipeline_ = *std::move(opened);
    reports_ = std::make_unique<DurableReports>(pipeline_->rings(), watched_);
    feed_ = std::make_unique<DurableFeed>(pipeline_->rings(), watched_);
  }

  // Until the doors have ended and all they sent is durable, or the journal has failed.
  void go() {
    EXPECT_EQ(pipeline_->start(), absl::OkStatus());
    for (std::uint32_t id = 0; id < kInstruments; ++id) {
      while (!pipeline_->sequencer().submit(define_instrument({.from = {0, 0, id}}))) {
        ::sched_yield();
      }
    }
    std::vector<std::thread> doors;
    doors_running_.store(kDoors);
    for (Door& door : doors_) {
      doors.emplace_back([&] {
        door.run(pipeline_->rings().ingress);
        doors_running_.fetch_sub(1);
      });
    }
    std::thread reports([&] { follow(*reports_, 0); });
    std::thread feed([&] { follow(*feed_, 2'000); });
    run_engine();
    engine_ended_.store(true);
    for (std::thread& door : doors) door.join();
    reports.join();
    feed.join();
  }

  [[nodiscard]] TestPipeline& pipeline() { return *pipeline_; }
  [[nodiscard]] WatchedDevice& watched() { return watched_; }
  [[nodiscard]] const std::vector<Door>& doors() const { return doors_; }
  [[nodiscard]] const DurableReports& reports() const { return *reports_; }
  [[nodiscard]] const DurableFeed& feed() const { return *feed_; }

 private:
  void run_engine() {
    PipelineRings& rings = pipeline_->rings();
    for (;;) {  // ends: the doors end, and the journal makes all durable or fails
      const bool doors_ended = doors_running_.load() == 0;
      const bool failed = rings.journal_failed.get() != 0;
      const bool all_durable = rings.durable.get() == rings.applied.get();
      const bool idle = pipeline_->do_work() == 0;
      if (idle && doors_ended && rings.ingress.backlog() == 0 && all_durable) return;
      if (idle && doors_ended && failed) return;
      if (idle) ::sched_yield();
    }
  }

  // `pause_us`: how long to look away now and then, so that it falls behind.
  template <class Consumer>
  void follow(Consumer& consumer, std::uint32_t pause_us) {
    for (std::uint32_t steps = 0;; ++steps) {  // ends: the watermark stands once the engine ended
      const bool last = engine_ended_.load();
      if (pause_us != 0 && steps % 1024 == 1023) ::usleep(pause_us);
      if (consumer.step()) continue;
      if (last) return;
      ::sched_yield();
    }
  }

  WatchedDevice watched_;
  std::vector<Door> doors_;
  std::unique_ptr<TestPipeline> pipeline_;
  std::unique_ptr<DurableReports> reports_;
  std::unique_ptr<DurableFeed> feed_;
  std::atomic<std::uint32_t> doors_running_{0};
  std::atomic<bool> engine_ended_{false};
};

// A journal re-executed from its first command.
class ReExecuted final : public ReplayObserver {
 public:
  explicit ReExecuted(JournalDevice& device) : replica_(settings().limits) {
    auto reader = JournalReader::open(device);
    EXPECT_TRUE(reader.ok()) << reader.status();
    Replayer replayer(replica_, **reader, std::make_unique<EventDigest>(), this);
    EXPECT_EQ(replayer.run(), absl::OkStatus());
    agreements_ = replayer.counters().agreements;
    point_ = replayer.take_digest()->point();
  }

  void on_events(const Command& command, std::span<const Event> events) override {
    commands_.push_back(command);
    events_.insert(events_.end(), events.begin(), events.end());
  }

  // Each door's commands, by the numbers the door gave them: 1, 2, 3, ..., none lost, none twice.
  [[nodiscard]] std::array<std::uint32_t, kDoors + 1> in_order_count() const {
    std::array<std::uint32_t, kDoors + 1> counts{};
    for (const Command& command : commands_) {
      const CommandHeader& header = command.header();
      if (header.session == SessionId(0)) continue;
      std::uint32_t& count = counts[header.session.value()];
      EXPECT_EQ(header.session_sequence, count + 1);
      count = header.session_sequence;
    }
    return counts;
  }

  [[nodiscard]] const std::vector<Event>& events() const { return events_; }
  [[nodiscard]] const Replica& replica() const { return replica_; }
  [[nodiscard]] SequenceNumber last() const { return replica_.state().sequence; }
  [[nodiscard]] std::uint64_t agreements() const { return agreements_; }
  [[nodiscard]] const DigestPoint& point() const { return point_; }

 private:
  OwnedReplica<risk::FundedLimit> replica_;
  std::vector<Command> commands_;
  std::vector<Event> events_;
  std::uint64_t agreements_ = 0;
  DigestPoint point_;
};

void expect_everything_let_out_once(JournalDevice& device, std::uint64_t seed) {
  RunningPipeline run(device, seed);
  run.go();
  ASSERT_EQ(run.pipeline().stop(), absl::OkStatus());
  const ReExecuted again(device);
  EXPECT_EQ(again.last(), run.pipeline().exchange().state().sequence);
  EXPECT_EQ(run.watched().reached(), again.last().value() + 1);
  const auto counts = again.in_order_count();
  for (const Door& door : run.doors()) {
    EXPECT_FALSE(door.was_closed());
    EXPECT_EQ(door.sent(), kCommandsPerDoor);
  }
  for (std::uint32_t i = 1; i <= kDoors; ++i) EXPECT_EQ(counts[i], kCommandsPerDoor);

  EXPECT_EQ(run.reports().wrong(again.events()), "");
  EXPECT_EQ(run.reports().shown().size(), again.events().size());
  EXPECT_EQ(run.feed().wrong(again.events()), "");
  EXPECT_EQ(run.feed().shown_count() + run.feed().lost_count(), again.events().size());
  EXPECT_GT(run.feed().shown_count(), 0U);

  // The seal, where it has room, vouches for the events of every command, and the replay agreed.
  if (!ends_without_room(device)) {
    EXPECT_EQ(again.point().through, again.last());
  }
  EXPECT_GT(again.agreements(), 1U);
  StateWriter writer;
  run.pipeline().exchange().save(writer);
  EXPECT_EQ(writer.take(), saved(again.replica()));
}

TEST(PipelineStress, LetsEachEventOutOnceOnASimulatedDevice) {
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed));
  SimulatedDevice device;
  expect_everything_let_out_once(device, seed);
}

TEST(PipelineStress, LetsEachEventOutOnceOnFiles) {
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed));
  std::string path = ::testing::TempDir() + "hourglass-pipeline-XXXXXX";
  ASSERT_NE(::mkdtemp(path.data()), nullptr);
  {
    const auto device = FileDevice::open_directory(path);
    ASSERT_TRUE(device.ok()) << device.status();
    expect_everything_let_out_once(**device, seed);
  }
  std::filesystem::remove_all(path);
}

TEST(PipelineStress, ClosesTheDoorsAndLetsOutNothingMoreWhenTheJournalFails) {
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  // A frame takes at most what the command ring holds, so each run has more frames than these.
  for (const std::uint64_t frame : {1U, 2U, 3U, 4U}) {
    SCOPED_TRACE("frame " + std::to_string(frame) + ", HOURGLASS_SEED=" + std::to_string(seed));
    SimulatedDevice device;
    const auto run = std::make_unique<RunningPipeline>(device, seed);
    run->watched().fail_frame(frame);
    run->go();
    const absl::Status stopped = run->pipeline().stop();
    ASSERT_FALSE(stopped.ok());
    EXPECT_EQ(run->pipeline().rings().journal_failed.get(), 1U);
    EXPECT_EQ(run->pipeline().journal()->failure(), stopped);
    for (const Door& door : run->doors()) {
      EXPECT_TRUE(door.was_closed() || door.sent() == kCommandsPerDoor);
    }
    EXPECT_EQ(run->pipeline().do_work(), 0U);
    EXPECT_EQ(run->pipeline().rings().ingress.try_push(advance_time()), PushResult::kClosed);
    const std::uint64_t acknowledged = run->pipeline().rings().durable.get() - 1;
    EXPECT_EQ(run->watched().reached(), acknowledged + 1);

    const ReExecuted again(device);
    EXPECT_EQ(again.last().value(), acknowledged);
    EXPECT_EQ(run->reports().wrong(again.events()), "");
    EXPECT_EQ(run->reports().shown().size(), again.events().size());
    EXPECT_EQ(run->feed().wrong(again.events()), "");
  }
}

}  // namespace
}  // namespace hourglass::engine::test

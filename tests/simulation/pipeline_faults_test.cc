// The whole pipeline on a disk that fails, fills up or loses power: what was let out is there
// afterwards, what is there was let out or asked for, and the state is what the commands make of
// it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/support/command_builder.h"
#include "tests/support/event_text.h"
#include "tests/support/journal_workload.h"
#include "tests/support/random_commands.h"
#include "tests/support/replicas.h"
#include "tests/support/simulated_device.h"
#include "tests/support/stepped_pipeline.h"

namespace hourglass::engine::test {
namespace {

using End = SteppedPipeline::End;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kOperationStride = 7;
constexpr std::uint64_t kVariants = 1;
#else
constexpr std::uint64_t kOperationStride = 1;
constexpr std::uint64_t kVariants = 2;
#endif

constexpr std::array kRules = {KeepRule::kNone, KeepRule::kAll, KeepRule::kPrefix,
                               KeepRule::kRandom, KeepRule::kProcess};

// Orders, changes, mass cancels and disconnects; two steps an apply and room for four commands
// before the journal, so that work is often unfinished when the power goes.
struct Workload {
  explicit Workload(std::uint64_t seed, std::uint32_t steps) {
    Stream stream = random_stream(Profile::kBulk, seed, steps);
    stream.limits.max_orders = 500;
    stream.limits.max_steps_per_apply = 2;
    stream.limits.max_scan_per_apply = 20;
    settings.limits = exchange_limits(stream.limits);
    settings.rings.commands = 4;
    settings.journal = small_segments(5);
    for (const Step& step : stream.steps) commands.push_back(step.command);
  }

  SteppedSettings settings;
  std::vector<Command> commands;
};

// An exchange that applies what a pipeline's tape says, without journal, rings or device.
class Control {
 public:
  explicit Control(const Workload& workload) : replica_(workload.settings.limits) {}

  void apply(const Command& command) {
    const std::span<const Event> events = replica_.apply(command);
    events_.insert(events_.end(), events.begin(), events.end());
  }
  void apply_through(std::span<const Command> tape, std::uint64_t last) {
    for (const Command& command : tape) {
      if (command.header().sequence.value() <= last) apply(command);
    }
  }

  [[nodiscard]] Replica& replica() { return replica_; }
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }

 private:
  OwnedReplica<engine::PermissiveClearing> replica_;
  std::vector<Event> events_;
};

// Whether both stand behind the same command with the same state. A state in the middle of work
// has no bytes; then both go on to the work's end first.
std::string difference(SteppedPipeline::ExchangeType& exchange, Replica& control) {
  ExchangeReplica<engine::PermissiveClearing> recovered(exchange);
  if (recovered.state().sequence != control.state().sequence) {
    return fmt::format("stands behind command {}, not {}", recovered.state().sequence.value(),
                       control.state().sequence.value());
  }
  if (recovered.has_pending_work() != control.has_pending_work()) {
    return "one has unfinished work, the other none";
  }
  while (control.has_pending_work()) {  // ends: work is finite
    const MarketState& state = control.state();
    const Command next =
        stamped(continue_work({0, 0}, state.work.origin.value(), state.work.steps_done),
                state.sequence.value() + 1, state.time.value() + 1);
    if (auto wrong = first_difference(control.apply(next), recovered.apply(next))) return *wrong;
  }
  if (recovered.has_pending_work()) return "unfinished work where the other has none";
  return saved(recovered) == saved(control) ? "" : "another state";
}

// What a restart may find behind the last command that was acknowledged.
enum class Beyond : std::uint8_t {
  kNothing,
  kUnacknowledged,  // a frame that was whole on the disk before anybody was told
};

// What was let out before the end, against what is there after a restart. Empty if all is well.
// `in_work`, if asked for, gets whether the restart found work unfinished.
std::string check_restart(const Workload& workload, SimulatedDevice& device,
                          const SteppedPipeline& before, Beyond beyond, bool* in_work = nullptr) {
  const std::uint64_t acknowledged = before.acknowledged();
  auto after = SteppedPipeline::open(device, workload.settings);
  if (!after.ok()) return after.status().ToString();
  const std::uint64_t recovered = (*after)->exchange().state().sequence.value();
  if (recovered < acknowledged) {
    return fmt::format("{} was acknowledged, {} came back", acknowledged, recovered);
  }
  if (recovered > before.tape().size()) {
    return fmt::format("{} came back, {} was applied", recovered, before.tape().size());
  }
  if (beyond == Beyond::kNothing && recovered != acknowledged) {
    return fmt::format("{} came back, {} was acknowledged", recovered, acknowledged);
  }
  if (in_work != nullptr) *in_work = (*after)->exchange().has_pending_work();
  Control control(workload);
  control.apply_through(before.tape(), recovered);
  if (auto wrong = before.reports().wrong(control.events()); !wrong.empty()) return wrong;
  if (auto wrong = before.feed().wrong(control.events()); !wrong.empty()) return wrong;
  return difference((*after)->exchange(), control.replica());
}

// Opens again, trades on to the end, ends in order, and re-executes the whole journal.
std::string check_trading_on(const Workload& workload, SimulatedDevice& device,
                             std::uint64_t seed) {
  {
    auto pipeline = SteppedPipeline::open(device, workload.settings);
    if (!pipeline.ok()) return pipeline.status().ToString();
    if ((*pipeline)->run(workload.commands, seed) != End::kAllDurable) return "did not trade on";
    if (absl::Status sealed = (*pipeline)->seal(); !sealed.ok()) return sealed.ToString();
  }
  auto reader = JournalReader::open(device);
  if (!reader.ok()) return reader.status().ToString();
  OwnedReplica<engine::PermissiveClearing> replica(workload.settings.limits);
  Replayer replayer(replica, **reader, std::make_unique<EventDigest>());
  if (absl::Status replayed = replayer.run(); !replayed.ok()) return replayed.ToString();
  const auto digest = replayer.take_digest();
  const bool to_the_end = digest->point().through == replica.state().sequence;
  return to_the_end || ends_without_room(device) ? "" : "no digest at the end";
}

// The device's operations of a run without a fault, the opening's and then all.
struct DryRun {
  std::uint64_t opening = 0;
  std::uint64_t all = 0;
};

DryRun dry_run(const Workload& workload, std::uint64_t seed) {
  SimulatedDevice device;
  auto pipeline = SteppedPipeline::open(device, workload.settings);
  EXPECT_TRUE(pipeline.ok()) << pipeline.status();
  const std::uint64_t opening = device.operations();
  EXPECT_EQ((*pipeline)->run(workload.commands, seed), End::kAllDurable);
  EXPECT_EQ((*pipeline)->seal(), absl::OkStatus());
  EXPECT_EQ((*pipeline)->pushed(), workload.commands.size());
  return {.opening = opening, .all = device.operations()};
}

TEST(PipelineWriteError, StopsTheMarketAndLosesNothingThatWasLetOut) {
  const std::uint64_t seed = journal_test_seed(7);
  const Workload workload(seed, 150);
  const DryRun whole = dry_run(workload, seed);
  std::uint64_t stopped = 0;
  for (const WriteFault fault : {WriteFault::kError, WriteFault::kShort, WriteFault::kNoSpace}) {
    for (std::uint64_t k = 1; k <= whole.all - whole.opening; k += kOperationStride) {
      SCOPED_TRACE(fmt::format("fault {} at operation {}, HOURGLASS_SEED={}",
                               static_cast<int>(fault), k, seed));
      SimulatedDevice device;
      auto pipeline = SteppedPipeline::open(device, workload.settings);
      ASSERT_TRUE(pipeline.ok()) << pipeline.status();
      device.fail_at(k, fault);
      const End end = (*pipeline)->run(workload.commands, seed);
      if (end == End::kAllDurable) continue;  // the preparer began anew, or nothing was written
      ASSERT_EQ(end, End::kFailed);
      ++stopped;

      // The doors are closed; nothing moves the watermark or touches the disk again.
      const std::uint64_t acknowledged = (*pipeline)->acknowledged();
      const std::uint64_t operations = device.operations();
      const absl::Status failure = (*pipeline)->journal().failure();
      EXPECT_EQ((*pipeline)->step_engine(), 0U);
      EXPECT_EQ((*pipeline)->rings().ingress.try_push(advance_time()), PushResult::kClosed);
      EXPECT_EQ((*pipeline)->step_journal(), 0U);
      EXPECT_EQ((*pipeline)->seal(), failure);
      EXPECT_EQ(device.operations(), operations);
      EXPECT_EQ((*pipeline)->acknowledged(), acknowledged);
      EXPECT_EQ((*pipeline)->watched().reached(), acknowledged + 1);

      device.power_cut(KeepRule::kNone, seed);
      ASSERT_EQ(check_restart(workload, device, **pipeline, Beyond::kNothing), "");
    }
  }
  EXPECT_GT(stopped, 20U);
}

TEST(PipelineDiskFull, HoldsTheDoorsBackLosesNothingAndGoesOn) {
  const std::uint64_t seed = journal_test_seed(11);
  const Workload workload(seed, 1'500);
  SimulatedDevice device;
  auto opened = SteppedPipeline::open(device, workload.settings);
  ASSERT_TRUE(opened.ok()) << opened.status();
  SteppedPipeline& pipeline = **opened;
  device.set_capacity(4 * 5 * kBlockBytes);
  ASSERT_EQ(pipeline.run(workload.commands, seed), End::kStalled);

  // Full is not failed: the doors are told to wait, and nothing undurable was let out.
  const std::size_t taken = pipeline.pushed();
  const std::uint64_t acknowledged = pipeline.acknowledged();
  EXPECT_LT(taken, workload.commands.size());
  EXPECT_EQ(pipeline.rings().journal_failed.get(), 0U);
  EXPECT_EQ(pipeline.rings().ingress.try_push(workload.commands[taken]), PushResult::kFull);
  EXPECT_GT(pipeline.journal().counters().disk_full_retries, 0U);
  EXPECT_LT(acknowledged, pipeline.tape().size());
  EXPECT_EQ(pipeline.watched().reached(), acknowledged + 1);

  device.set_capacity(std::nullopt);
  const auto rest = std::span<const Command>(workload.commands).subspan(taken);
  ASSERT_EQ(pipeline.run(rest, seed + 1), End::kAllDurable);
  ASSERT_EQ(pipeline.seal(), absl::OkStatus());
  Control control(workload);
  control.apply_through(pipeline.tape(), pipeline.tape().size());
  EXPECT_EQ(pipeline.reports().wrong(control.events()), "");
  EXPECT_EQ(pipeline.reports().shown().size(), control.events().size());
  EXPECT_EQ(pipeline.feed().wrong(control.events()), "");
  device.power_cut(KeepRule::kNone, seed);
  EXPECT_EQ(check_restart(workload, device, pipeline, Beyond::kNothing), "");
}

TEST(PipelineDiskFull, EndsWithoutWhatWasNeverAcknowledged) {
  const std::uint64_t seed = journal_test_seed(13);
  const Workload workload(seed, 1'500);
  SimulatedDevice device;
  auto pipeline = SteppedPipeline::open(device, workload.settings);
  ASSERT_TRUE(pipeline.ok()) << pipeline.status();
  device.set_capacity(4 * 5 * kBlockBytes);
  ASSERT_EQ((*pipeline)->run(workload.commands, seed), End::kStalled);
  EXPECT_TRUE(absl::IsResourceExhausted((*pipeline)->seal()));
  EXPECT_LT((*pipeline)->acknowledged(), (*pipeline)->tape().size());
  device.power_cut(KeepRule::kNone, seed);
  // The disk is still full: what is there can be opened all the same.
  EXPECT_EQ(check_restart(workload, device, **pipeline, Beyond::kNothing), "");
}

TEST(PipelineCrash, KeepsWhatWasLetOutAtEveryOperation) {
  const std::uint64_t seed = journal_test_seed(20261123);
  const Workload workload(seed, 150);
  const DryRun whole = dry_run(workload, seed);
  std::uint64_t runs = 0;
  std::uint64_t let_out = 0;
  std::uint64_t unfinished = 0;
  for (std::uint64_t k = 1; k <= whole.all - whole.opening; k += kOperationStride) {
    for (const KeepRule rule : kRules) {
      const bool random = rule == KeepRule::kPrefix || rule == KeepRule::kRandom;
      for (std::uint64_t v = 0; v < (random ? kVariants : 1); ++v, ++runs) {
        SCOPED_TRACE(fmt::format("crash at operation {}, keeping {}, HOURGLASS_SEED={} run {}", k,
                                 name(rule), seed, runs));
        SimulatedDevice device;
        auto pipeline = SteppedPipeline::open(device, workload.settings);
        ASSERT_TRUE(pipeline.ok()) << pipeline.status();
        device.crash_at(k, rule, seed + runs);
        if ((*pipeline)->run(workload.commands, seed) == End::kAllDurable) {
          (*pipeline)->seal().IgnoreError();  // the last operations are the seal's
        }
        ASSERT_TRUE(device.crashed());
        device.restart();
        bool in_work = false;
        ASSERT_EQ(check_restart(workload, device, **pipeline, Beyond::kUnacknowledged, &in_work),
                  "");
        let_out += (*pipeline)->reports().shown().size();
        unfinished += in_work ? 1 : 0;
        pipeline->reset();
        if (runs % 8 != 0) continue;
        device.power_cut(KeepRule::kNone, seed);
        ASSERT_EQ(check_trading_on(workload, device, seed + 1), "");
      }
    }
  }
  std::printf("%lu operations, %lu crashes, %lu in unfinished work, %lu events let out, lost: 0\n",
              whole.all - whole.opening, runs, unfinished, let_out);
  EXPECT_GT(let_out, 0U);
  EXPECT_GT(unfinished, 0U);
}

}  // namespace
}  // namespace hourglass::engine::test

// From a command in the ingress ring to its events at a consumer nothing is allocated.
//
// Random streams of every hot kind run through the exchange; through rings and sequencer; and with
// journal and digest as far as the durable watermark, while this thread's allocations are counted.
// HOURGLASS_SEED sets the first seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "engine/exchange/exchange.h"
#include "engine/exchange/lookahead.h"
#include "engine/journal/file_device.h"
#include "engine/journal/journal_writer.h"
#include "engine/ring/gating_consumer.h"
#include "engine/sequencer/digest_agent.h"
#include "engine/sequencer/journal_agent.h"
#include "engine/sequencer/pipeline_rings.h"
#include "engine/sequencer/sequencer.h"
#include "risk/clearing/funded_limit.h"
#include "tests/alloc/allocation_count.h"
#include "tests/alloc/preallocated_device.h"
#include "tests/support/journal_workload.h"
#include "tests/support/random_commands.h"
#include "tests/support/random_source.h"
#include "tests/support/replicas.h"

namespace hourglass::engine::test {
namespace {

constexpr std::uint32_t kStepsPerStream = 50'000;
// The first commands run uncounted, though nothing is known that would need it.
constexpr std::uint32_t kWarmUp = 1'000;
// A book full of icebergs, one step an apply, may need more: correct, and too long here. Its stream
// ends there.
constexpr std::uint32_t kMaxSlices = 2'000;

constexpr std::array kProfiles = {
    Profile::kPlain, Profile::kCrossing, Profile::kIcebergs, Profile::kReplaces, Profile::kBulk,
    Profile::kDays,  Profile::kStates,   Profile::kFunds,    Profile::kHostile,  Profile::kMoves};

// What went by, so that a test of silence can show that something was said.
struct Tally {
  std::array<std::uint64_t, 256> commands{};
  std::array<std::uint64_t, 256> events{};
  std::array<std::uint64_t, 256> accepted_by_time_in_force{};
  std::uint64_t new_tranches = 0;

  void add(const Command& command) { ++commands[static_cast<std::size_t>(command.header().kind)]; }
  void add(const Event& event) {
    ++events[static_cast<std::size_t>(event.header().kind)];
    if (event.header().kind == EventKind::kOrderAccepted) {
      const auto time_in_force = event.as<OrderAccepted>().time_in_force;
      ++accepted_by_time_in_force[static_cast<std::size_t>(time_in_force)];
    }
    if (event.header().kind == EventKind::kOrderRested) {
      new_tranches += event.as<OrderRested>().new_tranche;
    }
  }
};

void expect_every_hot_kind(const Tally& tally) {
  for (const CommandKind kind :
       {CommandKind::kNewOrder, CommandKind::kReplaceOrder, CommandKind::kCancelOrder,
        CommandKind::kMassCancel, CommandKind::kContinue, CommandKind::kSessionDisconnected,
        CommandKind::kAdvanceTime, CommandKind::kEndTradingDay, CommandKind::kAdjustFunds}) {
    EXPECT_GT(tally.commands[static_cast<std::size_t>(kind)], 0U) << static_cast<int>(kind);
  }
  for (const EventKind kind :
       {EventKind::kOrderAccepted, EventKind::kRequestRejected, EventKind::kTrade,
        EventKind::kOrderRested, EventKind::kOrderReplaced, EventKind::kOrderCancelled,
        EventKind::kMassCancelDone, EventKind::kFundsAdjusted}) {
    EXPECT_GT(tally.events[static_cast<std::size_t>(kind)], 0U) << static_cast<int>(kind);
  }
  for (const TimeInForce time_in_force :
       {TimeInForce::kDay, TimeInForce::kGoodTillCancel, TimeInForce::kGoodTillDate,
        TimeInForce::kImmediateOrCancel, TimeInForce::kFillOrKill}) {
    EXPECT_GT(tally.accepted_by_time_in_force[static_cast<std::size_t>(time_in_force)], 0U)
        << static_cast<int>(time_in_force);
  }
  EXPECT_GT(tally.new_tranches, 0U);
  // Streams that end early (kMaxSlices) must not be the rule.
  EXPECT_GT(std::accumulate(tally.commands.begin(), tally.commands.end(), std::uint64_t{0}),
            kProfiles.size() * kStepsPerStream * 3 / 4);
}

// --- The exchange alone --------------------------------------------------------------------------

template <class ClearingType, class Sink>
class ExchangeRun {
 public:
  ExchangeRun(const Stream& stream, Sink& sink)
      : stream_(stream), sink_(sink), exchange_(exchange_limits(stream.limits)) {}

  // Allocations while commands [from, to) of the stream ran.
  std::uint64_t run(std::size_t from, std::size_t to) {
    const AllocationCount allocations;
    lookahead_.begin();
    for (std::size_t i = from; i < to && slices_ < kMaxSlices; ++i) {
      lookahead_.advance(i - from, to - from, [&](std::uint64_t n) -> const Command& {
        return stream_.steps[from + n].command;
      });
      apply(stream_.steps[i].command);
      slices_ = 0;
      while (exchange_.has_pending_work() && ++slices_ < kMaxSlices) {
        apply(exchange_.continuation());
      }
    }
    return allocations.count();
  }

 private:
  void apply(const Command& unstamped) {
    Command command = unstamped;
    CommandHeader& header = command.mutable_header();
    header.sequence = SequenceNumber(++sequence_);
    time_ = std::max(time_, header.time);
    header.time = time_;
    sink_.add(command);
    for (const Event& event : exchange_.apply(command)) sink_.add(event);
  }

  const Stream& stream_;
  Sink& sink_;
  Exchange<ClearingType> exchange_;
  Lookahead lookahead_{exchange_.state(), 0};
  std::uint64_t sequence_ = 0;
  Timestamp time_;
  std::uint32_t slices_ = 0;
};

template <class Sink>
std::uint64_t exchange_allocations(const Stream& stream, Sink& sink) {
  const auto measure = [&](auto&& run) {
    run.run(0, kWarmUp);
    return run.run(kWarmUp, stream.steps.size());
  };
  return stream.clearing == Clearing::kFunded
             ? measure(ExchangeRun<risk::FundedLimit, Sink>(stream, sink))
             : measure(ExchangeRun<engine::PermissiveClearing, Sink>(stream, sink));
}

TEST(HotPath, TheExchangeAllocatesNothing) {
  if (!kCanCountAllocations) GTEST_SKIP() << "the sanitizer owns malloc";
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  Tally tally;
  for (const Profile profile : kProfiles) {
    const Stream stream = random_stream(profile, seed, kStepsPerStream);
    EXPECT_EQ(exchange_allocations(stream, tally), 0U)
        << name(profile) << ", HOURGLASS_SEED=" << seed;
  }
  expect_every_hot_kind(tally);
}

// --- Rings, sequencer, exchange, consumer --------------------------------------------------------

// The stream's own time, as far as it has been pushed.
struct StreamClock {
  const Timestamp* reached;
  [[nodiscard]] Timestamp now() const noexcept { return *reached; }
};

// Where there is no journal: the sequencer itself moves the watermark.
struct NoJournal {
  static constexpr Acknowledge kAcknowledge = Acknowledge::kAtOnce;
  explicit NoJournal(PipelineRings&) {}
  std::uint64_t step() { return 0; }
};

template <class Sink, class Journal>
class PipelineRun {
 public:
  // `journal`: what a Journal is made of, besides the rings.
  template <class... Args>
  PipelineRun(const Stream& stream, Sink& sink, Args&... journal)
      : stream_(stream),
        sink_(sink),
        exchange_(exchange_limits(stream.limits)),
        journal_(rings_, journal...) {}

  std::uint64_t run(std::size_t from, std::size_t to) {
    std::uint64_t allocations = 0;
    std::size_t next = from;
    // The same small number of rounds without a push ends a stream whose work takes too long.
    for (std::uint32_t idle = 0; idle < kMaxSlices && (next < to || is_under_way()); ++idle) {
      allocations += allocations_in([&] {
        for (std::uint32_t i = 0; i < 64 && next < to; ++i) {
          if (rings_.ingress.try_push(stream_.steps[next].command) != PushResult::kPushed) break;
          reached_ = std::max(reached_, stream_.steps[next++].command.header().time);
          idle = 0;
        }
        sequencer_.do_work();
      });
      allocations += journal_.step();
      allocations += allocations_in([&] { let_out(); });
    }
    return allocations;
  }

  [[nodiscard]] const Journal& journal() const { return journal_; }

 private:
  static constexpr std::uint32_t kCommandSlots = 1U << 10;
  static constexpr std::uint32_t kEventSlots = 1U << 14;

  [[nodiscard]] bool is_under_way() const {
    return rings_.ingress.backlog() != 0 || rings_.durable.get() != rings_.applied.get();
  }

  void let_out() {
    commands_.read(kCommandSlots, kNoLimit, [this](const Command& c) { sink_.add(c); });
    events_.read(kEventSlots, kNoLimit, [this](const Event& event) {
      if (event.header().command_sequence.value() >= rings_.durable.get()) return false;
      sink_.add(event);
      return true;
    });
  }

  const Stream& stream_;
  Sink& sink_;
  Timestamp reached_;
  Exchange<engine::PermissiveClearing> exchange_;
  PipelineRings rings_{{.ingress = 128, .commands = kCommandSlots, .events = kEventSlots},
                       SequenceNumber(1)};
  Journal journal_;
  GatingConsumer<Command, SlowReaders::kForbidden> commands_{rings_.commands};
  GatingConsumer<Event> events_{rings_.events};
  WakeSignal wake_;
  Sequencer<engine::PermissiveClearing, StreamClock> sequencer_{
      exchange_, rings_, Journal::kAcknowledge, &wake_, StreamClock{&reached_}};
};

template <class Sink>
std::uint64_t pipeline_allocations(const Stream& stream, Sink& sink) {
  PipelineRun<Sink, NoJournal> run(stream, sink);
  run.run(0, kWarmUp);
  return run.run(kWarmUp, stream.steps.size());
}

TEST(HotPath, RingsSequencerAndConsumersAllocateNothing) {
  if (!kCanCountAllocations) GTEST_SKIP() << "the sanitizer owns malloc";
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  Tally tally;
  for (const Profile profile : kProfiles) {
    const Stream stream = random_stream(profile, seed, kStepsPerStream);
    EXPECT_EQ(pipeline_allocations(stream, tally), 0U)
        << name(profile) << ", HOURGLASS_SEED=" << seed;
  }
  expect_every_hot_kind(tally);
}

// --- The same, let out behind the durable watermark ----------------------------------------------

constexpr std::uint64_t kSegmentBytes = 256U << 10;

// Journal and digest, on this thread. A commit may allocate where it rolls to a new segment, and
// only there (JournalWriter::commit), so the step in which that happens is not counted; nor is what
// the preparer does ahead of it, on a thread of its own.
class DurableJournal {
 public:
  static constexpr Acknowledge kAcknowledge = Acknowledge::kWhenDurable;

  DurableJournal(PipelineRings& rings, JournalDevice& device)
      : writer_(*JournalWriter::create(device, {.segment_bytes = kSegmentBytes}, kTestUuid,
                                       Timestamp(5))),
        digest_(rings, std::make_unique<EventDigest>()),
        agent_(*writer_, rings, digest_, &digest_wake_) {}

  // Allocations of a round.
  std::uint64_t step() {
    const std::uint64_t hashing = allocations_in([this] { digest_.do_work(); });
    // A slow disk, now and then: the frame after it is larger.
    if (++rounds_ % 8 < 3) return hashing;
    EXPECT_EQ(writer_->preparer().finish(), absl::OkStatus());
    const std::uint64_t committing = allocations_in([this] { agent_.do_work(); });
    const bool rolled = writer_->preparer().state() != SegmentPreparer::State::kReady;
    if (rolled) ++rolls_;
    return hashing + (rolled ? 0 : committing);
  }

  // Nothing of the journal was left out, and counted steps are the rule.
  void expect_all_parts_worked() const {
    EXPECT_EQ(agent_.failure(), absl::OkStatus());
    EXPECT_GT(rolls_, 3U);
    EXPECT_GT(agent_.counters().frames, 5 * rolls_);
    EXPECT_GT(agent_.counters().commands, 2 * agent_.counters().frames);
    EXPECT_GT(digest_.point().through.value(), agent_.counters().commands / 2);
  }

 private:
  WakeSignal digest_wake_;
  std::unique_ptr<JournalWriter> writer_;
  DigestAgent digest_;
  JournalAgent agent_;
  std::uint64_t rounds_ = 0;
  std::uint64_t rolls_ = 0;
};

template <class Sink>
std::uint64_t durable_allocations(const Stream& stream, Sink& sink, JournalDevice& device) {
  PipelineRun<Sink, DurableJournal> run(stream, sink, device);
  run.run(0, kWarmUp);
  const std::uint64_t allocations = run.run(kWarmUp, stream.steps.size());
  if (stream.steps.size() == kStepsPerStream) run.journal().expect_all_parts_worked();
  return allocations;
}

TEST(HotPath, NothingIsAllocatedUpToTheDurableWatermark) {
  if (!kCanCountAllocations) GTEST_SKIP() << "the sanitizer owns malloc";
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  Tally tally;
  for (const Profile profile : kProfiles) {
    SCOPED_TRACE(std::string(name(profile)) + ", HOURGLASS_SEED=" + std::to_string(seed));
    PreallocatedDevice device(kSegmentBytes);
    const Stream stream = random_stream(profile, seed, kStepsPerStream);
    EXPECT_EQ(durable_allocations(stream, tally, device), 0U);
  }
  expect_every_hot_kind(tally);
}

TEST(HotPath, NothingIsAllocatedUpToTheDurableWatermarkOnFiles) {
  if (!kCanCountAllocations) GTEST_SKIP() << "the sanitizer owns malloc";
  std::string path = testing::TempDir() + "hourglass-alloc-XXXXXX";
  ASSERT_NE(::mkdtemp(path.data()), nullptr);
  {
    // Volatile, so that it takes no minutes; the calls are the same.
    const auto device = FileDevice::open_directory(path, Durability::kVolatile);
    ASSERT_TRUE(device.ok()) << device.status();
    const Stream stream = random_stream(
        Profile::kCrossing, number_from_environment("HOURGLASS_SEED", 1), kStepsPerStream);
    Tally tally;
    EXPECT_EQ(durable_allocations(stream, tally, **device), 0U);
  }
  std::filesystem::remove_all(path);
}

// --- The controls: a sink that allocates is caught by all, and so is a device --------------------

struct HoardingSink {
  std::vector<Event> events;
  void add(const Command&) {}
  void add(const Event& event) { events.push_back(event); }
};

TEST(HotPath, ASinkThatAllocatesIsCaught) {
  if (!kCanCountAllocations) GTEST_SKIP() << "the sanitizer owns malloc";
  const Stream stream = random_stream(Profile::kPlain, 1, 2 * kWarmUp);
  HoardingSink first;
  EXPECT_GT(exchange_allocations(stream, first), 0U);
  HoardingSink second;
  EXPECT_GT(pipeline_allocations(stream, second), 0U);
  HoardingSink third;
  PreallocatedDevice device(kSegmentBytes);
  EXPECT_GT(durable_allocations(stream, third, device), 0U);
}

TEST(HotPath, ADeviceThatAllocatesIsCaught) {
  if (!kCanCountAllocations) GTEST_SKIP() << "the sanitizer owns malloc";
  const Stream stream = random_stream(Profile::kPlain, 1, 2 * kWarmUp);
  Tally tally;
  PreallocatedDevice device(kSegmentBytes, Hoarding::kYes);
  EXPECT_GT(durable_allocations(stream, tally, device), 0U);
}

}  // namespace
}  // namespace hourglass::engine::test

// Replayer::run(), which hashes behind itself, says what steps say.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "engine/audit/replay_audit.h"
#include "engine/journal/event_store.h"
#include "engine/sequencer/replayer.h"
#include "tests/replay/recorded.h"
#include "tests/support/journal_workload.h"

namespace hourglass::engine::test {
namespace {

// Alters one byte of an event of command `at`; none for 0.
class AlteringReplica final : public WrappedReplica {
 public:
  AlteringReplica(std::unique_ptr<Replica> sound, SequenceNumber at)
      : WrappedReplica(std::move(sound)), at_(at) {}

  std::span<const Event> apply(const Command& command) noexcept override {
    const std::span<const Event> events = WrappedReplica::apply(command);
    if (command.header().sequence != at_ || events.empty()) return events;
    altered_.assign(events.begin(), events.end());
    altered_.back().bytes[event_bytes(altered_.back().header().kind) - 1] ^= std::byte{1};
    return altered_;
  }

 private:
  const SequenceNumber at_;
  std::vector<Event> altered_;
};

// What is seen where an agreement is told.
struct Seen {
  DigestPoint point;
  std::uint32_t segment = 0;
  std::uint32_t frame = 0;
  Digest chain{};
  bool operator==(const Seen&) const = default;
};

// Needs the replica at every point whose command `needs` picks.
class Witness final : public ReplayObserver {
 public:
  using Needs = std::function<bool(SequenceNumber)>;
  Witness(const Replica& replica, Needs needs) : replica_(replica), needs_(std::move(needs)) {}

  void on_events(const Command& command, std::span<const Event>) override {
    EXPECT_GT(command.header().sequence, last_);
    last_ = command.header().sequence;
  }
  bool may_hear_late() const override { return true; }
  bool needs_replica_at(SequenceNumber through) const override { return needs_(through); }
  void on_agreement(const DigestPoint& point, const FrameView& frame) override {
    agreements.push_back({.point = point,
                          .segment = frame.segment_ordinal,
                          .frame = frame.frame_number,
                          .chain = frame.header.chain});
    EXPECT_GE(last_, point.through);
    if (!needs_(point.through)) return;
    EXPECT_EQ(last_, point.through);
    EXPECT_EQ(replica_.state().sequence, point.through);
    if (!replica_.has_pending_work()) states.push_back(saved(replica_));
  }

  std::vector<Seen> agreements;
  std::vector<std::vector<std::byte>> states;

 private:
  const Replica& replica_;
  const Needs needs_;
  SequenceNumber last_{0};
};

bool nowhere(SequenceNumber /*through*/) {
  return false;
}
bool everywhere(SequenceNumber /*through*/) {
  return true;
}
bool here_and_there(SequenceNumber through) {
  return through.value() % 7 == 0;
}

struct Outcome {
  absl::Status ended;
  std::uint64_t commands = 0;
  std::uint64_t events = 0;
  std::uint64_t frames = 0;
  std::vector<Seen> agreements;
  std::vector<std::vector<std::byte>> states;
  SequenceNumber after{0};
  SequenceNumber through{0};
  Digest journal{};
  bool operator==(const Outcome&) const = default;
};

void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << outcome.ended << ", commands " << outcome.commands << ", events " << outcome.events
       << ", frames " << outcome.frames << ", agreements " << outcome.agreements.size()
       << ", states " << outcome.states.size() << ", difference " << outcome.after.value() << " to "
       << outcome.through.value();
}

enum class How : std::uint8_t { kRun, kSteps };

// Where all is well, steps leave out the commands no frame vouches for; then `commands` and
// `events` are 0.
Outcome replay(JournalDevice& device, Replica& replica, How how, const Witness::Needs& needs) {
  Outcome outcome;
  auto reader = JournalReader::open(device);
  EXPECT_TRUE(reader.ok()) << reader.status();
  Witness witness(replica, needs);
  Replayer replayer(replica, **reader, std::make_unique<EventDigest>(), &witness);
  if (how == How::kRun) {
    outcome.ended = replayer.run();
  } else {
    for (bool more = true; more;) {
      const auto stepped = replayer.step();
      outcome.ended = stepped.status();
      more = stepped.ok() && *stepped;
    }
  }
  const ReplayCounters& counters = replayer.counters();
  EXPECT_EQ(counters.agreements, witness.agreements.size());
  outcome.frames = counters.frames;
  if (!outcome.ended.ok()) {
    outcome.commands = counters.commands;
    outcome.events = counters.events;
  }
  outcome.agreements = std::move(witness.agreements);
  outcome.states = std::move(witness.states);
  EXPECT_EQ(replayer.difference().has_value(),
            absl::StrContains(outcome.ended.message(), "differ from the journal's digest"));
  if (!replayer.difference()) return outcome;
  outcome.after = replayer.difference()->after;
  outcome.through = replayer.difference()->through;
  outcome.journal = replayer.difference()->journal;
  return outcome;
}

Outcome replay(Recorded& recorded, JournalDevice& device, SequenceNumber altered, How how,
               const Witness::Needs& needs) {
  AlteringReplica replica(recorded.fresh(), altered);
  return replay(device, replica, how, needs);
}

// The journal once more, its chain sound, with a wrong digest at the point `damaged` in all frames
// that name it; a journal names one digest for a point.
void copy_with_wrong_digest(JournalDevice& from, JournalDevice& to, SequenceNumber damaged) {
  auto reader = JournalReader::open(from);
  EXPECT_TRUE(reader.ok()) << reader.status();
  const auto writer = create_journal(to, small_segments(64));
  for (;;) {  // ends: the journal is finite
    const auto frame = (*reader)->next_frame();
    EXPECT_TRUE(frame.ok()) << frame.status();
    if (!frame.ok() || !frame->has_value()) break;
    const FrameHeader& header = (*frame)->header;
    std::span<const std::byte> payload = (*frame)->payload;
    while (!payload.empty()) EXPECT_TRUE(writer->append(take_command(payload)));
    Digest digest = header.event_digest;
    if (header.digest_through == damaged) digest[damaged.value() % digest.size()] ^= std::byte{4};
    EXPECT_EQ(writer->commit({.wall_time = header.wall_time,
                              .monotonic_ns = header.monotonic_ns,
                              .digest_through = header.digest_through,
                              .event_digest = digest,
                              .seal = (header.flags & kFrameSeal) != 0}),
              absl::OkStatus());
  }
  EXPECT_EQ(writer->close(), absl::OkStatus());
}

TEST(ReplayAhead, SeesWhatStepsSeeOfEveryStream) {
  const std::uint64_t first_seed = journal_test_seed(1);
  for (const Profile profile : kAllProfiles) {
    for (std::uint64_t seed = first_seed; seed < first_seed + 3; ++seed) {
      SCOPED_TRACE(std::string(name(profile)) + " HOURGLASS_SEED=" + std::to_string(seed));
      const auto recorded = record(profile, seed);
      seed % 2 == 0 ? recorded->recorder.seal() : recorded->recorder.stop();
      for (const auto& needs : {nowhere, here_and_there, everywhere}) {
        const SequenceNumber none{0};
        const Outcome steps = replay(*recorded, recorded->device, none, How::kSteps, needs);
        EXPECT_EQ(steps.ended, absl::OkStatus());
        EXPECT_GT(steps.agreements.size(), 3U);
        EXPECT_EQ(replay(*recorded, recorded->device, none, How::kRun, needs), steps);
      }
    }
  }
}

TEST(ReplayAhead, NamesWhatStepsNameWhicheverPointsDigestIsWrong) {
  const std::uint64_t seed = journal_test_seed(1);
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed));
  const auto recorded = record(Profile::kCrossing, seed, 1500);
  recorded->recorder.seal();
  const auto& points = recorded->recorder.points();
  // More than are ever on their way, so that some questions wait for answers.
  EXPECT_GT(points.size(), DigestBehind::kMaxAsked);
  for (std::size_t i = 1; i < points.size(); ++i) {
    const SequenceNumber damaged = points[i].point.through;
    SCOPED_TRACE("point " + std::to_string(damaged.value()));
    SimulatedDevice device;
    copy_with_wrong_digest(recorded->device, device, damaged);
    const SequenceNumber none{0};
    const Outcome steps = replay(*recorded, device, none, How::kSteps, nowhere);
    EXPECT_EQ(steps.after, points[i - 1].point.through);
    EXPECT_EQ(steps.through, damaged);
    EXPECT_EQ(replay(*recorded, device, none, How::kRun, nowhere), steps);
    EXPECT_EQ(replay(*recorded, device, none, How::kRun, here_and_there).ended, steps.ended);
  }
}

TEST(ReplayAhead, NamesWhatStepsNameWhicheverCommandsEventDiffers) {
  const std::uint64_t seed = journal_test_seed(1);
  for (const Profile profile : {Profile::kCrossing, Profile::kIcebergs}) {
    SCOPED_TRACE(std::string(name(profile)) + " HOURGLASS_SEED=" + std::to_string(seed));
    const auto recorded = record(profile, seed, 150);
    recorded->recorder.stop();
    std::uint64_t differences = 0;
    for (const Command& command : recorded->recorder.commands()) {
      const SequenceNumber altered = command.header().sequence;
      SCOPED_TRACE("command " + std::to_string(altered.value()));
      const Outcome steps = replay(*recorded, recorded->device, altered, How::kSteps, nowhere);
      if (!steps.ended.ok()) ++differences;
      EXPECT_EQ(replay(*recorded, recorded->device, altered, How::kRun, nowhere), steps);
    }
    EXPECT_GT(differences, recorded->recorder.commands().size() / 2);
  }
}

TEST(ReplayAhead, NamesADifferenceBeforeDamageItsReadingMeetsBehind) {
  const auto recorded = record(Profile::kCrossing, 5, 800);
  recorded->recorder.stop();
  const auto names = recorded->device.names();
  const auto segment = std::ranges::find_if(
      names, [](const std::string& name) { return name.starts_with(kSegmentPrefix); });
  std::uint64_t differences = 0;
  std::uint64_t faults = 0;
  for (std::uint64_t block = 1; block < 40; ++block) {
    SCOPED_TRACE("block " + std::to_string(block));
    const std::uint64_t bit = (block * kBlockBytes + 100) * 8;
    recorded->device.flip_bit(*segment, bit);
    const SequenceNumber altered{60};
    const Outcome steps = replay(*recorded, recorded->device, altered, How::kSteps, nowhere);
    ++(steps.through > SequenceNumber(0) ? differences : faults);
    EXPECT_EQ(replay(*recorded, recorded->device, altered, How::kRun, nowhere), steps);
    recorded->device.flip_bit(*segment, bit);
  }
  EXPECT_GT(differences, 0U);
  EXPECT_GT(faults, 0U);
}

TEST(ReplayAhead, LeavesTheDigestOfAllEvents) {
  const std::uint64_t first_seed = journal_test_seed(1);
  for (std::uint64_t seed = first_seed; seed < first_seed + 10; ++seed) {
    SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed));
    const auto recorded = record(Profile::kPlain, seed);
    recorded->recorder.stop();
    const auto replica = recorded->fresh();
    auto reader = JournalReader::open(recorded->device);
    ASSERT_TRUE(reader.ok());
    Replayer replayer(*replica, **reader, std::make_unique<EventDigest>());
    ASSERT_EQ(replayer.run(), absl::OkStatus());
    EXPECT_EQ(replayer.counters().commands, recorded->recorder.commands().size());
    EXPECT_EQ(replayer.counters().events, recorded->recorder.events().size());

    const DigestPoint last = recorded->recorder.points().back().point;
    EventDigest expected(last);
    for (const Event& event : recorded->recorder.events()) {
      if (event.header().command_sequence <= last.through) continue;
      expected.add(std::span(event.bytes).first(event_bytes(event.header().kind)));
    }
    const auto digest = replayer.take_digest();
    EXPECT_EQ(digest->point(), last);
    const SequenceNumber beyond = next(recorded->recorder.last_sequence());
    EXPECT_EQ(digest->advance(beyond), expected.advance(beyond));
  }
}

TEST(ReplayAhead, AuditCountsOnlyToTheDifference) {
  const auto recorded = record(Profile::kCrossing, 4);
  recorded->recorder.stop();
  for (std::uint64_t command = 20; command < 320; command += 60) {
    SCOPED_TRACE("command " + std::to_string(command));
    const SequenceNumber altered(command);
    const Outcome steps = replay(*recorded, recorded->device, altered, How::kSteps, nowhere);
    AlteringReplica replica(recorded->fresh(), altered);
    const auto audit = audit_replay(recorded->device, replica);
    ASSERT_TRUE(audit.ok()) << audit.status();
    EXPECT_EQ(audit->ended, steps.ended);
    EXPECT_EQ(audit->counters.commands, steps.commands);
    if (steps.ended.ok()) continue;
    EXPECT_EQ(audit->last_command, SequenceNumber(steps.commands));
    EXPECT_EQ(audit->last_agreement, steps.agreements.back().point);
    ASSERT_TRUE(audit->event.has_value()) << audit->why_no_event;
    EXPECT_EQ(audit->event->command, altered);
    EXPECT_TRUE(audit->event->stored.has_value());
    EXPECT_TRUE(audit->event->reexecuted.has_value());
  }
}

// Re-execution is beyond the difference by then; what it made there is no part of it.
TEST(ReplayAhead, AuditFindsNoEventWhereOnlyADigestIsWrong) {
  const auto recorded = record(Profile::kCrossing, 6);
  recorded->recorder.stop();
  const auto& points = recorded->recorder.points();
  for (std::size_t i = 1; i < points.size(); ++i) {
    const SequenceNumber damaged = points[i].point.through;
    SCOPED_TRACE("point " + std::to_string(damaged.value()));
    SimulatedDevice device;
    copy_with_wrong_digest(recorded->device, device, damaged);
    device.set_contents(kEventStoreName, recorded->device.contents(kEventStoreName));
    const auto audit = audit_replay(device, *recorded->fresh());
    ASSERT_TRUE(audit.ok()) << audit.status();
    ASSERT_TRUE(audit->difference.has_value());
    EXPECT_EQ(audit->difference->through, damaged);
    EXPECT_FALSE(audit->event.has_value());
    EXPECT_TRUE(absl::StrContains(audit->why_no_event, "the events that re-execution gives"))
        << audit->why_no_event;
  }
}

}  // namespace
}  // namespace hourglass::engine::test

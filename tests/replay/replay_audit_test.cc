// audit replay: what was recorded agrees, and what was not is named exactly.
#include "engine/audit/replay_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/replay/recorded.h"
#include "tests/support/journal_workload.h"

namespace hourglass::engine::test {
namespace {

using ::testing::HasSubstr;

// What a program with a fault would do: one event comes out otherwise.
enum class Fault : std::uint8_t { kChangedByte, kMissingLast, kOneTooMany };

class FaultyReplica final : public WrappedReplica {
 public:
  FaultyReplica(std::unique_ptr<Replica> sound, const Event& victim, Fault fault,
                std::size_t byte = 0)
      : WrappedReplica(std::move(sound)), victim_(victim), fault_(fault), byte_(byte) {}

  std::span<const Event> apply(const Command& command) noexcept override {
    const std::span<const Event> events = WrappedReplica::apply(command);
    const EventHeader& at = victim_.header();
    if (command.header().sequence != at.command_sequence) return events;
    changed_.assign(events.begin(), events.end());
    if (fault_ == Fault::kMissingLast) changed_.pop_back();
    if (fault_ == Fault::kOneTooMany) {
      Event more = changed_.back();
      more.bytes[offsetof(EventHeader, event_number)] = static_cast<std::byte>(events.size());
      changed_.push_back(more);
    }
    if (fault_ == Fault::kChangedByte) changed_[at.event_number].bytes[byte_] ^= std::byte{1};
    return changed_;
  }

 private:
  Event victim_;
  Fault fault_;
  std::size_t byte_;
  std::vector<Event> changed_;
};

ReplayAudit audit_of(Recorded& recorded, Replica& replica) {
  auto audit = audit_replay(recorded.device, replica);
  EXPECT_TRUE(audit.ok()) << audit.status();
  return *std::move(audit);
}

ReplayAudit audit_of(Recorded& recorded) {
  return audit_of(recorded, *recorded.fresh());
}

// An event some digest covers; its number leads to 255 at most.
const Event& some_covered_event(const Recorded& recorded, std::uint64_t seed) {
  const SequenceNumber last = recorded.recorder.points().back().point.through;
  std::vector<const Event*> covered;
  for (const Event& event : recorded.recorder.events()) {
    if (event.header().command_sequence > last) break;
    if (event.header().event_number < 200) covered.push_back(&event);
  }
  return *RandomSource(seed).pick<const Event*>(covered);
}

// The two neighbouring points between which command `sequence` lies.
Replayer::Range gap_around(const Recorded& recorded, SequenceNumber sequence) {
  const auto& points = recorded.recorder.points();
  const auto end = std::find_if(points.begin(), points.end(), [&](const RecordedPoint& point) {
    return point.point.through >= sequence;
  });
  return {.after = std::prev(end)->point.through,
          .through = end->point.through,
          .journal = end->point.digest};
}

void expect_range(const ReplayAudit& audit, const Replayer::Range& range) {
  ASSERT_TRUE(audit.difference.has_value()) << audit.ended;
  EXPECT_EQ(audit.difference->after, range.after);
  EXPECT_EQ(audit.difference->through, range.through);
  EXPECT_EQ(audit.difference->journal, range.journal);
  EXPECT_TRUE(absl::IsDataLoss(audit.ended));
  EXPECT_FALSE(audit.agrees());
}

bool same_bytes(const Event& a, const Event& b) {
  return std::ranges::equal(std::span(a.bytes).first(event_bytes(a.header().kind)),
                            std::span(b.bytes).first(event_bytes(b.header().kind)));
}

TEST(ReplayAudit, AgreesWithAJournalOfAnyStream) {
  const std::uint64_t first_seed = journal_test_seed(1);
  for (const Profile profile : kAllProfiles) {
    for (std::uint64_t seed = first_seed; seed < first_seed + 6; ++seed) {
      SCOPED_TRACE(std::string(name(profile)) + " HOURGLASS_SEED=" + std::to_string(seed));
      const auto recorded = record(profile, seed);
      seed % 2 == 0 ? recorded->recorder.seal() : recorded->recorder.stop();
      const auto replica = recorded->fresh();
      const ReplayAudit audit = audit_of(*recorded, *replica);
      EXPECT_TRUE(audit.agrees()) << to_text(audit);
      EXPECT_EQ(audit.counters.commands, recorded->recorder.commands().size());
      EXPECT_EQ(audit.counters.events, recorded->recorder.events().size());
      EXPECT_EQ(audit.last_command, recorded->recorder.last_sequence());
      EXPECT_EQ(audit.last_agreement, recorded->recorder.points().back().point);
      EXPECT_EQ(audit.started_after, SequenceNumber(0));
      EXPECT_EQ(audit.tail.kind, JournalTail::Kind::kClean);
      if (replica->has_pending_work()) continue;
      EXPECT_EQ(saved(*replica), saved(recorded->recorder.replica()));
    }
  }
}

TEST(ReplayAudit, NamesTheCommandsAndTheEventThatDiffer) {
  const std::uint64_t first_seed = journal_test_seed(1);
  for (std::uint64_t seed = first_seed; seed < first_seed + 40; ++seed) {
    SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed));
    const auto recorded = record(Profile::kCrossing, seed);
    recorded->recorder.stop();
    const Event victim = some_covered_event(*recorded, seed);
    const std::size_t size = event_bytes(victim.header().kind);
    const std::size_t byte = 40 + RandomSource(seed + 1).below(size - 40);
    FaultyReplica faulty(recorded->fresh(), victim, Fault::kChangedByte, byte);

    const ReplayAudit audit = audit_of(*recorded, faulty);
    expect_range(audit, gap_around(*recorded, victim.header().command_sequence));
    ASSERT_TRUE(audit.event.has_value()) << audit.why_no_event;
    EXPECT_EQ(audit.event->command, victim.header().command_sequence);
    EXPECT_EQ(audit.event->event_number, victim.header().event_number);
    EXPECT_TRUE(same_bytes(*audit.event->stored, victim));
    Event changed = victim;
    changed.bytes[byte] ^= std::byte{1};
    EXPECT_TRUE(same_bytes(*audit.event->reexecuted, changed));
    EXPECT_EQ(audit.event->first_differing_byte(), byte);
    EXPECT_TRUE(audit.event->journal_vouches_for_stored);
  }
}

TEST(ReplayAudit, NamesAnEventTooFewAndOneTooMany) {
  const auto recorded = record(Profile::kCrossing, 3);
  recorded->recorder.stop();
  const Event victim = some_covered_event(*recorded, 3);
  const SequenceNumber command = victim.header().command_sequence;
  const auto count = static_cast<std::uint32_t>(std::ranges::count_if(
      recorded->recorder.events(),
      [&](const Event& event) { return event.header().command_sequence == command; }));

  FaultyReplica one_less(recorded->fresh(), victim, Fault::kMissingLast);
  const ReplayAudit missing = audit_of(*recorded, one_less);
  expect_range(missing, gap_around(*recorded, command));
  ASSERT_TRUE(missing.event.has_value()) << missing.why_no_event;
  EXPECT_EQ(missing.event->command, command);
  EXPECT_EQ(missing.event->event_number, count - 1);
  EXPECT_TRUE(missing.event->stored.has_value());
  EXPECT_FALSE(missing.event->reexecuted.has_value());

  FaultyReplica one_more(recorded->fresh(), victim, Fault::kOneTooMany);
  const ReplayAudit surplus = audit_of(*recorded, one_more);
  expect_range(surplus, gap_around(*recorded, command));
  ASSERT_TRUE(surplus.event.has_value()) << surplus.why_no_event;
  EXPECT_EQ(surplus.event->command, command);
  EXPECT_EQ(surplus.event->event_number, count);
  EXPECT_FALSE(surplus.event->stored.has_value());
  EXPECT_TRUE(surplus.event->reexecuted.has_value());
}

TEST(ReplayAudit, GivesTheRangeAloneWithoutAnEventStore) {
  const auto recorded = record(Profile::kPlain, 4);
  recorded->recorder.stop();
  ASSERT_EQ(recorded->device.remove(kEventStoreName), absl::OkStatus());
  const Event victim = some_covered_event(*recorded, 4);
  FaultyReplica faulty(recorded->fresh(), victim, Fault::kChangedByte, 63);
  const ReplayAudit audit = audit_of(*recorded, faulty);
  expect_range(audit, gap_around(*recorded, victim.header().command_sequence));
  EXPECT_FALSE(audit.event.has_value());
  EXPECT_THAT(audit.why_no_event, HasSubstr("there is no events.hge"));
}

TEST(ReplayAudit, SaysWhenTheEventStoreIsNoEvidence) {
  const auto recorded = record(Profile::kPlain, 5);
  recorded->recorder.stop();
  const Event victim = some_covered_event(*recorded, 5);
  // The last byte of the store's copy rots; the re-execution is wrong in the byte before it.
  std::uint64_t end = sizeof(EventStoreHeader);
  for (const Event& event : recorded->recorder.events()) {
    end += event_bytes(event.header().kind);
    if (same_bytes(event, victim)) break;
  }
  recorded->device.flip_bit(kEventStoreName, (end - 1) * 8);
  const std::size_t byte = event_bytes(victim.header().kind) - 2;
  FaultyReplica faulty(recorded->fresh(), victim, Fault::kChangedByte, byte);
  const ReplayAudit audit = audit_of(*recorded, faulty);
  ASSERT_TRUE(audit.event.has_value()) << audit.why_no_event;
  EXPECT_EQ(audit.event->command, victim.header().command_sequence);
  EXPECT_FALSE(audit.event->journal_vouches_for_stored);
  EXPECT_THAT(to_text(audit), HasSubstr("covers neither"));
}

TEST(ReplayAudit, ReportsDamageWithItsPlaceAndHowFarItCame) {
  const auto recorded = record(Profile::kPlain, 6);
  recorded->recorder.stop();
  const auto names = recorded->device.names();
  const auto segment = std::ranges::find_if(
      names, [](const std::string& name) { return name.starts_with(kSegmentPrefix); });
  const std::uint64_t damaged_byte = 5 * kBlockBytes + 100;
  recorded->device.flip_bit(*segment, damaged_byte * 8);
  const ReplayAudit audit = audit_of(*recorded);
  EXPECT_TRUE(absl::IsDataLoss(audit.ended));
  EXPECT_FALSE(audit.agrees());
  EXPECT_FALSE(audit.difference.has_value());
  EXPECT_THAT(std::string(audit.ended.message()), HasSubstr("byte 20480"));
  EXPECT_GT(audit.counters.commands, 0U);
  EXPECT_LT(audit.counters.commands, recorded->recorder.commands().size());
}

TEST(ReplayAudit, RefusesARuleSetItDoesNotHave) {
  SimulatedDevice device;
  JournalSettings settings = small_segments(16);
  settings.rule_set_version = kRuleSetVersion + 1;
  auto writer = create_journal(device, settings);
  ASSERT_EQ(write_frame(*writer, 10), absl::OkStatus());
  const auto audit = audit_replay(device, *make_replica({}, Clearing::kPermissive));
  ASSERT_TRUE(audit.ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(audit->ended)) << audit->ended;
  EXPECT_THAT(to_json(*audit), HasSubstr("\"result\":\"not_executable\""));
}

TEST(ReplayAudit, FindsNothingToAuditInAnEmptyDirectory) {
  SimulatedDevice device;
  const auto audit = audit_replay(device, *make_replica({}, Clearing::kPermissive));
  EXPECT_TRUE(absl::IsNotFound(audit.status()));
}

}  // namespace
}  // namespace hourglass::engine::test

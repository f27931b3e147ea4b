// Golden journals: what this program and its ancestors wrote stays readable and gives the same
// result. One folder for each time what is written has changed; `HOURGLASS_WRITE_GOLDEN=DIR` on
// this program writes the next.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "engine/audit/replay_audit.h"
#include "engine/audit/verify_report.h"
#include "engine/journal/file_device.h"
#include "engine/sequencer/pipeline.h"
#include "gateway/cli/replica_factory.h"
#include "tests/support/command_builder.h"
#include "tests/support/exchange_instances.h"
#include "tests/support/golden_script.h"
#include "tests/support/journal_recorder.h"
#include "tests/support/journal_workload.h"
#include "tests/support/replicas.h"
#include "tests/support/simulated_device.h"

namespace hourglass::engine::test {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExpectedName = "expected.txt";
constexpr std::size_t kCommandsPerFrame = 12;

using Facts = std::map<std::string, std::string>;

std::vector<fs::path> golden_directories() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(HOURGLASS_SOURCE_DIR "/tests/replay/golden")) {
    if (entry.is_directory()) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::unique_ptr<FileDevice> open_golden(const fs::path& directory) {
  auto device = FileDevice::open_existing(directory);
  EXPECT_TRUE(device.ok()) << device.status();
  return *std::move(device);
}

Facts expected_of(const fs::path& directory) {
  std::ifstream in(directory / kExpectedName);
  Facts facts;
  std::string key;
  std::string value;
  while (in >> key >> value) facts[key] = value;
  return facts;
}

// What anybody must find in a golden directory, of this version or an old one.
Facts facts_of(JournalDevice& device) {
  const auto verified = verify_directory(device);
  EXPECT_TRUE(verified.ok() && verified->intact());
  const auto replica = gateway::make_funded_replica();
  const auto audit = audit_replay(device, *replica);
  EXPECT_TRUE(audit.ok() && audit->agrees()) << (audit.ok() ? to_text(*audit) : "");
  if (!audit.ok() || replica->has_pending_work()) return {};
  return {{"frames", std::to_string(verified->journal.frames)},
          {"commands", std::to_string(audit->counters.commands)},
          {"events", std::to_string(audit->counters.events)},
          {"snapshots", std::to_string(audit->count(SnapshotComparison::Verdict::kEqual))},
          {"chain", to_hex(verified->journal.chain)},
          {"event_digest", to_hex(audit->last_agreement.digest)},
          {"digest_through", std::to_string(audit->last_agreement.through.value())},
          {"state_sha256", to_hex(Sha256().of(saved(*replica)))}};
}

void write_golden(JournalDevice& device) {
  JournalRecorder recorder(device, gateway::make_funded_replica(),
                           {.seed = 1, .segment_blocks = 16, .event_store = false});
  const std::vector<Command> commands = golden_commands();
  for (std::size_t i = 0; i < commands.size(); ++i) {
    recorder.send(commands[i]);
    if ((i + 1) % kCommandsPerFrame == 0) recorder.commit();
    if (i + 1 == commands.size() / 2) recorder.cut();
  }
  // The commands fill their segments, and a seal alone begins none.
  recorder.commit();
  recorder.send(advance_time());
  recorder.seal();
}

// Of a device's files, those that belong to the journal for good.
std::map<std::string, std::vector<std::byte>> kept_files(JournalDevice& device) {
  std::map<std::string, std::vector<std::byte>> files;
  const auto names = device.list();
  for (const std::string& name : *names) {
    if (name.starts_with("spare") || name == "lock" || name == kExpectedName) continue;
    const auto file = device.open(name, OpenMode::kRead);
    std::vector<std::byte> bytes(*(*file)->size());
    EXPECT_EQ((*file)->read(0, bytes), absl::OkStatus());
    files[name] = std::move(bytes);
  }
  return files;
}

TEST(Golden, JournalsOfEveryVersionGiveTheirRecordedResult) {
  ASSERT_FALSE(golden_directories().empty());
  for (const fs::path& directory : golden_directories()) {
    SCOPED_TRACE(directory.filename());
    EXPECT_EQ(facts_of(*open_golden(directory)), expected_of(directory));
  }
}

// When this goes red on purpose, what is written has changed: write a new folder beside the old.
TEST(Golden, TheNewestIsByteForByteWhatThisProgramWrites) {
  SimulatedDevice device;
  write_golden(device);
  EXPECT_EQ(kept_files(device), kept_files(*open_golden(golden_directories().back())));
}

// --- Programs before v3 began a segment with a seal alone, which no segment can follow -----------

// A copy of v1 or v2 to go on with: 340 commands, the last segment holds a seal and nothing else.
class OldEnd {
 public:
  explicit OldEnd(std::string_view version) {
    const fs::path all(HOURGLASS_SOURCE_DIR "/tests/replay/golden");
    for (auto& [name, bytes] : kept_files(*open_golden(all / version))) {
      device.set_contents(name, std::move(bytes));
    }
    time_ns_ = audited()->state().time.value();
  }

  std::unique_ptr<JournalWriter> open() {
    auto writer = JournalWriter::open(device, small_segments(16));
    EXPECT_TRUE(writer.ok()) << writer.status();
    EXPECT_EQ((*writer)->next_sequence(), SequenceNumber(341));
    return *std::move(writer);
  }

  // One frame of `count` commands; like a venue that was killed it names no later digest.
  absl::Status write(JournalWriter& writer, std::uint64_t count) {
    for (; count != 0; --count) {
      const Command command = stamped(advance_time(), writer.next_sequence().value(), ++time_ns_);
      EXPECT_TRUE(
          writer.append(std::span(command.bytes).first(command_bytes(command.header().kind))));
    }
    return writer.commit({.wall_time = Timestamp(time_ns_),
                          .monotonic_ns = time_ns_,
                          .digest_through = writer.recovery().digest_through,
                          .event_digest = writer.recovery().event_digest});
  }

  // The exchange behind the journal's last command; everything in the directory agrees.
  std::unique_ptr<Replica> audited() {
    const auto verified = verify_directory(device);
    EXPECT_TRUE(verified.ok() && verified->intact()) << to_text(*verified);
    auto replica = gateway::make_funded_replica();
    const auto audit = audit_replay(device, *replica);
    EXPECT_TRUE(audit.ok() && audit->agrees()) << to_text(*audit);
    return replica;
  }

  SimulatedDevice device;

 private:
  std::uint64_t time_ns_ = 0;
};

TEST(Golden, AnOldEndOfSealsAloneIsGoneOnWithUnderTheSameRules) {
  OldEnd old("v2");
  const auto writer = old.open();
  EXPECT_TRUE(writer->recovery().sealed);
  EXPECT_EQ(writer->takes_commands(), absl::OkStatus());
  for (std::uint64_t frame = 0; frame < 20; ++frame) {  // more than the segment takes
    ASSERT_EQ(old.write(*writer, 3), absl::OkStatus());
  }
  EXPECT_EQ(old.audited()->state().sequence, SequenceNumber(400));
}

TEST(Golden, AnOldEndOfSealsAloneIsGoneOnWithUnderNewRulesOnceItIsMovedAway) {
  OldEnd old("v1");
  {
    const auto writer = old.open();
    const absl::Status takes = writer->takes_commands();
    EXPECT_TRUE(absl::IsFailedPrecondition(takes));
    EXPECT_THAT(takes.message(), ::testing::HasSubstr("seg-00000000000000000341.hgj"));
    const std::uint64_t operations = old.device.operations();
    EXPECT_EQ(old.write(*writer, 1), takes);
    EXPECT_EQ(old.device.operations(), operations);
    EXPECT_EQ(writer->failure(), absl::OkStatus());
  }
  // Nobody may trade on it.
  const auto pipeline =
      Pipeline<engine::PermissiveClearing>::open_durable({}, old.device, JournalUuid{});
  EXPECT_TRUE(absl::IsFailedPrecondition(pipeline.status())) << pipeline.status();
  ASSERT_EQ(old.device.remove(segment_file_name(SequenceNumber(341))), absl::OkStatus());
  ASSERT_EQ(old.device.remove(index_file_name(SequenceNumber(341))), absl::OkStatus());
  const auto writer = old.open();
  EXPECT_EQ(writer->takes_commands(), absl::OkStatus());
  ASSERT_EQ(old.write(*writer, 1), absl::OkStatus());
  EXPECT_EQ(old.audited()->state().sequence, SequenceNumber(341));
}

TEST(Golden, TheNewestShowsEveryKindOfCommandAndEvent) {
  SimulatedDevice device;
  JournalRecorder recorder(device, gateway::make_funded_replica(), {.event_store = false});
  for (const Command& command : golden_commands()) recorder.send(command);
  std::set<CommandKind> commands;
  std::set<EventKind> events;
  std::set<RejectReason> reasons;
  std::set<CancelReason> cancels;
  for (const Command& command : recorder.commands()) commands.insert(command.header().kind);
  for (const Event& event : recorder.events()) {
    const EventKind kind = event.header().kind;
    events.insert(kind);
    if (kind == EventKind::kRequestRejected) reasons.insert(event.as<RequestRejected>().reason);
    if (kind == EventKind::kOrderCancelled) cancels.insert(event.as<OrderCancelled>().reason);
  }
  for (std::uint32_t kind = 0; kind < 256; ++kind) {
    const auto command = static_cast<CommandKind>(kind);
    EXPECT_EQ(commands.contains(command), command_bytes(command) != 0) << kind;
    const auto event = static_cast<EventKind>(kind);
    EXPECT_EQ(events.contains(event), event_bytes(event) != 0) << kind;
  }
  // What needs a full venue, hours of orders or a program's error.
  const std::set<RejectReason> out_of_reach{
      RejectReason::kNone,
      RejectReason::kUnknownKind,
      RejectReason::kWorkPending,
      RejectReason::kFillSpansTooManyOrders,
      RejectReason::kOrderLimitReached,
      RejectReason::kClientKeyLimitReached,
      RejectReason::kPriceLevelLimitReached,
      RejectReason::kNotionalOutOfRange,
  };
  for (const RejectReasonText& reason : kRejectReasons) {
    EXPECT_NE(reasons.contains(reason.reason), out_of_reach.contains(reason.reason)) << reason.name;
  }
  EXPECT_EQ(cancels.size(), 9U);  // all but kByOperator, which nothing emits yet
}

TEST(Golden, WritesTheNextVersionWhereItIsAskedTo) {
  const char* directory = std::getenv("HOURGLASS_WRITE_GOLDEN");
  if (directory == nullptr) GTEST_SKIP() << "HOURGLASS_WRITE_GOLDEN=DIR is not set";
  fs::create_directories(directory);
  ASSERT_TRUE(fs::is_empty(directory)) << "a golden journal is never written over";
  {
    const auto device = FileDevice::open_directory(directory);
    ASSERT_TRUE(device.ok()) << device.status();
    write_golden(**device);
  }
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("spare") || name == "lock") fs::remove(entry.path());
  }
  std::ofstream out(fs::path(directory) / kExpectedName);
  for (const auto& [key, value] : facts_of(*open_golden(directory))) {
    out << key << ' ' << value << '\n';
  }
}

}  // namespace
}  // namespace hourglass::engine::test

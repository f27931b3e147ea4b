// Golden journals: what this program and its ancestors wrote stays readable and gives the same
// result. One folder a version; `HOURGLASS_WRITE_GOLDEN=DIR` on this program writes the next.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "engine/audit/replay_audit.h"
#include "engine/audit/verify_report.h"
#include "engine/journal/file_device.h"
#include "gateway/cli/replica_factory.h"
#include "tests/support/golden_script.h"
#include "tests/support/journal_recorder.h"
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

// When this goes red on purpose, a version has changed: write a new folder beside the old ones.
TEST(Golden, TheNewestIsByteForByteWhatThisProgramWrites) {
  SimulatedDevice device;
  write_golden(device);
  EXPECT_EQ(kept_files(device), kept_files(*open_golden(golden_directories().back())));
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

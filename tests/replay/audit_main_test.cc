// The audit subcommand as a user meets it: what it prints and how it exits.
#include "engine/audit/audit_main.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gateway/cli/replica_factory.h"

namespace hourglass::engine::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Ran {
  int exit_code = 0;
  std::string out;
  std::string err;
};

Ran run(const std::vector<std::string_view>& args) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Ran ran;
  ran.exit_code = audit_main(args, {.funded = gateway::make_funded_replica,
                                    .permissive = gateway::make_permissive_replica});
  ran.out = testing::internal::GetCapturedStdout();
  ran.err = testing::internal::GetCapturedStderr();
  return ran;
}

// A copy of the golden journal that may be damaged.
class AuditMain : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string path = ::testing::TempDir() + "hourglass-audit-XXXXXX";
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    path_ = path;
    fs::copy(HOURGLASS_SOURCE_DIR "/tests/replay/golden/v1", path_);
  }
  void TearDown() override { fs::remove_all(path_); }

  [[nodiscard]] std::string first_with(std::string_view prefix) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path_)) {
      const std::string name = entry.path().filename();
      if (name.starts_with(prefix)) names.push_back(name);
    }
    return *std::min_element(names.begin(), names.end());
  }
  void flip_byte(const std::string& name, std::streamoff at) const {
    std::fstream file(fs::path(path_) / name, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const auto byte = static_cast<char>(file.get() ^ 1);
    file.seekp(at);
    file.put(byte);
  }
  [[nodiscard]] std::size_t file_count() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
  }

  std::string path_;
};

TEST_F(AuditMain, FindsTheGoldenJournalIntactAndAgreeingAndLeavesItAlone) {
  const std::size_t files = file_count();
  const Ran verified = run({"verify", path_});
  EXPECT_EQ(verified.exit_code, 0) << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("INTACT"));
  const Ran replayed = run({"replay", path_});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
  EXPECT_THAT(replayed.out, HasSubstr("AGREES"));
  EXPECT_THAT(replayed.out, HasSubstr("snapshots: 1 compared and equal"));
  EXPECT_EQ(file_count(), files);
}

TEST_F(AuditMain, GivesOneJsonLine) {
  const Ran verified = run({"verify", path_, "--json"});
  EXPECT_EQ(verified.exit_code, 0);
  EXPECT_THAT(verified.out, StartsWith("{\"intact\":true,"));
  EXPECT_EQ(std::ranges::count(verified.out, '\n'), 1);
  const Ran replayed = run({"replay", "--json", path_});
  EXPECT_EQ(replayed.exit_code, 0);
  EXPECT_THAT(replayed.out, StartsWith("{\"result\":\"agrees\","));
  EXPECT_EQ(std::ranges::count(replayed.out, '\n'), 1);
}

TEST_F(AuditMain, SaysWhereTheFirstBadByteIs) {
  const std::string segment = first_with("seg-");
  flip_byte(segment, 4096 + 700);
  const Ran verified = run({"verify", path_});
  EXPECT_EQ(verified.exit_code, 1);
  EXPECT_THAT(verified.out, HasSubstr(segment + " byte 4608"));
  EXPECT_THAT(verified.out, HasSubstr("DAMAGED: the journal"));
  const Ran replayed = run({"replay", path_});
  EXPECT_EQ(replayed.exit_code, 1);
  EXPECT_THAT(replayed.out, HasSubstr("FAULT: " + segment + " byte 4608"));
}

TEST_F(AuditMain, TellsDamageThatLosesNothingApart) {
  flip_byte(first_with("snap-"), 400);
  const Ran verified = run({"verify", path_});
  EXPECT_EQ(verified.exit_code, 1);
  EXPECT_THAT(verified.out, HasSubstr("no command is lost"));
  EXPECT_EQ(run({"replay", path_}).exit_code, 1);
}

TEST_F(AuditMain, FindsTheWrongClearing) {
  const Ran replayed = run({"replay", path_, "--clearing", "permissive"});
  EXPECT_EQ(replayed.exit_code, 1);
  EXPECT_THAT(replayed.out, HasSubstr("FAULT: events of commands "));
}

TEST_F(AuditMain, CutsASnapshotThatAgrees) {
  const Ran cut = run({"snapshot", path_});
  EXPECT_EQ(cut.exit_code, 0) << cut.err;
  const Ran replayed = run({"replay", path_});
  EXPECT_EQ(replayed.exit_code, 0);
  EXPECT_THAT(replayed.out, HasSubstr("snapshots: 2 compared and equal"));
}

TEST_F(AuditMain, IsMisusedOrCannotRead) {
  EXPECT_EQ(run({}).exit_code, 2);
  const Ran mistyped = run({"verfy", path_});
  EXPECT_EQ(mistyped.exit_code, 2);
  EXPECT_THAT(mistyped.err, HasSubstr("did you mean \"verify\"?"));
  EXPECT_EQ(run({"replay"}).exit_code, 2);
  EXPECT_EQ(run({"replay", path_, "--clearing", "none"}).exit_code, 2);
  const std::string missing = path_ + "/missing";
  EXPECT_EQ(run({"verify", missing}).exit_code, 1);
  EXPECT_FALSE(fs::exists(missing));
  EXPECT_EQ(run({"--help"}).exit_code, 0);
  for (const std::string_view action : {"verify", "replay", "snapshot"}) {
    const Ran help = run({action, "--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_THAT(help.out, HasSubstr("Usage: hourglass audit " + std::string(action)));
  }
}

}  // namespace
}  // namespace hourglass::engine::test

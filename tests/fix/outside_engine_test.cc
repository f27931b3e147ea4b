// A FIX engine that shares no code with QuickFIX trades with the program: jspurefix, from npm. What
// it does and expects stands in outside/trade.js.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fix/running_fix.h"
#include "tests/support/temporary_directory.h"

namespace hourglass::gateway::fix {
namespace {

using engine::test::Ended;
using engine::test::run_program;

constexpr char kSource[] = HOURGLASS_SOURCE_DIR "/tests/fix/outside/";
// What outside/install.js ends with where the registry does not answer, and timeout and env where
// a program takes too long or is not there.
constexpr std::int32_t kNoRegistry = 75;
constexpr std::int32_t kTooLong = 124;
constexpr std::int32_t kNoProgram = 127;

Ended node(const std::vector<std::string>& arguments, const std::string& modules = "") {
  std::vector<std::string> words{"/usr/bin/env", fmt::format("NODE_PATH={}", modules), "timeout",
                                 "120", "node"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run_program(words);
}

std::string settings_text(const RunningFix& venue, const std::string& fix50_password,
                          const std::string& work_directory) {
  return fmt::format(R"({{
  "port": {},
  "members": {{
    "FIX.4.4": {{"compId": "TRADER1", "account": "11", "password": "{}"}},
    "FIXT.1.1": {{"compId": "FIVE", "account": "12", "password": "{}"}}
  }},
  "dictionaries": "{}/gateway/fix/dictionary",
  "workDirectory": "{}"
}}
)",
                     venue.port(), venue.password(), fix50_password, HOURGLASS_SOURCE_DIR,
                     work_directory);
}

TEST(OutsideEngine, LogsOnAndTradesInBothVersions) {
  const std::string directory =
      std::filesystem::absolute(engine::test::shared_temporary_directory()) / "outside-engine";
  const Ended installed = node({std::string(kSource) + "install.js", directory});
  if (installed.exit_code == kNoRegistry || installed.exit_code == kTooLong ||
      installed.exit_code == kNoProgram) {
    GTEST_SKIP() << "jspurefix needs node, npm and the npm registry: " << installed.output;
  }
  ASSERT_EQ(installed.exit_code, 0) << installed.output;

  RunningFix venue;
  const std::string password = venue.add_member("FIVE", "12", {"--version", "5.0"});
  ASSERT_THAT(venue.reload(), testing::HasSubstr("read again"));
  const std::string work = std::filesystem::absolute(venue.data_dir()) / "engine";
  std::filesystem::create_directories(work);
  const std::string settings = work + "/settings.json";
  std::ofstream(settings) << settings_text(venue, password, work);

  const Ended traded =
      node({std::string(kSource) + "trade.js", settings}, directory + "/node_modules");
  EXPECT_EQ(traded.exit_code, 0);
  EXPECT_TRUE(traded.output.ends_with("\n0 failed\n")) << traded.output;
  EXPECT_EQ(venue.stop(), 0);
}

}  // namespace
}  // namespace hourglass::gateway::fix

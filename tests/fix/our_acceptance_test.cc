// QuickFIX's acceptance suite against our own door: its transport, framing, session files and
// resends, with the suite's own dictionaries and an application that echoes.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "tests/fix/acceptance_script.h"
#include "tests/fix/echo_venue.h"
#include "tests/fix/quickfix_source.h"

namespace hourglass::gateway::fix::test {
namespace {

struct Suite {
  std::string folder;
  FixVersion version;
  std::size_t scripts;
};

// A loaded machine may hold a thread up for a second: see run_suite.
constexpr std::int32_t kRunsMax = 3;
constexpr std::int32_t kAcceptors = 6;

void expect_passes(const Suite& suite) {
  const auto source = quickfix_source_directory();
  if (absl::IsUnavailable(source.status())) {
    GTEST_SKIP() << "no source of QuickFIX: " << source.status().message();
  }
  ASSERT_TRUE(source.ok()) << source.status();
  std::vector<std::unique_ptr<EchoVenue>> venues;
  std::vector<std::uint16_t> ports;
  for (std::int32_t i = 0; i < kAcceptors; ++i) {
    const std::string directory = fmt::format("{}/echo-{}-{}", testing::TempDir(), suite.folder, i);
    std::filesystem::remove_all(directory);
    auto venue = EchoVenue::start({.directory = directory,
                                   .dictionary_directory = *source + "/spec",
                                   .version = suite.version});
    ASSERT_TRUE(venue.ok()) << venue.status();
    ports.push_back((*venue)->port());
    venues.push_back(*std::move(venue));
  }
  const auto results =
      run_suite(*source + "/test/definitions/server/" + suite.folder, "127.0.0.1", ports, kRunsMax);
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(results->size(), suite.scripts);
  for (const ScriptResult& result : *results) {
    EXPECT_EQ(result.failure, "") << result.script << " after " << result.runs << " runs";
  }
}

TEST(OurAcceptance, PassesEveryFix44Script) {
  expect_passes({.folder = "fix44", .version = FixVersion::kFix44, .scripts = 59});
}

TEST(OurAcceptance, PassesEveryFix50Sp2Script) {
  expect_passes({.folder = "fix50sp2", .version = FixVersion::kFix50Sp2, .scripts = 60});
}

}  // namespace
}  // namespace hourglass::gateway::fix::test

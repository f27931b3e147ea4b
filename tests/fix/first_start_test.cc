// A first start that is killed, wherever it is: the next one makes the venue.
#include <stdlib.h>

#include <cctype>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "tests/fix/running_fix.h"

namespace hourglass::gateway::fix {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kLooks = 200'000;
constexpr std::chrono::microseconds kBetweenLooks{50};

// Whether some file of `directory` begins so.
bool is_there(const fs::path& directory, const std::string& start) {
  std::error_code error;
  fs::directory_iterator at(directory, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    if (at->path().filename().string().starts_with(start)) return true;
  }
  return false;
}

// By what is the last thing it left.
class KilledFirstStart : public testing::TestWithParam<const char*> {};

TEST_P(KilledFirstStart, IsMadeUpForByTheNext) {
  std::string directory = testing::TempDir() + "first-start-XXXXXX";
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  const engine::test::VenueStart start{.program = HOURGLASS_PROGRAM,
                                       .data_dir = directory,
                                       .snapshot_every = 1'000'000,
                                       .with_fix = true};
  const fs::path left = fs::path(directory) / GetParam();
  {
    engine::test::RunningVenue first(start);
    for (std::uint32_t look = 0; look < kLooks; ++look) {
      if (is_there(left.parent_path(), left.filename().string())) break;
      std::this_thread::sleep_for(kBetweenLooks);
    }
    first.kill();
  }
  EXPECT_TRUE(is_there(left.parent_path(), left.filename().string()));
  {
    engine::test::RunningVenue next(start);
    Peer peer(next.fix_port());
    EXPECT_EQ(peer.log_on(starter_password(directory)), "35=A|34=1|98=0|108=60|") << next.errors();
    EXPECT_EQ(peer.order("A1"), accepted("A1"));
    peer.say("x", "320=L|559=4|");
    EXPECT_EQ(only(peer.hear(), {35, 393}), "35=y|393=8|");
  }
  fs::remove_all(directory);
}

INSTANTIATE_TEST_SUITE_P(Behind, KilledFirstStart,
                         testing::Values("fix/starter-credentials", "fix/tls/key.pem", "seg-",
                                         "events.hge"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::erase_if(name, [](char c) {
                             return std::isalnum(static_cast<unsigned char>(c)) == 0;
                           });
                           return name;
                         });

}  // namespace
}  // namespace hourglass::gateway::fix

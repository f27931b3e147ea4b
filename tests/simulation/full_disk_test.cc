// The real program meets a disk that is really full: it stops and says why, and what it answered is
// there when it starts again.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "tests/support/running_venue.h"
#include "tests/support/small_disk.h"

namespace hourglass::engine::test {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
// `run` has segments of 64 MiB, each with an index of 1 MiB. Beside the ballast there is room for
// one, for events and for snapshots; without it for a second one, too.
constexpr std::uint64_t kDiskBytes = 160 * kMiB;
constexpr std::uint64_t kBallastBytes = 72 * kMiB;
// Each answered line is a frame of 4 KiB at least, so that a segment is full before these are sent.
constexpr std::uint64_t kLinesMax = 17'000;
// One line in so many is an order that rests: slow checks go over all that do.
constexpr std::uint64_t kLinesAnOrder = 16;

class FullDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    auto disk = SmallDisk::mount(testing::TempDir(), kDiskBytes);
    if (!disk.ok()) {
      GTEST_SKIP() << "no file system of its own size: neither root nor user namespaces here: "
                   << disk.status();
    }
    disk_ = *std::move(disk);
    const int file = ::open(ballast().c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    ASSERT_GE(file, 0);
    ASSERT_EQ(::posix_fallocate(file, 0, kBallastBytes), 0);
    ::close(file);
  }

  [[nodiscard]] std::string ballast() const { return disk_->path() + "/ballast"; }
  [[nodiscard]] VenueStart start() const {
    return {.program = HOURGLASS_PROGRAM,
            .data_dir = disk_->path() + "/venue",
            .snapshot_every = 5'000};
  }

  // One line; false when the venue has ended instead of answering.
  bool ask(RunningVenue& venue, std::uint64_t number) {
    venue.say(number % kLinesAnOrder == 0
                  ? fmt::format("buy 1 H100.D1 @ 1.{:02} as {}", number % 100, number)
                  : "deposit 1");
    const std::vector<std::string> lines = venue.hear_through("durable through");
    for (const std::string& line : lines) {
      if (const auto id = number_after(line, "rests order ")) answered_.insert(*id);
      if (const auto last = number_after(line, "durable through ")) durable_ = *last;
    }
    return !lines.empty();
  }

  void expect_the_journal_is_good() const {
    const Ended verified = run_program({HOURGLASS_PROGRAM, "audit", "verify", start().data_dir});
    EXPECT_EQ(verified.exit_code, 0);
    EXPECT_THAT(verified.output, HasSubstr("INTACT"));
    const Ended replayed = run_program({HOURGLASS_PROGRAM, "audit", "replay", start().data_dir});
    EXPECT_EQ(replayed.exit_code, 0);
    EXPECT_THAT(replayed.output, HasSubstr("AGREES"));
  }

  // It has ended by itself, and said what a person needs to know.
  void expect_it_stopped_for_room(RunningVenue& venue) const {
    EXPECT_EQ(venue.wait(), 1) << "gateway/README.md: 1 is not done";
    EXPECT_THAT(venue.errors(), HasSubstr("hourglass run: the disk is full"));
    EXPECT_THAT(venue.errors(),
                HasSubstr(fmt::format("commands from {} on are not on it and were not answered",
                                      durable_ + 1)));
    EXPECT_THAT(venue.errors(), HasSubstr("Nothing that was answered is lost; make room and start "
                                          "again"));
  }

  std::unique_ptr<SmallDisk> disk_;
  std::set<std::uint64_t> answered_;
  std::uint64_t durable_ = 0;
};

TEST_F(FullDisk, StopsTheVenueAndLosesNothingItAnswered) {
  {
    RunningVenue venue(start());
    ASSERT_TRUE(venue.hear().has_value()) << venue.errors();
    venue.say("deposit 100000000");
    ASSERT_FALSE(venue.hear_through("durable through").empty()) << venue.errors();
    std::uint64_t number = 1;
    while (number <= kLinesMax && ask(venue, number)) ++number;
    ASSERT_LE(number, kLinesMax) << "the disk did not fill up";
    EXPECT_EQ(answered_.size(), (number - 1) / kLinesAnOrder) << "each order was said to rest";
    expect_it_stopped_for_room(venue);
  }
  expect_the_journal_is_good();
  {
    // Started again by whoever does not read: no change, and said again.
    RunningVenue venue(start());
    EXPECT_EQ(venue.hear(), std::nullopt);
    expect_it_stopped_for_room(venue);
  }
  expect_the_journal_is_good();

  ASSERT_TRUE(std::filesystem::remove(ballast()));
  RunningVenue venue(start());
  const auto greeting = venue.hear();
  ASSERT_TRUE(greeting.has_value()) << venue.errors();
  EXPECT_THAT(*greeting, HasSubstr("recovered"));
  EXPECT_EQ(venue.working_orders("H100.D1"), answered_);
  ASSERT_TRUE(ask(venue, kLinesMax - kLinesMax % kLinesAnOrder)) << venue.errors();
  venue.say("quit");
  EXPECT_FALSE(venue.hear_through("hourglass: stopped in order").empty());
  EXPECT_EQ(venue.wait(), 0) << venue.errors();
  expect_the_journal_is_good();
}

}  // namespace
}  // namespace hourglass::engine::test

// kill -9 on the real program, again and again: what it answered is there when it starts again.
//
// HOURGLASS_KILLS sets how often (a soak is 500 and more), HOURGLASS_SEED the moments.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "tests/support/random_source.h"

namespace hourglass::engine::test {
namespace {

// One run of `hourglass run` with its input and output on pipes.
class RunningVenue {
 public:
  explicit RunningVenue(const std::string& data_dir) {
    int in[2];
    int out[2];
    // A program that ended early is met as a failed write, not as a signal.
    ::signal(SIGPIPE, SIG_IGN);
    if (::pipe(in) != 0 || ::pipe(out) != 0) return;
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(in[0], STDIN_FILENO);
      ::dup2(out[1], STDOUT_FILENO);
      for (const int fd : {in[0], in[1], out[0], out[1]}) ::close(fd);
      ::execl(HOURGLASS_PROGRAM, HOURGLASS_PROGRAM, "run", "--data-dir", data_dir.c_str(),
              "--snapshot-every", "20", nullptr);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    to_ = in[1];
    from_ = ::fdopen(out[0], "r");
  }
  ~RunningVenue() {
    kill();
    if (from_ != nullptr) static_cast<void>(std::fclose(from_));
    if (to_ >= 0) ::close(to_);
  }
  RunningVenue(const RunningVenue&) = delete;
  RunningVenue& operator=(const RunningVenue&) = delete;

  void say(const std::string& line) {
    const std::string text = line + "\n";
    ASSERT_EQ(::write(to_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  // The next line of output; nothing when the program has ended.
  std::optional<std::string> hear() {
    char line[512];
    if (std::fgets(line, sizeof(line), from_) == nullptr) return std::nullopt;
    return std::string(line);
  }

  // Lines up to and with the first that begins with `last`; empty when the program ended before.
  std::vector<std::string> hear_through(const std::string& last) {
    std::vector<std::string> lines;
    while (auto line = hear()) {
      lines.push_back(*line);
      if (line->starts_with(last)) return lines;
    }
    return {};
  }

  void kill() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = -1;
  }

 private:
  pid_t child_ = -1;
  int to_ = -1;
  FILE* from_ = nullptr;
};

// The number after `word` in `line`, if it has one.
std::optional<std::uint64_t> number_after(const std::string& line, const std::string& word) {
  const std::size_t at = line.find(word);
  if (at == std::string::npos) return std::nullopt;
  return std::strtoull(line.c_str() + at + word.size(), nullptr, 10);
}

// The working orders by their ids. `list` ends the answer, since a book's length is not known.
std::set<std::uint64_t> working_orders(RunningVenue& venue) {
  venue.say("book H100.D1");
  venue.say("list");
  std::set<std::uint64_t> orders;
  for (const std::string& line : venue.hear_through("GPUX")) {
    if (const auto id = number_after(line, "  order ")) orders.insert(*id);
  }
  return orders;
}

// The name of the newest snapshot in `directory`; empty where there is none.
std::string newest_snapshot(const std::string& directory) {
  std::string newest;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".hgs") {
      newest = std::max(newest, entry.path().filename().string());
    }
  }
  return newest;
}

// Enters an order and notes its id once the venue has answered.
void buy(RunningVenue& venue, RandomSource& random, std::set<std::uint64_t>& answered) {
  venue.say(fmt::format("buy 1 H100.D1 @ 1.{:02}", random.below(100)));
  for (const std::string& line : venue.hear_through("durable through")) {
    if (const auto id = number_after(line, "rests order ")) answered.insert(*id);
  }
}

// Goes on buying until there is a snapshot other than `before`; as long as a shadow may need that
// only runs when nobody else wants to.
void buy_until_a_snapshot(RunningVenue& venue, RandomSource& random,
                          std::set<std::uint64_t>& answered, const std::string& directory,
                          const std::string& before) {
  constexpr std::uint32_t kOrdersMax = 10'000;
  for (std::uint32_t i = 0; i < kOrdersMax && newest_snapshot(directory) == before; ++i) {
    buy(venue, random, answered);
    ::usleep(10'000);
  }
  ASSERT_NE(newest_snapshot(directory), before);
}

constexpr std::uint64_t kRunsPerSnapshot = 4;

TEST(KilledVenue, StillHasEverythingItAnswered) {
  const std::uint64_t kills = number_from_environment("HOURGLASS_KILLS", 20);
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", seed));
  RandomSource random(seed);
  const std::string directory = fmt::format("{}hourglass-kill-{}", testing::TempDir(), ::getpid());
  std::set<std::uint64_t> answered;
  std::uint64_t from_snapshot = 0;
  for (std::uint64_t run = 0; run < kills; ++run) {
    RunningVenue venue(directory);
    const auto greeting = venue.hear();
    ASSERT_TRUE(greeting.has_value()) << "the program did not start in run " << run;
    EXPECT_EQ(greeting->find("passed over"), std::string::npos) << *greeting;
    if (greeting->find("snapshot of command") != std::string::npos) ++from_snapshot;
    const std::set<std::uint64_t> found = working_orders(venue);
    for (const std::uint64_t id : answered) ASSERT_TRUE(found.contains(id)) << "order " << id;
    answered = found;  // what was under way when it was killed may have been kept
    if (run == 0) {
      venue.say("deposit 1000000");
      ASSERT_FALSE(venue.hear_through("durable through").empty());
    }
    const std::string before = newest_snapshot(directory);
    for (std::uint64_t i = random.below(30) + 1; i != 0; --i) buy(venue, random, answered);
    // Most die too young for a snapshot, or while one is being written.
    if (run % kRunsPerSnapshot == 0) {
      buy_until_a_snapshot(venue, random, answered, directory, before);
    }
    for (std::uint64_t i = random.below(4); i != 0; --i) venue.say("buy 1 H100.D1 @ 1.50");
    ::usleep(static_cast<useconds_t>(random.below(2000)));
    venue.kill();
  }
  EXPECT_GE(answered.size(), kills);
  // The first run leaves a snapshot, so every later one has one to begin with.
  EXPECT_EQ(from_snapshot, kills - 1);
  fmt::print("{} kills, {} starts from a snapshot, {} orders answered or kept, none lost\n", kills,
             from_snapshot, answered.size());
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
}

}  // namespace
}  // namespace hourglass::engine::test

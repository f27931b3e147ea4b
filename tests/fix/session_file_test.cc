// SessionFile against what it promises: reopening, overwriting, a naive model, refusals.
// HOURGLASS_SEED sets the seed. Damage is in session_file_damage_test.cc, kills are in
// session_file_kill_test.cc.
#include "gateway/fix/store/session_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/fix/store/session_file_layout.h"
#include "tests/fix/session_file_fixture.h"
#include "tests/support/random_source.h"

namespace hourglass::gateway::fix {
namespace {

using engine::SequenceNumber;
using engine::test::number_from_environment;
using engine::test::RandomSource;

constexpr std::uint32_t kNumberMax = std::numeric_limits<std::uint32_t>::max();

TEST_F(SessionFileTest, BeginsWithBothNumbersAtOne) {
  const auto file = open();
  EXPECT_EQ(state(*file), "sender 1 target 1 safe 1 report 0 applied 0 time 0");
  EXPECT_FALSE(file->power_was_lost());
  EXPECT_EQ(shown(file->get(1)), "nothing");
  EXPECT_EQ(file->next_application(1), 1U);
}

TEST_F(SessionFileTest, KeepsNumbersAndMessagesWhenOpenedAgain) {
  auto file = open();
  put(*file, 1, 7);
  ASSERT_TRUE(file->put(2, "a heartbeat", false, 0).ok());
  put(*file, 3, 6);
  file->set_next_target(40);
  file->set_safe_target(38);
  file.reset();
  file = open();
  EXPECT_EQ(state(*file), "sender 4 target 40 safe 38 report 7 applied 0 time 0");
  EXPECT_FALSE(file->power_was_lost());
  EXPECT_EQ(shown(file->get(1)), "1 7 app " + message(1));
  EXPECT_EQ(shown(file->get(2)), "2 0 admin ");
  EXPECT_EQ(shown(file->get(3)), "3 6 app " + message(3));
  EXPECT_EQ(shown(file->get(4)), "nothing");
  EXPECT_EQ(file->next_application(2), 3U);
  EXPECT_EQ(file->next_application(4), 4U);
}

TEST_F(SessionFileTest, UsesUpNumbersWithoutDisplacingMessages) {
  constexpr std::uint32_t kUsed = 3 * kReservedBlock;
  constexpr std::uint32_t kNext = kUsed + 2;
  auto file = open();
  put(*file, 1, 7);
  // Ends: each number is reserved at some time.
  for (std::uint32_t used = 0; used < kUsed;) used += file->use_number() ? 1U : 0U;
  put(*file, kNext, 8);
  const auto expect_both = [&](const SessionFile& found) {
    EXPECT_EQ(shown(found.get(1)), "1 7 app " + message(1));
    EXPECT_EQ(shown(found.get(2)), "nothing");
    EXPECT_EQ(found.next_application(2), kNext);
    EXPECT_EQ(shown(found.get(kNext)), fmt::format("{} 8 app {}", kNext, message(kNext)));
  };
  expect_both(*file);
  const auto after_power_cut = open(copy(), "boot two");
  EXPECT_GT(after_power_cut->next_sender(), kNext);
  file.reset();
  file = open();
  expect_both(*file);
  EXPECT_EQ(file->next_sender(), kNext + 1);
}

TEST_F(SessionFileTest, AMachineStartedAnewAfterACloseInOrderIsNoPowerCut) {
  auto file = open();
  put_up_to(*file, 3);
  file.reset();
  file = open(path_, "boot two");
  EXPECT_FALSE(file->power_was_lost());
  EXPECT_EQ(file->next_sender(), 4U);
}

TEST_F(SessionFileTest, ReadsTheBootFromTheKernel) {
  ASSERT_TRUE(SessionFile::open(path_, {.ring_bytes = kSmallRing}).ok());
  EXPECT_TRUE(SessionFile::open(path_, {.ring_bytes = kSmallRing}).ok());
}

TEST_F(SessionFileTest, RefusesAnotherNumberThanTheNextAndAMessageOverAQuarterOfTheRing) {
  const auto file = open();
  put_up_to(*file, 2);
  const std::string before = bytes_of(path_);
  EXPECT_EQ(file->put(2, "again", true, 9).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(file->put(4, "early", true, 9).code(), absl::StatusCode::kInvalidArgument);
  const std::size_t most = kSmallRing / 4 - sizeof(RecordHeader);
  EXPECT_EQ(file->put(3, std::string(most + 1, 'x'), true, 9).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(bytes_of(path_), before);
  EXPECT_TRUE(file->put(3, std::string(most, 'x'), true, 0).ok());
  EXPECT_EQ(shown(file->get(3)), "3 0 app " + std::string(most, 'x'));
}

TEST_F(SessionFileTest, MovesTheSenderNumberForwardOnly) {
  const auto file = open();
  put_up_to(*file, 2);
  file->set_next_sender(2);
  EXPECT_EQ(file->next_sender(), 3U);
  file->set_next_sender(500'000);
  put(*file, 500'000);
  EXPECT_EQ(shown(file->get(400'000)), "nothing");
  EXPECT_EQ(file->next_application(3), 500'000U);
}

TEST_F(SessionFileTest, TheLastNumberOfAllIsNeverSent) {
  auto file = open();
  file->set_next_sender(kNumberMax - 1);
  put(*file, kNumberMax - 1);
  EXPECT_EQ(file->put(kNumberMax, "x", true, 0).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(file->next_sender(), kNumberMax);
  file->reset(SequenceNumber(1), 2);
  put(*file, 1);
}

TEST_F(SessionFileTest, ResetForgetsMessagesButNotTheLastReport) {
  auto file = open();
  put(*file, 1, 12);
  put(*file, 2, 13);
  file->set_next_target(9);
  file->set_safe_target(8);
  file->reset(SequenceNumber(77), 1234567);
  const std::string begun = "sender 1 target 1 safe 1 report 13 applied 77 time 1234567";
  EXPECT_EQ(state(*file), begun);
  EXPECT_EQ(shown(file->get(1)), "nothing");
  file.reset();
  file = open();
  EXPECT_EQ(state(*file), begun);
  EXPECT_EQ(shown(file->get(2)), "nothing");
  ASSERT_TRUE(file->put(1, "anew", true, 14).ok());
  file.reset();
  file = open();
  EXPECT_EQ(shown(file->get(1)), "1 14 app anew");
  EXPECT_EQ(shown(file->get(2)), "nothing");
}

TEST_F(SessionFileTest, PassesReportsForwardOnlyAndKeepsThatThroughAKill) {
  const auto file = open();
  file->pass_reports(7);
  file->pass_reports(6);
  EXPECT_EQ(file->last_report(), 7U);
  put(*file, 1, 9);
  file->pass_reports(8);
  EXPECT_EQ(open(copy())->last_report(), 9U);
  file->pass_reports(11);
  EXPECT_EQ(open(copy())->last_report(), 11U);
}

TEST_F(SessionFileTest, OverwritesTheOldestMessages) {
  auto file = open();
  put_up_to(*file, 5'000);
  const std::uint32_t oldest = file->next_application(1);
  // 136 bytes each; up to one record's room is lost at the end of a lap.
  EXPECT_GE(oldest, 5'000 - kSmallRing / 136);
  EXPECT_LE(oldest, 5'000 - kSmallRing / 136 + 3);
  for (int turn = 0; turn < 2; ++turn) {
    for (std::uint32_t sequence = 1; sequence <= 5'000; ++sequence) {
      ASSERT_EQ(
          shown(file->get(sequence)),
          sequence < oldest ? "nothing" : fmt::format("{} 0 app {}", sequence, message(sequence)));
    }
    file.reset();
    file = open();
  }
}

TEST_F(SessionFileTest, GoesOnThroughManyReservedBlocks) {
  auto file = open();
  for (std::uint32_t next = 1; next <= 5 * kReservedBlock; ++next) {
    ASSERT_TRUE(file->put(next, "", false, 0).ok());
  }
  const auto after = open(copy(), "boot two");
  EXPECT_TRUE(after->power_was_lost());
  EXPECT_GT(after->next_sender(), 5 * kReservedBlock);
  EXPECT_LE(after->next_sender(), 7 * kReservedBlock + 1);
}

// What the model keeps of a message.
struct Kept {
  std::string text;
  bool is_application = false;
  std::uint32_t report = 0;
};

struct Model {
  std::map<std::uint32_t, Kept> messages;
  std::uint32_t next_sender = 1;
  std::uint32_t next_target = 1;
  std::uint32_t safe_target = 1;
  std::uint32_t last_report = 0;
  std::uint64_t applied = 0;
  std::uint64_t time = 0;

  [[nodiscard]] std::string state() const {
    return fmt::format("sender {} target {} safe {} report {} applied {} time {}", next_sender,
                       next_target, safe_target, last_report, applied, time);
  }
  [[nodiscard]] std::string get(std::uint32_t sequence) const {
    const auto found = messages.find(sequence);
    if (found == messages.end()) return "nothing";
    return fmt::format("{} {} {} {}", sequence, found->second.report,
                       found->second.is_application ? "app" : "admin", found->second.text);
  }
};

// Half the ring, less what one message may take of the end of a lap, is certainly held.
void expect_is(const SessionFile& file, const Model& model) {
  ASSERT_EQ(state(file), model.state());
  std::uint64_t held_bytes = 0;
  std::uint32_t first_application = model.next_sender;
  bool was_missing = false;
  for (auto at = model.messages.rbegin(); at != model.messages.rend(); ++at) {
    const std::string found = shown(file.get(at->first));
    held_bytes += record_bytes(at->second.text.size());
    if (found == "nothing" && held_bytes > kSmallRing / 2) was_missing = true;
    if (was_missing) {
      ASSERT_EQ(found, "nothing") << "message " << at->first << " is older than a missing one";
      continue;
    }
    ASSERT_EQ(found, model.get(at->first));
    if (at->second.is_application) first_application = at->first;
  }
  ASSERT_EQ(file.next_application(1), first_application);
}

void random_change(RandomSource& random, SessionFile& file, Model& model) {
  const std::uint64_t what = random.below(100);
  if (what < 85) {
    const bool is_application = random.percent(80);
    const std::size_t size = random.below(random.percent(5) ? kSmallRing / 4 - 32 : 600);
    const std::string text = message(static_cast<std::uint32_t>(random.next()), size);
    const auto report = static_cast<std::uint32_t>(random.below(3) * random.below(10'000));
    ASSERT_TRUE(file.put(model.next_sender, text, is_application, report).ok());
    model.messages[model.next_sender++] = {is_application ? text : "", is_application, report};
    model.last_report = std::max(model.last_report, report);
  } else if (what < 88) {
    const auto to = model.next_sender + static_cast<std::uint32_t>(random.below(20'000));
    file.set_next_sender(to);
    model.next_sender = to;
  } else if (what < 93) {
    file.set_next_target(++model.next_target);
  } else if (what < 99) {
    file.set_safe_target(model.safe_target = model.next_target);
  } else if (random.percent(20)) {
    file.reset(SequenceNumber(++model.applied), model.time += 1000);
    model.messages.clear();
    model.next_sender = model.next_target = model.safe_target = 1;
  }
}

TEST_F(SessionFileTest, IsWhatANaiveModelIsThroughReopeningAndKills) {
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", seed));
  RandomSource random(seed);
  Model model;
  auto file = open();
  for (int round = 0; round < 60; ++round) {
    const std::uint64_t changes = random.below(300);
    for (std::uint64_t change = 0; change < changes; ++change) {
      ASSERT_NO_FATAL_FAILURE(random_change(random, *file, model));
    }
    ASSERT_NO_FATAL_FAILURE(expect_is(*file, model));
    if (random.percent(50)) {  // killed: go on from what was on the disk
      std::filesystem::rename(copy(), path_ + ".killed");
      file.reset();
      std::filesystem::rename(path_ + ".killed", path_);
    }
    file.reset();
    file = open();
    ASSERT_FALSE(file->power_was_lost());
    ASSERT_NO_FATAL_FAILURE(expect_is(*file, model));
  }
}

TEST_F(SessionFileTest, AFileThatIsOpenIsRefusedByName) {
  const auto file = open();
  const absl::Status refused = refusal();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), testing::HasSubstr(path_));
}

TEST_F(SessionFileTest, ADraftIsBegunAnewAndAnEmptyFileAndAnotherOneAreRefused) {
  for (const std::string_view left : {"the part of a file that a crash left", ""}) {
    std::filesystem::remove(path_);
    std::ofstream(path_ + ".new") << left;
    open().reset();
    EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
  }
  std::filesystem::resize_file(path_, 0);
  EXPECT_EQ(refusal().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(refusal().message()), testing::HasSubstr(path_ + " is empty"));
  EXPECT_EQ(std::filesystem::file_size(path_), 0U);
  std::filesystem::remove(path_);
  open().reset();
  std::filesystem::resize_file(path_, kRingOffset + kSmallRing / 2);
  EXPECT_EQ(refusal().code(), absl::StatusCode::kDataLoss);
  std::ofstream(path_) << "not a session file";
  EXPECT_EQ(refusal().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(bytes_of(path_), "not a session file");
}

TEST_F(SessionFileTest, RefusesSettingsOutOfRange) {
  for (const std::uint64_t ring :
       {std::uint64_t{0}, kRingBytesMin / 2, kRingBytesMin + 8, kRingBytesMax * 2}) {
    EXPECT_EQ(SessionFile::open(path_, {.ring_bytes = ring}).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(refusal(std::string(kBootIdBytes + 1, 'b')).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(SessionFileTest, AHundredTakeOneThreadAndTheRoomTheyUse) {
  const auto threads = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
  };
  const auto before = threads();
  std::vector<std::unique_ptr<SessionFile>> files;
  for (int number = 0; number < 100; ++number) {
    auto file = SessionFile::open(fmt::format("{}/{}.hgs", directory_, number));
    ASSERT_TRUE(file.ok()) << file.status();
    (*file)->reset(SequenceNumber(1), 2);
    files.push_back(std::move(*file));
  }
  for (const auto& file : files) put(*file, 1);
  EXPECT_EQ(threads(), before + 1);
  struct stat status {};
  ASSERT_EQ(::stat((directory_ + "/0.hgs").c_str(), &status), 0);
  EXPECT_EQ(static_cast<std::uint64_t>(status.st_size), kRingOffset + kDefaultSessionFileBytes);
  EXPECT_LE(status.st_blocks * 512, 128 << 10);
  files.clear();
  EXPECT_EQ(threads(), before);
}

}  // namespace
}  // namespace hourglass::gateway::fix

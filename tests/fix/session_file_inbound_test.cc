// What a session file knows of the other side's messages: which numbers were dealt with, and
// whether it logged out; and steps, of which a kill leaves all or nothing. HOURGLASS_SEED sets the
// seed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "gateway/fix/store/session_file.h"
#include "gateway/fix/store/session_file_layout.h"
#include "tests/fix/session_file_fixture.h"
#include "tests/support/random_source.h"

namespace hourglass::gateway::fix {
namespace {

using engine::SequenceNumber;
using engine::test::number_from_environment;
using engine::test::RandomSource;

class SessionFileInboundTest : public SessionFileTest {};

// The numbers said to be dealt with, as far as any can be known, and some before and behind.
std::set<std::uint32_t> dealt_with(const SessionFile& file) {
  std::set<std::uint32_t> all;
  const std::uint32_t safe = file.safe_target();
  for (std::uint32_t number = safe > 3'000 ? safe - 3'000 : 0; number < safe + 6'000; ++number) {
    if (file.was_dealt_with(number)) all.insert(number);
  }
  return all;
}

using Numbers = std::set<std::uint32_t>;

TEST_F(SessionFileInboundTest, KnowsThroughAKillWhatWasDealtWithBehindTheSafeNumber) {
  auto file = open();
  EXPECT_EQ(dealt_with(*file), Numbers{});
  file->set_next_target(10);
  file->set_safe_target(10);
  file->note_dealt_with(8, 10);  // before it nothing needs to be known
  file->note_dealt_with(11, 13);
  file->note_dealt_with(15, 16);
  EXPECT_EQ(dealt_with(*file), (Numbers{11, 12, 15}));
  EXPECT_EQ(dealt_with(*open(copy())), (Numbers{11, 12, 15}));
  file.reset();
  file = open();
  EXPECT_EQ(dealt_with(*file), (Numbers{11, 12, 15}));
  file->forget_dealt_with(12);
  EXPECT_EQ(dealt_with(*open(copy())), Numbers{11});
  file->note_dealt_with(14, 17);
  file->set_safe_target(15);
  EXPECT_EQ(dealt_with(*file), (Numbers{15, 16}));
  file->reset(SequenceNumber(1), 2);
  EXPECT_EQ(dealt_with(*open(copy())), Numbers{});
}

TEST_F(SessionFileInboundTest, GoesOnBehindWhatWasDealtWithAndLeavesTheRestToBeAskedFor) {
  const auto file = open();
  file->note_dealt_with(2, 4);
  file->note_dealt_with(5, 6);
  file->resume_target(1);
  EXPECT_EQ(state(*file), "sender 1 target 1 safe 1 report 0 applied 0 time 0");
  file->resume_target(2);
  EXPECT_EQ(state(*file), "sender 1 target 4 safe 4 report 0 applied 0 time 0");
  EXPECT_EQ(dealt_with(*open(copy())), Numbers{5});
}

TEST_F(SessionFileInboundTest, IsWhatASetIsOfTheNumbersThatCanBeKnown) {
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", seed));
  RandomSource random(seed);
  const auto file = open();
  Numbers model;
  for (int change = 0; change < 400; ++change) {
    const std::uint32_t safe = file->safe_target();
    const auto some = [&](std::uint64_t most) {
      return static_cast<std::uint32_t>(random.below(most));
    };
    if (random.percent(70)) {
      const std::uint32_t begin = safe + some(kDealtNumbers + 100);
      const std::uint32_t end = begin + some(random.percent(10) ? 3 * kDealtNumbers : 5);
      file->note_dealt_with(begin, end);
      for (std::uint32_t number = begin; number < std::min(end, safe + kDealtNumbers); ++number) {
        model.insert(number);
      }
    } else if (random.percent(80)) {
      const std::uint32_t to = safe + some(random.percent(10) ? 2 * kDealtNumbers : 200);
      file->set_safe_target(to);
      model.erase(model.begin(), model.lower_bound(to));
    } else {
      const std::uint32_t begin = safe + some(kDealtNumbers);
      file->forget_dealt_with(begin);
      model.erase(model.lower_bound(begin), model.end());
    }
    ASSERT_EQ(dealt_with(*file), model) << "after change " << change;
  }
}

TEST_F(SessionFileInboundTest, ALogoutIsKnownThroughAKillAndAReset) {
  auto file = open();
  EXPECT_FALSE(file->was_logged_out());
  file->set_logged_out(true);
  EXPECT_TRUE(open(copy())->was_logged_out());
  file->reset(SequenceNumber(1), 2);
  file.reset();
  file = open();
  EXPECT_TRUE(file->was_logged_out());
  file->set_logged_out(false);
  EXPECT_FALSE(open(copy())->was_logged_out());
}

// The disk may have the note and not the answer, or the Logout and not the Logon behind it.
TEST_F(SessionFileInboundTest, APowerCutLeavesNothingDealtWithAndNobodyLoggedOut) {
  const auto file = open();
  file->note_dealt_with(2, 4);
  file->set_logged_out(true);
  const auto after = open(copy(), "boot two");
  EXPECT_TRUE(after->power_was_lost());
  EXPECT_EQ(dealt_with(*after), Numbers{});
  EXPECT_FALSE(after->was_logged_out());
}

TEST_F(SessionFileInboundTest, OfAStepAKillLeavesNothingBeforeItsEndAndAllBehindIt) {
  const auto file = open();
  put_up_to(*file, 2'000);  // the ring is full: each message displaces others
  const std::string before = state(*file);
  {
    const SessionFile::Step step(*file);
    put(*file, 2'001, 7);
    put(*file, 2'002, 8);
    {
      const SessionFile::Step inner(*file);
      file->set_next_target(3);
      file->note_dealt_with(2, 3);
    }
    EXPECT_EQ(shown(file->get(2'001)), fmt::format("2001 7 app {}", message(2'001)));
    const auto killed = open(copy());
    EXPECT_EQ(state(*killed), before);
    EXPECT_EQ(dealt_with(*killed), Numbers{});
    EXPECT_EQ(shown(killed->get(2'001)), "nothing");
    EXPECT_EQ(shown(killed->get(2'000)), fmt::format("2000 0 app {}", message(2'000)));
    // The number goes to another message.
    ASSERT_TRUE(killed->put(2'001, "other", true, 9).ok());
    EXPECT_EQ(shown(killed->get(2'001)), "2001 9 app other");
  }
  const auto killed = open(copy());
  EXPECT_EQ(state(*killed), "sender 2003 target 3 safe 1 report 8 applied 0 time 0");
  EXPECT_EQ(dealt_with(*killed), Numbers{2});
  EXPECT_EQ(shown(killed->get(2'002)), fmt::format("2002 8 app {}", message(2'002)));
}

TEST_F(SessionFileInboundTest, AStepThatFillsTheRingByItselfLeavesAFileThatCanBeRead) {
  const auto file = open();
  put_up_to(*file, 10);
  const SessionFile::Step step(*file);
  for (std::uint32_t more = 0; more < 2'000; ++more) {
    put(*file, file->next_sender());
    if (more % 100 != 0) continue;
    const auto killed = open(copy());
    ASSERT_NE(killed, nullptr);
    ASSERT_LE(killed->next_sender(), file->next_sender());
    const std::uint32_t last = killed->next_sender() - 1;
    ASSERT_EQ(shown(killed->get(last)), fmt::format("{} 0 app {}", last, message(last)));
  }
}

TEST_F(SessionFileInboundTest, AResetTakesAlongTheStepItIsIn) {
  const auto file = open();
  put_up_to(*file, 3);
  const SessionFile::Step step(*file);
  file->set_logged_out(true);
  file->reset(SequenceNumber(5), 6);
  put(*file, 1);
  const auto killed = open(copy());
  EXPECT_EQ(state(*killed), "sender 1 target 1 safe 1 report 0 applied 5 time 6");
  EXPECT_TRUE(killed->was_logged_out());
}

}  // namespace
}  // namespace hourglass::gateway::fix

// What an open says of damaged records and header copies, and what it does not say.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "gateway/fix/store/session_file.h"
#include "gateway/fix/store/session_file_layout.h"
#include "tests/fix/session_file_fixture.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::uint64_t kRecord = record_bytes(100);

class SessionFileLost : public SessionFileTest {
 protected:
  // The ranges, each as numbers, reports and bytes.
  static std::string lost(const SessionFile& file) {
    std::string all;
    for (const LostRange& range : file.lost().ranges()) {
      all += fmt::format("{}-{} reports {}-{} of {};", range.first, range.last, range.first_report,
                         range.last_report, range.bytes);
    }
    return all;
  }
  // Messages 1 to 10 with the reports 11 to 20, but for number 5, which has none.
  void write_ten() {
    const auto file = open();
    for (std::uint32_t number = 1; number <= 10; ++number) {
      put(*file, number, number == 5 ? 0 : number + 10);
    }
  }
  void damage(std::uint32_t first, std::uint32_t last) {
    for (std::uint32_t number = first; number <= last; ++number) {
      overwrite(path_, kRingOffset + (number - 1) * kRecord, std::string(kRecord, '#'));
    }
  }
};

TEST_F(SessionFileLost, ADamagedRangeIsToldByItsNeighbours) {
  write_ten();
  damage(3, 6);
  damage(8, 8);
  const auto file = open();
  EXPECT_EQ(lost(*file),
            fmt::format("3-6 reports 13-16 of {};8-8 reports 18-18 of {};", 4 * kRecord, kRecord));
  EXPECT_TRUE(file->lost().has_report(13));
  EXPECT_TRUE(file->lost().has_report(16));
  EXPECT_FALSE(file->lost().has_report(12));
  EXPECT_FALSE(file->lost().has_report(17));
  EXPECT_TRUE(file->lost().has_message(1, 3));
  EXPECT_FALSE(file->lost().has_message(7, 7));
}

TEST_F(SessionFileLost, AMessageWithoutAReportHidesNoLostReport) {
  write_ten();
  damage(4, 4);
  EXPECT_EQ(lost(*open()), fmt::format("4-4 reports 14-15 of {};", kRecord));
}

TEST_F(SessionFileLost, TheFirstAndTheLastAreToldToo) {
  write_ten();
  damage(1, 2);
  damage(9, 10);
  // Before number 3 there was room for three reports at most.
  EXPECT_EQ(lost(*open()),
            fmt::format("1-2 reports 11-12 of {0};9-10 reports 19-20 of {0};", 2 * kRecord));
}

TEST_F(SessionFileLost, WhatWasRecordedAgainIsNotLostAtTheNextOpen) {
  write_ten();
  damage(3, 4);
  {
    const auto file = open();
    put(*file, 11, 13);
    EXPECT_FALSE(file->lost().has_report(13));
    EXPECT_TRUE(file->lost().has_report(14));
    EXPECT_EQ(file->last_report(), 20U);
  }
  const auto file = open();
  EXPECT_FALSE(file->lost().has_report(13));
  EXPECT_TRUE(file->lost().has_report(14));
  put(*file, 12, 14);
  file->reset(engine::SequenceNumber(5), 6);
  EXPECT_EQ(lost(*file), "");
}

// Laps of records of many sizes, numbers without a record, and kills at any point of it.
TEST_F(SessionFileLost, NothingIsToldOfAFileThatAKillLeft) {
  auto file = open();
  for (std::uint32_t number = 1; number <= 3000; ++number) {
    if (number % 7 == 0) {
      ASSERT_TRUE(file->use_number());
      continue;
    }
    ASSERT_NO_FATAL_FAILURE(put(*file, number, number, 40 + number * 37 % 300));
    if (number % 101 != 0) continue;
    const auto killed = open(copy());
    ASSERT_EQ(lost(*killed), "") << number;
    ASSERT_FALSE(killed->finding().is_header_copy_damaged);
  }
}

TEST_F(SessionFileLost, ACopyOfTheHeaderThatAKillToreIsNoDamageAndAnotherOneIs) {
  write_ten();
  const auto file = open();
  const std::string torn = copy();
  overwrite(torn, header_offset(0) + 30, "damage");
  {
    const auto found = open(torn);
    EXPECT_TRUE(found->finding().is_header_copy_damaged);
    EXPECT_EQ(found->finding().next_sender, 11U);
    EXPECT_EQ(found->next_sender(), kReservedBlock + 1);
  }
  copy();
  overwrite(torn, header_offset(0) + 30, "damage");
  overwrite(torn, kHeaderMarkOffset, std::string("\1\0\0\0", 4));
  EXPECT_FALSE(open(torn)->finding().is_header_copy_damaged);
}

TEST_F(SessionFileLost, TheCopyThatSaysClosedInOrderIsTheNewerOne) {
  write_ten();
  std::string seen;
  for (const std::uint64_t copied : {0U, 1U}) {
    const std::string path = copy();
    overwrite(path, header_offset(copied) + 30, "damage");
    const auto file = open(path);
    EXPECT_TRUE(file->finding().is_header_copy_damaged);
    seen += file->next_sender() == 11 ? "as it was;" : "behind the block;";
    EXPECT_EQ(file->power_was_lost(), file->next_sender() != 11);
  }
  EXPECT_TRUE(seen == "as it was;behind the block;" || seen == "behind the block;as it was;")
      << seen;
}

}  // namespace
}  // namespace hourglass::gateway::fix

// SessionFile where the power went, bytes are damaged, or the disk is full. HOURGLASS_SEED sets the
// seed of the random ones.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "gateway/fix/store/session_file.h"
#include "gateway/fix/store/session_file_layout.h"
#include "tests/fix/session_file_fixture.h"
#include "tests/support/random_source.h"
#include "tests/support/small_disk.h"

namespace hourglass::gateway::fix {
namespace {

using engine::SequenceNumber;
using engine::test::number_from_environment;
using engine::test::RandomSource;

class SessionFileDamageTest : public SessionFileTest {
 protected:
  // For a test that opens and closes thousands of files, and would wait for the disk.
  void move_to_memory() {
    auto disk = engine::test::SmallDisk::mount(directory_, 4U << 20);
    ASSERT_TRUE(disk.ok()) << disk.status();
    disk_ = std::move(*disk);
    path_ = disk_->path() + "/ALPHA.hgs";
  }

 private:
  std::unique_ptr<engine::test::SmallDisk> disk_;
};

TEST_F(SessionFileDamageTest, GoesOnBehindTheReservedBlockWhenThePowerWent) {
  const auto before = open();
  put(*before, 1, 4);
  put(*before, 2, 5);
  auto file = open(copy(), "boot two");
  EXPECT_TRUE(file->power_was_lost());
  EXPECT_EQ(state(*file),
            fmt::format("sender {} target 1 safe 1 report 5 applied 0 time 0", kReservedBlock + 1));
  EXPECT_EQ(shown(file->get(2)), "2 5 app " + message(2));
  put(*file, kReservedBlock + 1);
  EXPECT_EQ(shown(file->get(kReservedBlock + 1)),
            fmt::format("{} 0 app {}", kReservedBlock + 1, message(kReservedBlock + 1)));
}

TEST_F(SessionFileDamageTest, AMachineThatLostItsPowerSaysSoUntilClosedInOrder) {
  const auto before = open();
  put(*before, 1);
  const std::string path = copy();
  auto file = open(path, "boot two");
  const std::string killed = path + ".killed";
  std::filesystem::copy_file(path, killed);
  auto again = open(killed, "boot two");
  EXPECT_TRUE(again->power_was_lost());
  EXPECT_EQ(again->next_sender(), file->next_sender());
  again.reset();
  EXPECT_FALSE(open(killed, "boot two")->power_was_lost());
}

// The file as a power cut may leave it: each page at the state of one moment or another, or zeros.
TEST_F(SessionFileDamageTest, NoNumberCarriesTwoContentsWhateverPagesAPowerCutLeaves) {
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", seed));
  RandomSource random(seed);
  for (int round = 0; round < 40; ++round) {
    const std::string path = fmt::format("{}/{}.hgs", directory_, round);
    auto file = open(path);
    put_up_to(*file, static_cast<std::uint32_t>(random.below(600)));
    const bool was_reset = random.percent(30);
    std::string early = bytes_of(path);
    if (was_reset) file->reset(SequenceNumber(5), 6);
    const auto last = file->next_sender() + static_cast<std::uint32_t>(random.below(600));
    put_up_to(*file, last);
    const std::string late = bytes_of(path);
    for (std::uint64_t page = 0; page < late.size(); page += kSessionPageBytes) {
      const bool is_durable = page == 0 || (page >= kReservationOffset && page < kRingOffset);
      const bool is_ring = page >= kRingOffset;
      if (is_durable || random.percent(50))
        early.replace(page, kSessionPageBytes, late, page, kSessionPageBytes);
      if (is_ring && random.percent(10)) early.replace(page, kSessionPageBytes, kZeroPage);
    }
    const std::string left = path + ".left";
    std::ofstream(left, std::ios::binary) << early;
    const auto after = open(left, "boot two");
    ASSERT_TRUE(after->power_was_lost());
    ASSERT_GT(after->next_sender(), last);
    ASSERT_EQ(after->epoch_applied(), SequenceNumber(was_reset ? 5 : 0));
    for (std::uint32_t sequence = 1; sequence < after->next_sender(); ++sequence) {
      const std::string found = shown(after->get(sequence));
      if (found != "nothing") {
        ASSERT_EQ(found, fmt::format("{} 0 app {}", sequence, message(sequence)));
        ASSERT_LE(sequence, last);
      }
    }
    put_up_to(*after, after->next_sender());
  }
}

TEST_F(SessionFileDamageTest, AMessageOfTheEpochBeforeIsNotFoundWhereASecondPowerCutLeftIt) {
  const auto first = open();
  put_up_to(*first, 5);
  std::string left = bytes_of(path_);
  put_up_to(*first, 10);
  // The first power cut takes the header back to five messages, but ten are in the ring.
  const std::string ring = bytes_of(path_).substr(kRingOffset);
  const std::string path = path_ + ".left";
  std::ofstream(path, std::ios::binary) << left.replace(kRingOffset, ring.size(), ring);
  const auto second = open(path, "boot two");
  second->reset(SequenceNumber(5), 6);
  put(*second, 1);  // where message 6 was
  // The second one keeps the header and loses the ring's page.
  left = bytes_of(path).replace(kRingOffset, ring.size(), ring);
  const std::string again = path_ + ".again";
  std::ofstream(again, std::ios::binary) << left;
  const auto third = open(again, "boot three");
  EXPECT_EQ(shown(third->get(1)), "nothing");
  EXPECT_EQ(shown(third->get(6)), "nothing");
}

TEST_F(SessionFileDamageTest, OneDamagedHeaderCopyIsAPowerCutAndTwoAreRefused) {
  const auto before = open();
  put_up_to(*before, 3);
  for (const std::uint64_t copied : {0U, 1U}) {
    const std::string path = copy();
    overwrite(path, header_offset(copied) + 30, "damage");
    const auto file = open(path);
    EXPECT_TRUE(file->power_was_lost());
    EXPECT_EQ(file->next_sender(), kReservedBlock + 1);
    EXPECT_EQ(shown(file->get(2)), "2 0 app " + message(2));
  }
  const std::string path = copy();
  overwrite(path, header_offset(0), kZeroPage);
  overwrite(path, header_offset(1), kZeroPage);
  const auto refused = SessionFile::open(path, {.ring_bytes = kSmallRing, .boot_id = "boot one"});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(refused.status().message()), testing::HasSubstr(path));
}

TEST_F(SessionFileDamageTest, WithoutReservationsAFileIsGoodUntilThePowerGoes) {
  auto before = open();
  put_up_to(*before, 3);
  std::string path = copy();
  overwrite(path, reservation_offset(0), kZeroPage);
  // The other reservation may have been the newer one, so a block more is skipped.
  EXPECT_EQ(open(path, "boot two")->next_sender(), 2 * kReservedBlock + 1);
  path = copy();
  overwrite(path, reservation_offset(0), kZeroPage);
  overwrite(path, reservation_offset(1), kZeroPage);
  EXPECT_EQ(SessionFile::open(path, {.boot_id = "boot two"}).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(open(path)->next_sender(), 4U);
}

TEST_F(SessionFileDamageTest, AnyFlippedBitOfARecordGivesTheMessageOrNone) {
  ASSERT_NO_FATAL_FAILURE(move_to_memory());
  auto before = open();
  put_up_to(*before, 3);
  before.reset();
  const std::uint64_t size = record_bytes(100);
  std::uint64_t lost = 0;
  for (std::uint64_t bit = 0; bit < size * 8; ++bit) {
    const std::string path = copy();
    const std::uint64_t offset = kRingOffset + size + bit / 8;
    const char flipped = static_cast<char>(bytes_of(path)[offset] ^ (1 << bit % 8));
    overwrite(path, offset, std::string(1, flipped));
    const auto file = open(path);
    const std::string found = shown(file->get(2));
    if (found == "nothing") {
      ++lost;
    } else {
      ASSERT_EQ(found, "2 0 app " + message(2)) << "bit " << bit;
    }
    ASSERT_EQ(shown(file->get(1)), "1 0 app " + message(1)) << "bit " << bit;
    ASSERT_EQ(shown(file->get(3)), "3 0 app " + message(3)) << "bit " << bit;
    ASSERT_EQ(file->next_sender(), 4U);
  }
  EXPECT_EQ(lost, (sizeof(RecordHeader) + 100) * 8);
}

TEST_F(SessionFileDamageTest, DamageWhileTheFileIsOpenIsSeenToo) {
  const auto file = open();
  put_up_to(*file, 2);
  overwrite(path_, kRingOffset + sizeof(RecordHeader) + 50, "#");
  EXPECT_EQ(shown(file->get(1)), "nothing");
  EXPECT_EQ(shown(file->get(2)), "2 0 app " + message(2));
}

TEST_F(SessionFileDamageTest, AFullDiskRefusesAMessageAndChangesNothing) {
  auto disk = engine::test::SmallDisk::mount(directory_, 512U << 10);
  ASSERT_TRUE(disk.ok()) << disk.status();
  const std::string path = (*disk)->path() + "/full.hgs";
  auto opened = SessionFile::open(path, {.ring_bytes = 1U << 20, .boot_id = "boot one"});
  ASSERT_TRUE(opened.ok()) << opened.status();
  SessionFile& file = **opened;
  absl::Status done;
  while (file.next_sender() < 10'000) {  // 1 MiB holds fewer than 10,000
    done = file.put(file.next_sender(), message(file.next_sender(), 300), true, file.next_sender());
    if (!done.ok()) break;
  }
  EXPECT_EQ(done.code(), absl::StatusCode::kResourceExhausted) << done;
  EXPECT_THAT(std::string(done.message()), testing::HasSubstr(path));
  const std::uint32_t last = file.next_sender() - 1;
  EXPECT_GT(last, 1'000U);
  EXPECT_EQ(file.last_report(), last);
  for (std::uint32_t sequence = 1; sequence <= last; ++sequence) {
    ASSERT_EQ(shown(file.get(sequence)),
              fmt::format("{0} {0} app {1}", sequence, message(sequence, 300)));
  }
  file.set_next_target(5);
  opened->reset();
  const auto begun = SessionFile::open((*disk)->path() + "/second.hgs",
                                       {.ring_bytes = 1U << 20, .boot_id = "boot one"});
  EXPECT_EQ(begun.status().code(), absl::StatusCode::kResourceExhausted) << begun.status();
  opened = SessionFile::open(path, {.boot_id = "boot one"});
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ((*opened)->next_sender(), last + 1);
  EXPECT_EQ((*opened)->next_target(), 5U);
}

}  // namespace
}  // namespace hourglass::gateway::fix

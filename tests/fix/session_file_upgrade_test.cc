// Session files of version 1: opened, they go on where they were, and nobody's numbers begin anew.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/journal/crc32c.h"
#include "gateway/fix/store/session_file.h"
#include "gateway/fix/store/session_file_layout.h"
#include "gateway/fix/store/session_file_upgrade.h"
#include "tests/fix/session_file_fixture.h"

namespace hourglass::gateway::fix {
namespace {

using engine::SequenceNumber;
using testing::HasSubstr;

// Offsets and order as version 1 had them.
constexpr std::uint64_t kMarkAtV1 = 512;
constexpr std::uint64_t kCopyAtV1[] = {4096, 8192};

void append(std::string& out, std::uint64_t value, std::uint32_t bytes) {
  for (std::uint32_t byte = 0; byte < bytes; ++byte) {
    out += static_cast<char>(value >> (8 * byte) & 0xFF);
  }
}

std::string with_checksum(const std::string& rest) {
  std::string block;
  append(block, engine::crc32c(std::as_bytes(std::span(rest))), 4);
  return block + rest;
}

std::string identity_v1(std::uint64_t ring_bytes) {
  std::string rest;
  append(rest, 1, 4);
  rest += "HGFIXSES";
  append(rest, ring_bytes, 8);
  return with_checksum(rest);
}

std::string header_v1(const HeaderCopy& from, std::uint64_t generation) {
  std::string rest;
  append(rest, from.life, 4);
  append(rest, generation, 8);
  append(rest, from.head, 8);
  append(rest, from.tail, 8);
  append(rest, from.life_start, 8);
  append(rest, from.epoch_applied, 8);
  append(rest, from.epoch_time_ns, 8);
  append(rest, from.next_sender, 4);
  append(rest, from.next_target, 4);
  append(rest, from.safe_target, 4);
  append(rest, from.last_report, 4);
  append(rest, from.closed_in_order, 4);
  append(rest, from.is_after_power_loss, 4);
  append(rest, from.epoch_life, 4);
  rest.append(from.boot_id.data(), from.boot_id.size());
  return with_checksum(rest);
}

class SessionFileUpgradeTest : public SessionFileTest {
 protected:
  // Leaves what a process of version 1 left behind that was killed, or closed the file. The newer
  // copy is the one of page `newer`; the older one has not yet the last target number.
  void write_old(bool is_closed, std::uint64_t newer = 1) {
    auto file = open();
    file->reset(SequenceNumber(77), 1234);
    put(*file, 1, 12);
    put_up_to(*file, 40);
    file->set_next_target(31);
    file->set_safe_target(29);
    put(*file, 41, 13);
    state_ = state(*file);
    const std::string image = copy();
    file.reset();
    std::string bytes = bytes_of(is_closed ? path_ : image);
    HeaderCopy last =
        block_at<HeaderCopy>(reinterpret_cast<const std::byte*>(bytes.data() + header_offset(0)));
    const auto other =
        block_at<HeaderCopy>(reinterpret_cast<const std::byte*>(bytes.data() + header_offset(1)));
    if (other.generation > last.generation) last = other;
    for (const std::uint64_t page : {kHeaderPages, kHeaderPages + kSessionPageBytes}) {
      bytes.replace(page, kSessionPageBytes, kZeroPage);
    }
    const std::uint64_t generation = 100 + newer;
    bytes.replace(kCopyAtV1[newer], 128, header_v1(last, generation));
    last.next_target = 30;
    bytes.replace(kCopyAtV1[1 - newer], 128, header_v1(last, generation - 1));
    const std::string identity = identity_v1(kSmallRing);
    bytes.replace(0, identity.size(), identity);
    write(bytes);
  }
  void write(const std::string& bytes) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  }
  static std::uint32_t version_of(const std::string& path) {
    const std::string bytes = bytes_of(path);
    return block_at<FileIdentity>(reinterpret_cast<const std::byte*>(bytes.data())).version;
  }
  void expect_all_there(const SessionFile& file) {
    EXPECT_EQ(state(file), state_);
    EXPECT_FALSE(file.was_logged_out());
    EXPECT_EQ(shown(file.get(1)), fmt::format("1 12 app {}", message(1)));
    for (std::uint32_t number = 2; number <= 40; ++number) {
      ASSERT_EQ(shown(file.get(number)), fmt::format("{} 0 app {}", number, message(number)));
    }
    EXPECT_EQ(shown(file.get(41)), fmt::format("41 13 app {}", message(41)));
    for (std::uint32_t number = 0; number < 3'000; ++number) {
      ASSERT_FALSE(file.was_dealt_with(number)) << number;
    }
  }

  std::string state_;  // of what write_old() wrote
};

TEST_F(SessionFileUpgradeTest, GoesOnWhereItWas) {
  for (const bool is_closed : {false, true}) {
    for (const std::uint64_t newer : {0U, 1U}) {
      SCOPED_TRACE(fmt::format("closed in order: {}, newer copy {}", is_closed, newer));
      std::filesystem::remove(path_);
      ASSERT_NO_FATAL_FAILURE(write_old(is_closed, newer));
      ASSERT_EQ(version_of(path_), 1U);
      auto file = open(path_, is_closed ? "boot two" : "boot one");
      ASSERT_NE(file, nullptr);
      EXPECT_FALSE(file->power_was_lost());
      ASSERT_NO_FATAL_FAILURE(expect_all_there(*file));
      EXPECT_EQ(version_of(path_), kSessionFileVersion);
      put(*file, 42);
      file->note_dealt_with(30, 31);
      file.reset();
      file = open();
      EXPECT_EQ(shown(file->get(42)), fmt::format("42 0 app {}", message(42)));
      EXPECT_TRUE(file->was_dealt_with(30));
    }
  }
}

TEST_F(SessionFileUpgradeTest, WhatAKillLeftOfTheOldHeaderIsNoDamage) {
  ASSERT_NO_FATAL_FAILURE(write_old(false, 1));
  overwrite(path_, kCopyAtV1[0] + 30, "half");
  overwrite(path_, kMarkAtV1, std::string_view("\x01\0\0\0", 4));  // copy 0 was being written
  const auto file = open();
  EXPECT_FALSE(file->power_was_lost());
  expect_all_there(*file);
}

TEST_F(SessionFileUpgradeTest, APowerCutAndDamageOfTheOldFileStayWhatTheyWere) {
  ASSERT_NO_FATAL_FAILURE(write_old(false));
  auto file = open(path_, "boot two");
  EXPECT_TRUE(file->power_was_lost());
  EXPECT_EQ(state(*file), fmt::format("sender {} target 31 safe 29 report 13 applied 77 time 1234",
                                      kReservedBlock + 1));
  file.reset();
  for (const std::uint64_t damaged : {0U, 1U}) {
    std::filesystem::remove(path_);
    ASSERT_NO_FATAL_FAILURE(write_old(false));
    overwrite(path_, kCopyAtV1[damaged] + 30, "damage");
    file = open();
    EXPECT_TRUE(file->power_was_lost());
    EXPECT_EQ(file->next_target(), damaged == 1 ? 30U : 31U);
    file.reset();
  }
  std::filesystem::remove(path_);
  ASSERT_NO_FATAL_FAILURE(write_old(false));
  overwrite(path_, kCopyAtV1[0] + 30, "damage");
  overwrite(path_, kCopyAtV1[1] + 30, "damage");
  const std::string before = bytes_of(path_);
  EXPECT_THAT(std::string(refusal().message()), HasSubstr("both copies of the header are damaged"));
  EXPECT_EQ(bytes_of(path_), before);
}

// The new copies are on the disk before the file says it has them.
TEST_F(SessionFileUpgradeTest, StoppedAtAnyPointItIsStillToBeDone) {
  ASSERT_NO_FATAL_FAILURE(write_old(false));
  const std::string old = bytes_of(path_);
  open();
  const std::string upgraded = bytes_of(path_);
  for (const std::uint64_t copies : {0U, 1U, 2U}) {
    for (const std::uint64_t bytes : {0UL, 3UL, 200UL, sizeof(HeaderCopy)}) {
      std::string left = old;
      for (std::uint64_t copy = 0; copy < copies; ++copy) {
        left.replace(header_offset(copy), bytes, upgraded, header_offset(copy), bytes);
      }
      write(left);
      const auto file = open();
      ASSERT_NE(file, nullptr);
      EXPECT_FALSE(file->power_was_lost());
      ASSERT_NO_FATAL_FAILURE(expect_all_there(*file));
    }
  }
}

// Its own order of writing: what cannot be written leaves a file that is still of version 1.
TEST_F(SessionFileUpgradeTest, IsDoneAgainWhereTheDiskTookOnlyAPart) {
  ASSERT_NO_FATAL_FAILURE(write_old(false));
  ::signal(SIGXFSZ, SIG_IGN);
  for (const std::uint64_t copy : {0U, 1U}) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit up_to_copy{.rlim_cur = header_offset(copy), .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &up_to_copy), 0);
    const int descriptor = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
    const absl::Status status = upgrade_session_file(descriptor, path_, {.ring_bytes = kSmallRing});
    ::close(descriptor);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_EQ(std::string(status.message()), fmt::format("writing {}: File too large", path_));
    EXPECT_EQ(version_of(path_), 1U);
  }
  const auto file = open();
  ASSERT_NE(file, nullptr);
  EXPECT_FALSE(file->power_was_lost());
  expect_all_there(*file);
}

TEST_F(SessionFileUpgradeTest, AFileOfALaterVersionIsRefused) {
  open();
  std::string rest;
  append(rest, kSessionFileVersion + 1, 4);
  rest += "HGFIXSES";
  append(rest, kSmallRing, 8);
  overwrite(path_, 0, with_checksum(rest));
  EXPECT_THAT(std::string(refusal().message()), HasSubstr("is of version 3, not 2"));
}

}  // namespace
}  // namespace hourglass::gateway::fix

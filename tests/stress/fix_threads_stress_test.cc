// The FIX door's threads beside the engine's: the one that checks logons, and the one that reserves
// numbers on the disk. For the thread sanitizer.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "gateway/fix/members/authenticator.h"
#include "gateway/fix/store/session_file.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::uint64_t kNowNs = 1'795'000'000'000'000'000;  // 2026-11-18

TEST(FixThreadsStress, EveryLogonIsDecidedOnceAndTheOwnerIsWoken) {
  ASSERT_TRUE(start_cryptography().ok());
  const KeyPair keys = make_key_pair();
  Member member;
  member.comp_id = "A";
  member.session = kFirstFixSession;
  member.ed25519_public_key = keys.public_key;
  std::atomic<std::uint32_t> wakes{0};
  constexpr std::uint32_t kLogons = 2'000;
  std::vector<std::uint32_t> decided(kLogons, 0);
  std::uint32_t good = 0;
  {
    Authenticator authenticator([&wakes] { wakes.fetch_add(1); });
    std::uint32_t sent = 0;
    std::uint32_t done = 0;
    while (done < kLogons) {
      const std::string sequence = std::to_string(sent + 1);
      LogonClaim claim{.sender = "A",
                       .target = "HOURGLASS",
                       .sequence = sequence,
                       .sending_time = "20261118-11:06:40.000",
                       .received_ns = kNowNs};
      const std::string signature = *sign(keys.secret_key, signed_text(claim));
      claim.raw_data = signature;
      if (sent < kLogons && authenticator.submit({sent, member, claim})) ++sent;
      for (Authenticator::Result result; authenticator.poll(result); ++done) {
        ++decided[result.id];
        good += result.status.ok() ? 1U : 0U;
      }
    }
  }
  EXPECT_EQ(decided, std::vector<std::uint32_t>(kLogons, 1));
  EXPECT_EQ(good, kLogons);
  EXPECT_EQ(wakes.load(), kLogons);
}

TEST(FixThreadsStress, NumbersAreReservedAheadOfManySessions) {
  constexpr std::uint32_t kSessions = 4;
  constexpr std::uint32_t kMessages = 3 * kReservedBlock;
  const std::string directory = fmt::format("{}/fix-threads", testing::TempDir());
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  const auto path = [&](std::uint32_t i) { return fmt::format("{}/{}.hgf", directory, i); };
  {
    std::vector<std::unique_ptr<SessionFile>> files;
    for (std::uint32_t i = 0; i < kSessions; ++i) {
      auto file = SessionFile::open(path(i), {.ring_bytes = 64U << 10});
      ASSERT_TRUE(file.ok()) << file.status();
      files.push_back(*std::move(file));
    }
    for (std::uint32_t sequence = 1; sequence <= kMessages; ++sequence) {
      for (const auto& file : files) {
        ASSERT_TRUE(file->put(sequence, "text", true, sequence).ok());
      }
    }
  }
  for (std::uint32_t i = 0; i < kSessions; ++i) {
    const auto file = SessionFile::open(path(i), {.ring_bytes = 64U << 10});
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_EQ((*file)->next_sender(), kMessages + 1);
    EXPECT_EQ((*file)->last_report(), kMessages);
  }
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace hourglass::gateway::fix

// The FIX door's threads beside the engine's: the one that checks logons, the one that reserves
// numbers on the disk, and the one that shakes hands. For the thread sanitizer.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "gateway/fix/client/client_socket.h"
#include "gateway/fix/members/authenticator.h"
#include "gateway/fix/store/session_file.h"
#include "gateway/fix/transport/tls_acceptor.h"
#include "gateway/fix/transport/tls_certificate.h"

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

// Reads some bytes of a peer's and sends them back, on the thread that collected it.
void echo_once(TlsPeer& peer) {
  const int descriptor = peer.take_descriptor();
  ASSERT_EQ(::fcntl(descriptor, F_SETFL, 0), 0);  // waiting is well here
  std::array<char, 4096> bytes{};
  std::array<char, 4096> plain{};
  std::size_t got = 0;
  while (peer.stream->read(plain, got) == TlsStream::Result::kNeedMore) {
    const ssize_t received = ::recv(descriptor, bytes.data(), bytes.size(), 0);
    ASSERT_GT(received, 0);
    peer.stream->feed({bytes.data(), static_cast<std::size_t>(received)});
  }
  EXPECT_TRUE(peer.stream->write({plain.data(), got}));
  const std::string_view answer = peer.stream->output();
  EXPECT_EQ(::send(descriptor, answer.data(), answer.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(answer.size()));
  ::close(descriptor);
}

TEST(FixThreadsStress, EveryHandshakeIsHandedOverOnceWithWhatCameBehindIt) {
  constexpr std::uint32_t kThreads = 3;
  constexpr std::uint32_t kEach = 40;
  const std::string directory = fmt::format("{}/fix-threads-tls", testing::TempDir());
  std::filesystem::create_directories(directory);
  const std::string certificate = fmt::format("{}/c.pem", directory);
  const std::string key = fmt::format("{}/k.pem", directory);
  ASSERT_TRUE(make_self_signed(certificate, key).ok());
  const auto venue_context = [&] { return *TlsContext::for_venue(certificate, key); };
  const auto member_context = TlsContext::for_member({.trusted = certificate});
  ASSERT_TRUE(member_context.ok()) << member_context.status();
  std::atomic<std::uint32_t> wakes{0};
  std::atomic<std::uint32_t> echoed{0};
  std::uint32_t collected = 0;
  {
    TlsAcceptor acceptor(venue_context(), [&wakes] { wakes.fetch_add(1); });
    ASSERT_TRUE(acceptor.open("127.0.0.1", 0).ok());
    std::vector<std::thread> members;
    for (std::uint32_t thread = 0; thread < kThreads; ++thread) {
      members.emplace_back([&, thread] {
        for (std::uint32_t i = 0; i < kEach; ++i) {
          ClientSocket socket;
          const std::string text = fmt::format("{} {}", thread, i);
          std::string heard;
          if (!socket.connect("127.0.0.1", acceptor.port(), &*member_context).ok()) continue;
          if (!socket.send(text).ok()) continue;
          static_cast<void>(socket.receive(heard, std::chrono::seconds(20)));
          if (heard == text) echoed.fetch_add(1);
        }
      });
    }
    while (collected < kThreads * kEach) {
      for (TlsPeer peer; acceptor.poll(peer); ++collected) echo_once(peer);
      if (collected % 8 == 0) acceptor.set_context(venue_context());
    }
    for (std::thread& member : members) member.join();
  }
  EXPECT_EQ(echoed.load(), kThreads * kEach);
  EXPECT_EQ(wakes.load(), kThreads * kEach);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace hourglass::gateway::fix

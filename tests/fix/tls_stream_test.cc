// TLS as a filter, and the thread that shakes hands, without a venue.
#include "gateway/fix/transport/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "gateway/fix/client/client_socket.h"
#include "gateway/fix/transport/tls_acceptor.h"
#include "gateway/fix/transport/tls_certificate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix {
namespace {

using Result = TlsStream::Result;

class TlsStreamTest : public testing::Test {
 protected:
  TlsStreamTest() {
    std::filesystem::create_directories(directory_);
    EXPECT_TRUE(make_self_signed(path("venue.pem"), path("venue.key")).ok());
  }
  std::string path(std::string_view name) const { return fmt::format("{}/{}", directory_, name); }
  TlsContext venue_context() const {
    auto context = TlsContext::for_venue(path("venue.pem"), path("venue.key"));
    EXPECT_TRUE(context.ok()) << context.status();
    return *std::move(context);
  }
  TlsContext member_context(std::string_view trusted = "venue.pem") const {
    auto context = TlsContext::for_member({.trusted = path(trusted)});
    EXPECT_TRUE(context.ok()) << context.status();
    return *std::move(context);
  }

  // One a test, since they run beside each other.
  std::string directory_ =
      fmt::format("{}/tls-stream-{}", testing::TempDir(),
                  testing::UnitTest::GetInstance()->current_test_info()->name());
};

// All of one's output into the other.
void carry(TlsStream& from, TlsStream& to) {
  to.feed(from.output());
  from.consume(from.output().size());
}

void shake_hands(TlsStream& member, TlsStream& venue) {
  for (std::uint32_t turn = 0; turn < 4; ++turn) {
    static_cast<void>(member.handshake());
    carry(member, venue);
    static_cast<void>(venue.handshake());
    carry(venue, member);
  }
}

// All that can be read; how it ended is in `end`.
std::string read_all(TlsStream& stream, Result& end) {
  std::string text;
  std::array<char, 5000> room{};
  for (;;) {  // ends: with what was fed
    std::size_t got = 0;
    end = stream.read(room, got);
    if (end != Result::kDone) return text;
    text.append(room.data(), got);
  }
}

TEST_F(TlsStreamTest, GivesTheBytesOfTheOtherSideHoweverTheyAreCut) {
  const std::uint64_t used_seed = seed();
  RecordProperty("seed", std::to_string(used_seed));
  std::mt19937_64 random(used_seed);
  const TlsContext venue_side = venue_context();
  const TlsContext member_side = member_context();
  TlsStream venue(venue_side);
  TlsStream member(member_side, "127.0.0.1");
  shake_hands(member, venue);
  ASSERT_EQ(member.handshake(), Result::kDone) << member.trouble();
  ASSERT_EQ(venue.handshake(), Result::kDone) << venue.trouble();
  EXPECT_EQ(venue.peer_certificate_sha256(), "");
  EXPECT_EQ(member.peer_certificate_sha256(), *certificate_sha256(path("venue.pem")));
  std::string sent;
  std::string wire;
  for (std::uint32_t i = 0; i < 200; ++i) {
    std::string next(random() % (kTlsRecordBytes + 1), static_cast<char>('a' + i % 26));
    ASSERT_TRUE(member.write(next));
    sent += next;
    wire += member.output();
    member.consume(member.output().size());
  }
  std::string received;
  Result end = Result::kNeedMore;
  for (std::size_t at = 0; at < wire.size() && end == Result::kNeedMore;) {
    const std::size_t size = std::min<std::size_t>(1 + random() % 40'000, wire.size() - at);
    venue.feed(std::string_view(wire).substr(at, size));
    received += read_all(venue, end);
    at += size;
  }
  EXPECT_EQ(end, Result::kNeedMore) << venue.trouble() << ", seed " << used_seed;
  EXPECT_TRUE(received == sent) << "seed " << used_seed;
  member.shut_down();
  carry(member, venue);
  EXPECT_EQ(read_all(venue, end), "");
  EXPECT_EQ(end, Result::kEnded);
}

TEST_F(TlsStreamTest, BelievesAnUnknownCertificateUnderNoName) {
  ASSERT_TRUE(make_self_signed(path("other.pem"), path("other.key")).ok());
  const TlsContext venue_side = venue_context();
  const TlsContext member_side = member_context("other.pem");
  TlsStream venue(venue_side);
  TlsStream member(member_side, "localhost");
  shake_hands(member, venue);
  EXPECT_EQ(member.handshake(), Result::kFailed);
  EXPECT_EQ(member.trouble(), "TLS: certificate verify failed");
}

// Whoever has the file of a certificate has met its owner, wherever that is reached.
TEST_F(TlsStreamTest, BelievesAPinnedCertificateUnderEveryName) {
  for (const std::string host : {"localhost", "127.0.0.1", "venue.example", "192.0.2.1"}) {
    const TlsContext venue_side = venue_context();
    const TlsContext member_side = member_context();
    TlsStream venue(venue_side);
    TlsStream member(member_side, host);
    shake_hands(member, venue);
    EXPECT_EQ(member.handshake(), Result::kDone) << host << ": " << member.trouble();
  }
}

// A member's end on OpenSSL alone, whose keys can be renewed at will.
class RenewingMember {
 public:
  explicit RenewingMember(const TlsContext& context) : ssl_(::SSL_new(context.get())) {
    ::SSL_set_bio(ssl_, ::BIO_new(::BIO_s_mem()), ::BIO_new(::BIO_s_mem()));
    ::SSL_set_connect_state(ssl_);
  }
  ~RenewingMember() { ::SSL_free(ssl_); }
  RenewingMember(const RenewingMember&) = delete;
  RenewingMember& operator=(const RenewingMember&) = delete;

  void shake_hands(TlsStream& venue) {
    ::SSL_set_msg_callback(ssl_, count_keys);
    ::SSL_set_msg_callback_arg(ssl_, this);
    for (std::uint32_t turn = 0; turn < 4; ++turn) {
      ::SSL_do_handshake(ssl_);
      send(venue);
      static_cast<void>(venue.handshake());
      take(venue);
    }
  }
  // What the venue has said.
  std::string read(TlsStream& venue) {
    take(venue);
    std::string text;
    std::array<char, 100> room{};
    // A new key ends a read too.
    while (::BIO_ctrl_pending(::SSL_get_rbio(ssl_)) != 0) {
      const int got = ::SSL_read(ssl_, room.data(), static_cast<int>(room.size()));
      if (got > 0) text.append(room.data(), static_cast<std::size_t>(got));
    }
    return text;
  }
  // Key updates of the venue's.
  [[nodiscard]] std::uint32_t keys_seen() const { return keys_seen_; }
  void renew_keys() {
    ASSERT_EQ(::SSL_key_update(ssl_, SSL_KEY_UPDATE_REQUESTED), 1);
    ASSERT_EQ(::SSL_do_handshake(ssl_), 1);
  }
  void write(std::string_view text) {
    ASSERT_EQ(::SSL_write(ssl_, text.data(), static_cast<int>(text.size())),
              static_cast<int>(text.size()));
  }
  void send(TlsStream& venue) {
    const char* bytes = nullptr;
    const long size = BIO_get_mem_data(::SSL_get_wbio(ssl_), &bytes);
    venue.feed({bytes, static_cast<std::size_t>(size)});
    static_cast<void>(BIO_reset(::SSL_get_wbio(ssl_)));
  }

 private:
  static void count_keys(int is_ours, int, int type, const void* bytes, std::size_t size, SSL*,
                         void* self) {
    const bool is_key = is_ours == 0 && type == SSL3_RT_HANDSHAKE && size != 0 &&
                        *static_cast<const unsigned char*>(bytes) == SSL3_MT_KEY_UPDATE;
    if (is_key) ++static_cast<RenewingMember*>(self)->keys_seen_;
  }
  void take(TlsStream& venue) {
    ::BIO_write(::SSL_get_rbio(ssl_), venue.output().data(),
                static_cast<int>(venue.output().size()));
    venue.consume(venue.output().size());
  }

  SSL* ssl_;
  std::uint32_t keys_seen_ = 0;
};

TEST_F(TlsStreamTest, BearsSomeNewKeysButNotOneAfterAnother) {
  const TlsContext venue_side = venue_context();
  const TlsContext member_side = member_context();
  TlsStream venue(venue_side);
  RenewingMember member(member_side);
  member.shake_hands(venue);
  Result end = Result::kDone;
  for (std::uint64_t i = 0; i < kFreeKeyUpdates; ++i) member.renew_keys();
  member.write("text");
  member.send(venue);
  EXPECT_EQ(read_all(venue, end), "text");
  EXPECT_EQ(end, Result::kNeedMore) << venue.trouble();
  // Who says much may renew its keys for it.
  for (std::uint64_t i = 0; i < 3 * kFreeKeyUpdates; ++i) {
    for (std::size_t said = 0; said < kBytesPerKeyUpdate; said += kTlsRecordBytes) {
      member.write(std::string(kTlsRecordBytes, 'x'));
    }
    member.renew_keys();
    member.send(venue);
    EXPECT_EQ(read_all(venue, end).size(), kBytesPerKeyUpdate);
  }
  EXPECT_EQ(end, Result::kNeedMore) << venue.trouble();
  for (std::uint64_t i = 0; i < kFreeKeyUpdates; ++i) member.renew_keys();
  member.write("not read");
  member.send(venue);
  EXPECT_EQ(read_all(venue, end), "");
  EXPECT_EQ(end, Result::kFailed);
  EXPECT_EQ(venue.trouble(), "TLS: too many key updates");
}

TEST_F(TlsStreamTest, RenewsItsKeyBehindSoManyRecords) {
  const TlsContext venue_side = venue_context();
  const TlsContext member_side = member_context();
  TlsStream venue(venue_side, 3);
  RenewingMember member(member_side);
  member.shake_hands(venue);
  std::string heard;
  for (std::uint32_t i = 0; i < 10; ++i) {
    ASSERT_TRUE(venue.write("x"));
    heard += member.read(venue);
  }
  EXPECT_EQ(heard, "xxxxxxxxxx");
  EXPECT_EQ(member.keys_seen(), 3U);
}

TEST_F(TlsStreamTest, HandshakesNeedNothingOfTheThreadThatCollectsThem) {
  std::atomic<std::uint32_t> wakes = 0;
  TlsAcceptor acceptor(venue_context(), [&wakes] { wakes.fetch_add(1); });
  ASSERT_TRUE(acceptor.open("127.0.0.1", 0).ok());
  const TlsContext context = member_context();
  constexpr std::uint32_t kMembers = 50;
  std::vector<std::unique_ptr<ClientSocket>> members;
  for (std::uint32_t i = 0; i < kMembers; ++i) {
    members.push_back(std::make_unique<ClientSocket>());
    ASSERT_TRUE(members.back()->connect("127.0.0.1", acceptor.port(), &context).ok());
    ASSERT_TRUE(members.back()->send("first words").ok());
  }
  // A member is done before the venue's side has its last word.
  while (wakes.load() < kMembers) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  TlsPeer peer;
  std::uint32_t collected = 0;
  while (acceptor.poll(peer)) ++collected;
  EXPECT_EQ(collected, kMembers);
}

TEST_F(TlsStreamTest, KeysAreForTheirOwnersEyes) {
  const auto mode = std::filesystem::status(path("venue.key")).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto swapped = TlsContext::for_venue(path("venue.pem"), path("venue.pem"));
  EXPECT_THAT(std::string(swapped.status().message()), testing::HasSubstr("venue.pem: "));
  ASSERT_TRUE(make_self_signed(path("other.pem"), path("other.key")).ok());
  EXPECT_EQ(TlsContext::for_venue(path("venue.pem"), path("other.key")).status().message(),
            path("other.key") + ": key values mismatch");
  EXPECT_THAT(std::string(TlsContext::for_venue(path("none"), path("none")).status().message()),
              testing::HasSubstr("none: "));
}

}  // namespace
}  // namespace hourglass::gateway::fix

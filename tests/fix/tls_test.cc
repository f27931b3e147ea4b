// Sessions over TLS at the real door: who is let in, and what peers do to each other.
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "gateway/fix/client/client_socket.h"
#include "gateway/fix/members/failed_logons.h"
#include "gateway/fix/transport/tls_acceptor.h"
#include "gateway/fix/transport/tls_certificate.h"
#include "gateway/fix/wire/fields.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fix/raw_tls.h"
#include "tests/fix/running_fix.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix {
namespace {

using testing::HasSubstr;

constexpr char kLoggedOn[] = "35=A|34=1|98=0|108=60|";
constexpr char kNeedsCertificate[] =
    "35=5|34=1|58=this session needs TLS with the client certificate agreed|";

class Tls : public testing::Test {
 protected:
  // A member's certificate of its own, in files named `name`.
  TlsClientFiles files_with(const std::string& name, const SelfSignedTerms& terms = {}) const {
    TlsClientFiles files = venue_.tls_files();
    files.certificate = fmt::format("{}/{}.pem", venue_.data_dir(), name);
    files.key = fmt::format("{}/{}.key", venue_.data_dir(), name);
    EXPECT_TRUE(make_self_signed(files.certificate, files.key, terms).ok());
    return files;
  }
  // The starter's, by TLS and logged on.
  void log_on(std::optional<Peer>& peer) {
    peer.emplace(venue_, PeerHeader{}, venue_.tls_files());
    ASSERT_EQ(peer->log_on(venue_.password()), kLoggedOn);
  }
  // How a member's connection with these files ends once hands are shaken, as far as it can see.
  std::string end_of(const TlsClientFiles& files) const {
    const auto context = TlsContext::for_member(files);
    EXPECT_TRUE(context.ok()) << context.status();
    ClientSocket socket;
    absl::Status status = socket.connect("127.0.0.1", venue_.tls_port(), &*context);
    std::string bytes;
    if (status.ok()) status = socket.receive(bytes, std::chrono::seconds(5)).status();
    return std::string(status.message());
  }

  // Whether hands are shaken, as far as the member knows.
  bool connects(const TlsClientFiles& files) const {
    const auto context = TlsContext::for_member(files);
    EXPECT_TRUE(context.ok()) << context.status();
    ClientSocket socket;
    return socket.connect("127.0.0.1", venue_.tls_port(), &*context).ok();
  }

  RunningFix venue_;
};

TEST_F(Tls, CarriesSessionsOfBothVersions) {
  const std::string password = venue_.add_member("NEW", "12", {"--version", "5.0"});
  EXPECT_THAT(venue_.reload(), HasSubstr("read again"));
  Peer buyer(venue_, {}, venue_.tls_files());
  ASSERT_EQ(buyer.log_on(venue_.password()), kLoggedOn);
  Peer seller(venue_, {.sender = "NEW", .begin_string = "FIXT.1.1"}, venue_.tls_files());
  ASSERT_EQ(seller.log_on(password), "35=A|34=1|98=0|108=60|1137=9|");
  EXPECT_EQ(buyer.order("A1"), accepted("A1"));
  const std::string sell = fmt::format("11=B1|38=1|40=2|44=1|54=2|55=H100.D1|60={}|", time_text());
  seller.say("D", sell);
  EXPECT_EQ(only(seller.hear(), {35, 11, 39, 150}), accepted("B1"));
  EXPECT_EQ(only(seller.hear(), {35, 11, 39, 150}), "35=8|11=B1|39=2|150=F|");
  EXPECT_EQ(only(buyer.hear(), {35, 11, 39, 150}), "35=8|11=A1|39=2|150=F|");
  buyer.say("5", "");
  EXPECT_EQ(buyer.hear(), "35=5|34=4|");
  EXPECT_EQ(buyer.hear(), "closed");
}

TEST_F(Tls, IsVersion13AndNothingBelow) {
  SSL_CTX* const context = ::SSL_CTX_new(::TLS_client_method());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    ASSERT_EQ(::SSL_CTX_set_max_proto_version(context, version), 1);
    ClientSocket socket;
    ASSERT_TRUE(socket.connect("127.0.0.1", venue_.tls_port()).ok());
    SSL* const ssl = ::SSL_new(context);
    ::SSL_set_fd(ssl, socket.descriptor());
    ::ERR_clear_error();
    const bool is_done = ::SSL_connect(ssl) == 1;
    EXPECT_EQ(is_done, version == TLS1_3_VERSION);
    EXPECT_EQ(take_tls_error(), is_done ? "no reason is known" : "tlsv1 alert protocol version");
    ::SSL_free(ssl);
  }
  ::SSL_CTX_free(context);
}

TEST_F(Tls, ClosesAConnectionThatSpeaksPlainFix) {
  std::optional<Peer> trader;
  log_on(trader);
  RawTls plain(venue_.tls_port(), venue_.tls_files());
  Peer writer(venue_);
  ASSERT_TRUE(plain.send(writer.message("A", "98=0|108=60|")));
  EXPECT_THAT(plain.hear(),
              testing::AnyOf(HasSubstr("TLS: "), HasSubstr("closed"), HasSubstr("reset")));
  EXPECT_EQ(trader->order("A1"), accepted("A1"));
}

TEST_F(Tls, LetsAMemberInWithItsCertificateAlone) {
  const TlsClientFiles right = files_with("right");
  const TlsClientFiles wrong = files_with("wrong");
  const PeerHeader header{.sender = "PINNED"};
  const std::string password =
      venue_.add_member("PINNED", "12", {"--certificate", right.certificate});
  EXPECT_THAT(venue_.reload(), HasSubstr("read again"));
  // More often than failed passwords are borne: no stranger keeps the member out.
  for (std::uint32_t i = 0; i < kMaxFailedLogons; ++i) {
    Peer other(venue_, header, wrong);
    EXPECT_EQ(other.log_on(password), kNeedsCertificate);
    EXPECT_EQ(other.hear(), "closed");
    Peer none(venue_, header, venue_.tls_files());
    EXPECT_EQ(none.log_on("not the password"), kNeedsCertificate);
    Peer plain(venue_, header);
    EXPECT_EQ(plain.log_on(password), kNeedsCertificate);
  }
  Peer guesser(venue_, header, right);
  EXPECT_EQ(guesser.log_on("not the password"), "35=5|34=1|58=wrong user name or password|");
  {
    Peer member(venue_, header, right);
    EXPECT_EQ(member.log_on(password), kLoggedOn);
    EXPECT_EQ(member.order("A1"), accepted("A1"));
  }
  ASSERT_EQ(venue_.member({"certificate", "PINNED", "--none"}).exit_code, 0);
  EXPECT_THAT(venue_.reload(), HasSubstr("read again"));
  Peer free(venue_, header, wrong);
  free.next = 3;
  EXPECT_EQ(only(free.log_on(password), {35, 34}), "35=A|34=4|");  // 3: A1 was cancelled
}

TEST_F(Tls, RefusesACertificateOutOfItsTime) {
  const TlsClientFiles old = files_with("old", {.valid_from = -7200, .valid_until = -3600});
  const TlsClientFiles early = files_with("early", {.valid_from = 3600, .valid_until = 7200});
  EXPECT_EQ(end_of(old), "TLS: sslv3 alert certificate expired");
  EXPECT_EQ(end_of(early), "TLS: sslv3 alert bad certificate");
  EXPECT_TRUE(connects(files_with("good")));
}

// Descriptors for so many connections; false where the system forbids it.
bool allow_descriptors(rlim_t count) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max < count) return false;
  limit.rlim_cur = std::max(limit.rlim_cur, count);
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

TEST_F(Tls, IsStalledByNoHandshakeThatDoesNotEnd) {
  constexpr std::uint32_t kSilent = 2000;
  static_assert(kSilent > kMaxHandshakes + 500);
  if (!allow_descriptors(kSilent + 200)) GTEST_SKIP() << "too few descriptors are allowed";
  std::optional<Peer> trader;
  log_on(trader);
  std::deque<ClientSocket> silent(kSilent);
  for (ClientSocket& socket : silent) {
    ASSERT_TRUE(socket.connect("127.0.0.1", venue_.tls_port()).ok());
  }
  std::atomic<bool> is_dripping = true;
  bool shook_hands = false;
  std::thread stranger([&] {
    RawTls dripping(venue_.tls_port(), venue_.tls_files());
    shook_hands = dripping.shake_hands(std::chrono::milliseconds(2));
    is_dripping = false;
  });
  std::uint32_t asked = 0;
  while (asked < 100 || (is_dripping && !HasFailure())) {
    const std::string id = fmt::format("A{}", asked++);
    EXPECT_EQ(trader->order(id), accepted(id));
  }
  stranger.join();
  EXPECT_TRUE(shook_hands);
  Peer other(venue_, {.sender = "TRADER2"}, venue_.tls_files());
  EXPECT_EQ(other.log_on(venue_.password("TRADER2")), kLoggedOn);
  // The oldest gave way, and time is up for all.
  for (ClientSocket& socket : silent) {
    std::string bytes;
    const auto end = socket.receive(bytes, std::chrono::seconds(15));
    ASSERT_EQ(end.status().message(), "closed by the venue");
  }
  EXPECT_EQ(trader->order("LAST"), accepted("LAST"));
}

TEST_F(Tls, TakesRecordsAByteAtATime) {
  RawTls peer(venue_.tls_port(), venue_.tls_files());
  Peer writer(venue_);
  const auto pause = std::chrono::microseconds(300);
  ASSERT_TRUE(peer.shake_hands(pause));
  const std::string body = fmt::format("98=0|108=60|554={}|", venue_.password());
  ASSERT_TRUE(peer.send(peer.records_of(writer.message("A", body)), pause));
  EXPECT_EQ(only(peer.hear(), {35, 34}), "35=A|34=1|");
  ASSERT_TRUE(peer.send(peer.records_of(writer.message("D", order_body("A1"))), pause));
  EXPECT_EQ(only(peer.hear(), {35, 11, 39, 150}), accepted("A1"));
}

// What was whole before the damage counts; the rest ends as any lost connection does.
TEST_F(Tls, EndsAsALostConnectionWithARecordThatIsNone) {
  std::optional<Peer> trader;
  Peer writer(venue_, {.sender = "TRADER2"});
  {
    RawTls peer(venue_.tls_port(), venue_.tls_files());
    log_on(trader);
    ASSERT_TRUE(peer.shake_hands());
    const std::string body = fmt::format("98=0|108=60|554={}|", venue_.password("TRADER2"));
    ASSERT_TRUE(peer.send(peer.records_of(writer.message("A", body))));
    EXPECT_EQ(only(peer.hear(), {35, 34}), "35=A|34=1|");
    std::string packet = peer.records_of(writer.message("D", order_body("B1")));
    std::string damaged = peer.records_of(writer.message("D", order_body("B2")));
    damaged[damaged.size() / 2] ^= 1;
    packet += damaged;
    ASSERT_TRUE(peer.send(packet));
    EXPECT_THAT(peer.hear(), testing::AnyOf("TLS: sslv3 alert bad record mac", HasSubstr("35=8|"),
                                            HasSubstr("reset")));
  }
  EXPECT_EQ(trader->order("A1"), accepted("A1"));
  Peer again(venue_, {.sender = "TRADER2"}, venue_.tls_files());
  again.next = 3;
  EXPECT_EQ(only(again.log_on(venue_.password("TRADER2")), {35, 34}), "35=A|34=4|");
  again.say("2", "7=2|16=0|");
  EXPECT_EQ(only(again.hear(), {34, 11, 39, 150}), "34=2|11=B1|39=0|150=0|");
  EXPECT_EQ(only(again.hear(), {34, 41, 39, 150, 58}), "34=3|39=4|150=4|58=connection lost|");
}

// Hears up to the Logout, which may stand behind a gap, or the end of the connection, or through
// number `last`, whatever of it came again.
// Returns the number behind the last; 0 where one was missing or out of turn.
std::uint32_t hear_in_order(Peer& peer, std::uint32_t next, std::uint32_t last) {
  while (next <= last) {
    const std::string heard = peer.hear();
    if (!heard.starts_with("35=") || heard.starts_with("35=5|")) return next;
    const std::string text = fix_text(heard);
    Fields fields;
    fields.parse(text);
    if (parse_number(fields.value(34)) != std::int64_t{next}) return 0;
    const auto filled_to = parse_number(fields.value(36));
    next = filled_to ? static_cast<std::uint32_t>(*filled_to) : next + 1;
  }
  return next;
}

TEST_F(Tls, CutsOffWhoDoesNotReadAndGivesItAllOnAResend) {
  constexpr std::uint32_t kBatches = 60;
  constexpr std::uint32_t kOrdersInBatch = 500;
  constexpr std::uint32_t kAll = 1 + 2 * kBatches * kOrdersInBatch;
  const std::string password =
      venue_.add_member("GREEDY", "12", {"--orders-per-second", "1000000"});
  ASSERT_THAT(venue_.reload(), HasSubstr("read again"));
  std::optional<Peer> other;
  log_on(other);
  Peer greedy(venue_, {.sender = "GREEDY"}, venue_.tls_files());
  ASSERT_EQ(greedy.log_on(password), kLoggedOn);
  // The first reports fill what the systems hold; the others are too many. Two an order, none of
  // which rests: slow checks go over all that do.
  for (std::uint32_t b = 0; b < kBatches; ++b) {
    std::string batch;
    for (std::uint32_t i = 0; i < kOrdersInBatch; ++i) {
      batch += greedy.message("D", order_body(fmt::format("G{}-{}", b, i)) + "59=3|");
    }
    if (!greedy.send(batch)) break;
    const std::string id = fmt::format("A{}", b);
    EXPECT_EQ(other->order(id), accepted(id));
  }
  // What had been on its way comes in order, or is lost with the connection; then nothing more.
  const std::uint32_t cut_at = hear_in_order(greedy, 2, kAll);
  EXPECT_GE(cut_at, 2);
  EXPECT_LT(cut_at, kAll);
  Peer again(venue_, {.sender = "GREEDY"}, venue_.tls_files());
  again.next = 200'000;  // too high: asked for again, which does not matter here
  const std::string answer = again.log_on(password);
  ASSERT_EQ(only(answer, {35}), "35=A|");
  const std::string text = fix_text(answer);
  Fields fields;
  fields.parse(text);
  const auto number = static_cast<std::uint32_t>(*parse_number(fields.value(34)));
  EXPECT_GT(number, cut_at);
  EXPECT_EQ(only(again.hear(), {35}), "35=2|");
  again.say("2", "7=1|16=0|");
  EXPECT_GT(hear_in_order(again, 1, number), number);
  EXPECT_EQ(other->order("LAST"), accepted("LAST"));
}

TEST_F(Tls, GoesOnWithItsNumbersAndCertificateAfterARestart) {
  const TlsClientFiles files = venue_.tls_files();
  const std::string before = *certificate_sha256(files.trusted);
  std::optional<Peer> trader;
  log_on(trader);
  EXPECT_EQ(trader->order("A1"), accepted("A1"));
  EXPECT_EQ(venue_.stop(), 0);
  EXPECT_EQ(only(trader->hear(), {35, 34}), "35=B|34=3|");
  EXPECT_EQ(trader->hear(), "35=5|34=4|58=the venue closes|");
  EXPECT_EQ(trader->hear(), "closed");
  venue_.start();
  EXPECT_EQ(*certificate_sha256(files.trusted), before);
  Peer again(venue_, {}, files);
  again.next = 3;
  EXPECT_EQ(only(again.log_on(venue_.password()), {35, 34}), "35=A|34=6|");
}

TEST_F(Tls, TakesANewCertificateOnASignal) {
  std::optional<Peer> trader;
  log_on(trader);
  const TlsClientFiles files = venue_.tls_files();
  const std::string old = fmt::format("{}/old.pem", venue_.data_dir());
  std::filesystem::copy_file(files.trusted, old);
  const std::string key = fmt::format("{}/fix/tls/key.pem", venue_.data_dir());
  ASSERT_TRUE(make_self_signed(files.trusted, key).ok());
  EXPECT_TRUE(connects({.trusted = old}));
  EXPECT_FALSE(connects(files));
  EXPECT_THAT(venue_.reload(), HasSubstr("read again"));
  EXPECT_TRUE(connects(files));
  EXPECT_EQ(end_of({.trusted = old}), "TLS: certificate verify failed");
  EXPECT_EQ(trader->order("A1"), accepted("A1"));
}

TEST_F(Tls, IsSpokenByOurOwnClient) {
  const auto trade = [this](std::vector<std::string> words) {
    words.insert(words.begin(), {HOURGLASS_PROGRAM, "fix", "--data-dir", venue_.data_dir(),
                                 "--port", fmt::to_string(venue_.tls_port())});
    words.insert(words.end(), {"buy", "1", "H100.D1", "@", "1"});
    return engine::test::run_program(words);
  };
  const TlsClientFiles own = files_with("own");
  ASSERT_EQ(venue_.member({"certificate", "TRADER1", own.certificate}).exit_code, 0);
  EXPECT_THAT(venue_.reload(), HasSubstr("read again"));
  // A refusal uses no number of the session's, so the next try is as good as the first.
  EXPECT_THAT(trade({"--tls"}).output, HasSubstr("TLS with the client certificate agreed"));
  const engine::test::Ended done =
      trade({"--tls", "--certificate", own.certificate, "--certificate-key", own.key});
  EXPECT_EQ(done.exit_code, 0) << done.output;
  EXPECT_THAT(done.output, HasSubstr("buy 1 H100.D1 @ 1 leaves 1"));
  EXPECT_THAT(trade({"--tls", "--ca", own.certificate}).output,
              HasSubstr("certificate verify failed"));
  EXPECT_THAT(trade({"--ca", own.certificate}).output, HasSubstr("are for --tls"));
}

TEST(TlsOptions, OpenThePlainPortOnThisMachineAlone) {
  RunningFix venue({"--fix-address", "0.0.0.0"});
  Peer plain(venue);
  EXPECT_EQ(plain.log_on(venue.password()), kLoggedOn);
  const std::string listening = fmt::format("0100007F:{:04X}", venue.port());
  const std::string everywhere = fmt::format("00000000:{:04X}", venue.tls_port());
  std::ifstream table("/proc/net/tcp");
  const std::string text{std::istreambuf_iterator<char>(table), std::istreambuf_iterator<char>()};
  EXPECT_THAT(text, HasSubstr(fmt::format("{} 00000000:0000 0A", listening)));
  EXPECT_THAT(text, HasSubstr(fmt::format("{} 00000000:0000 0A", everywhere)));
}

TEST(TlsOptions, AreRefusedWhereTheyMakeNoSense) {
  const auto run = [](std::vector<std::string> words) {
    words.insert(words.begin(), {HOURGLASS_PROGRAM, "run", "--data-dir", testing::TempDir()});
    const engine::test::Ended ended = engine::test::run_program(words);
    return fmt::format("{} {}", ended.exit_code, ended.output);
  };
  EXPECT_EQ(run({"--fix-address", "here"}), "2 hourglass run: \"here\" is no IP address\n");
  EXPECT_EQ(run({"--fix-tls-key", "k"}),
            "2 hourglass run: --fix-tls-certificate and --fix-tls-key go together\n");
  EXPECT_EQ(run({"--fix-port", "65535"}),
            "2 hourglass run: no port is left behind --fix-port; say --fix-tls-port\n");
}

}  // namespace
}  // namespace hourglass::gateway::fix

// Sessions are the same whether the door takes plain messages by itself or hands all to QuickFIX:
// the same bytes go to two doors, one of each, and their whole answers are compared. The streams
// are made of what QuickFIX's acceptance suite has by itself: gaps and what fills them, possible
// duplicates, resets, numbers too low, messages that are garbled or refused, signs of life between.
// HOURGLASS_SEED sets the seed.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "gateway/fix/dictionary/dictionary_text.h"
#include "gateway/fix/door/fix_door.h"
#include "gateway/fix/door/news.h"
#include "gateway/fix/members/authentication.h"
#include "gateway/fix/quickfix/session.h"
#include "gtest/gtest.h"
#include "tests/fix/running_fix.h"
#include "tests/support/fix_text.h"
#include "tests/support/random_source.h"

namespace hourglass::gateway::fix {
namespace {

using engine::test::RandomSource;

constexpr std::uint32_t kStreams = 100;  // of each version
constexpr std::int64_t kMostMessages = 25;
constexpr std::uint64_t kSessionFileBytes = 64U << 10;

// Each stream has a session of its own.
std::string peer_name(std::uint32_t stream) {
  return fmt::format("PEER{}", stream);
}

// Answers by what the message has: news with its ClOrdID, nothing, or a refusal.
class Desk final : public SessionApplication {
 public:
  Judgement on_message(DoorSession& session, const Fields& fields, std::string_view) override {
    ++taken;
    const std::string_view type = fields.value(35);
    if (type == "x") return {Disposition::kUnsupportedType, 0};
    if (type == "D" && fields.value(40) == "2" && !fields.find(44)) {
      return {Disposition::kFieldMissing, 44};
    }
    if (type == "AF" && fields.value(585) != "7") return {Disposition::kWrongValue, 585};
    if (type != "D" && type != "F") return {Disposition::kTaken, 0};
    write_news({.headline = fmt::format("{} {}{}", type, fields.value(11), fields.value(97)),
                .lines = {},
                .is_urgent = false},
               writer_);
    session.send_application(writer_);
    return {Disposition::kTaken, 0};
  }
  void on_logon(DoorSession&) override {}
  void on_logout(DoorSession&, bool) override {}

  std::atomic<std::uint64_t> taken{0};

 private:
  MessageWriter writer_;
};

// The dictionary with more optional fields in each business message than plain rules have places
// for. To QuickFIX it is the same for all who do not send them.
std::string without_plain_rules(std::string_view dictionary) {
  constexpr std::uint32_t kFirstTag = 3000;  // within those plain rules know
  constexpr std::string_view kEnd = "</message>";
  constexpr std::string_view kFields = "<fields>";
  std::string names;
  std::string definitions;
  for (std::uint32_t i = 0; i <= kMaxPlainFields; ++i) {
    names += fmt::format("<field name=\"Unused{}\" required=\"N\"/>", i);
    definitions +=
        fmt::format("<field number=\"{}\" name=\"Unused{}\" type=\"INT\"/>", kFirstTag + i, i);
  }
  std::string text(dictionary);
  for (std::size_t at = text.find(kEnd); at != std::string::npos; at = text.find(kEnd, at)) {
    const std::size_t begin = text.rfind("<message ", at);
    const bool is_business =
        text.substr(begin, text.find('>', begin) - begin).find("msgcat=\"app\"") !=
        std::string::npos;
    if (is_business) {
      text.insert(at, names);
      at += names.size();
    }
    at += kEnd.size();
  }
  const std::size_t fields = text.find(kFields);
  return text.insert(fields + kFields.size(), definitions);
}

bool has_plain_rules(FixVersion version, const std::string& dictionary) {
  std::string error;
  const auto read =
      version == FixVersion::kFix44
          ? Dictionaries::parse("FIX.4.4", dictionary, "", error)
          : Dictionaries::parse("FIXT.1.1", std::string(kFixt11Dictionary), dictionary, error);
  EXPECT_NE(read, nullptr) << error;
  return read != nullptr && !read->plain_rules().empty();
}

// A door whose members log on with a signature, served on a thread of its own.
class Door {
 public:
  Door(FixVersion version, const std::string& dictionary, const KeyPair& keys,
       const std::string& name) {
    directory_ = fmt::format("{}/plain_path_{}_{}", testing::TempDir(), name,
                             version == FixVersion::kFix44 ? 44 : 50);
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    MemberList members;
    for (std::uint32_t i = 0; i < kStreams; ++i) {
      Member member;
      member.comp_id = peer_name(i);
      member.version = version;
      member.accounts = {11};
      member.ed25519_public_key = keys.public_key;
      EXPECT_EQ(members.add(member), absl::OkStatus());
    }
    FixDoorSettings settings{
        .directory = directory_, .port = 0, .session_file_bytes = kSessionFileBytes};
    (version == FixVersion::kFix44 ? settings.fix44_dictionary : settings.fix50sp2_dictionary) =
        dictionary;
    auto door = FixDoor::open(std::move(settings), std::move(members), desk_);
    EXPECT_TRUE(door.ok()) << door.status();
    door_ = *std::move(door);
    EXPECT_EQ(door_->listen(), absl::OkStatus());
    port_ = door_->port();
    thread_ = std::thread([this] { serve(); });
  }
  ~Door() {
    stop_ = true;
    door_->wake();
    thread_.join();
    door_.reset();
    std::filesystem::remove_all(directory_);
  }
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  // A connection on which these bytes are sent.
  [[nodiscard]] std::unique_ptr<Peer> say(const std::string& bytes) const {
    auto peer = std::make_unique<Peer>(port_);
    EXPECT_TRUE(peer->send(bytes));
    return peer;
  }
  [[nodiscard]] std::uint64_t taken() const { return desk_.taken; }

 private:
  void serve() {
    while (!stop_) {
      const std::uint32_t done = door_->do_work(engine::SequenceNumber(0));
      door_->flush();
      if (done == 0) door_->wait(5'000'000);
    }
  }

  std::string directory_;
  Desk desk_;
  std::unique_ptr<FixDoor> door_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// All that comes, up to the end of the connection or a Logout.
std::vector<std::string> answers(Peer& peer) {
  std::vector<std::string> heard;
  do {
    heard.push_back(peer.hear());
  } while (!heard.back().starts_with("35=5|") && heard.back() != "closed" &&
           heard.back() != "silence");
  peer.close_abruptly();
  return heard;
}

// What a member sends in one connection.
class Stream {
 public:
  Stream(std::uint32_t number, FixVersion version, const KeyPair& keys, RandomSource& random)
      : sender_(peer_name(number)),
        begin_string_(version == FixVersion::kFix44 ? "FIX.4.4" : "FIXT.1.1"),
        random_(random) {
    log_on(version, keys);
    for (std::int64_t left = random.between(5, kMostMessages); left > 0; --left) add_any();
    // No number: the session ends here, if it has not ended before. More than once, for a message
    // whose length is wrong takes some of what is behind it with it.
    for (std::uint32_t i = 0; i < 3; ++i) {
      add_bytes(fmt::format("35=1|34=0|49={}|52={}|56=HOURGLASS|112=END|", sender_, time_text()),
                false);
    }
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  void log_on(FixVersion version, const KeyPair& keys) {
    const std::string time = time_text();
    const auto signature =
        sign(keys.secret_key, fmt::format("A{0}{1}{0}HOURGLASS{0}1{0}{2}", kSoh, sender_, time));
    EXPECT_TRUE(signature.ok()) << signature.status();
    add(1, "A",
        fmt::format("95={}|96={}|98=0|108=60|{}{}", signature->size(), *signature,
                    random_.percent(20) ? "141=Y|" : "",
                    version == FixVersion::kFix44 ? "" : "1137=9|"),
        "", time);
    next_ = 2;
  }

  // Texts have | for SOH.
  void add(std::int64_t number, std::string_view type, std::string_view body,
           std::string_view more = "", std::string time = time_text()) {
    std::string header =
        fmt::format("35={}|34={}|49={}|{}52={}|56=HOURGLASS|", type, number, sender_, more, time);
    // A field in another place, or another session's: not plain, and seldom right.
    if (random_.percent(1)) header += "56=HOURGLASS|";
    if (type != "A" && random_.percent(1)) header.replace(header.find("49=PEER"), 7, "49=PEAR");
    add_bytes(fmt::format("{}{}", header, body), type != "A" && random_.percent(3));
  }
  void add_bytes(const std::string& text, bool is_garbled) {
    const std::string body = fix_text(text);
    const std::size_t wrong = is_garbled && random_.percent(50) ? 1 : 0;
    std::string whole =
        fmt::format("8={0}{1}9={2}{1}{3}", begin_string_, kSoh, body.size() + wrong, body);
    const std::uint32_t sum = checksum(whole) + (is_garbled && wrong == 0 ? 1U : 0U);
    bytes_ += whole.append(fmt::format("10={:03}{}", sum % 256, kSoh));
  }
  void add_next(std::string_view type, std::string_view body, std::string_view more = "") {
    add(next_++, type, body, more);
  }

  std::string order() {
    return fmt::format("11=A{}|38=10|40=2|44=2.35|54=1|55=H100.D1|59=0|60={}|", ++ids_,
                       time_text());
  }

  void add_any() {
    switch (random_.below(20)) {
      case 0: add_next("0", ""); break;
      case 1: add_next("1", fmt::format("112=T{}|", ++ids_)); break;
      case 2: add_gap(); break;
      case 3: add_duplicate(); break;
      case 4: add_reset(); break;
      case 5:
        add_next("2", fmt::format("7={}|16={}|", random_.between(1, 6), random_.below(9)));
        break;
      case 6: add_wrong(); break;
      case 7: add_next("D", order(), "97=Y|"); break;
      case 8:
        add_next("F", fmt::format("11=C{}|41=A1|54=1|55=H100.D1|60={}|", ++ids_, time_text()));
        break;
      case 9: add_next("H", "11=A1|54=1|55=H100.D1|"); break;
      case 10: add_next("x", "320=L|559=4|"); break;
      case 11:
        add_next("AF", random_.percent(50) ? "584=M|585=7|" : "584=M|585=1|55=H100.D1|");
        break;
      case 12:
        if (random_.percent(10)) add(next_ / 2, "D", order());
        break;
      default: add_next("D", order()); break;
    }
  }

  // Ahead of a gap, which is then filled, sent again, or left.
  void add_gap() {
    const std::uint32_t width = 1 + static_cast<std::uint32_t>(random_.below(3));
    for (std::int64_t ahead = 1 + random_.between(0, 2); ahead > 0; --ahead) {
      const bool is_order = random_.percent(70);
      add(next_ + width + ahead - 1, is_order ? "D" : "0", is_order ? order() : "");
    }
    switch (random_.below(3)) {
      case 0:
        add(next_, "4", fmt::format("36={}|123=Y|", next_ + width),
            fmt::format("43=Y|122={}|", time_text()));
        break;
      case 1:
        for (std::uint32_t i = 0; i < width; ++i) {
          add(next_ + i, "D", order(), fmt::format("43=Y|122={}|", time_text()));
        }
        break;
      default: break;
    }
    if (random_.percent(70)) next_ += width;
    if (random_.percent(70)) next_ += 1;
  }
  // Of one that came, of the next one, without its time, and of another time.
  void add_duplicate() {
    const bool is_next = random_.percent(30);
    const std::int64_t number = is_next ? next_++ : std::max<std::int64_t>(1, next_ - 1);
    const std::string time = random_.percent(70)   ? fmt::format("122={}|", time_text())
                             : random_.percent(50) ? fmt::format("122={}|", time_text(60))
                                                   : "";
    add(number, "D", order(), fmt::format("43={}|{}", random_.percent(90) ? "Y" : "N", time));
  }
  void add_reset() {
    const std::int64_t to = next_ + random_.between(-2, 3);
    const bool is_gap_fill = random_.percent(50);
    add(random_.percent(80) ? next_ : next_ + 1, "4",
        fmt::format("36={}|{}", to, is_gap_fill ? "123=Y|" : ""));
    if (to > next_) next_ = static_cast<std::uint32_t>(to);
  }
  void add_wrong() {
    const std::string its_order = order();
    constexpr std::string_view kWrong[] = {"38=one|", "54=9|",    "1=11|1=11|", "9999=1|",
                                           "44=|",    "18=6 R|",  "111=5|",     "20000=x|",
                                           "385=1|",  "58=a\tb|", "50=SUB|"};
    switch (random_.below(5)) {
      case 0: add_next("D", its_order.substr(0, its_order.find("54="))); break;
      case 1: add_next("ZZ", "11=A|"); break;
      case 2:
        add_next("D", fmt::format("11=A{}|38=1|40=2|54=1|55=X|60={}|", ++ids_, time_text()));
        break;
      case 3: add(next_++, "D", its_order, "", time_text(random_.percent(50) ? -100 : -600)); break;
      default:
        add_next("D", fmt::format("{}{}", its_order, kWrong[random_.below(std::size(kWrong))]));
        break;
    }
  }

  std::string sender_;
  std::string begin_string_;
  RandomSource& random_;
  std::string bytes_;
  std::uint32_t next_ = 1;
  std::uint32_t ids_ = 0;
};

class PlainPath : public testing::TestWithParam<FixVersion> {};

TEST_P(PlainPath, IsSeenInNoAnswer) {
  const std::uint64_t its_seed = seed();
  SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", its_seed));
  RandomSource random(its_seed);
  ASSERT_EQ(start_cryptography(), absl::OkStatus());
  const KeyPair keys = make_key_pair();
  const FixVersion version = GetParam();
  const std::string published(version == FixVersion::kFix44 ? kFix44Dictionary
                                                            : kFix50Sp2Dictionary);
  const std::string widened = without_plain_rules(published);
  ASSERT_TRUE(has_plain_rules(version, published));
  ASSERT_FALSE(has_plain_rules(version, widened));
  const Door plain(version, published, keys, "plain");
  const Door long_way(version, widened, keys, "long");
  std::size_t told = 0;
  for (std::uint32_t i = 0; i < kStreams; ++i) {
    const Stream stream(i, version, keys, random);
    // Both first, for a signature is good for some seconds.
    const auto to_plain = plain.say(stream.bytes());
    const auto to_long_way = long_way.say(stream.bytes());
    const std::vector<std::string> heard = answers(*to_plain);
    ASSERT_EQ(heard, answers(*to_long_way)) << "stream " << i << ": " << readable(stream.bytes());
    EXPECT_NE(heard.back(), "silence") << "stream " << i << ": " << readable(stream.bytes());
    told += heard.size();
  }
  // They say something, and most of the streams is heard.
  EXPECT_GT(told, std::size_t{5} * kStreams);
  EXPECT_GT(plain.taken(), std::uint64_t{3} * kStreams);
}

INSTANTIATE_TEST_SUITE_P(Versions, PlainPath,
                         testing::Values(FixVersion::kFix44, FixVersion::kFix50Sp2),
                         [](const auto& test) {
                           return test.param == FixVersion::kFix44 ? "Fix44" : "Fix50Sp2";
                         });

}  // namespace
}  // namespace hourglass::gateway::fix

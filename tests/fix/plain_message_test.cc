// What the door takes without QuickFIX, QuickFIX would have taken: the same messages, good and
// mutated, are given to both.
#include "gateway/fix/door/plain_message.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "fmt/format.h"
#include "gateway/fix/dictionary/dictionary_text.h"
#include "gateway/fix/members/member_list.h"
#include "gateway/fix/quickfix/session.h"
#include "gateway/fix/wire/message_writer.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix {
namespace {

constexpr std::uint64_t kLatencyNs = 119'000'000'000;

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::system_clock::now().time_since_epoch())
                                        .count());
}

std::string time_now() {
  std::string text;
  append_utc_timestamp(text, now_ns(), Precision::kMilliseconds);
  return text;
}

// QuickFIX's session alone, which notes what it does.
class Judge final : public NumberStore, public SessionPeer {
 public:
  explicit Judge(FixVersion version)
      : begin_string_(version == FixVersion::kFix44 ? "FIX.4.4" : "FIXT.1.1") {
    std::string error;
    dictionaries_ = version == FixVersion::kFix44
                        ? Dictionaries::parse("FIX.4.4", std::string(kFix44Dictionary), "", error)
                        : Dictionaries::parse("FIXT.1.1", std::string(kFixt11Dictionary),
                                              std::string(kFix50Sp2Dictionary), error);
    EXPECT_NE(dictionaries_, nullptr) << error;
    log_on();
  }

  // What QuickFIX does with a message: "taken", or else.
  std::string verdict(const std::string& text) {
    if (!session_->is_logged_on()) log_on();
    taken_ = 0;
    sent_.clear();
    const std::uint32_t before = target_;
    const bool whole = session_->next(text, target_);
    if (taken_ == 1 && sent_.empty() && target_ == before + 1) return "taken";
    return fmt::format("whole {}, taken {}, sent '{}'", whole, taken_, sent_);
  }
  // As the door asks: of a message that is the next one.
  [[nodiscard]] bool is_plain_here(const std::string& text) {
    if (!session_->is_logged_on()) log_on();
    Fields fields;
    fields.parse(text);
    if (parse_number(fields.value(34)) != target_) return false;
    return session_->is_in_step() &&
           is_plain(fields, text, dictionaries_->plain_rules(),
                    {begin_string_, "PEER", "VENUE", now_ns(), kLatencyNs});
  }
  // What the session sends at its next look at the clock, behind messages taken and sent so long
  // ago; 0: none were.
  std::string at_next_tick(std::uint64_t received_ns_ago, std::uint64_t sent_ns_ago) {
    sent_.clear();
    if (received_ns_ago != 0) session_->note_received(now_ns() - received_ns_ago);
    if (sent_ns_ago != 0) session_->note_sent(now_ns() - sent_ns_ago);
    session_->tick();
    const std::size_t type = sent_.find("35=");
    return type == std::string::npos ? sent_ : sent_.substr(type, sent_.find(kSoh, type) - type);
  }
  [[nodiscard]] const std::string& begin_string() const { return begin_string_; }
  [[nodiscard]] std::uint32_t next() const { return target_; }

  // --- NumberStore, SessionPeer ------------------------------------------------------------------
  std::uint32_t next_sender() const override { return sender_; }
  std::uint32_t next_target() const override { return target_; }
  void set_next_sender(std::uint32_t sequence) override { sender_ = sequence; }
  void set_next_target(std::uint32_t sequence) override { target_ = sequence; }
  bool record(std::uint32_t sequence, const std::string&, bool) override {
    sender_ = sequence + 1;
    return true;
  }
  void reset_numbers() override { sender_ = target_ = 1; }
  void send(const std::string& bytes) override { sent_ += bytes; }
  void disconnect() override { sent_ += "disconnect"; }
  Judgement on_application(const std::string&) override {
    ++taken_;
    return {Disposition::kTaken, 0};
  }
  void on_logon() override {}
  void on_logout() override {}
  void on_resend_request(std::uint32_t, std::uint32_t) override {}

 private:
  void log_on() {
    session_ = std::make_unique<QuickFixSession>(SessionIdentity{.begin_string = begin_string_,
                                                                 .sender = "VENUE",
                                                                 .target = "PEER",
                                                                 .default_appl_ver_id = "9",
                                                                 .timestamp_digits = 6,
                                                                 .reset_on_logon = false,
                                                                 .max_latency_seconds = 120,
                                                                 .write_anew = false},
                                                 *dictionaries_, *this, *this);
    session_->connected();
    const std::string body =
        fmt::format("98=0{0}108=30{0}{1}", kSoh,
                    begin_string_ == "FIX.4.4" ? "" : fmt::format("1137=9{}", kSoh));
    std::string logon;
    append_message(logon, {begin_string_, "PEER", "VENUE", target_, now_ns()}, "A", body);
    session_->next(logon, target_);
    EXPECT_TRUE(session_->is_logged_on()) << sent_;
  }

  std::string begin_string_;
  std::unique_ptr<Dictionaries> dictionaries_;
  std::unique_ptr<QuickFixSession> session_;
  std::uint32_t sender_ = 1;
  std::uint32_t target_ = 1;
  std::uint32_t taken_ = 0;
  std::string sent_;
};

using FieldTexts = std::vector<std::string>;

// Bodies that members send; | for SOH.
const std::vector<std::pair<std::string_view, std::string_view>> kBodies{
    {"D", "1=11|11=A1|38=10|40=2|44=2.35|54=1|55=H100.D1|59=0|60=TIME|"},
    {"D", "1=11|11=A1|38=10|40=1|54=2|55=H100.D1|60=TIME|110=1|111=2|"},
    {"D", "1=11|11=A1|38=10|40=2|44=-2|54=1|55=H100.D1|59=6|60=TIME|126=TIME|"},
    {"F", "1=11|11=A2|41=A1|54=1|55=H100.D1|60=TIME|"},
    {"G", "1=11|11=A3|41=A1|38=12|40=2|44=2.4|54=1|55=H100.D1|60=TIME|"},
    {"q", "11=A4|530=7|60=TIME|"},
    {"H", "11=A1|54=1|55=H100.D1|790=Q|"},
    {"AF", "584=M|585=7|"},
    {"x", "320=L|559=4|"},
    {"e", "324=S|55=H100.D1|263=0|"},
};

FieldTexts fields_of(std::string_view text) {
  FieldTexts fields;
  while (!text.empty()) {
    const std::size_t end = text.find('|');
    fields.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  for (std::string& field : fields) {
    if (field.ends_with("TIME")) field.replace(field.size() - 4, 4, time_now());
  }
  return fields;
}

// Header from 35 on and body, one text a field, without length and checksum.
FieldTexts good_message(const Judge& judge, std::size_t which) {
  const auto& [type, body] = kBodies[which % kBodies.size()];
  FieldTexts fields{fmt::format("35={}", type), fmt::format("34={}", judge.next()), "49=PEER",
                    fmt::format("52={}", time_now()), "56=VENUE"};
  for (std::string& field : fields_of(body)) fields.push_back(std::move(field));
  return fields;
}

// `error` is of the length, and in the sum as it stands.
std::string whole_message(const Judge& judge, const FieldTexts& fields, std::size_t error = 0) {
  std::string body;
  for (const std::string& field : fields) body.append(field).push_back(kSoh);
  std::string text =
      fmt::format("8={0}{1}9={2}{1}{3}", judge.begin_string(), kSoh, body.size() + error, body);
  return text.append(fmt::format("10={:03}{}", checksum(text), kSoh));
}

constexpr std::string_view kBytes = "0123456789=.-:ABCDYNabxyz \x7f\x80";

char any_byte(std::mt19937_64& random) {
  return kBytes[random() % kBytes.size()];
}

// A change inside one field.
void change(std::string& field, std::uint64_t how, std::mt19937_64& random) {
  const std::size_t value = field.find('=') + 1;
  const auto place = static_cast<std::ptrdiff_t>(random() % field.size());
  switch (how) {
    case 3: field.resize(value); break;
    case 4: field[static_cast<std::size_t>(place)] = any_byte(random); break;
    case 5: field.insert(field.begin() + place, any_byte(random)); break;
    case 6: field = fmt::format("{}={}", 1 + random() % 1200, field.substr(value)); break;
    case 7: field = fmt::format("{}{}", field.substr(0, value), any_byte(random)); break;
    default: field.pop_back(); break;
  }
  if (field.empty()) field = "1=1";
}

// One to three changes a peer's bug might make.
void mutate(FieldTexts& fields, std::mt19937_64& random) {
  for (std::uint64_t changes = 1 + random() % 3; changes != 0; --changes) {
    if (fields.empty()) fields.emplace_back("35=D");
    const std::size_t at = random() % fields.size();
    const std::uint64_t how = random() % 9;
    switch (how) {
      case 0: fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(at)); break;
      case 1: fields.push_back(std::string(fields[at])); break;
      case 2: std::swap(fields[at], fields[random() % fields.size()]); break;
      default: change(fields[at], how, random); break;
    }
  }
}

class PlainMessage : public testing::TestWithParam<FixVersion> {};

TEST_P(PlainMessage, IsWhatMembersUsuallySend) {
  Judge judge(GetParam());
  for (std::size_t i = 0; i < kBodies.size(); ++i) {
    const std::string text = whole_message(judge, good_message(judge, i));
    EXPECT_TRUE(judge.is_plain_here(text)) << readable(text);
    EXPECT_EQ(judge.verdict(text), "taken") << readable(text);
  }
}

TEST_P(PlainMessage, IsTakenByQuickFixHoweverAMessageWasChanged) {
  const std::uint64_t its_seed = seed();
  SCOPED_TRACE(fmt::format("HOURGLASS_SEED={}", its_seed));
  std::mt19937_64 random(its_seed);
  Judge judge(GetParam());
  std::uint32_t plain = 0;
  constexpr std::uint32_t kMessages = 60'000;
  for (std::uint32_t i = 0; i < kMessages; ++i) {
    FieldTexts fields = good_message(judge, i);
    mutate(fields, random);
    // Length and checksum are spoilt too, now and then.
    std::string text = whole_message(judge, fields, random() % 32 == 0 ? 1 : 0);
    if (random() % 32 == 0) text[text.size() - 2] = text[text.size() - 2] == '7' ? '8' : '7';
    if (!judge.is_plain_here(text)) continue;
    ++plain;
    ASSERT_EQ(judge.verdict(text), "taken") << readable(text);
  }
  EXPECT_GT(plain, kMessages / 20);
  EXPECT_LT(plain, kMessages / 2);
}

TEST_P(PlainMessage, IsNotOneOfAnotherSessionTimeOrPossiblySentBefore) {
  Judge judge(GetParam());
  const auto changed = [&judge](std::size_t place, std::string field) {
    FieldTexts fields = good_message(judge, 0);
    fields[place] = std::move(field);
    return whole_message(judge, fields);
  };
  EXPECT_TRUE(judge.is_plain_here(changed(4, "56=VENUE")));
  EXPECT_FALSE(judge.is_plain_here(changed(4, "56=VENUE2")));
  EXPECT_FALSE(judge.is_plain_here(changed(2, "49=PEER2")));
  EXPECT_FALSE(judge.is_plain_here(changed(3, "52=20200101-00:00:00")));
  EXPECT_FALSE(judge.is_plain_here(changed(3, "52=20990101-00:00:00")));
  FieldTexts again = good_message(judge, 0);
  again.insert(again.begin() + 3, "43=Y");
  EXPECT_FALSE(judge.is_plain_here(whole_message(judge, again)));
  EXPECT_FALSE(judge.is_plain_here(whole_message(
      judge, {"35=0", "34=2", "49=PEER", fmt::format("52={}", time_now()), "56=VENUE"})));
}

// HeartBtInt is 30: QuickFIX asks for a sign of life at 1.2 times that, and gives up at 2.4 times.
TEST_P(PlainMessage, IsASignOfLifeToQuickFix) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  Judge judge(GetParam());
  EXPECT_EQ(judge.at_next_tick(0, 0), "");
  EXPECT_EQ(judge.at_next_tick(35 * kSecond, kSecond), "");
  EXPECT_EQ(judge.at_next_tick(40 * kSecond, kSecond), "35=1");
  EXPECT_EQ(judge.at_next_tick(0, kSecond), "");
  EXPECT_EQ(judge.at_next_tick(kSecond, 31 * kSecond), "35=0");
  EXPECT_EQ(judge.at_next_tick(40 * kSecond, 0), "35=1");
  EXPECT_EQ(judge.at_next_tick(80 * kSecond, 0), "disconnect");
}

INSTANTIATE_TEST_SUITE_P(Versions, PlainMessage,
                         testing::Values(FixVersion::kFix44, FixVersion::kFix50Sp2),
                         [](const auto& info) {
                           return info.param == FixVersion::kFix44 ? "Fix44" : "Fix50Sp2";
                         });

}  // namespace
}  // namespace hourglass::gateway::fix

// What the door takes without QuickFIX, QuickFIX would have taken: the same messages, good and
// mutated, are given to both.
#include "gateway/fix/door/plain_message.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "fmt/format.h"
#include "gateway/fix/members/member_list.h"
#include "gateway/fix/wire/message_writer.h"
#include "tests/support/fix_text.h"
#include "tests/support/session_judge.h"

namespace hourglass::gateway::fix {
namespace {

using Judge = test::SessionJudge;

std::string time_now() {
  std::string text;
  append_utc_timestamp(text, test::system_now_ns(), Precision::kMilliseconds);
  return text;
}

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

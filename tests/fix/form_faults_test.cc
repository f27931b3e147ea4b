// What the dictionaries say of each field of each request, broken: one fault a message, and the
// reject FIX has for it.
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/fix/running_fix.h"
#include "tests/fix/venue_dictionary.h"

namespace hourglass::gateway::fix {
namespace {

using test::DictionaryField;
using test::FieldSet;

// What members say to the venue, section 1 of the rules of engagement.
constexpr std::array<std::string_view, 16> kRequests = {
    "D", "G", "F", "q", "H", "AF", "x", "c", "e", "g", "V", "BE", "AD", "AR", "AN", "BB"};
constexpr std::uint32_t kInNoDictionary = 4999;
constexpr std::uint32_t kOfNoRequest = 31;  // LastPx

// SessionRejectReason (373). Source: FIX 4.4 vol. 2, Reject.
enum class Reason : std::uint32_t {
  kUnknownTag = 0,
  kMissing = 1,
  kNotOfTheMessage = 2,
  kNoValue = 4,
  kNotListed = 5,
  kNotOfItsType = 6,
  kTwice = 13,
  kWrongCount = 16,
  kJudgedByTheDoor = 100,  // none of FIX's: see kAnswersOfTheDoor
};

// What QuickFIX does not judge: values within groups. The door answers where it reads the field, or
// it is a date or time, and as if nothing were wrong where not (rules of engagement, section 12).
struct AnswerOfTheDoor {
  std::string_view type;
  std::uint32_t within;  // the group's count; 0: any
  std::string_view answer;
};
constexpr std::array kAnswersOfTheDoor = {
    AnswerOfTheDoor{"D", 0, "35=8|"},              // there is no such contract
    AnswerOfTheDoor{"G", 0, "35=j|372=G|380=5|"},  // no price, which nothing in it says
    AnswerOfTheDoor{"V", 0, "35=Y|"},              // no such entries, no such contract
    AnswerOfTheDoor{"AD", 453, "35=AQ|"},          // not of your parties
    AnswerOfTheDoor{"AN", 0, "35=AO|"},
    AnswerOfTheDoor{"BB", 0, "35=BA|"},
};

using Body = std::vector<std::pair<std::uint32_t, std::string>>;

// A message with one fault, and the field the answer is to name.
struct Faulty {
  Body body;
  std::uint32_t tag;
  Reason reason;
  std::uint32_t within = 0;  // the count of its group
};

std::string good_value(const DictionaryField& field) {
  if (!field.values.empty()) return field.values.front().value;
  const std::string& type = field.type;
  if (type == "UTCTIMESTAMP") return "20260102-10:00:00";
  if (type == "LOCALMKTDATE") return "20260102";
  if (type == "BOOLEAN") return "Y";
  return "1";
}

// Empty where every text is of the type.
std::string malformed_value(const std::string& type) {
  if (type == "CHAR") return "12";
  if (type == "BOOLEAN") return "yes";
  if (type == "INT" || type == "LENGTH" || type == "SEQNUM" || type == "NUMINGROUP") return "1x";
  if (type == "PRICE" || type == "QTY" || type == "AMT" || type == "FLOAT") return "1e3";
  if (type == "UTCTIMESTAMP") return "20260230-10:00:00";
  if (type == "LOCALMKTDATE") return "20261345";
  return {};
}

// Of the field's type and none of its values; empty where it lists none.
std::string unlisted_value(const DictionaryField& field) {
  if (field.values.empty()) return {};
  return field.type == "INT" ? "77" : "~";
}

void append(const FieldSet& set, const DictionaryField& field, Body& body);

// The fields without which there is no such message, or no such entry of a group.
Body least(const FieldSet& set, bool is_entry = false) {
  Body body;
  for (const DictionaryField& field : set.fields) {
    const bool begins_entry = is_entry && field.tag == set.fields.front().tag;
    if (field.is_required || begins_entry) append(set, field, body);
  }
  return body;
}

// The field with a good value, and an entry where it counts them.
void append(const FieldSet& set, const DictionaryField& field, Body& body) {
  body.emplace_back(field.tag, good_value(field));
  const auto group = set.groups.find(field.tag);
  if (group == set.groups.end()) return;
  for (auto& member : least(group->second, true)) body.push_back(std::move(member));
}

FieldSet without(FieldSet set, std::uint32_t tag) {
  std::erase_if(set.fields, [tag](const DictionaryField& field) { return field.tag == tag; });
  return set;
}

// The least message and this field behind it, with `value`.
Body with_value(const FieldSet& set, const DictionaryField& field, const std::string& value) {
  Body body = least(without(set, field.tag));
  const std::size_t at = body.size();
  append(set, field, body);
  body[at].second = value;
  return body;
}

void add_values(const DictionaryField& field, const std::function<Body(const std::string&)>& with,
                std::vector<Faulty>& out) {
  out.push_back({with(""), field.tag, Reason::kNoValue});
  if (const std::string value = unlisted_value(field); !value.empty()) {
    out.push_back({with(value), field.tag, Reason::kNotListed});
  }
  if (const std::string value = malformed_value(field.type); !value.empty()) {
    out.push_back({with(value), field.tag, Reason::kNotOfItsType});
  }
}

// Faults in the values of a group's one entry.
void add_members(const FieldSet& set, const DictionaryField& count, std::vector<Faulty>& out) {
  const FieldSet& group = set.groups.at(count.tag);
  for (const DictionaryField& member : group.fields) {
    const auto with = [&](const std::string& value) {
      Body body = least(without(set, count.tag));
      body.emplace_back(count.tag, "1");
      const DictionaryField& first = group.fields.front();
      if (member.tag != first.tag) body.emplace_back(first.tag, good_value(first));
      body.emplace_back(member.tag, value);
      return body;
    };
    const std::size_t from = out.size();
    add_values(member, with, out);
    const bool is_dated = member.type == "UTCTIMESTAMP" || member.type == "LOCALMKTDATE";
    for (std::size_t at = from; at < out.size(); ++at) {
      out[at].reason = is_dated ? Reason::kNotOfItsType : Reason::kJudgedByTheDoor;
      out[at].within = count.tag;
    }
  }
}

std::vector<Faulty> faults_of(const FieldSet& set) {
  std::vector<Faulty> out;
  for (const DictionaryField& field : set.fields) {
    const auto with = [&](const std::string& value) { return with_value(set, field, value); };
    if (field.is_required) {
      out.push_back({least(without(set, field.tag)), field.tag, Reason::kMissing});
    }
    add_values(field, with, out);
    Body twice = with(good_value(field));
    append(set, field, twice);
    // The entries of both are counted together.
    const bool is_count = set.groups.contains(field.tag);
    out.push_back({twice, field.tag, is_count ? Reason::kWrongCount : Reason::kTwice});
    if (is_count) add_members(set, field, out);
  }
  for (const auto& [tag, reason] : {std::pair{kInNoDictionary, Reason::kUnknownTag},
                                    std::pair{kOfNoRequest, Reason::kNotOfTheMessage}}) {
    Body body = least(set);
    body.emplace_back(tag, "1");
    out.push_back({body, tag, reason});
  }
  return out;
}

std::string text_of(const Body& body) {
  std::string text;
  for (const auto& [tag, value] : body) text += fmt::format("{}={}|", tag, value);
  return text;
}

std::string expected_answer(std::string_view type, const Faulty& fault) {
  for (const AnswerOfTheDoor& one : kAnswersOfTheDoor) {
    if (fault.reason != Reason::kJudgedByTheDoor) break;
    if (one.type == type && (one.within == 0 || one.within == fault.within)) {
      return std::string(one.answer);
    }
  }
  return fmt::format("35=3|371={}|372={}|373={}|", fault.tag, type,
                     static_cast<std::uint32_t>(fault.reason));
}

class FormFaults : public testing::TestWithParam<const char*> {};

TEST_P(FormFaults, OfEachFieldOfEachRequestAreNamedAndTheSessionGoesOn) {
  RunningFix venue;
  PeerHeader header{.begin_string = GetParam()};
  std::string password = venue.password();
  if (header.begin_string == "FIXT.1.1") {
    header.sender = "MODERN";
    password = venue.add_member("MODERN", "11", {"--version", "5.0"});
    ASSERT_NE(venue.reload().find("read again"), std::string::npos);
  }
  Peer peer(venue, header);
  ASSERT_EQ(only(peer.log_on(password), {35, 34}), "35=A|34=1|");
  std::size_t count = 0;
  for (const std::string_view type : kRequests) {
    const auto& messages = test::venue_dictionary(header.begin_string).messages;
    ASSERT_TRUE(messages.contains(type)) << type;
    const std::vector<Faulty> faults = faults_of(messages.find(type)->second);
    const std::uint32_t first = peer.next;
    std::string bytes;
    for (const Faulty& fault : faults) bytes += peer.message(type, text_of(fault.body));
    bytes += peer.message("1", fmt::format("112={}|", type));
    ASSERT_TRUE(peer.send(bytes));
    for (std::size_t at = 0; at < faults.size(); ++at) {
      const std::string heard = peer.hear();
      const std::string answer = only(heard, {35, 371, 372, 373, 380});
      EXPECT_EQ(answer, expected_answer(type, faults[at])) << text_of(faults[at].body);
      // Which one is meant is told by all that have the field.
      if (const std::string number = only(heard, {45}); !number.empty()) {
        EXPECT_EQ(number, fmt::format("45={}|", first + at)) << heard;
      }
    }
    ASSERT_EQ(only(peer.hear(), {35, 112}), fmt::format("35=0|112={}|", type));
    count += faults.size();
  }
  // A dictionary read as nothing would be in order too.
  EXPECT_GT(count, 400);
}

INSTANTIATE_TEST_SUITE_P(Versions, FormFaults, testing::Values("FIX.4.4", "FIXT.1.1"),
                         [](const auto& test) {
                           return std::string(test.param) == "FIX.4.4" ? "Fix44" : "Fix50Sp2";
                         });

}  // namespace
}  // namespace hourglass::gateway::fix

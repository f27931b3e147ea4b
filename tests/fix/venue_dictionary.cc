#include "tests/fix/venue_dictionary.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "fmt/format.h"
#include "gateway/fix/dictionary/dictionary_text.h"
#include "gateway/fix/wire/fields.h"
#include "gtest/gtest.h"
#include "tests/support/fix_text.h"

namespace hourglass::gateway::fix::test {
namespace {

constexpr std::array<std::uint32_t, 3> kFirst = {8, 9, 35};
constexpr std::uint32_t kMsgType = 35;
constexpr std::uint32_t kCheckSum = 10;
constexpr std::size_t kDateDigits = 8;

FieldSet set_of(const DictionaryMessage& message) {
  FieldSet set;
  for (const DictionaryField& field : message.fields) {
    (field.group == 0 ? set : set.groups[field.group]).fields.push_back(field);
  }
  return set;
}

void add(std::string_view xml, VenueDictionary& dictionary) {
  const auto messages = read_dictionary(std::string(xml));
  EXPECT_TRUE(messages.ok()) << messages.status();
  if (!messages.ok()) return;
  for (const DictionaryMessage& message : *messages) {
    if (!message.msg_type.empty()) {
      dictionary.messages.emplace(message.msg_type, set_of(message));
    } else {
      (message.name == "header" ? dictionary.header : dictionary.trailer) = set_of(message);
    }
  }
}

VenueDictionary read(std::initializer_list<std::string_view> texts) {
  VenueDictionary dictionary;
  for (const std::string_view xml : texts) add(xml, dictionary);
  return dictionary;
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char letter) { return letter >= '0' && letter <= '9'; });
}

bool is_decimal(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) return is_digits(text);
  return is_digits(text.substr(0, point)) && is_digits(text.substr(point + 1));
}

bool is_of_type(std::string_view type, std::string_view value) {
  if (type == "CHAR") return value.size() == 1;
  if (type == "BOOLEAN") return value == "Y" || value == "N";
  if (type == "INT") return parse_number(value).has_value();
  if (type == "LENGTH" || type == "SEQNUM" || type == "NUMINGROUP") return is_digits(value);
  if (type == "PRICE" || type == "QTY" || type == "AMT" || type == "FLOAT")
    return is_decimal(value);
  if (type == "UTCTIMESTAMP") return parse_utc_timestamp(value).has_value();
  if (type == "LOCALMKTDATE" || type == "UTCDATEONLY") {
    return value.size() == kDateDigits && is_digits(value);
  }
  if (type == "UTCTIMEONLY") {
    return parse_utc_timestamp(fmt::format("20260101-{}", value)).has_value();
  }
  return true;
}

bool is_listed(const DictionaryField& field, std::string_view value) {
  return std::any_of(field.values.begin(), field.values.end(),
                     [&](const DictionaryValue& listed) { return listed.value == value; });
}

// One message on its way through the dictionary; `at` is the field next looked at.
class Reading {
 public:
  explicit Reading(std::span<const Field> fields) : fields_(fields) {}

  // Takes the fields that are of `set`, in any order, up to the first that is not.
  std::string take(const FieldSet& set) {
    std::set<std::uint32_t> seen;
    while (at_ < fields_.size()) {
      const Field& field = fields_[at_];
      const DictionaryField* const known = set.find(field.tag);
      if (known == nullptr) break;
      if (!seen.insert(field.tag).second) return wrong(field.tag, "comes twice");
      const std::string fault = fault_of_value(*known, field.value);
      if (!fault.empty()) return wrong(field.tag, fault);
      ++at_;
      const auto group = set.groups.find(field.tag);
      if (group == set.groups.end()) continue;
      const std::string breach = take_group(group->second, field);
      if (!breach.empty()) return breach;
    }
    return missing_in(set, seen);
  }

  [[nodiscard]] bool is_at_end() const noexcept { return at_ == fields_.size(); }
  [[nodiscard]] std::uint32_t tag() const noexcept { return fields_[at_].tag; }

 private:
  static std::string wrong(std::uint32_t tag, std::string_view why) {
    return fmt::format("{} {}", tag, why);
  }

  static std::string missing_in(const FieldSet& set, const std::set<std::uint32_t>& seen) {
    for (const DictionaryField& field : set.fields) {
      if (field.is_required && !seen.contains(field.tag)) return wrong(field.tag, "is missing");
    }
    return {};
  }

  // Entries begin with the group's first field and have their fields in the dictionary's order.
  std::string take_group(const FieldSet& group, const Field& count) {
    std::int64_t entries = 0;
    while (at_ < fields_.size() && group.find(tag()) != nullptr) {
      if (tag() != group.fields.front().tag) return wrong(tag(), "stands out of its group's order");
      ++entries;
      std::set<std::uint32_t> seen;
      for (const DictionaryField& known : group.fields) {
        if (at_ == fields_.size() || tag() != known.tag) continue;
        const std::string fault = fault_of_value(known, fields_[at_].value);
        if (!fault.empty()) return wrong(known.tag, fault);
        seen.insert(known.tag);
        ++at_;
      }
      if (const std::string missing = missing_in(group, seen); !missing.empty()) return missing;
    }
    if (entries == parse_number(count.value)) return {};
    return wrong(count.tag, fmt::format("counts {}, and there are {}", count.value, entries));
  }

  std::span<const Field> fields_;
  std::size_t at_ = 0;
};

std::string breach_of(const Fields& fields) {
  const std::vector<Field>& all = fields.all();
  for (std::size_t place = 0; place < kFirst.size(); ++place) {
    if (all.size() <= place || all[place].tag != kFirst[place]) {
      return fmt::format("{} is not in its place", kFirst[place]);
    }
  }
  if (all.back().tag != kCheckSum) return "10 is not in its place";
  const VenueDictionary& dictionary = venue_dictionary(all.front().value);
  const auto body = dictionary.messages.find(fields.value(kMsgType));
  if (body == dictionary.messages.end()) return "35 is no type of the dictionary's";
  Reading reading(all);
  for (const FieldSet* part : {&dictionary.header, &body->second}) {
    if (std::string breach = reading.take(*part); !breach.empty()) return breach;
  }
  if (!reading.is_at_end() && reading.tag() != kCheckSum) {
    const bool is_known = dictionary.header.find(reading.tag()) != nullptr;
    return fmt::format("{} {}", reading.tag(),
                       is_known ? "stands behind the header" : "is no field of this message");
  }
  return reading.take(dictionary.trailer);
}

}  // namespace

const DictionaryField* FieldSet::find(std::uint32_t tag) const noexcept {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [tag](const DictionaryField& field) { return field.tag == tag; });
  return found == fields.end() ? nullptr : &*found;
}

const VenueDictionary& venue_dictionary(std::string_view begin_string) {
  static const VenueDictionary kFix44 = read({kFix44Dictionary});
  static const VenueDictionary kFix50Sp2 = read({kFixt11Dictionary, kFix50Sp2Dictionary});
  static const VenueDictionary kNone;
  if (begin_string == "FIX.4.4") return kFix44;
  return begin_string == "FIXT.1.1" ? kFix50Sp2 : kNone;
}

std::string fault_of_value(const DictionaryField& field, std::string_view value) {
  if (value.empty()) return "has no value";
  if (!is_of_type(field.type, value)) return fmt::format("is no {}: {}", field.type, value);
  if (field.values.empty()) return {};
  const bool is_several = field.type.starts_with("MULTIPLE");
  while (!value.empty()) {  // ends: each round takes a value off
    const std::size_t end = is_several ? std::min(value.find(' '), value.size()) : value.size();
    const std::string_view one = value.substr(0, end);
    if (!is_listed(field, one)) return fmt::format("has a value not listed: {}", one);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return {};
}

std::string breach_of_dictionary(std::string_view message) {
  Fields fields;
  const bool is_whole = fields.parse(message);
  const std::string breach = is_whole ? breach_of(fields) : "no FIX message";
  if (breach.empty()) return {};
  return fmt::format("35={}: {}: {}", fields.value(kMsgType), breach, readable(message));
}

}  // namespace hourglass::gateway::fix::test

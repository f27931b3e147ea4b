// PlainRules: what a dictionary asks of the ordinary message, as arrays to be looked up by tag.
//
// QuickFIX's own look-ups walk trees of strings, which for an order costs more than all the rest of
// its way. The rules hold less than the dictionary: who does not fit them may still be right, and
// goes to QuickFIX. C++14, as session.h.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace hourglass {
namespace gateway {
namespace fix {

// Tags from here on, and more fields a message than this, are not in the rules.
const std::uint32_t kPlainTags = 4096;
const std::uint32_t kMaxPlainFields = 128;

// How the value must be written. kOther: a field that is never plain (groups, data, lists).
enum class PlainKind : std::uint8_t {
  kOther,
  kText,       // one byte or more
  kCharacter,  // one byte
  kNumber,     // at most 9 digits, a '-' before them or not
  kDecimal,    // digits, or digits '.' digits, a '-' before them or not
  kBoolean,    // Y or N
  kTime,       // UTCTimestamp
  kDate,       // LocalMktDate
};

struct PlainField {
  PlainKind kind;
  bool is_listed;                       // only these values, each of one letter, are plain
  std::array<std::uint64_t, 2> values;  // bit by ASCII code
};

// The fields of one application message's body.
struct PlainMessage {
  std::string type;
  std::vector<std::uint8_t> field_by_tag;  // of kPlainTags; 0: none, else its place in `fields`
  std::vector<PlainField> fields;          // [0] is not used
  std::array<std::uint64_t, 2> required;   // bit by place in `fields`
};

// Some thirty types, looked through one by one: their tables stand apart, so that this is short.
typedef std::vector<PlainMessage> PlainRules;

// The tags below kPlainTags whose values are dates or times, ascending: in groups too.
struct DatedTags {
  std::vector<std::uint32_t> dates;  // LocalMktDate
  std::vector<std::uint32_t> times;  // UTCTimestamp
};

}  // namespace fix
}  // namespace gateway
}  // namespace hourglass

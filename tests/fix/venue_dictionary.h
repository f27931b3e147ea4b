// The published dictionaries as judges of the messages the venue sends, and as a source of
// messages that break them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fix/dictionary_tables.h"

namespace hourglass::gateway::fix::test {

// Fields of a message, header or trailer, or of one entry of a group.
struct FieldSet {
  std::vector<DictionaryField> fields;  // in the dictionary's order, members of groups left out
  std::map<std::uint32_t, FieldSet> groups;  // by the tag of the count

  [[nodiscard]] const DictionaryField* find(std::uint32_t tag) const noexcept;
};

// All that may be said in one version: of FIXT.1.1 its session layer and FIX 5.0 SP2.
struct VenueDictionary {
  FieldSet header;
  FieldSet trailer;
  std::map<std::string, FieldSet, std::less<>> messages;  // by MsgType
};

// The version's, read once; for a BeginString that is neither FIX.4.4 nor FIXT.1.1 an empty one.
const VenueDictionary& venue_dictionary(std::string_view begin_string);

// Why a value is none for this field: no text, not of its type, or not listed. Empty: it is one.
std::string fault_of_value(const DictionaryField& field, std::string_view value);

// What is wrong with a whole message by the dictionary of its BeginString: its type, its tag, why,
// and the message. Empty: nothing is. Held are the type, which fields are where, required ones,
// values, groups' counts and the order within them, and that no field comes twice.
// Thread: one, for the reading.
std::string breach_of_dictionary(std::string_view message);

}  // namespace hourglass::gateway::fix::test

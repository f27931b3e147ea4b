// The venue's XML dictionaries as data, and the tag tables RULES_OF_ENGAGEMENT prints of them.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hourglass::gateway::fix::test {

struct DictionaryValue {
  std::string value;
  std::string description;
};

struct DictionaryField {
  std::uint32_t tag = 0;
  std::string name;
  std::string type;
  bool is_required = false;
  std::uint32_t group = 0;  // tag of the group it repeats in; 0: none
  std::vector<DictionaryValue> values;
};

// `fields` in the dictionary's order, a group's members behind its count. Header and trailer are
// messages without a type.
struct DictionaryMessage {
  std::string name;
  std::string msg_type;
  std::vector<DictionaryField> fields;
};

// Header and trailer (where the dictionary has any), then its messages, out of the text of a
// dictionary in QuickFIX's form; of components it knows nothing, and groups do not nest. Errors:
// kInvalidArgument for XML that is none, a field without definition, a group within a group.
// Thread: any, pure.
absl::StatusOr<std::vector<DictionaryMessage>> read_dictionary(const std::string& xml);

// The message's fields as a table of Markdown, each line with its end.
std::string tag_table(const DictionaryMessage& message);

// A part of a page between "<!-- begin NAME -->" and "<!-- end -->", each on a line of its own.
struct PageBlock {
  std::string name;
  std::string text;  // the lines between
};

// The blocks of a page in their order. One without an end goes up to the page's.
std::vector<PageBlock> page_blocks(std::string_view page);

}  // namespace hourglass::gateway::fix::test

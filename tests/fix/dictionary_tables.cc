#include "tests/fix/dictionary_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <map>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace hourglass::gateway::fix::test {
namespace {

using Node = boost::property_tree::ptree;
using Definitions = std::map<std::string, DictionaryField, std::less<>>;

constexpr std::string_view kBegin = "<!-- begin ";
constexpr std::string_view kBeginEnd = " -->";
constexpr std::string_view kEnd = "<!-- end -->";

std::string attribute(const Node& node, const std::string& name) {
  return node.get<std::string>("<xmlattr>." + name);
}

bool is_element(const Node::value_type& child) {
  return child.first != "<xmlattr>" && child.first != "<xmlcomment>";
}

Definitions read_definitions(const Node& fields) {
  Definitions definitions;
  for (const Node::value_type& child : fields) {
    if (child.first != "field") continue;
    DictionaryField field;
    field.tag = child.second.get<std::uint32_t>("<xmlattr>.number");
    field.name = attribute(child.second, "name");
    field.type = attribute(child.second, "type");
    for (const Node::value_type& value : child.second) {
      if (value.first != "value") continue;
      field.values.push_back(
          {attribute(value.second, "enum"), attribute(value.second, "description")});
    }
    if (!definitions.emplace(field.name, field).second) {
      throw std::invalid_argument("field " + field.name + " is defined twice");
    }
  }
  return definitions;
}

// Adds the field `node` names; gives its tag.
std::uint32_t add_field(const Node& node, std::uint32_t group, const Definitions& definitions,
                        DictionaryMessage& message) {
  const std::string name = attribute(node, "name");
  const auto found = definitions.find(name);
  if (found == definitions.end()) throw std::invalid_argument("field " + name + " is not defined");
  DictionaryField field = found->second;
  field.is_required = attribute(node, "required") == "Y";
  field.group = group;
  message.fields.push_back(std::move(field));
  return message.fields.back().tag;
}

void read_message(const Node& node, const Definitions& definitions, DictionaryMessage& message) {
  for (const Node::value_type& child : node) {
    if (!is_element(child)) continue;
    const std::uint32_t tag = add_field(child.second, 0, definitions, message);
    if (child.first != "group") continue;
    for (const Node::value_type& member : child.second) {
      if (!is_element(member)) continue;
      if (member.first != "field") throw std::invalid_argument("a group holds more than fields");
      add_field(member.second, tag, definitions, message);
    }
  }
}

std::vector<DictionaryMessage> read_tree(const Node& root) {
  const Definitions definitions = read_definitions(root.get_child("fields"));
  std::vector<DictionaryMessage> messages;
  const auto read = [&](const Node& node, std::string name, std::string type) {
    DictionaryMessage message{.name = std::move(name), .msg_type = std::move(type), .fields = {}};
    read_message(node, definitions, message);
    if (!message.fields.empty()) messages.push_back(std::move(message));
  };
  read(root.get_child("header"), "header", "");
  read(root.get_child("trailer"), "trailer", "");
  for (const Node::value_type& child : root.get_child("messages")) {
    if (child.first != "message") continue;
    read(child.second, attribute(child.second, "name"), attribute(child.second, "msgtype"));
  }
  return messages;
}

std::string values_text(const std::vector<DictionaryValue>& values) {
  std::string text;
  for (const DictionaryValue& value : values) {
    if (!text.empty()) text += ", ";
    text += fmt::format("`{}` {}", value.value, value.description);
  }
  return text;
}

}  // namespace

absl::StatusOr<std::vector<DictionaryMessage>> read_dictionary(const std::string& xml) {
  try {
    std::istringstream stream(xml);
    Node tree;
    boost::property_tree::read_xml(stream, tree);
    return read_tree(tree.get_child("fix"));
  } catch (const std::exception& fault) {
    return absl::InvalidArgumentError(fault.what());
  }
}

std::string tag_table(const DictionaryMessage& message) {
  std::string table = "| Tag | Field | Type | Required | Values |\n|---|---|---|---|---|\n";
  for (const DictionaryField& field : message.fields) {
    const std::string tag = field.group == 0 ? fmt::to_string(field.tag)
                                             : fmt::format("{} > {}", field.group, field.tag);
    table += fmt::format("| {} | {} | {} | {} | {} |\n", tag, field.name, field.type,
                         field.is_required ? 'Y' : 'N', values_text(field.values));
  }
  return table;
}

std::vector<PageBlock> page_blocks(std::string_view page) {
  std::vector<PageBlock> blocks;
  bool is_inside = false;
  while (!page.empty()) {  // ends: each round takes a line off the page
    const std::size_t length = std::min(page.find('\n'), page.size() - 1) + 1;
    const std::string_view whole = page.substr(0, length);
    const std::string_view line = whole.substr(0, whole.find('\n'));
    page.remove_prefix(length);
    if (line == kEnd) {
      is_inside = false;
    } else if (line.starts_with(kBegin) && line.ends_with(kBeginEnd)) {
      const std::string_view name =
          line.substr(kBegin.size(), line.size() - kBegin.size() - kBeginEnd.size());
      blocks.push_back({.name = std::string(name), .text = {}});
      is_inside = true;
    } else if (is_inside) {
      blocks.back().text += whole;
    }
  }
  return blocks;
}

}  // namespace hourglass::gateway::fix::test

#include "tests/feed/schema_xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <initializer_list>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace hourglass::marketdata::test {
namespace {

using Node = boost::property_tree::ptree;

const std::map<std::string, std::uint32_t> kPrimitives{{"char", 1},   {"uint8", 1},  {"uint16", 2},
                                                       {"uint32", 4}, {"uint64", 8}, {"int8", 1},
                                                       {"int16", 2},  {"int32", 4},  {"int64", 8}};

std::string attribute(const Node& node, const std::string& name) {
  return node.get<std::string>("<xmlattr>." + name);
}
std::string attribute_or(const Node& node, const std::string& name, const std::string& other) {
  return node.get<std::string>("<xmlattr>." + name, other);
}
std::uint32_t number(const Node& node, const std::string& name) {
  return node.get<std::uint32_t>("<xmlattr>." + name);
}

bool is_element(const Node::value_type& child) {
  return child.first != "<xmlattr>" && child.first != "<xmlcomment>";
}

// A rule with a typing error in its name would be none.
void allow(const Node& node, std::initializer_list<std::string_view> known) {
  const auto attributes = node.get_child_optional("<xmlattr>");
  if (!attributes) return;
  for (const auto& [name, value] : *attributes) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw std::invalid_argument(fmt::format("unknown attribute {}", name));
    }
  }
}

bool read_presence(const Node& node) {
  const std::string presence = attribute_or(node, "presence", "required");
  if (presence != "required" && presence != "optional" && presence != "constant") {
    throw std::invalid_argument(fmt::format("presence {}", presence));
  }
  return presence == "optional";
}

SchemaType read_plain(const Node& node) {
  allow(node, {"name", "primitiveType", "length", "presence", "nullValue", "semanticType",
               "description"});
  SchemaType type{.name = attribute(node, "name"),
                  .primitive = attribute(node, "primitiveType"),
                  .length = node.get<std::uint32_t>("<xmlattr>.length", 1),
                  .is_optional = read_presence(node),
                  .null_value = attribute_or(node, "nullValue", ""),
                  .description = attribute_or(node, "description", "")};
  if (attribute_or(node, "presence", "") == "constant") {
    type.constant = node.data();
  } else {
    type.bytes = kPrimitives.at(type.primitive) * type.length;
  }
  return type;
}

SchemaType read_values(const Node& node, SchemaTypeKind kind) {
  allow(node, {"name", "encodingType", "description"});
  SchemaType type{.name = attribute(node, "name"),
                  .kind = kind,
                  .primitive = attribute(node, "encodingType"),
                  .description = attribute_or(node, "description", "")};
  type.bytes = kPrimitives.at(type.primitive);
  for (const auto& child : node) {
    if (!is_element(child)) continue;
    if (child.first != (kind == SchemaTypeKind::kEnum ? "validValue" : "choice")) {
      throw std::invalid_argument(fmt::format("{} in {}", child.first, type.name));
    }
    allow(child.second, {"name", "description"});
    type.values.push_back({.name = attribute(child.second, "name"),
                           .number = child.second.get_value<std::uint64_t>(),
                           .description = attribute_or(child.second, "description", "")});
  }
  return type;
}

SchemaType read_composite(const Node& node) {
  allow(node, {"name", "description"});
  SchemaType type{.name = attribute(node, "name"),
                  .kind = SchemaTypeKind::kComposite,
                  .description = attribute_or(node, "description", "")};
  for (const auto& child : node) {
    if (!is_element(child)) continue;
    if (child.first == "type") {
      type.members.push_back(read_plain(child.second));
    } else if (child.first == "ref") {
      allow(child.second, {"name", "type"});
      type.members.push_back(
          {.name = attribute(child.second, "name"), .reference = attribute(child.second, "type")});
    } else {
      throw std::invalid_argument(fmt::format("{} in {}", child.first, type.name));
    }
  }
  return type;
}

void add_type(SchemaType type, Schema& schema) {
  const std::string name = type.name;
  if (!schema.types.emplace(name, std::move(type)).second) {
    throw std::invalid_argument(fmt::format("type {} twice", name));
  }
}

void read_types(const Node& types, Schema& schema) {
  for (const auto& [name, bytes] : kPrimitives) {
    add_type({.name = name, .primitive = name, .bytes = bytes}, schema);
  }
  for (const auto& child : types) {
    if (!is_element(child)) continue;
    if (child.first == "type") {
      add_type(read_plain(child.second), schema);
    } else if (child.first == "enum") {
      add_type(read_values(child.second, SchemaTypeKind::kEnum), schema);
    } else if (child.first == "set") {
      add_type(read_values(child.second, SchemaTypeKind::kSet), schema);
    } else if (child.first == "composite") {
      add_type(read_composite(child.second), schema);
    } else {
      throw std::invalid_argument(fmt::format("{} among types", child.first));
    }
  }
  // Sizes of composites, whose references may name what stands behind them.
  for (auto& [name, type] : schema.types) {
    for (SchemaType& member : type.members) {
      if (!member.reference.empty()) member.bytes = schema.types.at(member.reference).bytes;
      type.bytes += member.bytes;
      type.is_optional = type.is_optional || member.is_optional;
    }
  }
}

// A message's or a group's block. Groups do not nest.
void read_block(const Node& node, const Schema& schema, bool may_have_groups,
                SchemaMessage& message);

SchemaField read_field(const Node& node, const Schema& schema) {
  allow(node, {"name", "id", "type", "offset", "presence", "description"});
  SchemaField field{.name = attribute(node, "name"),
                    .id = number(node, "id"),
                    .type = attribute(node, "type"),
                    .offset = number(node, "offset"),
                    .is_optional = read_presence(node),
                    .description = attribute_or(node, "description", "")};
  if (!schema.types.contains(field.type)) {
    throw std::invalid_argument(fmt::format("no type {}", field.type));
  }
  return field;
}

SchemaMessage read_group(const Node& node, const Schema& schema) {
  allow(node, {"name", "id", "blockLength", "dimensionType", "description"});
  SchemaMessage group{.name = attribute(node, "name"),
                      .id = number(node, "id"),
                      .block_length = number(node, "blockLength"),
                      .description = attribute_or(node, "description", ""),
                      .dimension_type = attribute(node, "dimensionType")};
  read_block(node, schema, false, group);
  return group;
}

void read_block(const Node& node, const Schema& schema, bool may_have_groups,
                SchemaMessage& message) {
  for (const auto& child : node) {
    if (!is_element(child)) continue;
    if (child.first == "field" && message.groups.empty()) {
      message.fields.push_back(read_field(child.second, schema));
    } else if (child.first == "group" && may_have_groups) {
      message.groups.push_back(read_group(child.second, schema));
    } else {
      throw std::invalid_argument(fmt::format("{} in {}", child.first, message.name));
    }
  }
}

Schema read_tree(const Node& root) {
  allow(root, {"xmlns:sbe", "package", "id", "version", "semanticVersion", "byteOrder",
               "headerType", "description"});
  Schema schema{.id = number(root, "id"),
                .version = number(root, "version"),
                .byte_order = attribute(root, "byteOrder"),
                .header_type = attribute(root, "headerType")};
  read_types(root.get_child("types"), schema);
  for (const auto& child : root) {
    if (!is_element(child) || child.first == "types") continue;
    if (child.first != "sbe:message") throw std::invalid_argument(child.first);
    allow(child.second, {"name", "id", "blockLength", "description"});
    SchemaMessage message{.name = attribute(child.second, "name"),
                          .id = number(child.second, "id"),
                          .block_length = number(child.second, "blockLength"),
                          .description = attribute_or(child.second, "description", "")};
    read_block(child.second, schema, true, message);
    schema.messages.push_back(std::move(message));
  }
  return schema;
}

}  // namespace

absl::StatusOr<Schema> read_schema(const std::string& xml) {
  try {
    std::istringstream text(xml);
    Node tree;
    boost::property_tree::read_xml(text, tree, boost::property_tree::xml_parser::trim_whitespace);
    return read_tree(tree.get_child("sbe:messageSchema"));
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(error.what());
  }
}

bool is_price(const SchemaType& type) {
  return type.members.size() == 2 && type.members[0].name == "mantissa" &&
         type.members[0].primitive == "int64" && type.members[1].name == "exponent" &&
         type.members[1].constant == "-9";
}

}  // namespace hourglass::marketdata::test

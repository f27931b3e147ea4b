#include "tests/feed/dissector.h"

#include <fmt/format.h>

#include <string_view>

namespace hourglass::marketdata::test {
namespace {

constexpr std::string_view kHead =
    R"(-- Wireshark's dissector of Hourglass market data.
-- Made from hourglass-md.xml and tests/feed/dissector.lua: change those and have this written anew
-- (tests/README.md says how).
--
--   tshark -X lua_script:hourglass-md.lua -r capture.pcap -V
--
-- Packets are known by their bytes; ports can also be named in the preferences
-- (-o hourglass_md.udp_ports:PORTS, hourglass_md.tcp_ports).

)";

std::string_view kind_of(const SchemaType& type) {
  if (is_price(type)) return "price";
  if (type.kind == SchemaTypeKind::kEnum) return "value";
  if (type.kind == SchemaTypeKind::kSet) return "flags";
  if (type.primitive == "char") return type.length == 1 ? "letter" : "text";
  return type.length == 1 ? "number" : "bytes";
}

std::string field_text(std::string_view name, std::uint32_t offset, const SchemaType& type,
                       bool may_be_null) {
  const std::string_view kind = kind_of(type);
  const bool has_names = !type.values.empty();
  return fmt::format("{{ name = \"{}\", offset = {}, bytes = {}, kind = \"{}\"{}{} }},\n", name,
                     offset, type.bytes, kind,
                     has_names ? fmt::format(", type = \"{}\"", type.name) : "",
                     may_be_null ? ", may_be_null = true" : "");
}

std::string fields_text(const Schema& schema, const std::vector<SchemaField>& fields) {
  std::string text = "{\n";
  for (const SchemaField& field : fields) {
    text += "      " +
            field_text(field.name, field.offset, schema.types.at(field.type), field.is_optional);
  }
  return text + "    }";
}

std::string composite_text(const Schema& schema, const std::vector<std::string>& names) {
  std::string text = "{\n";
  std::uint32_t offset = 0;
  for (const std::string& name : names) {
    for (const SchemaType& member : schema.types.at(name).members) {
      const SchemaType& type =
          member.reference.empty() ? member : schema.types.at(member.reference);
      text += "  " + field_text(member.name, offset, type, false);
      offset += member.bytes;
    }
  }
  return text + "}\n";
}

std::string values_text(const Schema& schema, SchemaTypeKind kind) {
  std::string text = "{\n";
  for (const auto& [name, type] : schema.types) {
    if (type.kind != kind) continue;
    text += fmt::format("  {} = {{\n", name);
    for (const SchemaValue& value : type.values) {
      text += fmt::format("    [{}] = \"{}\",\n", value.number, value.name);
    }
    text += "  },\n";
  }
  return text + "}\n";
}

}  // namespace

std::string dissector_text(const Schema& schema, const std::string& machinery) {
  std::string text(kHead);
  text += fmt::format("local SCHEMA_ID = {}\n\n", schema.id);
  text += "local values = " + values_text(schema, SchemaTypeKind::kEnum) + "\n";
  text += "local flags = " + values_text(schema, SchemaTypeKind::kSet) + "\n";
  text += "local packet_header = " + composite_text(schema, {"packetHeader"}) + "\n";
  text +=
      "local frame_header = " + composite_text(schema, {"frameHeader", schema.header_type}) + "\n";
  text += "local messages = {\n";
  for (const SchemaMessage& message : schema.messages) {
    text += fmt::format("  [{}] = {{\n    name = \"{}\",\n    fields = {},\n", message.id,
                        message.name, fields_text(schema, message.fields));
    for (const SchemaMessage& group : message.groups) {
      text += fmt::format("    group = \"{}\",\n    entry_fields = {},\n", group.name,
                          fields_text(schema, group.fields));
    }
    text += "  },\n";
  }
  text += "}\n\n";
  return text + machinery;
}

}  // namespace hourglass::marketdata::test

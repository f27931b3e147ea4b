#include "tests/feed/spec_tables.h"

#include <fmt/format.h>

#include <sstream>
#include <string_view>

namespace hourglass::marketdata::test {
namespace {

constexpr std::string_view kBegin = "<!-- begin ";
constexpr std::string_view kBeginEnd = " -->";
constexpr std::string_view kEnd = "<!-- end -->";
constexpr std::string_view kYes = "Book effect: yes. ";
constexpr std::string_view kNo = "Book effect: no. ";

std::string type_text(const SchemaType& type, bool may_be_null) {
  std::string text = type.kind == SchemaTypeKind::kPlain && type.values.empty()
                         ? type.primitive
                         : fmt::format("`{}`", type.name);
  if (is_price(type)) text = "int64, 1e-9 USD";
  if (type.kind == SchemaTypeKind::kPlain && type.length != 1) {
    text += fmt::format("[{}]", type.length);
  }
  return may_be_null ? text + ", may be null" : text;
}

void append_rows(const Schema& schema, const SchemaMessage& message, const std::string& prefix,
                 std::string& table) {
  for (const SchemaField& field : message.fields) {
    const SchemaType& type = schema.types.at(field.type);
    table += fmt::format("| {}{} | {} | {} | {} | {} |\n", prefix, field.offset, type.bytes,
                         field.name, type_text(type, field.is_optional), field.description);
  }
}

std::string message_table(const Schema& schema, const SchemaMessage& message) {
  std::string table = "| Offset | Bytes | Field | Type | What |\n|---|---|---|---|---|\n";
  append_rows(schema, message, "", table);
  for (const SchemaMessage& group : message.groups) {
    table += fmt::format(
        "| {} | 4 | group {} | uint16, uint16 | Bytes of an entry ({}), and how "
        "many follow. In each: |\n",
        message.block_length, group.name, group.block_length);
    append_rows(schema, group, "+", table);
  }
  return table;
}

std::string_view effect(const SchemaMessage& message) {
  return message.description.starts_with(kYes) ? "**yes**" : "no";
}

std::string overview(const Schema& schema) {
  std::string table =
      "| Template | Message | Block | Changes the book | What |\n"
      "|---|---|---|---|---|\n";
  for (const SchemaMessage& message : schema.messages) {
    const std::size_t skipped = (message.description.starts_with(kYes) ? kYes : kNo).size();
    table += fmt::format(
        "| {} | {} | {}{} | {} | {} |\n", message.id, message.name, message.block_length,
        message.groups.empty() ? ""
                               : fmt::format(" + 4 + {}n", message.groups.front().block_length),
        effect(message), message.description.substr(skipped));
  }
  return table;
}

std::string header_table(const Schema& schema, std::initializer_list<std::string> names) {
  std::string table = "| Offset | Bytes | Field | What |\n|---|---|---|---|\n";
  std::uint32_t offset = 0;
  for (const std::string& name : names) {
    for (const SchemaType& member : schema.types.at(name).members) {
      const std::string& what = member.reference.empty()
                                    ? member.description
                                    : fmt::format("`{}`, below.", member.reference);
      table += fmt::format("| {} | {} | {} | {} |\n", offset, member.bytes, member.name, what);
      offset += member.bytes;
    }
  }
  return table;
}

std::string values_table(const Schema& schema, SchemaTypeKind kind) {
  std::string table = "| Type | Value | Name | What |\n|---|---|---|---|\n";
  for (const auto& [name, type] : schema.types) {
    if (type.kind != kind) continue;
    for (const SchemaValue& value : type.values) {
      const std::uint64_t number =
          kind == SchemaTypeKind::kSet ? std::uint64_t{1} << value.number : value.number;
      table +=
          fmt::format("| `{}` | {} | {} | {} |\n", name, number, value.name, value.description);
    }
  }
  return table;
}

}  // namespace

std::map<std::string, std::string> spec_tables(const Schema& schema) {
  std::map<std::string, std::string> tables{
      {"messages", overview(schema)},
      {"packet header", header_table(schema, {"packetHeader"})},
      {"frame header", header_table(schema, {"frameHeader", "messageHeader"})},
      {"values", values_table(schema, SchemaTypeKind::kEnum)},
      {"flags", values_table(schema, SchemaTypeKind::kSet)},
  };
  for (const SchemaMessage& message : schema.messages) {
    tables.emplace(fmt::format("message {}", message.name), message_table(schema, message));
  }
  return tables;
}

std::string with_tables(const std::string& page, const std::map<std::string, std::string>& tables,
                        std::map<std::string, int>& names) {
  std::string text;
  std::istringstream lines(page);
  bool is_replaced = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == kEnd) is_replaced = false;
    if (!is_replaced) text += fmt::format("{}\n", line);
    if (!line.starts_with(kBegin) || !line.ends_with(kBeginEnd)) continue;
    const std::string name =
        line.substr(kBegin.size(), line.size() - kBegin.size() - kBeginEnd.size());
    ++names[name];
    const auto table = tables.find(name);
    if (table == tables.end()) continue;
    text += table->second;
    is_replaced = true;
  }
  return text;
}

}  // namespace hourglass::marketdata::test

// marketdata/schema/hourglass-md.xml is valid, and marketdata/wire is what it says.
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "marketdata/wire/message_catalog.h"
#include "marketdata/wire/packet.h"
#include "tests/feed/schema_xml.h"
#include "tests/support/tree_file.h"

namespace hourglass::marketdata::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

std::string schema_text() {
  return engine::test::tree_file("marketdata/schema/hourglass-md.xml");
}

Schema schema() {
  const auto read = read_schema(schema_text());
  EXPECT_TRUE(read.ok()) << read.status();
  return read.ok() ? *read : Schema{};
}

using Lines = std::vector<std::string>;

std::string_view kind_text(FieldKind kind) {
  switch (kind) {
    case FieldKind::kNumber: return "number";
    case FieldKind::kPrice: return "price";
    case FieldKind::kLetter: return "letter";
    case FieldKind::kText: return "text";
    case FieldKind::kBytes: return "bytes";
    case FieldKind::kValue: return "value";
    case FieldKind::kFlags: return "flags";
  }
  return "";
}

// A field in words: both sides write their fields in these.
std::string field_line(std::string_view name, std::uint32_t offset, std::uint32_t bytes,
                       std::string_view kind, bool may_be_null, const std::string& values) {
  return fmt::format("  {} @{} +{} {}{}{}", name, offset, bytes, kind, may_be_null ? " null" : "",
                     values);
}

void append(std::span<const FieldInfo> fields, Lines& lines) {
  for (const FieldInfo& field : fields) {
    std::string values;
    for (const NamedValue& value : field.names) {
      values += fmt::format(" {}={}", value.name, value.value);
    }
    lines.push_back(field_line(field.name, field.offset, field.bytes, kind_text(field.kind),
                               field.may_be_null, values));
  }
}

Lines lines_of_code() {
  Lines lines;
  for (const MessageInfo& message : kMessages) {
    lines.push_back(
        fmt::format("{} {} {}", message.template_id, message.name, message.block_bytes));
    append(message.fields, lines);
    if (message.group_name.empty()) continue;
    lines.push_back(fmt::format(" group {} {}", message.group_name, message.entry_bytes));
    append(message.entry_fields, lines);
  }
  return lines;
}

std::string_view kind_text(const SchemaType& type) {
  if (is_price(type)) return "price";
  if (type.kind == SchemaTypeKind::kEnum) return "value";
  if (type.kind == SchemaTypeKind::kSet) return "flags";
  if (type.kind == SchemaTypeKind::kComposite) return "composite";
  if (type.primitive == "char") return type.length == 1 ? "letter" : "text";
  return type.length == 1 ? "number" : "bytes";
}

std::string field_line(std::string_view name, std::uint32_t offset, const SchemaType& type,
                       bool may_be_null) {
  std::string values;
  for (const SchemaValue& value : type.values) {
    const bool is_bit = type.kind == SchemaTypeKind::kSet;
    values += fmt::format(" {}={}", value.name, is_bit ? 1U << value.number : value.number);
  }
  return field_line(name, offset, type.bytes, kind_text(type), may_be_null, values);
}

void append(const Schema& schema, const std::vector<SchemaField>& fields, Lines& lines) {
  for (const SchemaField& field : fields) {
    lines.push_back(
        field_line(field.name, field.offset, schema.types.at(field.type), field.is_optional));
  }
}

Lines lines_of(const Schema& schema) {
  Lines lines;
  for (const SchemaMessage& message : schema.messages) {
    lines.push_back(fmt::format("{} {} {}", message.id, message.name, message.block_length));
    append(schema, message.fields, lines);
    for (const SchemaMessage& group : message.groups) {
      lines.push_back(fmt::format(" group {} {}", group.name, group.block_length));
      append(schema, group.fields, lines);
    }
  }
  return lines;
}

// The members of a composite, one behind the other.
Lines lines_of_composite(const Schema& schema, const std::string& name) {
  Lines lines;
  std::uint32_t offset = 0;
  for (const SchemaType& member : schema.types.at(name).members) {
    const SchemaType& type = member.reference.empty() ? member : schema.types.at(member.reference);
    lines.push_back(field_line(member.name, offset, type, false));
    offset += member.bytes;
  }
  return lines;
}

TEST(Schema, KeepsTheRulesOfSbeAndOurs) {
  EXPECT_THAT(schema_faults(schema()), IsEmpty());
}

TEST(Schema, SaysOfEachMessageWhatTheStructsAre) {
  const Lines code = lines_of_code();
  EXPECT_GT(code.size(), 200U);
  EXPECT_EQ(lines_of(schema()), code);
}

TEST(Schema, SaysOfTheHeadersWhatTheStructsAre) {
  const Schema read = schema();
  EXPECT_EQ(read.id, kSchemaId);
  EXPECT_EQ(read.version, kSchemaVersion);
  Lines packet_header;
  append(kPacketHeaderFields, packet_header);
  EXPECT_EQ(lines_of_composite(read, "packetHeader"), packet_header);
  EXPECT_EQ(read.types.at("packetHeader").bytes, sizeof(PacketHeader));
  Lines frame_header = lines_of_composite(read, "frameHeader");
  EXPECT_EQ(frame_header, (Lines{"  frameLength @0 +2 number", "  encodingType @2 +2 number"}));
  EXPECT_EQ(offsetof(FrameHeader, encoding_type), 2U);
  EXPECT_EQ(read.types.at("frameHeader").bytes + read.types.at("messageHeader").bytes,
            sizeof(FrameHeader));
  EXPECT_EQ(lines_of_composite(read, "groupSizeEncoding"),
            (Lines{"  blockLength @0 +2 number", "  numInGroup @2 +2 number"}));
  EXPECT_EQ(offsetof(GroupSize, num_in_group), 2U);
  EXPECT_EQ(offsetof(FrameHeader, block_length), 4U);
  EXPECT_EQ(offsetof(FrameHeader, template_id), 6U);
  EXPECT_EQ(offsetof(FrameHeader, schema_id), 8U);
  EXPECT_EQ(offsetof(FrameHeader, version), 10U);
}

// Of the text with its first `from` replaced.
std::string changed(std::string_view from, std::string_view to) {
  std::string text = schema_text();
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

struct Fault {
  std::string_view from;
  std::string_view to;
  std::string_view found;
};

constexpr std::array kFaults{
    Fault{"byteOrder=\"littleEndian\"", "byteOrder=\"bigEndian\"", "not little-endian"},
    Fault{"headerType=\"messageHeader\"", "headerType=\"header\"", "no such header"},
    Fault{"name=\"schemaId\" primitiveType=\"uint16\"", "name=\"schemaId\" primitiveType=\"uint8\"",
          "another header than SBE's"},
    Fault{"name=\"OrderReduce\" id=\"11\"", "name=\"OrderReduce\" id=\"10\"",
          "has another message's id"},
    Fault{"name=\"Trade\"", "name=\"Template\"", "a language's keyword"},
    Fault{"name=\"displayQty\"", "name=\"default\"", "a language's keyword"},
    Fault{"name=\"Trade\"", "name=\"symbol\"", "the name of two classes"},
    Fault{"name=\"displayQty\"", "name=\"display_qty\"", "is no name"},
    Fault{"name=\"displayQty\"", "name=\"DisplayQty\"", "begins with a capital"},
    Fault{"nullValue=\"4294967295\"", "nullValue=\"0\"", "another null value than SBE's"},
    Fault{"<validValue name=\"Other\">99", "<validValue name=\"Other\">255", "has no room"},
    Fault{"<validValue name=\"Other\">99", "<validValue name=\"Other\">9", "has a value twice"},
    Fault{"<validValue name=\"Other\"", "<validValue name=\"Halted\"", "has a value's name twice"},
    Fault{"next part.\">1</choice>", "next part.\">8</choice>", "has no room"},
    Fault{"Book effect: yes. ", "", "does not say whether it changes the book"},
    Fault{"name=\"displayQty\" id=\"3\"", "name=\"displayQty\" id=\"2\"", "id is there twice"},
    Fault{"name=\"displayQty\" id=\"3\"", "name=\"displayQty\" id=\"999\"", "another id elsewhere"},
    Fault{"name=\"displayQty\" id=\"3\"", "name=\"displayQty\" id=\"10\"", "another name's id"},
    Fault{"name=\"displayQty\"", "name=\"instrSeq\"", "name is there twice"},
    Fault{"type=\"uint32\" offset=\"4\"", "type=\"uint32\" offset=\"3\"", "upon the field before"},
    Fault{" description=\"Side of the book.\"", "", "is not described"},
    Fault{"type=\"uint32\" offset=\"8\"", "type=\"uint32\" offset=\"8\" presence=\"optional\"",
          "may be null and has no null value"},
    Fault{"type=\"uint32\" offset=\"8\"", "type=\"OptionalUint32\" offset=\"8\"",
          "its type may be"},
    Fault{"id=\"10\" blockLength=\"40\"", "id=\"10\" blockLength=\"38\"", "before its last field"},
    Fault{"id=\"10\" blockLength=\"40\"", "id=\"10\" blockLength=\"48\"", "more than padding"},
    Fault{"dimensionType=\"groupSizeEncoding\"", "dimensionType=\"groupSize\"", "another size"},
};

TEST(Schema, FaultsAreFound) {
  for (const Fault& fault : kFaults) {
    const auto read = read_schema(changed(fault.from, fault.to));
    ASSERT_TRUE(read.ok()) << fault.to << ": " << read.status();
    EXPECT_THAT(schema_faults(*read), Contains(HasSubstr(fault.found))) << fault.to;
  }
}

TEST(Schema, IsNotReadWithWhatNobodyKnows) {
  for (const auto& [from, to] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"</sbe:messageSchema>", ""},
           {"type=\"uint32\" offset", "type=\"uint33\" offset"},
           {"primitiveType=\"uint64\"", "primitiveType=\"float\""},
           {"<enum name=\"BookSide\"", "<enum name=\"Symbol\""},
           {"offset=\"0\"", "offest=\"0\""},
           {"presence=\"optional\"", "presence=\"opt\""},
           {"<ref name=\"flags\" type=\"PacketFlags\"/>", "<ref name=\"flags\" type=\"Flags\"/>"},
           {"</group>", "</group><field name=\"late\" id=\"99\" type=\"uint8\" offset=\"23\"/>"},
           {"</group>", "</group><data name=\"late\" id=\"99\" type=\"uint8\"/>"}}) {
    EXPECT_FALSE(read_schema(changed(from, to)).ok()) << to;
  }
}

TEST(Schema, AFieldThatDiffersIsFoundBothWays) {
  const Lines code = lines_of_code();
  for (
      const auto& [from, to] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
          {"name=\"displayQty\"", "name=\"shownQty\""},
          {"type=\"Price\" offset=\"28\"", "type=\"uint64\" offset=\"28\""},
          {"<validValue name=\"Bid\">0", "<validValue name=\"Bid\">2"},
          {"<validValue name=\"Other\">99</validValue>", ""},
          {"name=\"aggressorSide\" id=\"19\" type=\"BookSide\" offset=\"36\" presence=\"optional\"",
           "name=\"aggressorSide\" id=\"19\" type=\"BookSide\" offset=\"36\""},
          {"id=\"12\" blockLength=\"32\"", "id=\"12\" blockLength=\"36\""}}) {
    const auto read = read_schema(changed(from, to));
    ASSERT_TRUE(read.ok()) << to << ": " << read.status();
    EXPECT_NE(lines_of(*read), code) << to;
  }
}

}  // namespace
}  // namespace hourglass::marketdata::test

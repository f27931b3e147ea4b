// The feed's schema as data: what tests hold the code and its page to, and what the dissector and
// the page's tables are made of.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hourglass::marketdata::test {

struct SchemaValue {
  std::string name{};
  std::uint64_t number = 0;  // of a choice: its bit's place
  std::string description{};
};

enum class SchemaTypeKind : std::uint8_t { kPlain, kEnum, kSet, kComposite };

struct SchemaType {
  std::string name{};
  SchemaTypeKind kind = SchemaTypeKind::kPlain;
  std::string primitive{};  // of a composite none
  std::uint32_t length = 1;
  std::uint32_t bytes = 0;  // on the wire: of a constant 0
  bool is_optional = false;
  std::string null_value{};  // as written
  std::string constant{};
  std::string description{};
  std::vector<SchemaValue> values{};  // of an enum or a set
  std::vector<SchemaType> members{};  // of a composite
  std::string reference{};            // the type's name, of a composite's <ref>
};

struct SchemaField {
  std::string name{};
  std::uint32_t id = 0;
  std::string type{};
  std::uint32_t offset = 0;
  bool is_optional = false;
  std::string description{};
};

// Also a group, whose block_length is one entry's.
struct SchemaMessage {
  std::string name{};
  std::uint32_t id = 0;
  std::uint32_t block_length = 0;
  std::string description{};
  std::string dimension_type{};  // of a group
  std::vector<SchemaField> fields{};
  std::vector<SchemaMessage> groups{};
};

struct Schema {
  std::uint32_t id = 0;
  std::uint32_t version = 0;
  std::string byte_order{};
  std::string header_type{};
  std::map<std::string, SchemaType> types{};  // SBE's primitives among them
  std::vector<SchemaMessage> messages{};
};

// Errors: kInvalidArgument for XML that is none, elements and attributes this does not know, fields
// behind groups, a type twice or not there. Thread: any, pure.
absl::StatusOr<Schema> read_schema(const std::string& xml);

// A decimal of nine places, as Price is.
bool is_price(const SchemaType& type);

// What of SBE's rules and ours the schema breaks, a line each.
std::vector<std::string> schema_faults(const Schema& schema);

}  // namespace hourglass::marketdata::test

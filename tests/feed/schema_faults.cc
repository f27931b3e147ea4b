// The rules a schema keeps: SBE 1.0's, and ours for one that many languages' generators read.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <string_view>

#include "tests/feed/schema_xml.h"

namespace hourglass::marketdata::test {
namespace {

// Reserved words of C++, Java, Rust, Go, C# and Python, in small letters: a generator may change
// the case of a name. Words that only C++ macros or old Java had are left out.
constexpr std::array kKeywords = std::to_array<std::string_view>(
    {"abstract",    "alignas",      "alignof",      "and",
     "as",          "asm",          "assert",       "async",
     "auto",        "await",        "base",         "become",
     "bitand",      "bitor",        "bool",         "boolean",
     "box",         "break",        "byte",         "case",
     "catch",       "chan",         "char",         "checked",
     "class",       "compl",        "concept",      "const",
     "const_cast",  "consteval",    "constexpr",    "constinit",
     "continue",    "co_await",     "co_return",    "co_yield",
     "crate",       "decimal",      "decltype",     "def",
     "default",     "defer",        "del",          "delegate",
     "delete",      "do",           "double",       "dyn",
     "elif",        "else",         "enum",         "event",
     "except",      "explicit",     "export",       "extends",
     "extern",      "fallthrough",  "false",        "final",
     "finally",     "fixed",        "float",        "fn",
     "for",         "foreach",      "friend",       "from",
     "func",        "global",       "go",           "goto",
     "if",          "impl",         "implements",   "implicit",
     "import",      "in",           "inline",       "instanceof",
     "int",         "interface",    "internal",     "is",
     "lambda",      "let",          "lock",         "long",
     "loop",        "macro",        "map",          "match",
     "mod",         "move",         "mut",          "mutable",
     "namespace",   "native",       "new",          "noexcept",
     "none",        "nonlocal",     "not",          "null",
     "nullptr",     "object",       "operator",     "or",
     "out",         "override",     "package",      "params",
     "pass",        "priv",         "private",      "protected",
     "pub",         "public",       "raise",        "range",
     "readonly",    "ref",          "register",     "reinterpret_cast",
     "requires",    "return",       "sbyte",        "sealed",
     "select",      "self",         "short",        "signed",
     "sizeof",      "stackalloc",   "static",       "static_assert",
     "static_cast", "strictfp",     "string",       "struct",
     "super",       "switch",       "synchronized", "template",
     "this",        "thread_local", "throw",        "throws",
     "trait",       "transient",    "true",         "try",
     "type",        "typedef",      "typeid",       "typename",
     "typeof",      "uint",         "ulong",        "unchecked",
     "union",       "unsafe",       "unsigned",     "unsized",
     "use",         "ushort",       "using",        "var",
     "virtual",     "void",         "volatile",     "wchar_t",
     "where",       "while",        "with",         "xor",
     "yield"});

const std::map<std::string, std::string> kNulls{{"uint8", "255"},
                                                {"uint16", "65535"},
                                                {"uint32", "4294967295"},
                                                {"uint64", "18446744073709551615"},
                                                {"int64", "-9223372036854775808"}};

std::string lower(std::string_view name) {
  std::string text(name);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

class Judge {
 public:
  explicit Judge(const Schema& schema) : schema_(schema) {}

  std::vector<std::string> faults() {
    header();
    for (const auto& [name, type] : schema_.types) {
      if (name != type.primitive) this->type(type);
    }
    std::set<std::uint32_t> ids;
    for (const SchemaMessage& one : schema_.messages) {
      expect(ids.insert(one.id).second, one.name, "has another message's id");
      message(one);
    }
    return std::move(faults_);
  }

 private:
  void expect(bool is_so, std::string_view where, std::string_view what) {
    if (!is_so) faults_.push_back(fmt::format("{}: {}", where, what));
  }

  void word(const std::string& name, std::string_view where) {
    const bool is_plain =
        !name.empty() && std::isalpha(static_cast<unsigned char>(name[0])) != 0 &&
        std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
    expect(is_plain, where, fmt::format("{} is no name", name));
    const bool is_keyword =
        std::find(kKeywords.begin(), kKeywords.end(), lower(name)) != kKeywords.end();
    expect(!is_keyword, where, fmt::format("{} is a language's keyword", name));
  }

  // Messages and types become classes, and some file systems do not tell cases apart.
  void class_name(const std::string& name) {
    word(name, name);
    expect(classes_.insert(lower(name)).second, name, "is the name of two classes");
  }

  void header() {
    expect(schema_.byte_order == "littleEndian", "schema", "is not little-endian");
    const auto found = schema_.types.find(schema_.header_type);
    expect(found != schema_.types.end(), "schema", "has no such header");
    if (found == schema_.types.end()) return;
    std::string members;
    for (const SchemaType& member : found->second.members) {
      members += fmt::format("{} {} ", member.name, member.primitive);
    }
    expect(members == "blockLength uint16 templateId uint16 schemaId uint16 version uint16 ",
           "schema", "has another header than SBE's");
  }

  void type(const SchemaType& type) {
    class_name(type.name);
    null_value(type);
    std::set<std::string> members;
    for (const SchemaType& member : type.members) {
      word(member.name, type.name);
      null_value(member);
      expect(members.insert(member.name).second, type.name, "has a member twice");
    }
    std::set<std::string> names;
    std::set<std::uint64_t> numbers;
    const bool is_set = type.kind == SchemaTypeKind::kSet;
    const std::uint64_t greatest = is_set ? 8U * type.bytes - 1 : 254;
    for (const SchemaValue& value : type.values) {
      word(value.name, type.name);
      expect(names.insert(lower(value.name)).second, type.name, "has a value's name twice");
      expect(numbers.insert(value.number).second, type.name, "has a value twice");
      expect(value.number <= greatest, type.name, fmt::format("{} has no room", value.name));
    }
    const bool has_values = is_set || type.kind == SchemaTypeKind::kEnum;
    expect(!has_values || type.primitive == "uint8", type.name, "is not of one byte");
    expect(!has_values || !type.values.empty(), type.name, "has no values");
  }

  void null_value(const SchemaType& type) {
    if (type.kind != SchemaTypeKind::kPlain) return;
    if (!type.is_optional) {
      expect(type.null_value.empty(), type.name, "is never null and has a null value");
      return;
    }
    const auto found = kNulls.find(type.primitive);
    expect(found != kNulls.end() && found->second == type.null_value, type.name,
           "has another null value than SBE's");
  }

  void message(const SchemaMessage& message) {
    class_name(message.name);
    const std::string& text = message.description;
    expect(text.starts_with("Book effect: yes. ") || text.starts_with("Book effect: no. "),
           message.name, "does not say whether it changes the book");
    std::set<std::uint32_t> ids;
    std::set<std::string> names;
    block(message, message.name, ids, names);
    for (const SchemaMessage& group : message.groups) {
      const std::string where = fmt::format("{}.{}", message.name, group.name);
      word(group.name, where);
      name_and_id(group.name, group.id, where, ids, names);
      expect(group.dimension_type == "groupSizeEncoding", where, "has another size");
      std::set<std::string> members;
      block(group, where, ids, members);
    }
  }

  void name_and_id(const std::string& name, std::uint32_t id, std::string_view where,
                   std::set<std::uint32_t>& ids, std::set<std::string>& names) {
    expect(names.insert(lower(name)).second, where, "name is there twice");
    expect(ids.insert(id).second, where, "id is there twice");
    const auto [by_name, is_new_name] = ids_.emplace(name, id);
    expect(by_name->second == id, where, "has another id elsewhere");
    const auto [by_id, is_new_id] = names_.emplace(id, name);
    expect(by_id->second == name, where, "has another name's id");
  }

  void block(const SchemaMessage& message, const std::string& name, std::set<std::uint32_t>& ids,
             std::set<std::string>& names) {
    std::uint32_t end = 0;
    for (const SchemaField& field : message.fields) {
      const std::string where = fmt::format("{}.{}", name, field.name);
      const SchemaType& type = schema_.types.at(field.type);
      word(field.name, where);
      expect(std::islower(static_cast<unsigned char>(field.name[0])) != 0, where,
             "begins with a capital");
      name_and_id(field.name, field.id, where, ids, names);
      expect(field.offset >= end, where, "lies upon the field before it");
      end = field.offset + type.bytes;
      expect(!field.description.empty(), where, "is not described");
      const bool can_be_null = type.is_optional || type.kind == SchemaTypeKind::kEnum;
      expect(!field.is_optional || can_be_null, where, "may be null and has no null value");
      expect(field.is_optional || !type.is_optional, where, "is never null, but its type may be");
    }
    expect(end <= message.block_length, name, "ends before its last field");
    expect(end + 8 > message.block_length, name, "has more than padding at its end");
  }

  const Schema& schema_;
  std::vector<std::string> faults_;
  std::set<std::string> classes_;
  std::map<std::string, std::uint32_t> ids_;
  std::map<std::uint32_t, std::string> names_;
};

}  // namespace

std::vector<std::string> schema_faults(const Schema& schema) {
  return Judge(schema).faults();
}

}  // namespace hourglass::marketdata::test

// Packets and messages as JSON, a line each: what `hourglass feed --json` prints, and what the
// golden packets are compared by.
//
// Names are the schema's. Whole numbers stand as they are, of 64 bits too: a reader that takes them
// for binary fractions loses digits. Prices are texts of USD with nine places ("-0.000000001"),
// enum values names, flags lists of names; a value or bit without a name is its number. What has no
// value, or is not in an older sender's block, is null.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "marketdata/wire/field_info.h"
#include "marketdata/wire/message_catalog.h"
#include "marketdata/wire/packet.h"
#include "marketdata/wire/packet_reader.h"

namespace hourglass::marketdata {
namespace json {

template <class Integer>
void append_number(Integer value, std::string& out) {
  std::array<char, 20> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  out.append(text.data(), end.ptr);
}

// USD with nine places.
inline void append_price(std::int64_t nano_usd, std::string& out) {
  constexpr std::uint64_t kNano = 1'000'000'000;
  const bool is_negative = nano_usd < 0;
  // The least has no opposite of its own type.
  const std::uint64_t size = is_negative ? std::uint64_t{0} - static_cast<std::uint64_t>(nano_usd)
                                         : static_cast<std::uint64_t>(nano_usd);
  if (is_negative) out += '-';
  append_number(size / kNano, out);
  std::array<char, 20> digits{};
  // A one in front keeps the zeros.
  std::to_chars(digits.data(), digits.data() + digits.size(), kNano + size % kNano);
  out += '.';
  out.append(digits.data() + 1, 9);
}

// Printable ASCII up to the first zero; anything else as \u00XX.
inline void append_text(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text.substr(0, text.find('\0'))) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 0x7E || c == '"' || c == '\\') {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

inline void append_hex(std::span<const std::byte> bytes, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const std::byte byte : bytes) {
    out += kHex[std::to_integer<std::size_t>(byte) >> 4];
    out += kHex[std::to_integer<std::size_t>(byte) & 15];
  }
  out += '"';
}

inline void append_value(std::uint64_t value, ValueNames names, std::string& out) {
  for (const NamedValue& known : names) {
    if (known.value == value) return append_text(known.name, out);
  }
  append_number(value, out);
}

inline void append_flags(std::uint64_t flags, ValueNames names, std::string& out) {
  out += '[';
  bool is_first = true;
  for (std::uint64_t bit = 1; bit <= 0x80; bit <<= 1) {
    if ((flags & bit) == 0) continue;
    if (!is_first) out += ',';
    is_first = false;
    append_value(bit, names, out);
  }
  out += ']';
}

inline bool is_null(const FieldInfo& field, std::uint64_t value) noexcept {
  if (field.kind == FieldKind::kPrice) return value == static_cast<std::uint64_t>(kNullPrice);
  return value == UINT64_MAX >> (64 - 8 * field.bytes);
}

// The field in a block or an entry of these bytes, which may be shorter.
inline void append_field(const FieldInfo& field, std::span<const std::byte> block,
                         std::string& out) {
  if (std::size_t{field.offset} + field.bytes > block.size()) {
    out += "null";
    return;
  }
  const std::span<const std::byte> bytes = block.subspan(field.offset, field.bytes);
  if (field.kind == FieldKind::kBytes) return append_hex(bytes, out);
  if (field.kind == FieldKind::kText || field.kind == FieldKind::kLetter) {
    return append_text({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, out);
  }
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), bytes.size());
  if (field.may_be_null && is_null(field, value)) {
    out += "null";
  } else if (field.kind == FieldKind::kPrice) {
    out += '"';
    append_price(static_cast<std::int64_t>(value), out);
    out += '"';
  } else if (field.kind == FieldKind::kValue) {
    append_value(value, field.names, out);
  } else if (field.kind == FieldKind::kFlags) {
    append_flags(value, field.names, out);
  } else {
    append_number(value, out);
  }
}

inline void append_fields(std::span<const FieldInfo> fields, std::span<const std::byte> block,
                          std::string& out) {
  for (const FieldInfo& field : fields) {
    out += out.back() == '{' ? "\"" : ",\"";
    out += field.name;
    out += "\":";
    append_field(field, block, out);
  }
}

// The entries of a group that stands first in `rest`. False: it is not whole.
inline bool append_group(const MessageInfo& message, std::span<const std::byte> rest,
                         std::string& out) {
  GroupSize size;
  if (rest.size() < sizeof(size)) return false;
  std::memcpy(&size, rest.data(), sizeof(size));
  const std::span<const std::byte> entries = rest.subspan(sizeof(size));
  // Entries of version 1 are the least: of shorter ones a few bytes would claim thousands.
  const FieldInfo& last = message.entry_fields.back();
  if (size.block_length < last.offset + last.bytes ||
      std::size_t{size.block_length} * size.num_in_group > entries.size()) {
    return false;
  }
  out += ",\"";
  out += message.group_name;
  out += "\":[";
  for (std::size_t i = 0; i < size.num_in_group; ++i) {
    out += i == 0 ? "{" : ",{";
    append_fields(message.entry_fields, entries.subspan(i * size.block_length, size.block_length),
                  out);
    out += '}';
  }
  out += ']';
  return true;
}

}  // namespace json

// {"packet":{...}}: the header's fields. Thread: any.
inline void append_json(const PacketHeader& header, std::string& out) {
  out += "{\"packet\":{";
  json::append_fields(kPacketHeaderFields, std::as_bytes(std::span(&header, 1)), out);
  out += "}}";
}

// {"OrderAdd":{...}}: the message's fields and, of a group, its entries. False, and nothing
// appended: this schema has no such message, or its group is not whole. Thread: any. Cost: a search
// for names in each enum; may allocate in `out`.
inline bool append_json(const Frame& frame, std::string& out) {
  const MessageInfo* const message = find_message(frame.template_id);
  if (message == nullptr) return false;
  const std::size_t size_before = out.size();
  out += "{\"";
  out += message->name;
  out += "\":{";
  json::append_fields(message->fields, frame.block, out);
  if (!message->group_name.empty() && !json::append_group(*message, frame.rest, out)) {
    out.resize(size_before);
    return false;
  }
  out += "}}";
  return true;
}

}  // namespace hourglass::marketdata

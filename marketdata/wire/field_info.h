// How message_fields.h describes the feed's messages.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "marketdata/wire/value_names.h"

namespace hourglass::marketdata {

enum class FieldKind : std::uint8_t {
  kNumber,
  kPrice,   // 64 bits, signed, 1e-9 USD
  kLetter,  // one ASCII character
  kText,    // ASCII, zeros behind it
  kBytes,
  kValue,  // of `names`
  kFlags,  // each bit one of `names`
};

struct FieldInfo {
  std::string_view name;
  std::uint16_t offset;
  std::uint16_t bytes;
  FieldKind kind;
  bool may_be_null = false;
  ValueNames names{};
};

struct MessageInfo {
  std::string_view name;
  std::uint16_t template_id;
  std::uint16_t block_bytes;
  std::span<const FieldInfo> fields;
  // Of messages with a group; else empty and 0.
  std::string_view group_name{};
  std::uint16_t entry_bytes = 0;
  std::span<const FieldInfo> entry_fields{};
};

namespace fields {

inline constexpr bool kMayBeNull = true;

// A field of this type, and of the kind its type has.
template <class T>
constexpr FieldInfo of(std::string_view name, std::size_t offset, bool may_be_null = false) {
  FieldInfo info{.name = name,
                 .offset = static_cast<std::uint16_t>(offset),
                 .bytes = sizeof(T),
                 .kind = FieldKind::kNumber,
                 .may_be_null = may_be_null};
  if constexpr (std::is_enum_v<T>) {
    info.kind = FieldKind::kValue;
    info.names = kValueNames<T>;
  } else if constexpr (std::is_same_v<T, char>) {
    info.kind = FieldKind::kLetter;
  } else if constexpr (std::is_same_v<T, std::array<char, sizeof(T)>>) {
    info.kind = FieldKind::kText;
  } else if constexpr (!std::is_integral_v<T>) {
    info.kind = FieldKind::kBytes;
  }
  return info;
}
constexpr FieldInfo price(std::string_view name, std::size_t offset, bool may_be_null = false) {
  FieldInfo info = of<std::int64_t>(name, offset, may_be_null);
  info.kind = FieldKind::kPrice;
  return info;
}
constexpr FieldInfo flags(std::string_view name, std::size_t offset, ValueNames names) {
  FieldInfo info = of<std::uint8_t>(name, offset);
  info.kind = FieldKind::kFlags;
  info.names = names;
  return info;
}

}  // namespace fields
}  // namespace hourglass::marketdata

// How tests state a binary layout: field by field, without a gap.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace hourglass::engine::test {

// A field's place in the code, and where the format has it.
struct Field {
  std::string_view name;
  std::size_t offset;
  std::size_t size;
  std::size_t expected_offset;
  std::size_t expected_size;
};
struct Layout {
  std::string_view name;
  std::size_t size;
  std::size_t expected_size;
  std::vector<Field> fields;
};

inline void expect_as_written(std::span<const Layout> layouts) {
  for (const Layout& layout : layouts) {
    SCOPED_TRACE(layout.name);
    EXPECT_EQ(layout.size, layout.expected_size);
    // Fields follow each other without a gap to the end: no byte without an owner, no field
    // without a row.
    std::size_t end = 0;
    for (const Field& field : layout.fields) {
      EXPECT_EQ(field.offset, field.expected_offset) << field.name;
      EXPECT_EQ(field.size, field.expected_size) << field.name;
      EXPECT_EQ(field.offset, end) << "a gap before " << field.name;
      end = field.offset + field.size;
    }
    EXPECT_EQ(end, layout.size);
  }
}

// The kinds' numbers and sizes, by number.
struct Kind {
  std::uint32_t number;
  std::uint32_t bytes;
  bool operator==(const Kind&) const = default;
};

template <class... Bodies>
std::vector<Kind> kinds_of() {
  return {{static_cast<std::uint32_t>(Bodies::kKind), sizeof(Bodies)}...};
}

template <class KindEnum, class Bytes>
std::vector<Kind> known_kinds(Bytes&& bytes) {
  std::vector<Kind> kinds;
  for (std::uint32_t number = 0; number <= 0xFF; ++number) {
    const std::uint32_t size = bytes(static_cast<KindEnum>(number));
    if (size != 0) kinds.push_back({number, size});
  }
  return kinds;
}

}  // namespace hourglass::engine::test

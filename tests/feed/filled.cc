#include "tests/feed/filled.h"

namespace hourglass::marketdata::test {
namespace {

// Beyond what a binary fraction of 53 bits holds.
constexpr std::uint64_t kManyDigits = 1'234'567'890'123'456'789;
constexpr std::uint64_t kStep = 1'000'000'000'000'007;

std::uint64_t greatest(std::uint32_t bytes) {
  return UINT64_MAX >> (64 - 8 * bytes);
}

}  // namespace

std::uint64_t Filler::value_of(const FieldInfo& field) {
  ++count_;
  const bool is_price = field.kind == FieldKind::kPrice;
  if (field.kind == FieldKind::kValue) {
    if (filling_ == Filling::kNulls && field.may_be_null) return kNullUint8;
    return field.names[next_[field.names.data()]++ % field.names.size()].value;
  }
  if (field.kind == FieldKind::kFlags) {
    const std::uint64_t all = (1U << field.names.size()) - 1;
    if (filling_ == Filling::kLeast) return 0;
    return filling_ == Filling::kGreatest ? all : 1 + count_ % all;
  }
  if (field.kind == FieldKind::kLetter) return 'A' + count_ % 26;
  switch (filling_) {
    case Filling::kNulls:
      if (!field.may_be_null) break;
      return is_price ? static_cast<std::uint64_t>(kNullPrice) : greatest(field.bytes);
    case Filling::kGreatest:
      return is_price ? static_cast<std::uint64_t>(INT64_MAX) : greatest(field.bytes) - 1;
    case Filling::kLeast: return is_price ? static_cast<std::uint64_t>(kNullPrice + 1) : 0;
    case Filling::kDistinct: break;
  }
  switch (field.bytes) {
    case 1: return 100 + count_ % 100;
    case 2: return 40'000 + count_;
    case 4: return 4'000'000'000 + 1'000'003 * count_;
    default: break;
  }
  const std::uint64_t value = kManyDigits + kStep * count_;
  // Every other price is negative, as a spread's may be.
  return is_price && count_ % 2 == 0 ? std::uint64_t{0} - value : value;
}

void Filler::fill(std::span<const FieldInfo> fields, std::span<std::byte> block) {
  for (const FieldInfo& field : fields) {
    const std::span<std::byte> place = block.subspan(field.offset, field.bytes);
    if (field.kind == FieldKind::kText || field.kind == FieldKind::kBytes) {
      // A text has zeros behind it, but where it fills its place.
      const std::size_t used = field.kind == FieldKind::kText && filling_ == Filling::kDistinct
                                   ? place.size() / 2
                                   : place.size();
      const std::uint8_t first = field.kind == FieldKind::kText ? 'A' : 0xE8;
      for (std::size_t i = 0; i < used; ++i) {
        place[i] = static_cast<std::byte>(first + i);
      }
      continue;
    }
    const std::uint64_t value = value_of(field);
    std::memcpy(place.data(), &value, place.size());
  }
}

}  // namespace hourglass::marketdata::test

#include "engine/journal/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "engine/journal/crc32c.h"

namespace hourglass::engine {
namespace {

constexpr std::size_t kNameDigits = 20;

}  // namespace

std::string segment_file_name(SequenceNumber first_sequence) {
  return fmt::format("{}{:020}{}", kSegmentPrefix, first_sequence.value(), kSegmentSuffix);
}

std::string index_file_name(SequenceNumber first_sequence) {
  return fmt::format("{}{:020}{}", kIndexPrefix, first_sequence.value(), kIndexSuffix);
}

std::optional<SequenceNumber> sequence_in_name(std::string_view name, std::string_view prefix,
                                               std::string_view suffix) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix) ||
      name.size() != prefix.size() + kNameDigits + suffix.size()) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (const char digit : name.substr(prefix.size(), kNameDigits)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    const auto step = static_cast<std::uint64_t>(digit - '0');
    if (value > (std::numeric_limits<std::uint64_t>::max() - step) / 10) return std::nullopt;
    value = value * 10 + step;
  }
  return SequenceNumber(value);
}

std::uint32_t checksum_seed(const JournalUuid& uuid) noexcept {
  return crc32c(uuid.bytes);
}

Digest genesis_chain(const JournalUuid& uuid) {
  Sha256 sha;
  sha.start();
  sha.update(bytes_of(kSegmentMagic));
  sha.update(uuid.bytes);
  return sha.finish();
}

bool all_zero(std::span<const std::byte> bytes) noexcept {
  // Comparing the bytes with themselves one further lets memcmp do the work at its own speed.
  return bytes.empty() || (bytes[0] == std::byte{0} &&
                           std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

}  // namespace hourglass::engine

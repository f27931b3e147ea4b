#include "engine/journal/crc32c.h"

#include <isa-l/crc.h>

#include <limits>

#include "engine/base/assert.h"

namespace hourglass::engine {

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t previous) noexcept {
  HG_ASSERT(bytes.size() <= std::numeric_limits<std::int32_t>::max(), bytes.size());
  // ISA-L applies neither the initial nor the final inversion, and takes its input as non-const.
  auto* data = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(bytes.data()));
  return ~crc32_iscsi(data, static_cast<std::int32_t>(bytes.size()), ~previous);
}

}  // namespace hourglass::engine

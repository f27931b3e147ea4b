#include "engine/journal/sector.h"

#include <cstring>

#include "engine/journal/crc32c.h"

namespace hourglass::engine {
namespace {

constexpr std::size_t kCheckedBytes = kSectorBytes - sizeof(std::uint32_t);

std::uint32_t sector_checksum(const std::byte* sector, std::uint32_t seed) noexcept {
  return crc32c({sector, kCheckedBytes}, seed);
}

}  // namespace

void seal_sector(std::byte* sector, std::uint32_t seed, std::uint32_t segment_ordinal,
                 std::uint32_t sector_index, std::uint32_t frame_number) noexcept {
  SectorTrailer trailer{.segment_ordinal = segment_ordinal,
                        .sector_index = sector_index,
                        .frame_number = frame_number,
                        .checksum = 0};
  std::memcpy(sector + kSectorDataBytes, &trailer, sizeof(trailer));
  trailer.checksum = sector_checksum(sector, seed);
  std::memcpy(sector + kSectorDataBytes, &trailer, sizeof(trailer));
}

SectorCheck check_sector(const std::byte* sector, std::uint32_t seed, std::uint32_t segment_ordinal,
                         std::uint32_t sector_index) noexcept {
  SectorTrailer trailer;
  std::memcpy(&trailer, sector + kSectorDataBytes, sizeof(trailer));
  if (trailer.segment_ordinal == 0 && all_zero({sector, kSectorBytes})) {
    return {SectorState::kOld, 0, nullptr};
  }
  if (trailer.checksum != sector_checksum(sector, seed)) {
    return {SectorState::kBad, 0, "its checksum does not match its content"};
  }
  if (trailer.sector_index != sector_index) {
    return {SectorState::kBad, 0, "it was written for another place of the segment"};
  }
  if (trailer.segment_ordinal == segment_ordinal) {
    return {SectorState::kCurrent, trailer.frame_number, nullptr};
  }
  if (trailer.segment_ordinal > segment_ordinal || trailer.segment_ordinal == 0) {
    return {SectorState::kBad, 0, "it was written for a segment that comes later"};
  }
  return {SectorState::kOld, 0, nullptr};
}

void seal_blocks(const std::byte* data, std::uint32_t blocks, std::byte* sectors,
                 std::uint32_t seed, std::uint32_t segment_ordinal,
                 std::uint32_t first_sector_index, std::uint32_t frame_number) noexcept {
  for (std::uint32_t i = 0; i < blocks * kSectorsPerBlock; ++i) {
    std::byte* sector = sectors + std::size_t{i} * kSectorBytes;
    std::memcpy(sector, data + std::size_t{i} * kSectorDataBytes, kSectorDataBytes);
    seal_sector(sector, seed, segment_ordinal, first_sector_index + i, frame_number);
  }
}

}  // namespace hourglass::engine

// Sectors: sealing 496 bytes of data with their place, and telling current, old and bad apart.
//
// This is the whole of the journal's defence against torn writes, recycled content, misdirected
// writes and rot, at the granularity at which a disk fails.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/journal/format.h"

namespace hourglass::engine {

// kCurrent: whole, and written for this place of this segment.
// kOld: provably from before this segment's use of the file: all zero, or whole and written for
//       this place of an earlier segment. A damaged sector is never old.
// kBad: anything else.
enum class SectorState : std::uint8_t { kCurrent, kOld, kBad };

struct SectorCheck {
  SectorState state;
  std::uint32_t frame_number;  // kCurrent only
  const char* why;             // kBad only: one clause for a person
};

// Writes the trailer of the 512 bytes at `sector`. `seed` is checksum_seed of the journal's uuid.
// Thread: any. Cost: 508 bytes of CRC-32C.
void seal_sector(std::byte* sector, std::uint32_t seed, std::uint32_t segment_ordinal,
                 std::uint32_t sector_index, std::uint32_t frame_number) noexcept;

// What the 512 bytes at `sector` are to segment `segment_ordinal` at `sector_index`.
// Thread: any. Cost: 508 bytes of CRC-32C.
[[nodiscard]] SectorCheck check_sector(const std::byte* sector, std::uint32_t seed,
                                       std::uint32_t segment_ordinal,
                                       std::uint32_t sector_index) noexcept;

// Spreads `data` over whole sealed sectors from `sectors` on, the rest of the last block zero.
// `data` beyond its size up to the blocks' data bytes must be readable and zero.
void seal_blocks(const std::byte* data, std::uint32_t blocks, std::byte* sectors,
                 std::uint32_t seed, std::uint32_t segment_ordinal,
                 std::uint32_t first_sector_index, std::uint32_t frame_number) noexcept;

}  // namespace hourglass::engine

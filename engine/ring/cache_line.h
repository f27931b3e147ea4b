// Distances in memory that keep one core's writes from slowing another core's reads.
#pragma once

#include <cstdint>

namespace hourglass::engine {

// What one core takes from another at a time on every x86-64.
inline constexpr std::uint32_t kCacheLineBytes = 64;

// What data written by different threads keeps between it. Two lines, not one: the adjacent-line
// prefetcher fetches lines in aligned pairs, so that a neighbour 64 bytes away would still be
// pulled out of its writer's cache by a reader who never asked for it.
inline constexpr std::uint32_t kFalseSharingBytes = 2 * kCacheLineBytes;

}  // namespace hourglass::engine

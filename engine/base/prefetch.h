// Cache hints that the compiler keeps.
#pragma once

namespace hourglass::engine {

// Fetches the line of `address`, which will be written soon. g++ takes a function that only
// prefetches for one without effect and drops calls to it; the empty asm is the effect it respects.
// Thread: any. Cost: one instruction; any address is safe.
inline void prefetch_line(const void* address) noexcept {
  __builtin_prefetch(address, 1);
  asm volatile("" : : "r"(address));
}

}  // namespace hourglass::engine

// Whether the memory a program takes says anything of what it holds.
#pragma once

namespace hourglass::gateway::fix {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kMemoryIsCounted = false;  // what is freed is kept, to be watched
#else
inline constexpr bool kMemoryIsCounted = true;
#endif

}  // namespace hourglass::gateway::fix

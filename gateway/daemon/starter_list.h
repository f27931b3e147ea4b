// What a venue lists when its data directory is new.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/order/command.h"

namespace hourglass::gateway {

// GPU-day blocks of spot, futures of the two months after the one of `now_ns` (UTC), and one index
// fund share, each of one book. The journal keeps what was listed: later starts list nothing.
// Units: ns UTC. Source: contract table of the products' design.
std::vector<engine::DefineInstrument> starter_list(std::uint64_t now_ns);

// The accounts of the starter members, and the funds each begins with. Units: micro-USD.
inline constexpr std::uint32_t kStarterAccounts[] = {11, 12};
std::vector<engine::AdjustFunds> starter_funds();

}  // namespace hourglass::gateway

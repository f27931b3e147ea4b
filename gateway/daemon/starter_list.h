// What a venue lists when its data directory is new.
#pragma once

#include <vector>

#include "engine/order/command.h"

namespace hourglass::gateway {

// GPU-day blocks of spot, month futures and one index fund share, each of one book. Until listing
// rules exist the months are fixed. Source: contract table of the products' design.
std::vector<engine::DefineInstrument> starter_list();

// The accounts of the starter members, and the funds each begins with. Units: micro-USD.
inline constexpr std::uint32_t kStarterAccounts[] = {11, 12};
std::vector<engine::AdjustFunds> starter_funds();

}  // namespace hourglass::gateway

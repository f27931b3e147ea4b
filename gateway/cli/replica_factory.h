// The exchanges this program composes, for whoever re-executes what one of them wrote.
#pragma once

#include <memory>

#include "engine/exchange/replica.h"

namespace hourglass::gateway {

// The exchange `run` composes. Thread: any. Cost: address space for all limits.
std::unique_ptr<engine::Replica> make_funded_replica();

// The exchange `play` measures, whose clearing lets everything through. As above.
std::unique_ptr<engine::Replica> make_permissive_replica();

}  // namespace hourglass::gateway

// The exchange over each clearing, compiled once for the tests that only use it.
//
// Not for tests/alloc, tests/stress and support/exchange_adapter.cc: those have the compiler put
// the exchange into its caller, as the programs do.
#pragma once

#include "engine/exchange/exchange.h"
#include "risk/clearing/funded_limit.h"

namespace hourglass::engine {

extern template class Exchange<PermissiveClearing>;
extern template class Exchange<risk::FundedLimit>;

}  // namespace hourglass::engine

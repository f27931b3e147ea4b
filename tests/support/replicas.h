// Fresh replicas for tests: the exchange of engine/exchange at a model's limits.
#pragma once

#include <memory>

#include "engine/exchange/replica.h"
#include "tests/support/under_test.h"

namespace hourglass::engine::test {

[[nodiscard]] ExchangeLimits exchange_limits(const NaiveLimits& limits);

[[nodiscard]] std::unique_ptr<Replica> make_replica(const NaiveLimits& limits, Clearing clearing);

// Everything the replica's exchange would put into a snapshot.
[[nodiscard]] std::vector<std::byte> saved(const Replica& replica);

}  // namespace hourglass::engine::test

#include "tests/support/replicas.h"

#include "risk/clearing/funded_limit.h"

namespace hourglass::engine::test {

ExchangeLimits exchange_limits(const NaiveLimits& limits) {
  return {.max_orders = limits.max_orders,
          .max_level_pages = 1U << 14,
          .max_instruments = limits.max_instruments,
          .max_sessions = limits.max_sessions,
          .max_accounts = limits.max_accounts,
          .max_client_key_pages = limits.max_client_key_pages,
          .max_steps_per_apply = limits.max_steps_per_apply,
          .max_scan_per_apply = limits.max_scan_per_apply};
}

std::unique_ptr<Replica> make_replica(const NaiveLimits& limits, Clearing clearing) {
  const ExchangeLimits real = exchange_limits(limits);
  if (clearing == Clearing::kFunded) {
    return std::make_unique<OwnedReplica<risk::FundedLimit>>(real);
  }
  return std::make_unique<OwnedReplica<engine::PermissiveClearing>>(real);
}

std::vector<std::byte> saved(const Replica& replica) {
  StateWriter writer;
  replica.save(writer);
  return writer.take();
}

}  // namespace hourglass::engine::test

#include "gateway/cli/replica_factory.h"

#include "risk/clearing/funded_limit.h"

namespace hourglass::gateway {

std::unique_ptr<engine::Replica> make_funded_replica() {
  return std::make_unique<engine::OwnedReplica<risk::FundedLimit>>();
}

std::unique_ptr<engine::Replica> make_permissive_replica() {
  return std::make_unique<engine::OwnedReplica<engine::PermissiveClearing>>();
}

}  // namespace hourglass::gateway

// Counterparty: a second member's session, which trades against the one that is certified.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "gateway/fix/certify/order_watch.h"
#include "gateway/fix/client/fix_client.h"

namespace hourglass::gateway::fix {

// Thread: one. Errors: those of FixClient.
class Counterparty {
 public:
  explicit Counterparty(const ClientSettings& settings) : client_(settings) {}

  absl::Status log_on();
  // Sends an immediate-or-cancel order that trades as wished.
  absl::Status trade(const FillWish& wish, std::uint64_t now_ns);
  // Keeps the session alive. To be called at least each second.
  absl::Status listen();
  absl::Status leave();

 private:
  FixClient client_;
  std::uint32_t order_count_ = 0;
};

}  // namespace hourglass::gateway::fix

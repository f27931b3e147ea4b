// The options of `hourglass run` that say where the feed goes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/base/command_line.h"
#include "gateway/daemon/feed_agent.h"

namespace hourglass::gateway {

// Declared, parsed, then asked, as FixOptions.
class FeedOptions {
 public:
  void declare(engine::CommandLine& line);
  // Nothing where no feed is wanted. Errors: kInvalidArgument for ports that are none. Behind the
  // parsing.
  [[nodiscard]] absl::StatusOr<std::optional<FeedSettings>> settings() const;

 private:
  bool none_ = false;
  std::int64_t port_ = marketdata::kDefaultBasePort;
  std::int64_t retransmission_port_ = 0;
  std::string_view group_a_ = marketdata::kDefaultGroupA;
  std::string_view group_b_ = marketdata::kDefaultGroupB;
  std::string_view interface_ = "127.0.0.1";
  std::int64_t ttl_ = 0;
};

}  // namespace hourglass::gateway

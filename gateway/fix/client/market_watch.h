// Watching the market by FIX: `hourglass fix watch SYMBOL...`.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "gateway/fix/client/fix_client.h"

namespace hourglass::gateway::fix {

// Levels a side that are asked for and printed.
inline constexpr std::uint32_t kWatchedLevels = 5;

// Subscribes to `symbols` and prints a line a change of one until `stop_asked`. Takes all messages
// that come meanwhile. Errors: kInvalidArgument where no symbol is given; kNotFound with the
// venue's words where it refuses; kDataLoss where updates do not follow each other; the client's.
// Thread: the client's.
absl::Status watch_market(FixClient& client, const std::vector<std::string_view>& symbols,
                          const std::function<void(std::string_view)>& print,
                          const std::function<bool()>& stop_asked);

}  // namespace hourglass::gateway::fix

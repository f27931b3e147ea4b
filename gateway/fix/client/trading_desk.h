// TradingDesk: what a trader types at a FIX session, and the reports that come back.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "gateway/fix/client/client_requests.h"
#include "gateway/fix/client/fix_client.h"

namespace hourglass::gateway::fix {

// How long a request waits for its first answer, and how long silence lasts until no more of it is
// expected: a new order's fills come right behind it.
inline constexpr std::chrono::milliseconds kAnswerPatience{5'000};
inline constexpr std::chrono::milliseconds kQuiet{250};

// Thread: one.
class TradingDesk {
 public:
  // Takes text for the trader.
  using Print = std::function<void(std::string_view)>;
  using StopAsked = std::function<bool()>;

  // `client` is logged on and outlives the desk.
  TradingDesk(FixClient& client, ClientRequests requests, Print print)
      : client_(client), requests_(std::move(requests)), print_(std::move(print)) {}

  // Sends what a line asks for. Errors: kInvalidArgument, kNotFound: the line was wrong, nothing
  // was sent; kCancelled: it says quit; others: the session is over.
  absl::Status say(const std::vector<std::string_view>& words);
  // Prints what has come.
  absl::Status print_reports();
  // Prints until every request is answered and it is quiet. Errors: kDeadlineExceeded.
  absl::Status settle();
  // Prints until `stop_asked`.
  absl::Status tail(const StopAsked& stop_asked);

  // Whether a request was refused.
  [[nodiscard]] bool saw_refusal() const noexcept { return saw_refusal_; }

 private:
  absl::Status send(const ClientRequest& request);
  absl::Status find_order(std::string_view id);
  absl::StatusOr<bool> print_next(std::chrono::milliseconds patience);

  FixClient& client_;
  ClientRequests requests_;
  Print print_;
  std::map<std::uint32_t, std::string> unanswered_;  // ids by the number they were sent under
  bool saw_refusal_ = false;
};

}  // namespace hourglass::gateway::fix

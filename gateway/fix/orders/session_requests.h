// A session's requests that the core has not answered yet, oldest first.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include "engine/base/client_order_id.h"
#include "engine/order/command.h"

namespace hourglass::gateway::fix {

struct SessionRequest {
  engine::Command command;
  engine::ClientOrderId client_order_id;

  [[nodiscard]] engine::CommandKind kind() const noexcept { return command.header().kind; }
  // The key a new order or replace wants, and the one a cancel or replace names.
  [[nodiscard]] std::optional<engine::ClientKey> key() const noexcept;
  [[nodiscard]] std::optional<engine::ClientKey> target() const noexcept;
};

// The request in `command`: a new order, replace, cancel, mass cancel or disconnect. Nothing for
// others, which have no answer of a session's.
[[nodiscard]] std::optional<SessionRequest> request_of(const engine::Command& command);

// The core answers a session's requests in their order, so the oldest with a number is the one an
// event means, also where numbers began anew in between. Thread: one. Memory: what is under way.
class SessionRequests {
 public:
  void add(const SessionRequest& request);
  // Gives the newest mass cancel of this number its text; false where there is none.
  bool name(std::uint32_t session_sequence, const engine::ClientOrderId& text);
  // Takes out the oldest request with this number and one of two kinds.
  [[nodiscard]] std::optional<SessionRequest> take(std::uint32_t session_sequence,
                                                   engine::CommandKind kind,
                                                   engine::CommandKind or_kind);
  [[nodiscard]] const std::deque<SessionRequest>& all() const noexcept { return requests_; }

 private:
  std::deque<SessionRequest> requests_;
};

}  // namespace hourglass::gateway::fix

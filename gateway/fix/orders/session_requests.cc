#include "gateway/fix/orders/session_requests.h"

#include <algorithm>

namespace hourglass::gateway::fix {

using engine::CommandKind;

std::optional<engine::ClientKey> SessionRequest::key() const noexcept {
  if (kind() == CommandKind::kNewOrder) return command.as<engine::NewOrder>().key;
  if (kind() == CommandKind::kReplaceOrder) return command.as<engine::ReplaceOrder>().key;
  return std::nullopt;
}

std::optional<engine::ClientKey> SessionRequest::target() const noexcept {
  if (kind() == CommandKind::kCancelOrder) return command.as<engine::CancelOrder>().target;
  if (kind() == CommandKind::kReplaceOrder) return command.as<engine::ReplaceOrder>().target;
  return std::nullopt;
}

std::optional<SessionRequest> request_of(const engine::Command& command) {
  SessionRequest request{.command = command, .client_order_id = {}};
  switch (command.header().kind) {
    case CommandKind::kNewOrder:
      request.client_order_id = command.as<engine::NewOrder>().client_order_id;
      return request;
    case CommandKind::kReplaceOrder:
      request.client_order_id = command.as<engine::ReplaceOrder>().client_order_id;
      return request;
    case CommandKind::kCancelOrder:
      request.client_order_id = command.as<engine::CancelOrder>().client_order_id;
      return request;
    case CommandKind::kMassCancel:
    case CommandKind::kSessionDisconnected: return request;
    case CommandKind::kContinue:
    case CommandKind::kDefineInstrument:
    case CommandKind::kSetTradingState:
    case CommandKind::kAdvanceTime:
    case CommandKind::kEndTradingDay:
    case CommandKind::kMarketRecovered:
    case CommandKind::kSetPriceBand:
    case CommandKind::kAdjustFunds: return std::nullopt;
  }
  return std::nullopt;
}

void SessionRequests::add(const SessionRequest& request) {
  requests_.push_back(request);
}

bool SessionRequests::name(std::uint32_t session_sequence, const engine::ClientOrderId& text) {
  const auto found = std::find_if(
      requests_.rbegin(), requests_.rend(), [session_sequence](const SessionRequest& request) {
        return request.kind() == CommandKind::kMassCancel &&
               request.command.header().session_sequence == session_sequence;
      });
  if (found == requests_.rend()) return false;
  found->client_order_id = text;
  return true;
}

std::optional<SessionRequest> SessionRequests::take(std::uint32_t session_sequence,
                                                    CommandKind kind, CommandKind or_kind) {
  const auto found =
      std::find_if(requests_.begin(), requests_.end(), [&](const SessionRequest& request) {
        return request.command.header().session_sequence == session_sequence &&
               (request.kind() == kind || request.kind() == or_kind);
      });
  if (found == requests_.end()) return std::nullopt;
  const SessionRequest request = *found;
  requests_.erase(found);
  return request;
}

}  // namespace hourglass::gateway::fix

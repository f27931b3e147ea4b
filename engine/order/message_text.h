// Any command and any event as one line a person can read.
//
// For reports, scripts and test failures; nothing reads these lines back.
#pragma once

#include <string>
#include <string_view>

#include "engine/order/command.h"
#include "engine/order/event.h"
#include "engine/order/order_enums.h"

namespace hourglass::engine {

// All fields of the command that are not zero. Never fails: unknown numbers print as numbers.
// Thread: any. Cost: allocates; cold paths only.
std::string text(const Command& command);

// All fields of the event that are not zero. As above.
std::string text(const Event& event);

// The word for an enumerator; "?" for what is none.
std::string_view name(OrderType type);
std::string_view name(TimeInForce time_in_force);
std::string_view name(PostOnly post_only);
std::string_view name(QtyBasis basis);
std::string_view name(MassCancelScope scope);
std::string_view name(CancelReason reason);
std::string_view name(TradingState state);
std::string_view name(OrderState state);
std::string_view name(CommandKind kind);
std::string_view name(EventKind kind);

}  // namespace hourglass::engine

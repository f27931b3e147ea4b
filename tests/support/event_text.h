// Any command and any event as one line a person can read, and lists of events compared whole.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/order/command.h"
#include "engine/order/event.h"

namespace hourglass::engine::test {

// All fields of the command that are not zero. Never fails: unknown numbers print as numbers.
std::string text(const Command& command);

// All fields of the event that are not zero.
std::string text(const Event& event);

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

// Whether both are the same event: the bytes of their kind, and no others.
bool same(const Event& a, const Event& b);

// Nothing when the lists are the same; else the first difference with the events around it.
std::optional<std::string> first_difference(std::span<const Event> expected,
                                            std::span<const Event> actual);

}  // namespace hourglass::engine::test

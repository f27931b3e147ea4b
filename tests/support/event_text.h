// Lists of events compared whole, with the first difference in words.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "engine/order/event.h"
#include "engine/order/message_text.h"

namespace hourglass::engine::test {

using engine::name;
using engine::text;

// Whether both are the same event: the bytes of their kind, and no others.
bool same(const Event& a, const Event& b);

// Nothing when the lists are the same; else the first difference with the events around it.
std::optional<std::string> first_difference(std::span<const Event> expected,
                                            std::span<const Event> actual);

}  // namespace hourglass::engine::test

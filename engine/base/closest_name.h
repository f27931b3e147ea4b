// closest_name: what somebody who mistyped a name probably meant.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace hourglass::engine {

// The name nearest to `word` by edits (one letter added, dropped, changed, or two neighbours
// swapped), the first of equals; nothing if the nearest needs more than one edit per three letters.
// Thread: any. Cost: product of the lengths for each name; allocates. Cold paths only.
std::optional<std::string_view> closest_name(std::string_view word,
                                             std::span<const std::string_view> names);

}  // namespace hourglass::engine

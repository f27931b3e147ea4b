// The commands of the golden journal: every kind, every outcome that a few hundred can show.
#pragma once

#include <vector>

#include "engine/order/command.h"

namespace hourglass::engine::test {

// A market's first two days, not stamped but with times; the same for ever. A change of these
// commands is a new golden journal, not a new version of an old one. The venue's own limits and the
// funded clearing are meant.
std::vector<Command> golden_commands();

}  // namespace hourglass::engine::test

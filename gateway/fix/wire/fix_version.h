// The FIX versions a session may speak.
#pragma once

#include <cstdint>

namespace hourglass::gateway::fix {

// Which tags and values a session's messages have.
enum class FixVersion : std::uint8_t { kFix44, kFix50Sp2 };

}  // namespace hourglass::gateway::fix

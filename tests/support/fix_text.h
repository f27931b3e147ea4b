// FIX messages as tests write and print them: with | for SOH.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

#include "gateway/fix/wire/fields.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix {

// The text with SOH for |.
inline std::string fix_text(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), '|', kSoh);
  return out;
}
inline std::string readable(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), kSoh, '|');
  return out;
}

// HOURGLASS_SEED, or one of the system's.
inline std::uint64_t seed() {
  const char* const given = std::getenv("HOURGLASS_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

// A message of a header and a body as text, with its length and checksum.
inline std::string whole(std::string_view begin_string, std::string_view rest) {
  const std::string text = fix_text("8=" + std::string(begin_string) +
                                    "|9=" + std::to_string(rest.size()) + "|" + std::string(rest));
  std::string sum = std::to_string(checksum(text));
  sum.insert(0, 3 - sum.size(), '0');
  return text + fix_text("10=" + sum + "|");
}

}  // namespace hourglass::gateway::fix

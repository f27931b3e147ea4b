// News: what the operator tells everybody who is logged on (35=B).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix {

inline constexpr std::uint32_t kMaxNewsLines = 20;
inline constexpr std::uint32_t kMaxNewsChars = 250;  // of the headline, and of a line

struct News {
  std::string headline{};            // 148
  std::vector<std::string> lines{};  // 33, 58; none: the headline stands there again
  bool is_urgent = false;            // 61: 1, else 0

  friend bool operator==(const News&, const News&) = default;
};

// "HEADLINE [| LINE ...]", without the blanks around each. Errors: kInvalidArgument where one of
// them is empty, over kMaxNewsChars or no printable ASCII, or there are over kMaxNewsLines lines.
// Thread: any, pure.
[[nodiscard]] absl::StatusOr<News> read_news(std::string_view text, bool is_urgent);

// The message of FIX 4.4 and 5.0 SP2 alike.
void write_news(const News& news, MessageWriter& writer);

}  // namespace hourglass::gateway::fix

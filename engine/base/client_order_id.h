// ClientOrderId: the text a client calls its order by.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "engine/base/limits.h"

namespace hourglass::engine {

// Up to 20 printable ASCII characters (FIX 11, or a binary u64 in decimal), zero-filled on the
// right, so that equal texts are equal bytes in the journal. The core carries it, never reads it.
struct ClientOrderId {
  std::array<char, kClientOrderIdChars> chars{};

  // The id for `text`. Errors: empty, over 20 characters or not printable ASCII give nothing.
  // Thread: any. Cost: 20 steps.
  static constexpr std::optional<ClientOrderId> from(std::string_view text) noexcept {
    if (text.empty() || text.size() > kClientOrderIdChars) return std::nullopt;
    ClientOrderId id;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] <= ' ' || text[i] > '~') return std::nullopt;
      id.chars[i] = text[i];
    }
    return id;
  }

  [[nodiscard]] constexpr std::string_view view() const noexcept {
    const auto end = std::find(chars.begin(), chars.end(), '\0');
    return {chars.data(), static_cast<std::size_t>(end - chars.begin())};
  }

  constexpr bool operator==(const ClientOrderId&) const noexcept = default;
};
static_assert(sizeof(ClientOrderId) == kClientOrderIdChars);

}  // namespace hourglass::engine

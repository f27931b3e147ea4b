// Finds a field that stands twice in one JSON object, which Boost.JSON's parser lets pass.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hourglass::gateway::fix {

struct RepeatedKey {
  std::string key;
  std::uint32_t element = 0;  // of the outermost list the object stands in, counted from 1; 0: none

  friend bool operator==(const RepeatedKey&, const RepeatedKey&) = default;
};

// The first such field in `text`, which must be JSON; nothing where there is none or the text is no
// JSON. Thread: any. Cost: one pass; allocates.
[[nodiscard]] std::optional<RepeatedKey> find_repeated_key(std::string_view text);

}  // namespace hourglass::gateway::fix

// Help pages laid out for a terminal of 80 columns.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace hourglass::engine {

// Where wrapped text stands: `indent` columns on every line but the first, whose first
// `first_line_used` columns are already taken.
struct TextPlace {
  std::uint32_t indent = 0;
  std::uint32_t first_line_used = 0;
};

// One line of a two-column table: a name and what it means.
struct HelpRow {
  std::string name;
  std::string meaning;
};

// `text` broken between words so that no line passes 80 columns (a longer word stands alone); line
// breaks in `text` stay. Ends in a newline. Thread: any. Cost: linear; allocates.
std::string wrapped_text(std::string_view text, TextPlace place);

// The rows with their meanings in one column. Ends in a newline. Thread: any. Cost: as above.
std::string help_table(std::span<const HelpRow> rows);

}  // namespace hourglass::engine

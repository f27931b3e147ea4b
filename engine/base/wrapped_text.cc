#include "engine/base/wrapped_text.h"

#include <algorithm>

namespace hourglass::engine {
namespace {

constexpr std::size_t kPageColumns = 80;
constexpr std::size_t kRowIndent = 2;
// A longer name gets a line of its own, so that one does not push all meanings to the right.
constexpr std::size_t kNameColumnsMax = 28;

}  // namespace

std::string wrapped_text(std::string_view text, TextPlace place) {
  std::string out;
  std::size_t column = place.first_line_used;
  bool at_line_start = true;
  const auto new_line = [&] {
    out += '\n';
    column = 0;
    at_line_start = true;
  };
  while (!text.empty()) {
    if (text.front() == '\n') {
      new_line();
      text.remove_prefix(1);
      continue;
    }
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    if (text.starts_with(' ')) text.remove_prefix(1);
    if (word.empty()) continue;
    if (!at_line_start && column + 1 + word.size() > kPageColumns) new_line();
    if (at_line_start && column < place.indent) {
      out.append(place.indent - column, ' ');
      column = place.indent;
    }
    if (!at_line_start) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    at_line_start = false;
  }
  out += '\n';
  return out;
}

std::string help_table(std::span<const HelpRow> rows) {
  std::size_t name_columns = 0;
  for (const HelpRow& row : rows) {
    if (row.name.size() <= kNameColumnsMax) name_columns = std::max(name_columns, row.name.size());
  }
  const std::size_t indent = kRowIndent + name_columns + 2;
  std::string page;
  for (const HelpRow& row : rows) {
    page.append(kRowIndent, ' ');
    page += row.name;
    std::size_t used = kRowIndent + row.name.size();
    if (row.name.size() > name_columns) {
      page += '\n';
      used = 0;
    }
    page += wrapped_text(row.meaning, {.indent = static_cast<std::uint32_t>(indent),
                                       .first_line_used = static_cast<std::uint32_t>(used)});
  }
  return page;
}

}  // namespace hourglass::engine

#include "engine/base/closest_name.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace hourglass::engine {
namespace {

// Damerau-Levenshtein distance in its restricted form: no letter is edited twice.
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);  // the row for a[0, i - 1)
  std::vector<std::size_t> last(b.size() + 1);    // the row for a[0, i)
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({changed, last[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::optional<std::string_view> closest_name(std::string_view word,
                                             std::span<const std::string_view> names) {
  std::optional<std::string_view> closest;
  std::size_t fewest_edits = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view name : names) {
    const std::size_t edits = edits_between(word, name);
    if (edits < fewest_edits) {
      fewest_edits = edits;
      closest = name;
    }
  }
  return closest;
}

}  // namespace hourglass::engine

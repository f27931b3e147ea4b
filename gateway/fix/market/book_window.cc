#include "gateway/fix/market/book_window.h"

namespace hourglass::gateway::fix {

void append_window_updates(const PriceLevels& now, std::span<const LevelBefore> before,
                           std::uint32_t depth, std::vector<LevelUpdate>& out) {
  auto level = now.begin();
  std::size_t touched = 0;
  std::uint32_t seen_before = 0;
  std::uint32_t seen_now = 0;
  while (seen_before < depth || seen_now < depth) {
    const bool has_level = level != now.end();
    const bool has_touched = touched < before.size();
    // Behind the last level that changed both windows go on alike.
    if (!has_touched && (!has_level || seen_before == seen_now)) return;
    const bool is_touched = has_touched && (!has_level || before[touched].rank <= level->first);
    const bool is_there = has_level && (!is_touched || before[touched].rank == level->first);
    const std::int64_t rank = is_touched ? before[touched].rank : level->first;
    const PriceLevel current = is_there ? level->second : PriceLevel{};
    const PriceLevel old = is_touched ? before[touched].level : current;
    const bool was_in = old.orders != 0 && seen_before++ < depth;
    const bool is_in = current.orders != 0 && seen_now++ < depth;
    if (was_in && !is_in) {
      out.push_back({.action = kActionDelete, .rank = rank, .level = {}});
    } else if (!was_in && is_in) {
      out.push_back({.action = kActionNew, .rank = rank, .level = current});
    } else if (is_in && !(old == current)) {
      out.push_back({.action = kActionChange, .rank = rank, .level = current});
    }
    if (is_touched) ++touched;
    if (is_there) ++level;
  }
}

}  // namespace hourglass::gateway::fix

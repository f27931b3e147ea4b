// OrderPool: the resting ids of one symbol, for a generator to pick from.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace hourglass::bench {

// A set with O(1) insertion, removal and access by index. Removal moves the last id into the gap,
// so the order of ids is part of a generated stream's definition. Thread: one.
class OrderPool {
 public:
  void add(std::uint64_t id) {
    index_of_id_[id] = ids_.size();
    ids_.push_back(id);
  }
  // Does nothing if `id` is not in the pool.
  void remove(std::uint64_t id) {
    const auto found = index_of_id_.find(id);
    if (found == index_of_id_.end()) return;
    const std::size_t index = found->second;
    index_of_id_.erase(found);
    if (index + 1 != ids_.size()) {
      ids_[index] = ids_.back();
      index_of_id_[ids_[index]] = index;
    }
    ids_.pop_back();
  }
  [[nodiscard]] bool contains(std::uint64_t id) const { return index_of_id_.contains(id); }
  [[nodiscard]] std::size_t size() const { return ids_.size(); }
  [[nodiscard]] const std::vector<std::uint64_t>& ids() const { return ids_; }

 private:
  std::vector<std::uint64_t> ids_;
  std::unordered_map<std::uint64_t, std::size_t> index_of_id_;
};

}  // namespace hourglass::bench

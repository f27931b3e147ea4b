// OrderIndex: from an order's id to its slot, in one array.
//
// Open addressing with linear probing, eight bytes an entry: the upper half of the id's hash and
// the slot. The place an entry belongs is a part of that half, so that moving entries about never
// looks at orders; an id itself stands in its order only, which a search has to see anyway. Ids
// made to collide cost time, never more than the number of orders.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hourglass::marketdata {

// Thread: one. At most half full.
class OrderIndex {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  OrderIndex() : entries_(kLeastEntries, 0), shift_(shift_of(kLeastEntries)) {}

  // The slot of order `id`, or kNone; `id_at(slot)` is the id of the order there.
  template <class IdAt>
  [[nodiscard]] std::uint32_t find(std::uint64_t id, IdAt id_at) const noexcept {
    const std::uint32_t hash = hash_of(id);
    const std::size_t mask = entries_.size() - 1;
    for (std::size_t at = hash >> shift_;; at = (at + 1) & mask) {
      const std::uint64_t entry = entries_[at];
      if (entry == 0) return kNone;
      if (entry >> 32 == hash && id_at(slot_of(entry)) == id) return slot_of(entry);
    }
  }

  // Adds an id that is not in it. Slots are below 2^31. Cost: allocates where it doubles.
  void insert(std::uint64_t id, std::uint32_t slot) {
    if (++size_ * 2 > entries_.size()) grow();
    put((std::uint64_t{hash_of(id)} << 32) | (slot + 1));
  }

  // Takes the id of the order in `slot` out; it is in it.
  void erase(std::uint64_t id, std::uint32_t slot) noexcept {
    const std::uint64_t wanted = (std::uint64_t{hash_of(id)} << 32) | (slot + 1);
    const std::size_t mask = entries_.size() - 1;
    std::size_t hole = home(wanted);
    while (entries_[hole] != wanted) hole = (hole + 1) & mask;
    // What stands behind the hole and belongs at it or before moves into it.
    for (std::size_t at = (hole + 1) & mask; entries_[at] != 0; at = (at + 1) & mask) {
      if (((at - home(entries_[at])) & mask) < ((at - hole) & mask)) continue;
      entries_[hole] = entries_[at];
      hole = at;
    }
    entries_[hole] = 0;
    --size_;
  }

  void clear() noexcept {
    if (size_ != 0) entries_.assign(entries_.size(), 0);
    size_ = 0;
  }

  void prefetch(std::uint64_t id) const noexcept {
    __builtin_prefetch(&entries_[hash_of(id) >> shift_]);
  }

 private:
  static constexpr std::size_t kLeastEntries = 64;

  // Fibonacci hashing: ids given one after the other spread evenly.
  static std::uint32_t hash_of(std::uint64_t id) noexcept {
    return static_cast<std::uint32_t>((id * 0x9E3779B97F4A7C15ULL) >> 32);
  }
  static std::uint32_t slot_of(std::uint64_t entry) noexcept {
    return static_cast<std::uint32_t>(entry) - 1;
  }
  static std::uint32_t shift_of(std::size_t entries) noexcept {
    return 32 - static_cast<std::uint32_t>(std::countr_zero(entries));
  }
  std::size_t home(std::uint64_t entry) const noexcept {
    return static_cast<std::uint32_t>(entry >> 32) >> shift_;
  }
  void put(std::uint64_t entry) noexcept {
    const std::size_t mask = entries_.size() - 1;
    std::size_t at = home(entry);
    while (entries_[at] != 0) at = (at + 1) & mask;
    entries_[at] = entry;
  }
  void grow() {
    std::vector<std::uint64_t> old(entries_.size() * 2, 0);
    old.swap(entries_);
    shift_ = shift_of(entries_.size());
    for (const std::uint64_t entry : old) {
      if (entry != 0) put(entry);
    }
  }

  std::vector<std::uint64_t> entries_;  // 0: free
  std::size_t size_ = 0;
  std::uint32_t shift_;
};

}  // namespace hourglass::marketdata

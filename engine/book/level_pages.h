// Price levels of all books, in pages of 64 neighbouring prices.
//
// A level is 8 bytes: its oldest and youngest order. A page exists only while one of its levels
// holds an order, and the page freed last is used first, so the live part of a thousand books is
// packed close however wide their price ranges are.
#pragma once

#include <cstdint>

#include "engine/base/assert.h"
#include "engine/base/fixed_array.h"
#include "engine/base/limits.h"
#include "engine/base/prefetch.h"
#include "engine/book/order_pool.h"

namespace hourglass::engine {

struct Level {
  Slot head;  // oldest: trades first
  Slot tail;  // youngest
};
static_assert(sizeof(Level) == 8);

struct LevelPage {
  std::uint64_t occupied;   // bit i: level i holds an order
  std::uint32_t page_key;   // key / 64 of its levels; next free page while unused
  std::uint32_t book_side;  // 2 * instrument + side
};
static_assert(sizeof(LevelPage) == 16);

inline constexpr std::uint32_t kNoPage = 0;

// Thread: engine. Cost: constant, no allocation after construction.
class LevelPages {
 public:
  explicit LevelPages(std::uint32_t max_pages) noexcept
      : levels_((std::uint64_t{max_pages} + 1) * kTicksPerPage),
        pages_(std::uint64_t{max_pages} + 1),
        max_pages_(max_pages) {}

  Level& level(std::uint32_t level_index) noexcept { return levels_[level_index]; }
  const Level& level(std::uint32_t level_index) const noexcept { return levels_[level_index]; }
  LevelPage& page(std::uint32_t page_index) noexcept { return pages_[page_index]; }
  const LevelPage& page(std::uint32_t page_index) const noexcept { return pages_[page_index]; }

  [[nodiscard]] bool full() const noexcept { return used_count_ == max_pages_; }
  [[nodiscard]] std::uint32_t used_count() const noexcept { return used_count_; }

  // A page of empty levels. The caller has seen that one is left.
  std::uint32_t take(std::uint32_t page_key, std::uint32_t book_side) noexcept {
    HG_ASSERT(used_count_ < max_pages_, used_count_);
    ++used_count_;
    std::uint32_t index = free_head_;
    if (index != kNoPage) {
      free_head_ = pages_[index].page_key;
    } else {
      index = ++high_water_;
    }
    pages_[index] = {.occupied = 0, .page_key = page_key, .book_side = book_side};
    return index;
  }

  // The page's last level emptied.
  void give_back(std::uint32_t index) noexcept {
    HG_ASSERT(index != kNoPage && pages_[index].occupied == 0, index);
    pages_[index].page_key = free_head_;
    free_head_ = index;
    --used_count_;
  }

  void prefetch(std::uint32_t level_index) const noexcept { prefetch_line(&levels_[level_index]); }

 private:
  FixedArray<Level> levels_;
  FixedArray<LevelPage> pages_;
  std::uint32_t free_head_ = kNoPage;
  std::uint32_t high_water_ = 0;
  std::uint32_t used_count_ = 0;
  std::uint32_t max_pages_;
};

}  // namespace hourglass::engine

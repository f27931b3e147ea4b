// One side of one book: from a price to its page of levels, and from one level to the next best.
//
// Prices become keys so that the best is the lowest on both sides: a sell's key counts up from the
// instrument's lowest price, a buy's down from the highest. All code below is then written once.
#pragma once

#include <bit>
#include <cstdint>

#include "engine/base/assert.h"
#include "engine/base/limits.h"
#include "engine/base/types.h"
#include "engine/book/level_pages.h"

namespace hourglass::engine {

// No level: larger than every key, so that an empty side crosses nothing.
inline constexpr std::uint32_t kNoKey = 0xFFFFFFFFU;

// Three bitmaps above the pages' own: bit per page, per 64 pages, per 4,096 pages. The memory of
// the first two and of the directory belongs to the books' arena; all zero is empty.
struct alignas(64) BookSide {
  std::uint32_t best_key = kNoKey;
  std::uint32_t best_level = 0;          // its level index; meaningless while empty
  std::uint32_t* directory = nullptr;    // [key / 64] -> page, kNoPage for none
  std::uint64_t* pages_bits = nullptr;   // bit per page
  std::uint64_t* groups_bits = nullptr;  // bit per word of pages_bits
  std::uint64_t top_bits = 0;            // bit per word of groups_bits
  std::int64_t base = 0;                 // price of key 0
  std::uint32_t key_limit = 0;           // keys are below it
  std::int32_t direction = 1;            // +1 sell, -1 buy: price = base + direction * key

  // Meaningful for prices of the instrument; any other gives some key or other, which prefetching
  // relies on: hence the unsigned arithmetic, of which nothing but the low 32 bits is kept.
  [[nodiscard]] std::uint32_t key_of(Price price) const noexcept {
    return (static_cast<std::uint32_t>(price.value()) - static_cast<std::uint32_t>(base)) *
           static_cast<std::uint32_t>(direction);
  }
  [[nodiscard]] Price price_of(std::uint32_t key) const noexcept {
    return Price(base + static_cast<std::int64_t>(key) * direction);
  }
  [[nodiscard]] bool empty() const noexcept { return best_key == kNoKey; }

  void mark_page(std::uint32_t page_key) noexcept {
    pages_bits[page_key >> 6] |= std::uint64_t{1} << (page_key & 63);
    groups_bits[page_key >> 12] |= std::uint64_t{1} << ((page_key >> 6) & 63);
    top_bits |= std::uint64_t{1} << (page_key >> 12);
  }

  void clear_page(std::uint32_t page_key) noexcept {
    std::uint64_t& word = pages_bits[page_key >> 6];
    word &= ~(std::uint64_t{1} << (page_key & 63));
    if (word != 0) return;
    std::uint64_t& group = groups_bits[page_key >> 12];
    group &= ~(std::uint64_t{1} << ((page_key >> 6) & 63));
    if (group != 0) return;
    top_bits &= ~(std::uint64_t{1} << (page_key >> 12));
  }

  // The first page at or after `page_key` that holds an order, or kNoKey. Cost: at most three
  // words; one when it is near.
  [[nodiscard]] std::uint32_t next_page(std::uint32_t page_key) const noexcept {
    if (page_key >= (key_limit + 63) >> 6) return kNoKey;
    const std::uint64_t near = pages_bits[page_key >> 6] >> (page_key & 63);
    if (near != 0) return page_key + static_cast<std::uint32_t>(std::countr_zero(near));
    return next_page_far(page_key);
  }

 private:
  [[nodiscard]] std::uint32_t next_page_far(std::uint32_t page_key) const noexcept {
    const std::uint32_t word = (page_key >> 6) + 1;  // look from this word of pages_bits on
    std::uint32_t group = word >> 6;
    if (group > 63) return kNoKey;
    std::uint64_t bits = (top_bits >> group) & 1 ? groups_bits[group] & above(word & 63) : 0;
    if (bits == 0) {
      if (group == 63) return kNoKey;
      const std::uint64_t groups = top_bits & above(group + 1);
      if (groups == 0) return kNoKey;
      group = static_cast<std::uint32_t>(std::countr_zero(groups));
      bits = groups_bits[group];
    }
    const std::uint32_t found = (group << 6) + static_cast<std::uint32_t>(std::countr_zero(bits));
    return (found << 6) + static_cast<std::uint32_t>(std::countr_zero(pages_bits[found]));
  }

  // Bits from `first` (below 64) up.
  static constexpr std::uint64_t above(std::uint32_t first) noexcept {
    return ~std::uint64_t{0} << first;
  }
};
static_assert(sizeof(BookSide) == 64, "a side is one cache line");

}  // namespace hourglass::engine

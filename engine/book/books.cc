#include "engine/book/books.h"

namespace hourglass::engine {

bool Books::open(InstrumentId instrument, Price min, Price max) noexcept {
  HG_ASSERT(min <= max && (max - min).value() < kMaxPriceSpanTicks, min, max);
  const auto keys = static_cast<std::uint32_t>((max - min).value()) + 1;
  const std::uint64_t page_count = (keys + 63) / 64;
  const std::uint64_t directory_words = (page_count + 1) / 2;  // two 32-bit entries a word
  const std::uint64_t pages_words = (page_count + 63) / 64;
  const std::uint64_t groups_words = (pages_words + 63) / 64;
  // A line's worth of rounding keeps two books' hot words off one cache line.
  const std::uint64_t words = (directory_words + pages_words + groups_words + 7) / 8 * 8;
  if (directory_words_.size() - directory_words_used_ < 2 * words) return false;
  for (const Side s : {Side::kBuy, Side::kSell}) {
    BookSide& book_side = side(instrument, s);
    HG_ASSERT(book_side.directory == nullptr, instrument);
    std::uint64_t* memory = &directory_words_[directory_words_used_];
    book_side = BookSide{};
    book_side.directory = reinterpret_cast<std::uint32_t*>(memory);
    book_side.pages_bits = memory + directory_words;
    book_side.groups_bits = memory + directory_words + pages_words;
    book_side.base = s == Side::kSell ? min.value() : max.value();
    book_side.key_limit = keys;
    book_side.direction = s == Side::kSell ? 1 : -1;
    directory_words_used_ += words;
  }
  return true;
}

bool Books::is_level_linked(const Level& level, std::uint32_t level_index) const noexcept {
  Slot prev = kNoSlot;
  for (Slot slot = level.head; slot != kNoSlot; slot = orders_[slot].next) {
    const BookOrder& order = orders_[slot];
    if (order.prev != prev || order.level != level_index || order.qty == 0) return false;
    prev = slot;
  }
  return level.tail == prev && prev != kNoSlot;
}

constexpr std::uint32_t kPagesAuditedWhole = 1024;

void Books::audit(InstrumentId instrument) const noexcept {
  for (const Side s : {Side::kBuy, Side::kSell}) {
    const BookSide& book_side = side(instrument, s);
    if (book_side.directory == nullptr) continue;
    std::uint32_t lowest = kNoKey;
    const std::uint32_t page_count = (book_side.key_limit + 63) / 64;
    // In a wide book only the pages on the bitmap are looked at: a whole look is a quarter million.
    const bool whole = page_count <= kPagesAuditedWhole;
    for (std::uint32_t page_key = whole ? 0 : book_side.next_page(0); page_key < page_count;
         page_key = whole ? page_key + 1 : book_side.next_page(page_key + 1)) {
      const std::uint32_t page = book_side.directory[page_key];
      const bool marked = ((book_side.pages_bits[page_key / 64] >> (page_key % 64)) & 1) != 0;
      HG_ASSERT(marked == (page != kNoPage), instrument, page_key, page);
      if (page == kNoPage) continue;
      HG_ASSERT(levels_.page(page).page_key == page_key, page_key, page);
      HG_ASSERT(levels_.page(page).occupied != 0, page_key, page);
      for (std::uint32_t i = 0; i < kTicksPerPage; ++i) {
        const std::uint32_t level_index = page * kTicksPerPage + i;
        const bool occupied = ((levels_.page(page).occupied >> i) & 1) != 0;
        const Level& level = levels_.level(level_index);
        HG_ASSERT(occupied == (level.head != kNoSlot), page_key, i);
        if (!occupied) continue;
        HG_ASSERT(is_level_linked(level, level_index), page_key, i);
        lowest = std::min(lowest, page_key * kTicksPerPage + i);
      }
    }
    HG_ASSERT(lowest == book_side.best_key, instrument, lowest, book_side.best_key);
  }
}

}  // namespace hourglass::engine

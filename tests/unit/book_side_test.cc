// The bitmaps of a book side against a plain set of pages.
#include "engine/book/book_side.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "tests/support/random_source.h"

namespace hourglass::engine::test {
namespace {

// A side with memory of its own, as wide as asked.
struct OwnSide {
  std::vector<std::uint64_t> pages_bits;
  std::vector<std::uint64_t> groups_bits;
  BookSide side;

  explicit OwnSide(std::uint32_t keys)
      : pages_bits((keys + 4095) / 4096), groups_bits((pages_bits.size() + 63) / 64) {
    side.pages_bits = pages_bits.data();
    side.groups_bits = groups_bits.data();
    side.key_limit = keys;
  }
};

std::uint32_t next_in(const std::set<std::uint32_t>& pages, std::uint32_t from) {
  const auto found = pages.lower_bound(from);
  return found == pages.end() ? kNoKey : *found;
}

void run_against_a_set(std::uint32_t keys, std::uint32_t steps) {
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed));
  RandomSource random(seed);
  OwnSide own(keys);
  std::set<std::uint32_t> pages;
  const std::uint32_t page_count = (keys + 63) / 64;
  // Dense and all but empty stretches in turn: steps of a page, of a word, of a group.
  const auto any_page = [&] {
    constexpr std::array<std::uint32_t, 3> kStrides = {1, 64, 4096};
    const std::uint32_t stride = random.pick<std::uint32_t>(kStrides);
    const auto at = static_cast<std::uint32_t>(random.below(page_count / stride + 1)) * stride;
    const auto off = static_cast<std::uint32_t>(random.below(3));
    return std::min(at + off - (at > 0 ? 1 : 0), page_count - 1);
  };
  for (std::uint32_t i = 0; i < steps; ++i) {
    if (i % 2000 == 1999) {
      for (const std::uint32_t page : pages) own.side.clear_page(page);
      pages.clear();
    }
    const std::uint32_t page = any_page();
    if (pages.erase(page) != 0) {
      own.side.clear_page(page);
    } else {
      pages.insert(page);
      own.side.mark_page(page);
    }
    for (const std::uint32_t from : {any_page(), page, page + 1, 0U}) {
      ASSERT_EQ(own.side.next_page(from), next_in(pages, from)) << "from page " << from;
    }
  }
}

TEST(BookSides, FindTheNextPageAsASetWould) {
  for (const std::uint32_t keys : {1U, 64U, 65U, 4096U, 4097U, 1U << 18, (1U << 18) + 1}) {
    SCOPED_TRACE(keys);
    run_against_a_set(keys, 2'500);
  }
}

TEST(BookSides, FindTheNextPageOnTheWidestDomain) {
  run_against_a_set(kMaxPriceSpanTicks, 20'000);
}

TEST(BookSides, FindEachPageFromEachSideOfAGroupBorder) {
  constexpr std::uint32_t kPages = kMaxPriceSpanTicks / 64;
  for (const std::uint32_t page : {0U, 63U, 64U, 4095U, 4096U, 4097U, 8191U, 8192U, kPages - 4097,
                                   kPages - 4096, kPages - 1}) {
    OwnSide own(kMaxPriceSpanTicks);
    own.side.mark_page(page);
    for (const std::uint32_t from : {0U, page / 4096 * 4096, page / 64 * 64, page}) {
      EXPECT_EQ(own.side.next_page(from), page) << "from " << from;
    }
    EXPECT_EQ(own.side.next_page(page + 1), kNoKey) << page;
    own.side.clear_page(page);
    EXPECT_EQ(own.side.next_page(0), kNoKey) << page;
    EXPECT_EQ(own.side.top_bits, 0U) << page;
  }
}

TEST(BookSides, CountKeysFromTheBestEnd) {
  BookSide offers;
  offers.base = -50;
  offers.key_limit = 151;
  BookSide bids = offers;
  bids.base = 100;
  bids.direction = -1;
  EXPECT_EQ(offers.key_of(Price(-50)), 0U);
  EXPECT_EQ(offers.key_of(Price(100)), 150U);
  EXPECT_EQ(bids.key_of(Price(100)), 0U);
  EXPECT_EQ(bids.key_of(Price(-50)), 150U);
  for (std::int64_t price = -50; price <= 100; ++price) {
    EXPECT_EQ(offers.price_of(offers.key_of(Price(price))), Price(price));
    EXPECT_EQ(bids.price_of(bids.key_of(Price(price))), Price(price));
  }
}

}  // namespace
}  // namespace hourglass::engine::test

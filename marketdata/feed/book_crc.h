// The CRC of a whole book that SnapshotEnd carries, so that a client can tell that it has the
// venue's book.
//
// CRC-32 as zlib, PNG and Ethernet have it (polynomial 0x04C11DB7 reflected, begun and ended with
// all ones), over all entries without padding, little-endian, bids from the best down, then offers:
//   by order  side u8, price i64, qty u32, order_id u64; a level's orders in order of priority
//   by level  side u8, price i64, qty u64, order_count u32
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "marketdata/feed/order_book.h"

namespace hourglass::marketdata {

namespace internal {

using CrcTables = std::array<std::array<std::uint32_t, 256>, 8>;

// Table k has what a byte does that k bytes follow.
constexpr CrcTables make_crc_tables() noexcept {
  CrcTables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (std::uint32_t bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
    }
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}
inline constexpr CrcTables kCrcTables = make_crc_tables();

}  // namespace internal

// CRC-32 of all bytes given to add(). Thread: one. Cost: eight bytes a step.
class Crc32 {
 public:
  void add(std::span<const std::byte> bytes) noexcept {
    using internal::kCrcTables;
    std::uint32_t crc = crc_;
    while (bytes.size() >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes.data(), sizeof(word));
      word ^= crc;
      crc = 0;
      for (std::size_t i = 0; i < 8; ++i) crc ^= kCrcTables[7 - i][(word >> (8 * i)) & 0xFF];
      bytes = bytes.subspan(8);
    }
    for (const std::byte byte : bytes) {
      crc = (crc >> 8) ^ kCrcTables[0][(crc ^ static_cast<std::uint32_t>(byte)) & 0xFF];
    }
    crc_ = crc;
  }
  [[nodiscard]] std::uint32_t value() const noexcept { return ~crc_; }

 private:
  std::uint32_t crc_ = UINT32_MAX;
};

// A book's CRC, entry by entry in the order above. Thread: one.
class BookCrc {
 public:
  void add_order(BookSide side, std::int64_t price, std::uint32_t qty, std::uint64_t id) noexcept {
    struct [[gnu::packed]] Entry {
      BookSide side;
      std::int64_t price;
      std::uint32_t qty;
      std::uint64_t id;
    };
    static_assert(sizeof(Entry) == 21);
    const Entry entry{side, price, qty, id};
    crc_.add(std::as_bytes(std::span(&entry, 1)));
  }
  void add_level(BookSide side, std::int64_t price, std::uint64_t qty,
                 std::uint32_t order_count) noexcept {
    struct [[gnu::packed]] Entry {
      BookSide side;
      std::int64_t price;
      std::uint64_t qty;
      std::uint32_t order_count;
    };
    static_assert(sizeof(Entry) == 21);
    const Entry entry{side, price, qty, order_count};
    crc_.add(std::as_bytes(std::span(&entry, 1)));
  }
  [[nodiscard]] std::uint32_t value() const noexcept { return crc_.value(); }

 private:
  Crc32 crc_;
};

// SnapshotEnd::book_crc32 of this book, by order. Cost: all its orders.
inline std::uint32_t book_crc(const OrderBook& book) noexcept {
  BookCrc crc;
  for (const BookSide side : {BookSide::kBid, BookSide::kOffer}) {
    book.for_each_order(side, [&](const BookOrder& order) {
      crc.add_order(side, order.price, order.qty, order.id);
    });
  }
  return crc.value();
}

// The same by level: what the level channel's snapshots carry. Cost: all its levels.
inline std::uint32_t level_crc(const OrderBook& book) noexcept {
  BookCrc crc;
  for (const BookSide side : {BookSide::kBid, BookSide::kOffer}) {
    for (std::size_t depth = 0; depth < book.level_count(side); ++depth) {
      const BookLevel& level = *book.level(side, depth);
      crc.add_level(side, level.price, level.qty, level.order_count);
    }
  }
  return crc.value();
}

}  // namespace hourglass::marketdata

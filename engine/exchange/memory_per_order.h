// What a resting order costs in memory, structure by structure (design 10, 10).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/book/level_pages.h"
#include "engine/book/order_pool.h"
#include "engine/exchange/order_record.h"

namespace hourglass::engine {

enum class MemoryUse : std::uint8_t {
  kHot,       // touched by matching and cancelling
  kCold,      // touched when the order is entered, filled, changed or taken off
  kOptional,  // only orders of some kinds have it
};

struct OrderMemory {
  std::string_view structure;
  std::uint32_t bytes;
  MemoryUse use;
};

// An order alone at its price, in a page of levels that is well used; what an order alone in its
// page costs besides is kBytesOfAPage.
inline constexpr std::array kOrderMemory = {
    OrderMemory{"BookOrder: links, quantity, level", sizeof(BookOrder), MemoryUse::kHot},
    OrderMemory{"OrderRecord: owner, totals, instructions", sizeof(OrderRecord), MemoryUse::kCold},
    OrderMemory{"OrderHandle: its client key's entry", sizeof(OrderHandle), MemoryUse::kCold},
    OrderMemory{"Level: its price's queue", sizeof(Level), MemoryUse::kCold},
    OrderMemory{"LevelPage: a level's share",
                (sizeof(LevelPage) + kTicksPerPage - 1) / kTicksPerPage, MemoryUse::kCold},
    OrderMemory{"OrderExtras: iceberg or good-till-date", sizeof(OrderExtras),
                MemoryUse::kOptional},
    OrderMemory{"Slot: place among the expiries, good-till-date", sizeof(Slot),
                MemoryUse::kOptional},
};
inline constexpr std::uint32_t kBytesOfAPage = kTicksPerPage * sizeof(Level) + sizeof(LevelPage);

// Bytes of the parts of one use.
constexpr std::uint32_t bytes_per_order(MemoryUse use) noexcept {
  std::uint32_t sum = 0;
  for (const OrderMemory& part : kOrderMemory) sum += part.use == use ? part.bytes : 0;
  return sum;
}
static_assert(bytes_per_order(MemoryUse::kHot) <= 24);
static_assert(bytes_per_order(MemoryUse::kHot) + bytes_per_order(MemoryUse::kCold) <= 128);

// The list with its sums, for a person. Thread: any. Cost: allocates.
std::string memory_per_order_text();

}  // namespace hourglass::engine

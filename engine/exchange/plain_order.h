// Plain requests: orders that ask for nothing but a price, a quantity and how long to stay, and
// replaces of price and quantity alone. Nearly all are, so they are recognised by one comparison of
// bytes under a mask and take a way through the exchange that was compiled without all else.
#pragma once

#include <immintrin.h>

#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>

#include "engine/order/command.h"

namespace hourglass::engine {

namespace plain_order {

// A quantity's upper half is zero in every quantity that is not refused.
inline constexpr Qty kUpperHalf{std::int64_t{-1} << 32};
// Side: both sides are 0 or 1, so that any other bit is wrong. So with flags.
inline constexpr std::uint8_t kAllButLast = 0xFE;
static_assert(static_cast<int>(Side::kBuy) + static_cast<int>(Side::kSell) == 1);

// What the fields under the mask are.
template <class Body>
constexpr Body expected() noexcept {
  Body body{};
  body.header.version = kLayoutVersion;
  if constexpr (std::is_same_v<Body, NewOrder>) {
    body.type = OrderType::kLimit;
    body.post_only = PostOnly::kNo;
  }
  return body;
}

// The fields that choose something, and the bytes that nobody owns.
constexpr void mark(NewOrder& mask) noexcept {
  mask.qty = mask.display_qty = kUpperHalf;
  mask.min_qty = Qty(-1);
  mask.expire_time = Timestamp(~std::uint64_t{0});
  mask.side = static_cast<Side>(kAllButLast);
  mask.type = static_cast<OrderType>(0xFF);
  mask.post_only = static_cast<PostOnly>(0xFF);
  mask.cancel_on_disconnect = kAllButLast;
  mask.reserved.fill(0xFF);
  mask.reserved2 = ~std::uint64_t{0};
}
constexpr void mark(ReplaceOrder& mask) noexcept {
  mask.qty = kUpperHalf;
  mask.display_qty = Qty(-1);
  mask.side = static_cast<Side>(kAllButLast);
  mask.reserved.fill(0xFF);
  mask.reserved2.fill(0xFF);
}

template <class Body>
struct Pattern {
  static_assert(sizeof(Body) == 128);
  using Bytes = std::array<std::uint64_t, 16>;
  static constexpr Bytes kExpected = std::bit_cast<Bytes>(expected<Body>());
  static constexpr Bytes kMask = [] {
    Body mask{};
    mask.header.version = 0xFF;
    mask.header.reserved = 0xFFFF;
    mark(mask);
    return std::bit_cast<Bytes>(mask);
  }();
  static_assert(kMask[0] == 0 && kMask[1] == 0 && kMask[2] == 0 && kMask[3] == 0,
                "the first 32 bytes are not looked at");
};

template <class Body>
bool matches(const Body& body) noexcept {
  const auto* const bytes = reinterpret_cast<const __m256i*>(&body);
  const auto* const expected = reinterpret_cast<const __m256i*>(Pattern<Body>::kExpected.data());
  const auto* const mask = reinterpret_cast<const __m256i*>(Pattern<Body>::kMask.data());
  __m256i wrong = _mm256_setzero_si256();
  for (int i = 1; i < 4; ++i) {
    const __m256i differs =
        _mm256_xor_si256(_mm256_loadu_si256(bytes + i), _mm256_loadu_si256(expected + i));
    wrong = _mm256_or_si256(wrong, _mm256_and_si256(differs, _mm256_loadu_si256(mask + i)));
  }
  return _mm256_testz_si256(wrong, wrong) != 0;
}

}  // namespace plain_order

// Whether `c`, any bytes of kind kNewOrder, is a well-formed limit order for the day, until
// cancelled or immediate, whole on display, without minimum or post-only: all that HG-MATCH-003,
// 012, 015 and 018 ask, and of 013 all but the quantity's own bounds. Thread: any, pure. Cost: some
// 20 instructions in place of a hundred.
inline bool is_plain(const NewOrder& c) noexcept {
  const auto stays = static_cast<std::uint32_t>(c.time_in_force);
  constexpr auto kDay = static_cast<std::uint32_t>(TimeInForce::kDay);
  constexpr auto kLast = static_cast<std::uint32_t>(TimeInForce::kImmediateOrCancel);
  return plain_order::matches(c) && stays - kDay <= kLast - kDay &&
         c.time_in_force != TimeInForce::kGoodTillDate && c.qty == c.display_qty;
}

// Whether `c`, any bytes of kind kReplaceOrder, is well-formed, keeps its key and its display, and
// states a price and a quantity: all that HG-MATCH-003 asks. Thread: any, pure.
inline bool is_plain(const ReplaceOrder& c) noexcept {
  return plain_order::matches(c) && c.key == c.target &&
         (c.basis == QtyBasis::kOpen || c.basis == QtyBasis::kTotal);
}

}  // namespace hourglass::engine

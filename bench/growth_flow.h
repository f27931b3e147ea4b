// The workload of book_benchmark: orders come and go at random, the same number always resting.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/streams/hgos_format.h"
#include "bench/streams/split_mix.h"
#include "engine/base/fixed_array.h"
#include "engine/base/limits.h"
#include "engine/base/types.h"

namespace hourglass::bench {

using engine::Price;
using engine::Side;

// How many commands ahead the books fetch what a command touches, as engine/exchange/lookahead.h.
inline constexpr std::size_t kKeyAhead = 12;
inline constexpr std::size_t kOrderAhead = 8;
inline constexpr std::size_t kLinksAhead = 4;

constexpr std::array<std::uint32_t, 4> kSizes = {1'000, 10'000, 100'000, 1'000'000};
constexpr std::uint32_t kOrdersPerLevel = 20;
constexpr std::uint32_t kPairsPerBatch = 1U << 14;  // a pair: one cancel, one new order
constexpr std::uint32_t kBatches = 128;
constexpr std::uint32_t kTimedPairs = kPairsPerBatch * kBatches;
// Times every order is replaced before the clock starts: by then the ages of the orders, and with
// them the spread of their client keys, are what they stay.
constexpr std::uint32_t kTurnovers = 3;
constexpr std::uint32_t kSeed = 1;

// New orders of one run; a client key is good for one of them.
constexpr std::uint32_t key_count(std::uint32_t resting) {
  return resting * (1 + kTurnovers) + kTimedPairs;
}
static_assert(key_count(kSizes.back()) < engine::kMaxClientKeysPerSession,
              "one session and one trading day are enough");

constexpr std::uint32_t levels_per_side(std::uint32_t resting) {
  return resting / (2 * kOrdersPerLevel);
}

// The commands that keep `resting` orders in the book. The pool hands out the slot freed last, so
// the order in place p always lives in slot p + 1.
class OrderFlow {
 public:
  explicit OrderFlow(std::uint32_t resting)
      : id_of_(resting), levels_per_side_(levels_per_side(resting)) {}

  [[nodiscard]] std::uint32_t resting() const noexcept {
    return static_cast<std::uint32_t>(id_of_.size());
  }
  [[nodiscard]] std::uint32_t last_id() const noexcept { return last_id_; }
  [[nodiscard]] StreamHeader header() const noexcept {
    StreamHeader header;
    header.n_symbols = 1;
    header.min_price_ticks = 1;
    header.max_price_ticks = static_cast<std::int32_t>(2 * levels_per_side_);
    return header;
  }

  std::uint32_t random_place() noexcept { return random_.below(resting()); }

  StreamOp cancel(std::uint32_t place) noexcept {
    return {.order_id = id_of_[place], .kind = OpKind::kCancel};
  }
  StreamOp enter(std::uint32_t place) noexcept {
    id_of_[place] = ++last_id_;
    const auto side = static_cast<Side>(random_.below(2));
    const std::int32_t distance = random_.below_signed(levels_per_side_);
    const auto mid = static_cast<std::int32_t>(levels_per_side_);
    return {.order_id = last_id_,
            .qty_lots = 1 + random_.below(100),
            .price_ticks = side == Side::kBuy ? mid - distance : mid + 1 + distance,
            .kind = OpKind::kNew,
            .side = side};
  }

 private:
  std::vector<std::uint32_t> id_of_;
  std::uint32_t levels_per_side_;
  std::uint32_t last_id_ = 0;
  SplitMix random_{kSeed};
};

}  // namespace hourglass::bench

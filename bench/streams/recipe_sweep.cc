// sweep: one IOC crosses 50 to 120 levels, 250 to 600 resting orders, then as many orders refill
// the book.
#include <algorithm>
#include <array>

#include "bench/streams/recipes.h"

namespace hourglass::bench {
namespace {

using engine::Side;

constexpr std::int32_t kMidTicks = 20'000;
constexpr std::int32_t kLevelsPerSide = 200;
constexpr std::int32_t kOrders = 2'000;

void add(StreamRecorder& out, Side side) {
  SplitMix& random = out.random();
  const std::int32_t distance = random.below_signed(kLevelsPerSide);
  out.enter(OpKind::kNew, 0, side,
            side == Side::kBuy ? kMidTicks - distance : kMidTicks + 1 + distance,
            1 + random.below(50));
}

// What the best `level_count` levels of `side` hold.
std::uint32_t quantity_within(const ReferenceBook& book, Side side, std::uint32_t level_count) {
  std::uint32_t qty_lots = 0;
  const auto add_level = [&](const auto& entry) {
    for (const ReferenceBook::Order& order : entry.second) qty_lots += order.open_qty_lots;
  };
  const ReferenceBook::Levels& levels = book.levels(side);
  const auto count = static_cast<std::ptrdiff_t>(std::min<std::size_t>(level_count, levels.size()));
  if (side == Side::kSell) {
    std::for_each_n(levels.begin(), count, add_level);
  } else {
    std::for_each_n(levels.rbegin(), count, add_level);
  }
  return qty_lots;
}

}  // namespace

void write_sweep(StreamRecorder& out, std::uint64_t timed_count) {
  SplitMix& random = out.random();
  for (std::int32_t i = 0; i < kOrders; ++i) add(out, i % 2 == 0 ? Side::kBuy : Side::kSell);
  out.end_preload();

  const std::uint64_t end = out.record_count() + timed_count;
  std::array<std::size_t, 2> missing{};  // orders the sweeps took from each side
  while (out.record_count() < end) {
    const auto side = static_cast<Side>(random.below(2));
    const Side swept = engine::opposite(side);
    std::uint32_t qty_lots = quantity_within(out.book(0), swept, 50 + random.below(71));
    if (qty_lots > 5) qty_lots -= random.below(5);
    const std::size_t before = out.resting(0).size();
    out.enter(
        OpKind::kIoc, 0, side,
        side == Side::kBuy ? kMidTicks + kLevelsPerSide + 10 : kMidTicks - kLevelsPerSide - 10,
        std::max(qty_lots, 1U));
    std::size_t& to_refill = missing[engine::index_of(swept)];
    to_refill += before - out.resting(0).size();
    for (; to_refill > 0 && out.record_count() < end; --to_refill) add(out, swept);
  }
}

}  // namespace hourglass::bench

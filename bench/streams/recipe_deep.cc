// deep: one million resting orders on 50,000 levels, then uniform random adds and cancels. Nothing
// trades and nothing stays in cache.
#include "bench/streams/recipes.h"

namespace hourglass::bench {
namespace {

using engine::Side;

constexpr std::int32_t kMidTicks = 30'000;
constexpr std::uint32_t kLevelsPerSide = 25'000;
constexpr std::size_t kOrders = 1'000'000;

void add(StreamRecorder& out) {
  SplitMix& random = out.random();
  const auto side = static_cast<Side>(random.below(2));
  const std::int32_t distance = random.below_signed(kLevelsPerSide);
  out.enter(OpKind::kNew, 0, side,
            side == Side::kBuy ? kMidTicks - distance : kMidTicks + 1 + distance,
            1 + random.below(100));
}

}  // namespace

void write_deep(StreamRecorder& out, std::uint64_t timed_count) {
  while (out.resting(0).size() < kOrders) add(out);
  out.end_preload();
  const std::uint64_t end = out.record_count() + timed_count;
  while (out.record_count() < end) {
    if (out.random().coin()) {
      add(out);
    } else {
      out.cancel(0, out.pick(0));
    }
  }
}

}  // namespace hourglass::bench

// ecmix: the mix of exchange-core's published performance test. 9 % new, 3 % IOC, 6 % cancel (half
// of them reductions), 82 % moves of an order 1 % of the way to the last price.
#include <algorithm>
#include <array>

#include "bench/streams/recipes.h"

namespace hourglass::bench {
namespace {

using engine::Side;

constexpr std::int32_t kMidTicks = 50'000;
constexpr std::int32_t kDeviationTicks = 2'500;
constexpr std::int32_t kLowestTicks = kMidTicks - 5 * kDeviationTicks;
constexpr std::int32_t kHighestTicks = kMidTicks + 5 * kDeviationTicks;
constexpr std::size_t kOrdersPerSide = 1'000;

class Ecmix {
 public:
  explicit Ecmix(StreamRecorder& out) : out_(out), random_(out.random()) {}

  void preload() {
    while (out_.resting(0).size() < 2 * kOrdersPerSide) {
      count_sides();
      enter_new(count_[0] <= count_[1] ? Side::kBuy : Side::kSell);
    }
  }

  void step(std::uint64_t number) {
    if (number % 64 == 0) count_sides();
    const std::uint32_t what = random_.below(100);
    const auto side = static_cast<Side>(random_.below(2));
    std::size_t& side_count = count_[engine::index_of(side)];
    if (what < 12 || out_.resting(0).size() < 10) {
      if (side_count < kOrdersPerSide) {
        enter_new(side);
        ++side_count;
      } else {
        out_.enter(OpKind::kIoc, 0, side, side == Side::kBuy ? kHighestTicks : kLowestTicks,
                   quantity());
      }
    } else {
      change(what, out_.pick(0));
    }
    track_last_price();
  }

 private:
  void change(std::uint32_t what, std::uint64_t id) {
    const std::uint32_t open = out_.book(0).open_qty_lots(id);
    if (what < 15) {
      --count_[engine::index_of(out_.side_of(id))];
      out_.cancel(0, id);
    } else if (what < 18) {
      out_.reduce(0, id, 1 + random_.below(open));
    } else {
      const std::int32_t price = out_.book(0).price_ticks(id);
      const std::int32_t moved = price + one_percent_of(last_price_ticks_ - price);
      out_.requeue(0, id, std::clamp(moved, kLowestTicks, kHighestTicks), open);
    }
  }

  // Rounded away from zero; a step to either side when there is no distance.
  std::int32_t one_percent_of(std::int32_t distance_ticks) {
    if (distance_ticks > 0) return (distance_ticks + 99) / 100;
    if (distance_ticks < 0) return -((-distance_ticks + 99) / 100);
    return random_.coin() ? 1 : -1;
  }

  // exchange-core's way of drawing prices: dense near the last price, on the passive side of it.
  void enter_new(Side side) {
    const double u = random_.unit();
    const std::int32_t reach = 1 + static_cast<std::int32_t>(u * u * kDeviationTicks);
    std::int32_t offset = 0;
    for (std::int32_t i = 0; i < 4; ++i) {
      offset += random_.below_signed(static_cast<std::uint32_t>(reach));
    }
    offset = offset / 4 * 2 - reach;
    if ((offset > 0) != (side == Side::kSell)) offset = -offset;
    out_.enter(OpKind::kNew, 0, side,
               std::clamp(last_price_ticks_ + offset, kLowestTicks, kHighestTicks), quantity());
  }

  std::uint32_t quantity() {
    const std::uint32_t a = random_.below(6);
    const std::uint32_t b = random_.below(6);
    const std::uint32_t c = random_.below(6);
    return 1 + a * b * c;
  }

  // Exact only every 64 steps, which is close enough for a mix and keeps the generator quick.
  void count_sides() {
    count_ = {0, 0};
    for (const std::uint64_t id : out_.resting(0).ids()) {
      ++count_[engine::index_of(out_.side_of(id))];
    }
  }

  // The middle of the book stands in for the last traded price.
  void track_last_price() {
    const ReferenceBook& book = out_.book(0);
    if (book.is_empty(Side::kBuy) || book.is_empty(Side::kSell)) return;
    last_price_ticks_ =
        (book.best_price_ticks(Side::kBuy) + book.best_price_ticks(Side::kSell)) / 2;
  }

  StreamRecorder& out_;
  SplitMix& random_;
  std::array<std::size_t, 2> count_{};  // resting by side
  std::int32_t last_price_ticks_ = kMidTicks;
};

}  // namespace

void write_ecmix(StreamRecorder& out, std::uint64_t timed_count) {
  Ecmix ecmix(out);
  ecmix.preload();
  out.end_preload();
  const std::uint64_t end = out.record_count() + timed_count;
  for (std::uint64_t number = 0; out.record_count() < end; ++number) ecmix.step(number);
}

}  // namespace hourglass::bench

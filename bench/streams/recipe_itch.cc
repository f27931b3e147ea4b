// itch and itch1k: the texture of an equity feed. 45 % add, 39 % cancel, 3 % partial cancel,
// 8 % replace, 5 % marketable; prices near a walking mid with a Pareto tail; 60 % of what is
// cancelled or changed is one of the last 64 orders. itch1k spreads it over 1,000 symbols of Zipf
// popularity.
#include <algorithm>
#include <utility>
#include <vector>

#include "bench/streams/recipes.h"

namespace hourglass::bench {
namespace {

using engine::Side;

constexpr std::size_t kRecentOrders = 64;

constexpr std::int32_t kLowestTicks = 1;

// Distance from the touch: most within a dozen ticks, the tail 8 to 2,000.
std::int32_t distance_ticks(SplitMix& random) {
  const double u = random.unit();
  if (u < 0.35) return random.below_signed(2);
  if (u < 0.80) return 1 + random.below_signed(12);
  return static_cast<std::int32_t>(8.0 / (random.unit() + 0.004));
}

// The flow of one symbol.
class ItchSymbol {
 public:
  ItchSymbol(StreamRecorder& out, std::uint16_t symbol, std::int32_t mid_ticks,
             std::size_t target_count)
      : out_(&out), symbol_(symbol), mid_ticks_(mid_ticks), target_count_(target_count) {}

  void preload() {
    while (resting_count() < target_count_) {
      const auto side = static_cast<Side>(random().below(2));
      const std::int32_t distance = distance_ticks(random());
      const std::int32_t price =
          side == Side::kBuy ? mid_ticks_ - distance - 1 : mid_ticks_ + 2 + distance;
      out_->enter(OpKind::kNew, symbol_, side, std::max(kLowestTicks, price),
                  100 * (1 + random().below(5)));
    }
  }

  void step() {
    walk();
    // The share of each action, in percent, unless the book has strayed from its target size.
    double what = random().unit() * 100.0;
    if (resting_count() < target_count_ / 2 || resting_count() < 4) what = 0;
    if (resting_count() > target_count_ * 2) what = 60;
    const auto side = static_cast<Side>(random().below(2));
    if (what < 45) {
      remember(enter_passive(side));
    } else if (what < 95) {
      change(what, pick());
    } else if (book().is_empty(engine::opposite(side))) {
      enter_passive(side);
    } else {
      enter_marketable(side);
    }
  }

 private:
  // The mid walks, but never away from the book that carries it.
  void walk() {
    if (random().below(25) == 0) mid_ticks_ += random().coin() ? 1 : -1;
    if (!book().is_empty(Side::kSell)) {
      mid_ticks_ = std::min(mid_ticks_, book().best_price_ticks(Side::kSell) + 1);
    }
    if (!book().is_empty(Side::kBuy)) {
      mid_ticks_ = std::max(mid_ticks_, book().best_price_ticks(Side::kBuy) - 1);
    }
    mid_ticks_ = std::clamp(mid_ticks_, 4'000, 60'000);
  }

  std::uint64_t enter_passive(Side side) {
    const std::uint32_t qty_lots = quantity();
    return out_->enter(OpKind::kNew, symbol_, side, passive_price(side), qty_lots);
  }

  void enter_marketable(Side side) {
    const std::int32_t best = book().best_price_ticks(engine::opposite(side));
    const std::int32_t depth = random().below_signed(4);
    const std::int32_t price =
        side == Side::kBuy ? best + depth : std::max(kLowestTicks, best - depth);
    const std::uint32_t qty_lots = quantity();
    const OpKind kind = random().below(10) < 7 ? OpKind::kIoc : OpKind::kNew;
    out_->enter(kind, symbol_, side, price, qty_lots);
  }

  void change(double what, std::uint64_t id) {
    if (what < 84) {
      out_->cancel(symbol_, id);
    } else if (what < 87) {
      out_->reduce(symbol_, id, 1 + random().below(book().open_qty_lots(id)));
    } else {
      const Side side = out_->side_of(id);
      std::int32_t price =
          random().coin()
              ? passive_price(side)
              : std::max(kLowestTicks, book().price_ticks(id) + random().below_signed(7) - 3);
      // One replace in twenty may cross.
      if (random().below(20) != 0) price = without_crossing(side, price);
      out_->requeue(symbol_, id, std::max(price, kLowestTicks), quantity());
    }
  }

  std::int32_t passive_price(Side side) {
    const std::int32_t distance = distance_ticks(random());
    const std::int32_t price =
        side == Side::kBuy ? mid_ticks_ - distance : mid_ticks_ + 1 + distance;
    return std::max(without_crossing(side, price), kLowestTicks);
  }

  std::int32_t without_crossing(Side side, std::int32_t price_ticks) const {
    if (book().is_empty(engine::opposite(side))) return price_ticks;
    const std::int32_t best = book().best_price_ticks(engine::opposite(side));
    return side == Side::kBuy ? std::min(price_ticks, best - 1) : std::max(price_ticks, best + 1);
  }

  std::uint32_t quantity() {
    return random().below(3) != 0 ? 100 * (1 + random().below(5)) : 1 + random().below(400);
  }

  std::uint64_t pick() {
    if (random().below(10) < 6 && !recent_.empty()) {
      const std::uint64_t id = recent_[random().below(static_cast<std::uint32_t>(recent_.size()))];
      if (book().is_resting(id)) return id;
    }
    return out_->pick(symbol_);
  }

  void remember(std::uint64_t id) {
    if (recent_.size() < kRecentOrders) {
      recent_.push_back(id);
    } else {
      recent_[random().below(kRecentOrders)] = id;
    }
  }

  SplitMix& random() { return out_->random(); }
  [[nodiscard]] const ReferenceBook& book() const { return out_->book(symbol_); }
  [[nodiscard]] std::size_t resting_count() const { return out_->resting(symbol_).size(); }

  StreamRecorder* out_;
  std::uint16_t symbol_;
  std::int32_t mid_ticks_;
  std::size_t target_count_;           // resting orders the flow hovers around
  std::vector<std::uint64_t> recent_;  // ids entered lately, some of them gone
};

}  // namespace

void write_itch(StreamRecorder& out, std::uint64_t timed_count) {
  ItchSymbol symbol(out, 0, 20'000, 10'000);
  symbol.preload();
  out.end_preload();
  const std::uint64_t end = out.record_count() + timed_count;
  while (out.record_count() < end) symbol.step();
}

void write_itch1k(StreamRecorder& out, std::uint64_t timed_count) {
  SplitMix& random = out.random();
  // By rank: the sum of the weights 1/rank so far.
  std::vector<double> cumulative_weight(kItch1kSymbolCount);
  double total_weight = 0;
  for (std::uint32_t i = 0; i < kItch1kSymbolCount; ++i) {
    cumulative_weight[i] = total_weight += 1.0 / static_cast<double>(i + 1);
  }
  // Popularity is scattered over symbol numbers, so that hot symbols are not neighbours in memory.
  std::vector<std::uint16_t> symbol_of_rank(kItch1kSymbolCount);
  for (std::uint32_t i = 0; i < kItch1kSymbolCount; ++i) {
    symbol_of_rank[i] = static_cast<std::uint16_t>(i);
  }
  for (std::uint32_t i = kItch1kSymbolCount - 1; i > 0; --i) {
    std::swap(symbol_of_rank[i], symbol_of_rank[random.below(i + 1)]);
  }

  std::vector<ItchSymbol> by_rank;
  by_rank.reserve(kItch1kSymbolCount);
  for (std::uint32_t i = 0; i < kItch1kSymbolCount; ++i) {
    const std::int32_t mid_ticks = 5'000 + random.below_signed(30'000);
    const auto extra =
        static_cast<std::size_t>(90'000.0 / static_cast<double>(i + 1) / total_weight);
    by_rank.emplace_back(out, symbol_of_rank[i], mid_ticks, 60 + extra);
    by_rank.back().preload();
  }
  out.end_preload();

  const std::uint64_t end = out.record_count() + timed_count;
  while (out.record_count() < end) {
    const double weight = random.unit() * total_weight;
    const auto found = std::lower_bound(cumulative_weight.begin(), cumulative_weight.end(), weight);
    const auto rank = static_cast<std::size_t>(found - cumulative_weight.begin());
    by_rank[std::min<std::size_t>(rank, kItch1kSymbolCount - 1)].step();
  }
}

}  // namespace hourglass::bench

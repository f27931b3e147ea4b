// The books against an obvious model: a map of queues for each side.
//
// Random entries, cancels, reductions and matches over price domains from one page to the widest;
// after each the best price, the count of orders and pages, and what was filled must agree, and at
// intervals every order in its place. HOURGLASS_SEED sets the first seed.
#include "engine/book/books.h"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "tests/support/random_source.h"

namespace hourglass::engine::test {
namespace {

struct Domain {
  std::int64_t min = 0;
  std::int64_t max = 0;
};
constexpr Domain kOneTick{7, 7};
constexpr Domain kNarrow{-10, 12};
constexpr Domain kMiddle{-5'000, 5'000};
constexpr Domain kWidest{-(std::int64_t{1} << 23), (std::int64_t{1} << 23) - 1};
static_assert(kWidest.max - kWidest.min == kMaxPriceSpanTicks - 1);
// The dearest prices there are; their keys start anew at zero.
constexpr Domain kCeiling{kMaxPriceTicks - kMaxPriceSpanTicks + 1, kMaxPriceTicks};

struct Fill {
  Slot slot = kNoSlot;
  std::int64_t price = 0;
  std::uint32_t lots = 0;
  std::uint32_t shown = 0;
  bool operator==(const Fill&) const = default;
};

struct ModelOrder {
  Slot slot = kNoSlot;
  std::uint32_t shown = 0;
  std::uint32_t hidden = 0;
  std::uint32_t tranche = 0;
};

// One side: the best price first, the oldest order of a price first.
using ModelSide = std::map<std::int64_t, std::deque<ModelOrder>>;  // by distance from the best end

struct Place {
  std::uint32_t book = 0;
  Side side = Side::kBuy;
  std::int64_t price = 0;
};

class Bench {
 public:
  static constexpr std::uint32_t kOrders = 100;

  Bench(std::vector<Domain> domains, std::uint64_t seed)
      : domains_(std::move(domains)),
        books_({.max_orders = kOrders,
                .max_level_pages = 2 * kOrders,
                .max_instruments = static_cast<std::uint32_t>(domains_.size())}),
        model_(domains_.size()),
        random_(seed) {
    for (std::uint32_t i = 0; i < domains_.size(); ++i) {
      EXPECT_TRUE(books_.open(InstrumentId(i), Price(domains_[i].min), Price(domains_[i].max)));
    }
  }

  void run(std::uint32_t steps) {
    for (std::uint32_t i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
      step();
      const std::uint32_t book = last_book_;
      check_figures(book);
      // Auditing visits every page there could be; the widest books get it now and then.
      const bool wide = domains_[book].max - domains_[book].min > 20'000;
      if (!wide || i % 256 == 0) books_.audit(InstrumentId(book));
      if (i % 16 == 0) check_orders(book);
    }
    for (std::uint32_t book = 0; book < domains_.size(); ++book) check_orders(book);
  }

  [[nodiscard]] std::uint64_t times_full() const { return times_full_; }
  [[nodiscard]] std::uint64_t fills() const { return fills_; }
  [[nodiscard]] std::uint64_t tranches() const { return tranches_; }
  [[nodiscard]] std::uint64_t cuts() const { return cuts_; }

  // Books::match tells this what it does.
  void on_fill(Slot slot, Price price, std::uint32_t lots, std::uint32_t shown) {
    told_.push_back({slot, price.value(), lots, shown});
  }
  std::uint32_t next_tranche(Slot slot) {
    ++tranches_;
    Hidden& hidden = hidden_[slot];
    const std::uint32_t tranche = std::min(hidden.left, hidden.tranche);
    hidden.left -= tranche;
    return tranche;
  }

 private:
  struct Hidden {
    std::uint32_t left = 0;
    std::uint32_t tranche = 0;
  };

  static std::int64_t rank(Side side, std::int64_t price) {
    return side == Side::kSell ? price : -price;
  }

  void step() {
    last_book_ = static_cast<std::uint32_t>(random_.below(domains_.size()));
    // Phases of growth and of decay, so that the pool is now full, now all but empty.
    if (random_.below(600) == 0) growing_ = !growing_;
    if (random_.below(300) == 0) leaning_ = opposite(leaning_);
    const std::uint32_t chance = growing_ ? 70 : 35;
    if (places_.empty() || random_.percent(chance)) return enter();
    const auto at = static_cast<std::size_t>(random_.below(places_.size()));
    const Slot slot = std::next(places_.begin(), static_cast<std::ptrdiff_t>(at))->first;
    last_book_ = places_[slot].book;
    random_.percent(80) ? cancel(slot) : reduce(slot);
  }

  // Around a few middles, at both ends, and around the borders of pages, words and groups.
  std::int64_t price(std::uint32_t book) {
    const auto [min, max] = domains_[book];
    constexpr std::array<std::int64_t, 4> kBorders = {64, 64 * 64, 64 * 64 * 64, 1'000};
    if (random_.percent(5)) return random_.between(min, max);
    const std::int64_t border = random_.pick<std::int64_t>(kBorders);
    const std::int64_t steps = random_.percent(60) ? 1 : random_.between(0, (max - min) / border);
    const std::int64_t key = steps * border + random_.between(-3, 3);
    const std::int64_t price = random_.percent(50) ? min + key : max - key;
    return std::clamp(random_.percent(50) ? (min + max) / 2 + random_.between(-4, 4) : price, min,
                      max);
  }

  // As the exchange does it: trade what crosses, in slices, and rest with what is left.
  void enter() {
    const std::uint32_t book = last_book_;
    const InstrumentId id(book);
    const Side side = random_.percent(85) ? leaning_ : opposite(leaning_);
    const std::int64_t limit = price(book);
    auto left = static_cast<std::uint32_t>(random_.between(1, random_.percent(10) ? 200 : 12));
    ModelSide& against = model_[book][index_of(opposite(side))];
    EXPECT_EQ(books_.crosses(id, side, Price(limit)), crosses(against, side, limit));
    while (left != 0 && crosses(against, side, limit)) {
      const auto max_fills = static_cast<std::uint32_t>(random_.between(1, 5));
      told_.clear();
      const std::vector<Fill> expected = model_match(against, side, limit, left, max_fills);
      const std::uint32_t after = books_.match(id, side, Price(limit), left, max_fills, *this);
      ASSERT_EQ(told_, expected) << "in book " << book;
      for (const Fill& fill : told_) left -= fill.lots;
      ASSERT_EQ(after, left);
      fills_ += told_.size();
      if (left != 0 && crosses(against, side, limit)) ++cuts_;
    }
    EXPECT_FALSE(left != 0 && books_.crosses(id, side, Price(limit)));
    if (books_.orders().full()) ++times_full_;
    if (left != 0 && !books_.orders().full()) rest(side, limit, left);
  }

  static bool crosses(const ModelSide& against, Side side, std::int64_t limit) {
    return !against.empty() && against.begin()->first <= rank(opposite(side), limit);
  }

  // The fills there should be; takes them out of the model.
  std::vector<Fill> model_match(ModelSide& against, Side side, std::int64_t limit,
                                std::uint32_t qty, std::uint32_t max_fills) {
    std::vector<Fill> fills;
    while (qty != 0 && fills.size() < max_fills && crosses(against, side, limit)) {
      auto& [level_rank, queue] = *against.begin();
      ModelOrder& order = queue.front();
      const std::uint32_t lots = std::min(qty, order.shown);
      order.shown -= lots;
      qty -= lots;
      const std::int64_t price = rank(opposite(side), level_rank);
      fills.push_back({order.slot, price, lots, order.shown});
      if (order.shown != 0) break;
      ModelOrder done = order;
      queue.pop_front();
      if (done.hidden != 0) {
        done.shown = std::min(done.hidden, done.tranche);
        done.hidden -= done.shown;
        queue.push_back(done);
      } else {
        forget(done.slot);
      }
      if (queue.empty()) against.erase(against.begin());
    }
    return fills;
  }

  void rest(Side side, std::int64_t price, std::uint32_t qty) {
    const bool hides = qty > 1 && random_.percent(25);
    const auto shown = hides ? static_cast<std::uint32_t>(random_.between(1, qty - 1)) : qty;
    const Slot slot = books_.orders().take();
    ASSERT_FALSE(places_.contains(slot)) << "a slot in use was handed out";
    hidden_[slot] = {.left = qty - shown, .tranche = shown};
    books_.insert(InstrumentId(last_book_), side, Price(price), slot, shown, hides);
    model_[last_book_][index_of(side)][rank(side, price)].push_back(
        {.slot = slot, .shown = shown, .hidden = qty - shown, .tranche = shown});
    places_[slot] = {.book = last_book_, .side = side, .price = price};
    live_[slot] = books_.orders().handle(slot);
  }

  // Finds the order in its queue.
  auto find(Slot slot) {
    const Place& place = places_.at(slot);
    ModelSide& side = model_[place.book][index_of(place.side)];
    auto level = side.find(rank(place.side, place.price));
    auto order = std::find_if(level->second.begin(), level->second.end(),
                              [slot](const ModelOrder& o) { return o.slot == slot; });
    return std::tuple(&side, level, order);
  }

  void cancel(Slot slot) {
    const auto [side, level, order] = find(slot);
    EXPECT_EQ(books_.price_of(slot), Price(places_[slot].price));
    level->second.erase(order);
    if (level->second.empty()) side->erase(level);
    books_.remove(slot);
    books_.orders().give_back(slot);
    forget(slot);
  }

  void reduce(Slot slot) {
    ModelOrder& order = *std::get<2>(find(slot));
    if (order.shown == 1) return;
    const auto by = static_cast<std::uint32_t>(random_.between(1, order.shown - 1));
    order.shown -= by;
    books_.reduce(slot, by);
  }

  void forget(Slot slot) {
    places_.erase(slot);
    dead_.push_back(live_.at(slot));
    live_.erase(slot);
    if (dead_.size() > 4'000) dead_.erase(dead_.begin(), dead_.begin() + 2'000);
  }

  void check_figures(std::uint32_t book) const {
    for (const Side side : {Side::kBuy, Side::kSell}) {
      const BookSide& book_side = books_.side(InstrumentId(book), side);
      const ModelSide& model = model_[book][index_of(side)];
      ASSERT_EQ(book_side.empty(), model.empty());
      if (model.empty()) continue;
      ASSERT_EQ(book_side.price_of(book_side.best_key), Price(rank(side, model.begin()->first)));
    }
    ASSERT_EQ(books_.orders().live_count(), places_.size());
    ASSERT_EQ(books_.orders().full(), places_.size() == kOrders);
  }

  void check_orders(std::uint32_t book) {
    for (const Side side : {Side::kBuy, Side::kSell}) {
      std::vector<Fill> expected;
      for (const auto& [level_rank, queue] : model_[book][index_of(side)]) {
        for (const ModelOrder& order : queue) {
          expected.push_back({order.slot, rank(side, level_rank), order.hidden, order.shown});
        }
      }
      std::vector<Fill> walked;
      books_.walk(InstrumentId(book), side, [&](Slot slot, Price price) {
        walked.push_back({slot, price.value(), hidden_[slot].left, books_.orders()[slot].qty});
        return true;
      });
      ASSERT_EQ(walked, expected) << name(side) << " side of book " << book;
    }
    std::set<std::tuple<std::uint32_t, Side, std::int64_t>> pages;
    for (const auto& [slot, place] : places_) {
      const Domain& domain = domains_[place.book];
      const bool sell = place.side == Side::kSell;
      const std::int64_t key = sell ? place.price - domain.min : domain.max - place.price;
      pages.insert({place.book, place.side, key / kTicksPerPage});
    }
    ASSERT_EQ(books_.levels().used_count(), pages.size());
    for (const auto& [slot, handle] : live_) ASSERT_TRUE(books_.orders().is_live(handle)) << slot;
    for (const OrderHandle& handle : dead_) ASSERT_FALSE(books_.orders().is_live(handle));
  }

  std::vector<Domain> domains_;
  Books books_;
  std::vector<std::array<ModelSide, 2>> model_;
  std::map<Slot, Place> places_;
  std::map<Slot, OrderHandle> live_;
  std::vector<OrderHandle> dead_;
  std::map<Slot, Hidden> hidden_;  // what next_tranche answers from
  std::vector<Fill> told_;
  RandomSource random_;
  std::uint32_t last_book_ = 0;
  bool growing_ = true;
  Side leaning_ = Side::kBuy;
  std::uint64_t times_full_ = 0;
  std::uint64_t fills_ = 0;
  std::uint64_t tranches_ = 0;
  std::uint64_t cuts_ = 0;
};

void run_against_the_model(const std::vector<Domain>& domains, std::uint32_t steps) {
  const std::uint64_t seed = number_from_environment("HOURGLASS_SEED", 1);
  SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed));
  Bench bench(domains, seed);
  bench.run(steps);
  // A run in which nothing happened would show nothing.
  EXPECT_GT(bench.times_full(), 0U);
  EXPECT_GT(bench.fills(), steps / 20);
  EXPECT_GT(bench.tranches(), 0U);
  EXPECT_GT(bench.cuts(), 0U);
}

TEST(Books, AreTheModelsOnOneTick) {
  run_against_the_model({kOneTick}, 20'000);
}
TEST(Books, AreTheModelsOnFewPrices) {
  run_against_the_model({kNarrow}, 20'000);
}
TEST(Books, AreTheModelsOnManyPages) {
  run_against_the_model({kMiddle}, 20'000);
}
TEST(Books, AreTheModelsOnTheWidestDomain) {
  run_against_the_model({kWidest}, 20'000);
}
TEST(Books, AreTheModelsAtTheDearestPrices) {
  run_against_the_model({kCeiling}, 20'000);
}
TEST(Books, AreTheModelsWhenTheyShareTheirPools) {
  run_against_the_model({kOneTick, kNarrow, kMiddle, kWidest, kCeiling, kNarrow}, 30'000);
}

}  // namespace
}  // namespace hourglass::engine::test

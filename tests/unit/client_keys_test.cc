// Client keys against an obvious model: what each key named, and on which day it was used.
#include "engine/exchange/client_keys.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "tests/support/random_source.h"

namespace hourglass::engine::test {
namespace {

constexpr std::uint32_t kSessions = 3;
constexpr std::uint32_t kPages = 6;
constexpr std::uint32_t kOrders = 40;

using Key = std::pair<std::uint32_t, std::uint32_t>;  // session, client key

class Bench {
 public:
  explicit Bench(std::uint64_t seed) : random_(seed) {}

  void run(std::uint32_t steps) {
    for (std::uint32_t i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
      step();
      check(any_key());
      for (const auto& [key, entry] : named_) check(key);
    }
    check_walk();
  }

 private:
  struct Named {
    OrderHandle handle{};  // stale when the order is done
  };

  // Keys around the borders of pages, few enough to be met again.
  Key any_key() {
    constexpr std::array<std::uint32_t, 4> kBases = {0, kClientKeysPerPage, 5 * kClientKeysPerPage,
                                                     kMaxClientKeysPerSession};
    const std::uint32_t base = random_.pick<std::uint32_t>(kBases);
    const auto off = static_cast<std::uint32_t>(random_.between(1, 6));
    const std::uint32_t key = base == kMaxClientKeysPerSession || (base != 0 && off % 2 == 0)
                                  ? base - off
                                  : base + off - 1;
    return {static_cast<std::uint32_t>(random_.below(kSessions)), key};
  }

  static Key page(Key key) { return {key.first, key.second / kClientKeysPerPage}; }

  void step() {
    if (random_.below(200) == 0) return end_day();
    if (!live_.empty() && random_.percent(40)) return finish_an_order();
    const Key key = any_key();
    if (used_today_.contains(key) || !has_room(key)) return;
    const SessionId session(key.first);
    const ClientKey client_key(key.second);
    if (random_.percent(20) || orders_.full()) {
      keys_.mark_used(keys_.place(session, client_key), orders_);
      named_[key] = {};
    } else {
      const OrderHandle handle = orders_.handle(orders_.take());
      keys_.set(keys_.place(session, client_key), handle, orders_);
      named_[key] = {.handle = handle};
      live_.insert(key);
    }
    entered_today_.insert(key);
    used_today_.insert(key);
    pages_.insert(page(key));
    written_today_.insert(page(key));
  }

  void finish_an_order() {
    const auto at = static_cast<std::ptrdiff_t>(random_.below(live_.size()));
    const auto key = std::next(live_.begin(), at);
    orders_.give_back(named_[*key].handle.slot);
    if (!entered_today_.contains(*key)) {
      keys_.mark_done(SessionId(key->first), ClientKey(key->second));
    }
    live_.erase(key);
  }

  void end_day() {
    keys_.end_day();
    used_today_ = live_;
    entered_today_.clear();
    written_today_.clear();
  }

  [[nodiscard]] bool has_room(Key key) const {
    return pages_.contains(page(key)) || pages_.size() < kPages;
  }

  void check(Key key) {
    const SessionId session(key.first);
    const ClientKey client_key(key.second);
    const OrderHandle found = keys_.find(session, client_key);
    ASSERT_EQ(orders_.is_live(found), live_.contains(key)) << key.first << " " << key.second;
    if (live_.contains(key)) {
      ASSERT_EQ(found.slot, named_.at(key).handle.slot);
    }
    ASSERT_EQ(keys_.is_used(keys_.place(session, client_key), orders_), used_today_.contains(key))
        << key.first << " " << key.second;
    ASSERT_EQ(keys_.has_room(keys_.place(session, client_key)), has_room(key));
    // The short way to an unused key: open exactly where the page was written today.
    const OrderHandle* const entry = keys_.free_entry(session, client_key);
    ASSERT_EQ(entry != nullptr, written_today_.contains(page(key)) && !used_today_.contains(key))
        << key.first << " " << key.second;
    if (entry != nullptr) {
      ASSERT_EQ(entry, keys_.entry(session, client_key));
    }
  }

  void check_walk() const {
    std::vector<Key> walked;
    keys_.for_each_used(kSessions, orders_, [&](SessionId session, ClientKey key) {
      walked.emplace_back(session.value(), key.value());
    });
    EXPECT_EQ(walked, std::vector<Key>(used_today_.begin(), used_today_.end()));
  }

  RandomSource random_;
  OrderPool orders_{kOrders};
  ClientKeys keys_{kSessions, kPages};
  std::map<Key, Named> named_;
  std::set<Key> live_;
  std::set<Key> used_today_;
  std::set<Key> entered_today_;
  std::set<Key> pages_;
  std::set<Key> written_today_;  // of pages_
};

TEST(ClientKeys, AreTheModelsOverManyDays) {
  const std::uint64_t first = number_from_environment("HOURGLASS_SEED", 1);
  for (std::uint64_t seed = first; seed < first + 10; ++seed) {
    SCOPED_TRACE("HOURGLASS_SEED=" + std::to_string(seed));
    Bench(seed).run(3'000);
  }
}

struct OneSession {
  OrderPool orders{4};
  ClientKeys keys{1, 2};
  static constexpr SessionId kSession{0};
  static constexpr ClientKey kKey{7};

  OrderHandle enter(ClientKey key = kKey) {
    const OrderHandle handle = orders.handle(orders.take());
    keys.set(keys.place(kSession, key), handle, orders);
    return handle;
  }
  [[nodiscard]] bool is_used(ClientKey key = kKey) const {
    return keys.is_used(keys.place(kSession, key), orders);
  }
};

TEST(ClientKeys, OfAnOrderThatIsDoneAreNotGivenAgainToday) {
  OneSession one;
  const OrderHandle handle = one.enter();
  one.orders.give_back(handle.slot);
  EXPECT_TRUE(one.is_used());
  one.keys.end_day();
  EXPECT_FALSE(one.is_used());
}

TEST(ClientKeys, OfAnOrderThatOutlivesTheDayStayItsOwn) {
  OneSession one;
  const OrderHandle handle = one.enter();
  one.keys.end_day();
  EXPECT_TRUE(one.is_used());
  EXPECT_EQ(one.keys.find(one.kSession, one.kKey).slot, handle.slot);
  one.enter(ClientKey(8));  // sweeps the page
  EXPECT_TRUE(one.is_used());
}

TEST(ClientKeys, OfAnOrderDoneTheDayAfterAreNotGivenAgainOnThatDay) {
  OneSession one;
  const OrderHandle handle = one.enter();
  one.keys.end_day();
  one.orders.give_back(handle.slot);
  one.keys.mark_done(one.kSession, one.kKey);
  EXPECT_TRUE(one.is_used());
  one.enter(ClientKey(8));  // sweeps the page
  EXPECT_TRUE(one.is_used());
  one.keys.end_day();
  EXPECT_FALSE(one.is_used());
}

TEST(ClientKeys, AStaleOneDoesNotReachTheNextOrderInItsSlot) {
  OneSession one;
  const OrderHandle first = one.enter();
  one.orders.give_back(first.slot);
  const OrderHandle second = one.enter(ClientKey(8));
  ASSERT_EQ(second.slot, first.slot);
  EXPECT_FALSE(one.orders.is_live(one.keys.find(one.kSession, one.kKey)));
}

TEST(ClientKeys, HaveRoomUntilTheLastPageIsTaken) {
  OneSession one;
  const ClientKey last(kMaxClientKeysPerSession - 1);
  one.enter();
  EXPECT_TRUE(one.keys.has_room(one.keys.place(one.kSession, last)));
  one.enter(last);
  EXPECT_TRUE(
      one.keys.has_room(one.keys.place(one.kSession, ClientKey(kMaxClientKeysPerSession - 2))));
  EXPECT_FALSE(one.keys.has_room(one.keys.place(one.kSession, ClientKey(kClientKeysPerPage))));
}

}  // namespace
}  // namespace hourglass::engine::test

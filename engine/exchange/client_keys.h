// From a session's client key to its order: an array, as dense as the door makes its keys.
#pragma once

#include <cstdint>

#include "engine/base/assert.h"
#include "engine/base/fixed_array.h"
#include "engine/base/limits.h"
#include "engine/base/types.h"
#include "engine/book/order_pool.h"

namespace hourglass::engine {

// A key is unused, live (its order works) or used (its order is done; not again today). Done orders
// are not written here: their handle is stale, which says the same without touching this memory on
// every fill. Ending the day costs nothing: a page is swept when it is first written the day after.
// Until then a stale handle in it is of an earlier day, but for orders that outlived the day and
// were done since: those are marked one by one (mark_done).
// A page once given to a session stays its own, so which pages are given out is part of the state.
// Thread: engine. Cost: constant, but 4,096 entries once a day for a page written again.
class ClientKeys {
 public:
  ClientKeys(std::uint32_t max_sessions, std::uint32_t max_pages) noexcept
      : directory_(std::uint64_t{max_sessions} * kPagesPerSession),
        entries_((std::uint64_t{max_pages} + 1) * kClientKeysPerPage),
        page_day_(std::uint64_t{max_pages} + 1),
        max_pages_(max_pages) {}

  // Has the memory of the first `count` keys in place. Before the market opens.
  void prefault(std::uint64_t count) noexcept { entries_.prefault(count + kClientKeysPerPage); }

  // Where a key stands; page 0: nowhere yet. Good until the next key is set.
  struct Place {
    SessionId session;
    ClientKey key;
    std::uint32_t page;
  };
  [[nodiscard]] Place place(SessionId session, ClientKey key) const noexcept {
    return {.session = session, .key = key, .page = directory_[directory_index(session, key)]};
  }

  // The order under this key; stale when the key is unused or used up.
  [[nodiscard]] OrderHandle find(SessionId session, ClientKey key) const noexcept {
    const Place at = place(session, key);
    return at.page == 0 ? OrderHandle{} : entries_[entry_index(at.page, key)];
  }

  // Whether the key may not be given to a new order today.
  [[nodiscard]] bool is_used(const Place& at, const OrderPool& orders) const noexcept {
    if (at.page == 0) return false;
    const OrderHandle entry = entries_[entry_index(at.page, at.key)];
    if (entry.slot == kNoSlot) return is_used_up_today(entry);
    return page_day_[at.page] == day_ || orders.is_live(entry);
  }

  // The entry of a key nobody used today, where its page was written today already: all a set()
  // needs. Null where it is not that simple. Good until the next key is set.
  [[nodiscard]] OrderHandle* free_entry(SessionId session, ClientKey key) noexcept {
    const std::uint32_t page = directory_[directory_index(session, key)];
    OrderHandle& entry = entries_[entry_index(page, key)];
    const bool used = entry.slot != kNoSlot || entry.generation == day_ + 1;
    return page == 0 || used || page_day_[page] != day_ ? nullptr : &entry;
  }

  // Whether the key can be written: its page exists or one is left.
  [[nodiscard]] bool has_room(const Place& at) const noexcept {
    return at.page != 0 || used_pages_ < max_pages_;
  }

  // The key now names `handle`.
  void set(const Place& at, OrderHandle handle, const OrderPool& orders) noexcept {
    std::uint32_t page = at.page;
    if (page == 0 || page_day_[page] != day_) [[unlikely]]
      page = writable_page(at, orders);
    entries_[entry_index(page, at.key)] = handle;
  }

  // The key names no order, but not again today.
  void mark_used(const Place& at, const OrderPool& orders) noexcept {
    set(at, used_up_today(), orders);
  }

  // The order under this key, which was entered on an earlier day, is done: not again today.
  void mark_done(SessionId session, ClientKey key) noexcept {
    const Place at = place(session, key);
    HG_ASSERT(at.page != 0, session, key);
    entries_[entry_index(at.page, key)] = used_up_today();
  }

  void end_day() noexcept { ++day_; }

  // Gives page number `page` of the session's keys its memory. False when there is no such page,
  // none is left or it was given before. Only for loading a snapshot.
  [[nodiscard]] bool open_page(SessionId session, std::uint32_t page) noexcept {
    if (page >= kPagesPerSession || used_pages_ == max_pages_) return false;
    std::uint32_t& entry = directory_[std::uint64_t{session.value()} * kPagesPerSession + page];
    if (entry != 0) return false;
    entry = ++used_pages_;
    page_day_[entry] = day_;
    return true;
  }

  // Calls visit(session, page number) for each page given out, in that order. Cold path.
  template <class Visit>
  void for_each_page(std::uint32_t max_sessions, Visit&& visit) const {
    for (std::uint32_t s = 0; s < max_sessions; ++s) {
      for (std::uint32_t p = 0; p < kPagesPerSession; ++p) {
        if (directory_[std::uint64_t{s} * kPagesPerSession + p] != 0) visit(SessionId(s), p);
      }
    }
  }

  // Calls visit(session, key) for each key of today, live ones included, in order of session and
  // key. Cold path.
  template <class Visit>
  void for_each_used(std::uint32_t max_sessions, const OrderPool& orders, Visit&& visit) const {
    for (std::uint32_t s = 0; s < max_sessions; ++s) {
      for (std::uint32_t p = 0; p < kPagesPerSession; ++p) {
        if (directory_[std::uint64_t{s} * kPagesPerSession + p] == 0) continue;
        for (std::uint32_t k = p * kClientKeysPerPage; k < (p + 1) * kClientKeysPerPage; ++k) {
          const Place at = place(SessionId(s), ClientKey(k));
          if (is_used(at, orders)) visit(at.session, at.key);
        }
      }
    }
  }

  // Where the key's entry stands, for fetching it ahead; some entry when it has none yet.
  [[nodiscard]] const OrderHandle* entry(SessionId session, ClientKey key) const noexcept {
    return &entries_[entry_index(place(session, key).page, key)];
  }

 private:
  static constexpr std::uint32_t kPagesPerSession = kMaxClientKeysPerSession / kClientKeysPerPage;
  // Slot 0 holds no order: in its entries the generation is the day on which the key was used up,
  // counted from 1.
  [[nodiscard]] OrderHandle used_up_today() const noexcept {
    return {.slot = kNoSlot, .generation = day_ + 1};
  }
  [[nodiscard]] bool is_used_up_today(OrderHandle entry) const noexcept {
    return entry.slot == kNoSlot && entry.generation == day_ + 1;
  }

  static std::uint64_t directory_index(SessionId session, ClientKey key) noexcept {
    return std::uint64_t{session.value()} * kPagesPerSession + key.value() / kClientKeysPerPage;
  }
  static std::uint64_t entry_index(std::uint32_t page, ClientKey key) noexcept {
    return std::uint64_t{page} * kClientKeysPerPage + key.value() % kClientKeysPerPage;
  }

  // The key's page, given out if it had none and swept if it is of an earlier day.
  [[gnu::noinline]] std::uint32_t writable_page(const Place& at, const OrderPool& orders) noexcept {
    std::uint32_t& page = directory_[directory_index(at.session, at.key)];
    if (page == 0) {
      HG_ASSERT(used_pages_ < max_pages_, used_pages_);
      page = ++used_pages_;
    } else {
      for (std::uint32_t i = 0; i < kClientKeysPerPage; ++i) {
        OrderHandle& entry = entries_[std::uint64_t{page} * kClientKeysPerPage + i];
        if (!orders.is_live(entry) && !is_used_up_today(entry)) entry = OrderHandle{};
      }
    }
    page_day_[page] = day_;
    return page;
  }

  FixedArray<std::uint32_t> directory_;  // [session][key / 4096] -> page
  FixedArray<OrderHandle> entries_;
  FixedArray<std::uint32_t> page_day_;  // day the page was last swept
  std::uint32_t day_ = 0;
  std::uint32_t used_pages_ = 0;
  std::uint32_t max_pages_;
};

}  // namespace hourglass::engine

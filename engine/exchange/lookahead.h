// Lookahead: has the memory of coming commands fetched while those before them are applied.
//
// What a command touches is a chain: the entry of its client key names the order, the order names
// its neighbours. Each link may be a cache miss, so each is followed some commands before it is
// needed. Nothing here decides anything: a hint may be wrong or missing.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/base/prefetch.h"
#include "engine/exchange/market_state.h"
#include "engine/order/command.h"

namespace hourglass::engine {

// Where the kinds that name an order or a price keep them: the hot path reads them without asking
// which kind it is, because a branch on the kind is a coin toss for the processor.
struct OrderRequestHead {
  CommandHeader header;
  ClientKey key;
  std::uint32_t other;
  Price price;
};
static_assert(offsetof(OrderRequestHead, key) == offsetof(NewOrder, key) &&
              offsetof(OrderRequestHead, key) == offsetof(ReplaceOrder, target) &&
              offsetof(OrderRequestHead, key) == offsetof(CancelOrder, target));
static_assert(offsetof(OrderRequestHead, price) == offsetof(NewOrder, price) &&
              offsetof(OrderRequestHead, price) == offsetof(ReplaceOrder, price));
static_assert(static_cast<int>(CommandKind::kNewOrder) == 1 &&
              static_cast<int>(CommandKind::kReplaceOrder) == 2 &&
              static_cast<int>(CommandKind::kCancelOrder) == 3);

// Thread: the one that applies the commands. Cost: some 60 instructions a command; two while all
// orders fit the cache anyway.
class Lookahead {
 public:
  // Looks ahead while more than `orders_in_cache` orders work: tests say none.
  explicit Lookahead(const MarketState& state,
                     std::uint32_t orders_in_cache = kOrdersInCache) noexcept
      : state_(state), orders_in_cache_(orders_in_cache) {
    hints_.fill(Hint{});
  }

  // A run of commands begins; they are numbered from 0.
  void begin() noexcept { started_ = 0; }

  // Called before command `at` is applied, for each in turn; those before `end` are known. Any
  // bytes will do for a command. peek(i) -> const Command&, asked for each i once, up to kKeyAhead
  // commands before it is applied; the command need not stay afterwards.
  template <class Peek>
  void advance(std::uint64_t at, std::uint64_t end, Peek&& peek) noexcept {
    if (state_.books.orders().live_count() <= orders_in_cache_) {
      started_ = at + 1;
      return;
    }
    const std::uint64_t until = std::min(end, at + kKeyAhead + 1);
    for (; started_ < until; ++started_) {
      hints_[started_ % kHints] = follow_command(peek(started_));
    }
    // Beyond the end these are hints of long ago, which do no harm.
    follow_key(hints_[(at + kOrderAhead) % kHints]);
    follow_order(hints_[(at + kLinksAhead) % kHints]);
  }

  // How far ahead of the command being applied the first step runs; each step's miss is over when
  // the next needs it.
  static constexpr std::uint64_t kKeyAhead = 12;

 private:
  static constexpr std::uint64_t kOrderAhead = 8;
  static constexpr std::uint64_t kLinksAhead = 4;
  static constexpr std::uint64_t kHints = 16;
  static_assert(kHints > kKeyAhead);

  static constexpr OrderHandle kNoEntry{};
  struct Hint {
    const OrderHandle* entry = &kNoEntry;
    Slot slot = kNoSlot;
    std::uint32_t level = 0;  // where it may come to rest
  };

  [[nodiscard]] Hint follow_command(const Command& command) const noexcept {
    const auto& head = command.as<OrderRequestHead>();
    const CommandHeader& header = head.header;
    if (header.kind > CommandKind::kCancelOrder ||
        header.session.value() >= state_.limits.max_sessions ||
        header.instrument.value() >= state_.limits.max_instruments ||
        head.key.value() >= kMaxClientKeysPerSession) [[unlikely]] {
      return {};
    }
    const OrderHandle* entry = state_.keys.entry(header.session, head.key);
    prefetch_line(entry);
    // A cancel has neither side nor price; what stands in their place gives a line not needed.
    const std::size_t side_at = header.kind == CommandKind::kNewOrder
                                    ? offsetof(NewOrder, side)
                                    : offsetof(ReplaceOrder, side);
    const auto side = static_cast<Side>(static_cast<std::uint8_t>(command.bytes[side_at]) & 1U);
    return {.entry = entry,
            .slot = kNoSlot,
            .level = state_.books.prefetch_price(header.instrument, side, head.price)};
  }

  void follow_key(Hint& hint) const noexcept {
    hint.slot = hint.entry->slot;
    state_.books.orders().prefetch(hint.slot);
    prefetch_line(&state_.records[hint.slot]);
  }

  void follow_order(const Hint& hint) const noexcept {
    state_.books.prefetch_tail(hint.level);
    state_.books.prefetch_links(hint.slot);
    const OrderRecord& record = state_.records[hint.slot];
    prefetch_line(&state_.records[record.session_prev]);
    prefetch_line(&state_.records[record.session_next]);
  }

  const MarketState& state_;
  const std::uint32_t orders_in_cache_;
  std::array<Hint, kHints> hints_;
  std::uint64_t started_ = 0;
};

}  // namespace hourglass::engine

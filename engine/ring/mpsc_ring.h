// MpscRing: many doors push, one sequencer drains. The ingress of the exchange.
//
// A producer claims a sequence by moving the head, writes the slot of that sequence and stamps it;
// the consumer takes slots in sequence while their stamps say they are whole. A stamp is the
// sequence + 1 it was written for, so that the last round's stamp is never taken for this one's and
// nothing has to be reset. Producers never wait for each other: a slow one delays delivery of what
// was claimed after it, not the claiming.
//
// A producer that stops for good between claim and stamp (in one process: only with the process
// itself, as nothing in between can throw or block) leaves a hole: what was claimed before it is
// delivered, nothing after it ever is, no slot is overwritten, and try_push answers kFull once the
// ring has filled up behind it. backlog() > 0 with nothing available shows it to a watchdog.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "engine/base/assert.h"
#include "engine/ring/cache_line.h"
#include "engine/ring/cursor.h"
#include "engine/ring/slot_memory.h"

namespace hourglass::engine {

enum class PushResult : std::uint8_t { kPushed, kFull, kClosed };

// Not for fairness between producers, and not for a consumer that may lag for ever: full is full.
template <class T, class Atomics = RealAtomics>
class MpscRing {
  static_assert(std::is_nothrow_copy_assignable_v<T>, "a throw after the claim would leave a hole");

  template <class V>
  using Atomic = typename Atomics::template Atomic<V>;

 public:
  // A ring of `capacity` slots (a power of two, at least 2), pre-faulted. Cost: touches all memory.
  explicit MpscRing(std::uint64_t capacity) noexcept : slots_(capacity), stamps_(capacity) {}
  MpscRing(const MpscRing&) = delete;
  MpscRing& operator=(const MpscRing&) = delete;

  [[nodiscard]] std::uint64_t capacity() const noexcept { return slots_.count(); }

  // Copies `value` into the ring. Errors: kFull when `capacity` items wait, kClosed after close();
  // the ring is unchanged by either. Thread: any. Cost: one successful compare-and-swap (each
  // failed one means that another producer got on), no allocation, no waiting.
  [[nodiscard]] PushResult try_push(const T& value) noexcept {
    // relaxed: a stale head only makes the compare-and-swap below fail and reload it.
    std::uint64_t head = head_.load(std::memory_order_relaxed);
    for (;;) {  // ends: see Cost
      if ((head & kClosedBit) != 0) return PushResult::kClosed;
      if (is_full(head)) return PushResult::kFull;
      // relaxed: the claim only divides sequences among producers. That the slot is free was learnt
      // in is_full(), that it is whole is told by the stamp.
      if (head_.compare_exchange_weak(head, head + 1, std::memory_order_relaxed,
                                      std::memory_order_relaxed)) {
        break;
      }
    }
    slots_[head] = value;
    // release, partner available(): the stamp is seen after the value it vouches for.
    stamps_[head].store(head + 1, std::memory_order_release);
    return PushResult::kPushed;
  }

  // Refuses every push that has not claimed yet; what was pushed before is still delivered.
  // Thread: any, may be repeated.
  void close() noexcept {
    // relaxed: the bit and the claims are changes of one word, hence already in one order.
    head_.fetch_or(kClosedBit, std::memory_order_relaxed);
  }

  // Whether the ring was closed and everything claimed before has been released: nothing will ever
  // come again. Thread: consumer.
  [[nodiscard]] bool is_drained() const noexcept {
    // relaxed: a closed head no longer changes, and tail_ is this thread's own.
    return head_.load(std::memory_order_relaxed) == (kClosedBit | tail_.get_value_only());
  }

  // Items claimed and not yet released, whole or still being written. Thread: consumer.
  [[nodiscard]] std::uint64_t backlog() const noexcept {
    // relaxed: a count to look at.
    return (head_.load(std::memory_order_relaxed) & ~kClosedBit) - tail_.get_value_only();
  }

  // How many whole items, at most `max`, wait in order from the oldest on; peek(0) to
  // peek(result - 1) may be read until release(). Looks only at stamps it has not yet seen, so that
  // asking twice is cheap. Thread: consumer. Cost: at most `max` steps.
  [[nodiscard]] std::uint32_t available(std::uint32_t max) noexcept {
    const std::uint64_t tail = tail_.get_value_only();
    // acquire, partner try_push(): the value behind a seen stamp is whole.
    while (ready_ - tail < max && stamps_[ready_].load(std::memory_order_acquire) == ready_ + 1) {
      ++ready_;
    }
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(ready_ - tail, max));
  }

  // The i-th oldest item; valid for i < the last available(). Thread: consumer.
  [[nodiscard]] const T& peek(std::uint32_t i) const noexcept {
    const std::uint64_t sequence = tail_.get_value_only() + i;
    HG_ASSERT_SLOW(sequence < ready_, sequence, ready_);
    return slots_[sequence];
  }

  // Gives the `count` oldest items' slots back to the producers, with one store. Thread: consumer.
  void release(std::uint32_t count) noexcept {
    const std::uint64_t tail = tail_.get_value_only();
    HG_ASSERT(count <= ready_ - tail, count, ready_, tail);
    // release, partner is_full(): a producer that sees the slots free overwrites them after our
    // last read.
    tail_.set(tail + count);
  }

  // Hands at most `max` items to `handle(const T&)` in order, then releases them together. Returns
  // how many. Thread: consumer. Cost: `max` steps, one release store.
  template <class F>
  std::uint32_t drain(std::uint32_t max, F&& handle) {
    const std::uint32_t count = available(max);
    for (std::uint32_t i = 0; i < count; ++i) handle(peek(i));
    if (count != 0) release(count);
    return count;
  }

 private:
  static constexpr std::uint64_t kClosedBit = std::uint64_t{1} << 63;

  // Whether a producer that read `head` must not claim it. Looks at the consumer's own line only
  // when the producers' shared copy of it says full, so that in normal running the consumer's
  // releases do not disturb the producers.
  [[nodiscard]] bool is_full(std::uint64_t head) noexcept {
    // acquire, partner the store below: passes on the consumer's release that another producer saw.
    if (!lacks_room(head, seen_tail_.load(std::memory_order_acquire))) return false;
    const std::uint64_t tail = tail_.get();
    // release, partner the load above. Two producers may store out of order; an older tail is still
    // true and only sends the next producer here again.
    seen_tail_.store(tail, std::memory_order_release);
    return lacks_room(head, tail);
  }

  // Signed: with a stale head the tail may have overtaken it; then the compare-and-swap fails.
  [[nodiscard]] bool lacks_room(std::uint64_t head, std::uint64_t tail) const noexcept {
    return static_cast<std::int64_t>(head - tail) >= static_cast<std::int64_t>(capacity());
  }

  // Stamps lie apart from the values, so that values are contiguous for look-ahead and a 128-byte
  // value does not take three lines.
  SlotMemory<T> slots_;
  SlotMemory<Atomic<std::uint64_t>> stamps_;

  // Written by producers.
  alignas(kFalseSharingBytes) Atomic<std::uint64_t> head_{0};
  alignas(kFalseSharingBytes) Atomic<std::uint64_t> seen_tail_{0};
  // Written by the consumer: first its public place, then what it alone knows.
  BasicCursor<Atomics> tail_;
  alignas(kFalseSharingBytes) std::uint64_t ready_ = 0;  // first sequence whose stamp is unseen
};

}  // namespace hourglass::engine

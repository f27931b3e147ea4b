// BroadcastRing: one producer, whose items every consumer sees in order.
//
// Two kinds of reader. A GatingConsumer holds the producer back: it reads items in place and no
// slot is overwritten before it is released. A SlowReader never holds anybody back: it copies items
// out and, when the producer has lapped it, learns exactly which sequences it lost.
//
// Items are written one after another and appear together with one release store: a command's
// events are seen all or not at all.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "engine/base/assert.h"
#include "engine/base/limits.h"
#include "engine/ring/cache_line.h"
#include "engine/ring/cursor.h"
#include "engine/ring/payload_words.h"
#include "engine/ring/slot_memory.h"

namespace hourglass::engine {

// Whether a ring may have slow readers. Without them the producer may write items in place by plain
// stores; with them it copies items in by words, and in-place writing does not compile.
enum class SlowReaders : std::uint8_t { kForbidden, kAllowed };

// No limit of its own for a reader: up to what is published.
inline constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

template <Payload T, SlowReaders kSlowReaders, class Atomics>
class GatingConsumer;
template <Payload T, class Atomics>
class SlowReader;

// Not for several producers. The consumers are registered before the first item is published.
template <Payload T, SlowReaders kSlowReaders = SlowReaders::kAllowed, class Atomics = RealAtomics>
class BroadcastRing {
 public:
  // A ring of `capacity` slots (a power of two, at least 2), pre-faulted, whose first item will
  // have sequence `first_sequence`. Cost: touches all memory.
  explicit BroadcastRing(std::uint64_t capacity, std::uint64_t first_sequence = 0) noexcept
      : slots_(capacity),
        first_sequence_(first_sequence),
        published_(first_sequence),
        claimed_(first_sequence) {
    next_ = slowest_seen_ = claimed_own_ = first_sequence;
  }
  BroadcastRing(const BroadcastRing&) = delete;
  BroadcastRing& operator=(const BroadcastRing&) = delete;

  [[nodiscard]] std::uint64_t capacity() const noexcept { return slots_.count(); }

  // --- Producer ----------------------------------------------------------------------------------

  // The sequence the next item gets: one past what publish() has shown. Thread: producer.
  [[nodiscard]] std::uint64_t next_sequence() const noexcept { return next_; }

  // Slots from next_sequence() on that may be written; a lower bound, true until publish(). Looks
  // at the consumers' lines only when what it knew is less than `wanted`. Thread: producer. Cost:
  // one compare, rarely kMaxGatingConsumers loads.
  [[nodiscard]] std::uint64_t free_slots(std::uint64_t wanted) noexcept {
    if (capacity() - (next_ - slowest_seen_) < wanted) slowest_seen_ = slowest();
    HG_ASSERT(slowest_seen_ <= next_ && next_ - slowest_seen_ <= capacity(), slowest_seen_, next_);
    return capacity() - (next_ - slowest_seen_);
  }

  // Writes the first `bytes` (a multiple of 8) of `value` into the slot of `sequence`, which must
  // be within free_slots(). Not visible before publish(). Thread: producer. Cost: bytes / 8 moves.
  void store(std::uint64_t sequence, const T& value, std::uint32_t bytes = sizeof(T)) noexcept {
    assert_free(sequence);
    if constexpr (kSlowReaders == SlowReaders::kAllowed) {
      if (sequence >= claimed_own_) [[unlikely]]
        claim_up_to(sequence);
    }
    store_payload<Atomics>(slots_[sequence], value, bytes);
  }

  // The slot of `sequence`, to be written in place; same conditions as store(). Thread: producer.
  [[nodiscard]] T& slot(std::uint64_t sequence) noexcept
      requires(kSlowReaders == SlowReaders::kForbidden) {
    assert_free(sequence);
    return slots_[sequence];
  }

  // Shows every item below `up_to`, together. Thread: producer. Cost: one release store.
  void publish(std::uint64_t up_to) noexcept {
    HG_ASSERT(up_to >= next_ && up_to - slowest_seen_ <= capacity(), up_to, next_, slowest_seen_);
    next_ = up_to;
    // release, partner get() in both readers: the items are seen when their count is.
    published_.set(up_to);
  }

  // --- For the readers ---------------------------------------------------------------------------

  // One past the newest published item. Thread: any.
  [[nodiscard]] std::uint64_t published() const noexcept { return published_.get(); }

 private:
  friend class GatingConsumer<T, kSlowReaders, Atomics>;
  friend class SlowReader<T, Atomics>;

  // How many slots ahead of the write the producer warns slow readers, so that the line they poll
  // is written once in many items. It shortens what a slow reader may lag by as much.
  static constexpr std::uint64_t kClaimStrideMax = 64;
  [[nodiscard]] std::uint64_t claim_stride() const noexcept {
    return std::clamp<std::uint64_t>(capacity() / 16, 1, kClaimStrideMax);
  }

  void claim_up_to(std::uint64_t sequence) noexcept {
    claimed_own_ = sequence + claim_stride();
    // relaxed: the stores of the payload's words that follow are release and carry it along
    // (RealAtomics::store_word), so that who sees a word of the new item sees this claim.
    claimed_.set_value_only(claimed_own_);
  }

  void assert_free(std::uint64_t sequence) const noexcept {
    HG_ASSERT(sequence >= next_ && sequence - slowest_seen_ < capacity(), sequence, next_,
              slowest_seen_);
  }

  // The least place of the gating consumers; next_ if there are none. Thread: producer.
  [[nodiscard]] std::uint64_t slowest() const noexcept {
    std::uint64_t least = next_;
    for (std::uint32_t i = 0; i < consumer_count_; ++i) {
      // acquire in get(), partner GatingConsumer::release: its reads are over before we overwrite.
      least = std::min(least, consumers_[i].get());
    }
    return least;
  }

  SlotMemory<T> slots_;
  const std::uint64_t first_sequence_;
  BasicCursor<Atomics> published_;  // items below are whole
  BasicCursor<Atomics> claimed_;    // items from here on are untouched; kAllowed only
  std::array<BasicCursor<Atomics>, kMaxGatingConsumers> consumers_;

  // The producer's own line.
  alignas(kFalseSharingBytes) std::uint64_t next_;
  std::uint64_t slowest_seen_;
  std::uint64_t claimed_own_;
  std::uint32_t consumer_count_ = 0;
};

}  // namespace hourglass::engine

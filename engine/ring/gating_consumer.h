// GatingConsumer: a reader of a BroadcastRing the producer waits for; it reads items in place.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "engine/base/assert.h"
#include "engine/ring/broadcast_ring.h"

namespace hourglass::engine {

// One thread's place in the ring. Registers itself with the ring, which must outlive it.
// Not for a reader that may stop or be slow: it stops the producer. Use SlowReader for those.
template <Payload T, SlowReaders kSlowReaders = SlowReaders::kAllowed, class Atomics = RealAtomics>
class alignas(kFalseSharingBytes) GatingConsumer {
 public:
  using Ring = BroadcastRing<T, kSlowReaders, Atomics>;

  // Starts at the ring's first sequence. Errors: aborts after the first publish() and beyond
  // kMaxGatingConsumers. Thread: the producer's or before there are threads.
  explicit GatingConsumer(Ring& ring) noexcept
      : ring_(&ring), released_(&ring.consumers_[ring.consumer_count_]) {
    HG_ASSERT(ring.consumer_count_ < kMaxGatingConsumers, ring.consumer_count_);
    HG_ASSERT(ring.next_ == ring.slowest_seen_ && ring.next_ == ring.published(), ring.next_);
    ring.consumer_count_ += 1;
    next_ = seen_published_ = ring.next_;
    released_->set(next_);
  }
  GatingConsumer(const GatingConsumer&) = delete;
  GatingConsumer& operator=(const GatingConsumer&) = delete;

  // The sequence of the oldest item not yet released. Thread: consumer.
  [[nodiscard]] std::uint64_t next_sequence() const noexcept { return next_; }

  // This consumer's place, for a consumer that must stay behind it: pass place().get() as limit.
  [[nodiscard]] const BasicCursor<Atomics>& place() const noexcept { return *released_; }

  // Items below `limit`, at most `max`, that peek() may read until release(). `limit` is a
  // sequence, for instance the durable watermark. Thread: consumer. Cost: a compare; one shared
  // load when fewer than `max` were known.
  [[nodiscard]] std::uint32_t available(std::uint32_t max,
                                        std::uint64_t limit = kNoLimit) noexcept {
    const std::uint64_t wanted = limit > next_ ? std::min<std::uint64_t>(limit - next_, max) : 0;
    if (seen_published_ - next_ < wanted) seen_published_ = ring_->published();
    return static_cast<std::uint32_t>(std::min(seen_published_ - next_, wanted));
  }

  // The i-th oldest unreleased item; valid for i < the last available(). Thread: consumer.
  [[nodiscard]] const T& peek(std::uint32_t i) const noexcept {
    HG_ASSERT_SLOW(next_ + i < seen_published_, next_, i, seen_published_);
    return ring_->slots_[next_ + i];
  }

  // Gives the `count` oldest items' slots back. Thread: consumer. Cost: one release store.
  void release(std::uint32_t count) noexcept {
    HG_ASSERT(count <= seen_published_ - next_, count, next_, seen_published_);
    next_ += count;
    // release, partner BroadcastRing::slowest: our reads are over before the slots are written.
    released_->set(next_);
  }

  // Hands at most `max` items below `limit` to `handle(const T&)` in order, then releases them
  // together and returns how many. A handle that returns bool may answer false: that item and what
  // follows stay for the next time (an event whose command is not yet durable).
  // Thread: consumer. Cost: `max` steps, at most one shared load and one release store.
  template <class F>
  std::uint32_t read(std::uint32_t max, std::uint64_t limit, F&& handle) {
    const std::uint32_t count = available(max, limit);
    std::uint32_t taken = 0;
    for (; taken < count; ++taken) {
      if constexpr (std::same_as<std::invoke_result_t<F&, const T&>, bool>) {
        if (!handle(peek(taken))) break;
      } else {
        handle(peek(taken));
      }
    }
    if (taken != 0) release(taken);
    return taken;
  }

  // Leaves for good: the producer waits for this consumer no more and nothing may be read through
  // it again. Thread: consumer.
  void detach() noexcept {
    next_ = seen_published_ = kNoLimit;
    released_->set(kNoLimit);
  }

 private:
  Ring* ring_;
  BasicCursor<Atomics>* released_;
  std::uint64_t next_ = 0;
  std::uint64_t seen_published_ = 0;
};

}  // namespace hourglass::engine

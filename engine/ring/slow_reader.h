// SlowReader: a reader of a BroadcastRing nobody waits for. When it is lapped it is told exactly
// which sequences it lost and fetches them elsewhere (from the event store).
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/ring/broadcast_ring.h"

namespace hourglass::engine {

enum class PollResult : std::uint8_t {
  kItem,   // `item` is the next one in sequence
  kEmpty,  // nothing published below the limit
  kLost,   // lost() holds the sequences overwritten before they were read
};

struct SequenceRange {
  std::uint64_t first = 0;
  std::uint64_t end = 0;  // one past the last

  [[nodiscard]] std::uint64_t count() const noexcept { return end - first; }
  bool operator==(const SequenceRange&) const noexcept = default;
};

// One thread's place in the ring. May start at any time; the ring must outlive it.
template <Payload T, class Atomics = RealAtomics>
class alignas(kFalseSharingBytes) SlowReader {
 public:
  using Ring = BroadcastRing<T, SlowReaders::kAllowed, Atomics>;

  // Starts at what is published next.
  explicit SlowReader(const Ring& ring) noexcept : SlowReader(ring, ring.published()) {}
  // Starts at `sequence`; what is no longer there is reported lost by the first poll().
  SlowReader(const Ring& ring, std::uint64_t sequence) noexcept : ring_(&ring), next_(sequence) {}

  // The sequence the next item will have. Thread: reader.
  [[nodiscard]] std::uint64_t next_sequence() const noexcept { return next_; }

  // The sequences the last kLost skipped. Thread: reader.
  [[nodiscard]] SequenceRange lost() const noexcept { return lost_; }

  // Copies the next item below `limit` into `item` and moves on. On kLost `item` holds no meaning
  // and the reader has moved to the middle of the ring: from the oldest slot it would be lapped
  // again at once. Every sequence is either in one kItem or in one lost(), in order.
  // Thread: reader. Cost: a copy, two loads of a line the producer writes every 64 items or less.
  [[nodiscard]] PollResult poll(T& item, std::uint64_t limit = kNoLimit) noexcept {
    if (next_ >= limit) return PollResult::kEmpty;
    // A reader in step with the producer asks for the newest count only when it has read up to the
    // one it knew.
    if (next_ >= seen_published_) {
      seen_published_ = ring_->published();
      if (next_ >= seen_published_) return PollResult::kEmpty;
    }
    if (is_overwritten(next_)) return lose();
    load_payload<Atomics>(item, ring_->slots_[next_]);
    // Once more, since the copy may have mixed two items. Had it read one word of a later item,
    // that acquire load brought the producer's claim of the slot along, and this look must see it.
    if (is_overwritten(next_)) return lose();
    ++next_;
    return PollResult::kItem;
  }

 private:
  // Whether the producer may have begun to write the item that takes this one's slot, or the item
  // was never in this ring.
  [[nodiscard]] bool is_overwritten(std::uint64_t sequence) const noexcept {
    // relaxed: see poll(); the first look is only to save a useless copy.
    return ring_->claimed_.get_value_only() > sequence + ring_->capacity() ||
           sequence < ring_->first_sequence_;
  }

  PollResult lose() noexcept {
    seen_published_ = ring_->published();
    const std::uint64_t claimed = ring_->claimed_.get_value_only();
    const std::uint64_t middle = claimed - std::min(claimed, ring_->capacity() / 2);
    lost_ = {next_, std::clamp(middle, ring_->first_sequence_, seen_published_)};
    next_ = lost_.end;
    return PollResult::kLost;
  }

  const Ring* ring_;
  std::uint64_t next_;
  std::uint64_t seen_published_ = 0;
  SequenceRange lost_;
};

}  // namespace hourglass::engine

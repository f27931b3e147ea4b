// EventDigest: one hash over all events, chained at points that the journal's frames name.
//
// The digest at command 0 is 32 zero bytes. At a point b after a point a it is SHA-256 of the
// digest at a, then the bytes of all events of commands a+1 to b in order. Each frame names its
// point (digest_through), so a replay stops at the same points, and the first frame whose digest
// differs bounds the first divergence.
#pragma once

#include <cstddef>
#include <span>

#include "engine/base/assert.h"
#include "engine/base/types.h"
#include "engine/journal/sha256.h"

namespace hourglass::engine {

struct DigestPoint {
  SequenceNumber through{0};
  Digest digest{};

  bool operator==(const DigestPoint&) const = default;
};

// Thread: one at a time.
class EventDigest {
 public:
  // Goes on from `point`.
  explicit EventDigest(const DigestPoint& point = {}) { restart(point); }

  // Adds the next event's bytes. Cost: about 0.7 ns a byte, no allocation.
  void add(std::span<const std::byte> event) noexcept { sha_.update(event); }

  // Makes a point of the last command added. `through` may name a later command without events,
  // and must be beyond the point before.
  const DigestPoint& advance(SequenceNumber through) noexcept {
    HG_ASSERT(through > point_.through, through, point_.through);
    restart({through, sha_.finish()});
    return point_;
  }

  [[nodiscard]] const DigestPoint& point() const noexcept { return point_; }

 private:
  void restart(const DigestPoint& point) noexcept {
    point_ = point;
    sha_.start();
    sha_.update(point_.digest);
  }

  DigestPoint point_;
  Sha256 sha_;
};

}  // namespace hourglass::engine

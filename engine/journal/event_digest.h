// EventDigest: what the journal says of events without holding them.
//
// Each frame names a command D and a digest over the events of all commands up to D:
//
//   digest(D) = SHA-256(digest(D') || event bytes of commands D'+1 .. D, in order)
//
// where D' is the D of the frame before that named a lower one, and digest(0) is 32 zero bytes. An
// event's bytes are event_bytes(kind) long. A frame that names no later D repeats the digest. So
// replay, which knows every D, recomputes every digest, and a difference lies between two of them.
#pragma once

#include <memory>
#include <span>

#include "engine/base/types.h"
#include "engine/journal/sha256.h"
#include "engine/order/event.h"

namespace hourglass::engine {

// Thread: one at a time. Cost: about 0.7 ns a byte of events with SHA instructions; no allocation
// after construction.
class EventDigest {
 public:
  // Goes on from `digest`, which covers commands up to `through`.
  explicit EventDigest(SequenceNumber through = SequenceNumber(0), const Digest& digest = Digest{})
      : sha_(std::make_unique<Sha256>()), digest_(digest), through_(through) {
    begin();
  }

  // The next event in order, of a command after through().
  void add(const Event& event) noexcept {
    sha_->update(std::span(event.bytes).first(event_bytes(event.header().kind)));
  }

  // All events of commands up to `through`, which is later than through(), have been added.
  void close(SequenceNumber through) noexcept {
    digest_ = sha_->finish();
    through_ = through;
    begin();
  }

  [[nodiscard]] const Digest& digest() const noexcept { return digest_; }
  [[nodiscard]] SequenceNumber through() const noexcept { return through_; }

 private:
  void begin() noexcept {
    sha_->start();
    sha_->update(digest_);
  }

  std::unique_ptr<Sha256> sha_;
  Digest digest_;
  SequenceNumber through_;
};

}  // namespace hourglass::engine

#include "engine/sequencer/digest_agent.h"

#include <algorithm>
#include <span>
#include <utility>

namespace hourglass::engine {

DigestAgent::DigestAgent(PipelineRings& rings, std::unique_ptr<EventDigest> digest)
    : rings_(rings),
      events_(rings.events),
      digest_(std::move(digest)),
      target_(digest_->point().through),
      absorbed_(digest_->point().through),
      point_(digest_->point()) {}

// How far to hash now: to the point asked for, so that frames name points close to their own
// commands; further only when the ring is filling, for nobody else makes room in it.
SequenceNumber DigestAgent::reach() const noexcept {
  const SequenceNumber applied(rings_.applied.get() - 1);
  const std::uint64_t waiting = rings_.events.published() - events_.next_sequence();
  if (waiting > rings_.events.capacity() / 4) return applied;
  return asked_.get() == made_.get_value_only() ? absorbed_ : std::min(applied, floor_);
}

std::uint32_t DigestAgent::do_work() noexcept {
  // Never back: events of commands up to the last target may be in the hash already.
  target_ = std::max(target_, reach());
  const std::uint32_t count = events_.read(kEventsPerRead, kNoLimit, [&](const Event& event) {
    if (event.header().command_sequence > target_) return false;
    digest_->add(std::span(event.bytes).first(event_bytes(event.header().kind)));
    return true;
  });
  if (count == kEventsPerRead) return count;
  // Fewer than it would take: the target's commands are applied, so their events were all there.
  absorbed_ = target_;
  const std::uint64_t asked = asked_.get();
  if (asked == made_.get_value_only() || absorbed_ < floor_) return count;
  if (absorbed_ > digest_->point().through) digest_->advance(absorbed_);
  point_ = digest_->point();
  made_.set(asked);
  return count + 1;
}

}  // namespace hourglass::engine

#include "engine/sequencer/digest_agent.h"

#include <span>
#include <utility>

namespace hourglass::engine {

DigestAgent::DigestAgent(PipelineRings& rings, std::unique_ptr<EventDigest> digest)
    : rings_(rings),
      events_(rings.events),
      digest_(std::move(digest)),
      absorbed_(digest_->point().through),
      point_(digest_->point()) {}

std::uint32_t DigestAgent::do_work() noexcept {
  const SequenceNumber applied(rings_.applied.get() - 1);
  const std::uint32_t count = events_.read(kEventsPerRead, kNoLimit, [&](const Event& event) {
    if (event.header().command_sequence > applied) return false;
    digest_->add(std::span(event.bytes).first(event_bytes(event.header().kind)));
    return true;
  });
  // Fewer than it would take: all events of `applied` were there to be read, and none is left.
  if (count < kEventsPerRead) absorbed_ = applied;
  const std::uint64_t asked = asked_.get();
  if (asked != made_.get_value_only() && count < kEventsPerRead && absorbed_ >= floor_) {
    if (absorbed_ > digest_->point().through) digest_->advance(absorbed_);
    point_ = digest_->point();
    made_.set(asked);
  }
  return count;
}

}  // namespace hourglass::engine

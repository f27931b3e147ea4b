#include "engine/sequencer/frame_ahead.h"

#include <cstring>
#include <vector>

#include "engine/base/assert.h"
#include "engine/base/limits.h"
#include "engine/sequencer/clock.h"

namespace hourglass::engine {

FrameAhead::FrameAhead(JournalReader& reader, Agent* first)
    : reader_(reader),
      owner_idle_(settings_for(online_cpu_count(), 2, IdleMode::kYield), owner_wake_),
      runner_({.name = "hg-read",
               .pin_cpu = {},
               .idle = settings_for(online_cpu_count(), 2, IdleMode::kYield)},
              first == nullptr ? std::vector<Agent*>{this} : std::vector<Agent*>{first, this}) {
  for (Held& held : held_) held.bytes = AlignedBuffer(kMaxFrameBytes);
}

std::uint32_t FrameAhead::do_work() noexcept {
  const std::uint64_t at = read_.get_value_only();
  if (ended_) return 0;
  const std::uint64_t in_hand = released_.get();  // the owner's; those before it are free again
  if (at - in_hand == kFrames) {
    // It is no end, after which nothing is read, and only this thread writes what is held.
    HG_ASSERT(held_[in_hand % kFrames].frame.has_value(), in_hand);
    if (held_[in_hand % kFrames].frame->payload.size() >= kWorthPausing) brief_pause();
    return 0;
  }
  Held& held = held_[at % kFrames];
  auto next = reader_.next_frame();
  held.status = next.status();
  held.frame.reset();
  if (next.ok() && next->has_value()) {
    const std::span<std::byte> payload = held.bytes.first((*next)->payload.size());
    std::memcpy(payload.data(), (*next)->payload.data(), payload.size());
    held.frame = **next;
    held.frame->payload = payload;
  }
  ended_ = !held.frame;
  read_.set(at + 1);
  owner_wake_.notify();
  return 1;
}

absl::StatusOr<std::optional<FrameView>> FrameAhead::next_frame() {
  released_.set(next_);
  runner_.wake().notify();
  while (read_.get() == next_) owner_idle_.idle(0);  // ends: the reader comes to an end or a fault
  owner_idle_.idle(1);
  const Held& held = held_[next_ % kFrames];
  if (!held.status.ok()) return held.status;
  // The end stays the end, however often it is asked for.
  if (held.frame) ++next_;
  return held.frame;
}

}  // namespace hourglass::engine

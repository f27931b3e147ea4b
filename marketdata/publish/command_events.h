// CommandEvents: the public events of one command, brought together from a reader that gives them
// one by one.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "engine/base/assert.h"
#include "engine/base/fixed_array.h"
#include "engine/base/limits.h"
#include "engine/order/event.h"

namespace hourglass::marketdata {

// A reader that lost events in the middle of a command gives them from the event store and goes on:
// what was brought together so far stays. Thread: the publisher's. Allocates when made: 264 KiB.
class CommandEvents {
 public:
  CommandEvents() : events_(engine::kMaxEventsPerApply) {}

  // Takes the next event in the engine's order, public or not. True: it was its command's last, and
  // events() is the command whole. Cost: a copy of a public event.
  bool add(const engine::Event& event) noexcept {
    if (whole_) {
      count_ = 0;
      whole_ = false;
    }
    const engine::EventHeader& header = event.header();
    if (header.feed_sequence != 0) {
      HG_ASSERT(count_ < engine::kMaxEventsPerApply, header.feed_sequence);
      std::memcpy(&events_[count_++], &event, engine::event_bytes(header.kind));
    }
    whole_ = header.last_in_command != 0;
    return whole_;
  }

  // The public events of the command whose last was just added; none where it did nothing public.
  // Valid until the next add().
  [[nodiscard]] std::span<const engine::Event> events() const noexcept {
    HG_ASSERT(whole_);
    return {events_.data(), count_};
  }

 private:
  engine::FixedArray<engine::Event> events_;
  std::uint32_t count_ = 0;
  bool whole_ = false;
};

}  // namespace hourglass::marketdata

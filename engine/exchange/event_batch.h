// The events of the command being applied, numbered as they are made.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "engine/base/assert.h"
#include "engine/base/fixed_array.h"
#include "engine/base/limits.h"
#include "engine/base/zero_lines.h"
#include "engine/contract/instrument.h"
#include "engine/order/event.h"

namespace hourglass::engine {

// Room for kMaxEventsPerApply events, reused by every command, so the first few stay in cache.
// Thread: engine. Cost: constant, no allocation after construction.
class EventBatch {
 public:
  EventBatch() noexcept : events_(kMaxEventsPerApply) {}

  // Starts the events of `command`.
  void begin(const CommandHeader& command) noexcept {
    count_ = 0;
    sequence_ = command.sequence;
    time_ = command.time;
  }

  // Ends them: marks the last and gives them out, valid until the next begin().
  [[nodiscard]] std::span<const Event> finish() noexcept {
    if (count_ != 0) mutable_header(count_ - 1).last_in_command = 1;
    return {events_.data(), count_};
  }

  // A public event of `instrument`, zero but for its header.
  template <class Body>
  Body& add_public(InstrumentId id, Instrument& instrument) noexcept {
    return add<Body>(id, ++feed_sequence_, ++instrument.sequence);
  }
  // A public event of no instrument.
  template <class Body>
  Body& add_public() noexcept {
    return add<Body>(InstrumentId(0), ++feed_sequence_, 0);
  }
  // A private event.
  template <class Body>
  Body& add_private(InstrumentId id) noexcept {
    return add<Body>(id, 0, 0);
  }

  // Whether an order that rests without trading says so in its acceptance or replacement, rather
  // than in an OrderRested of its own: since rule set 2.
  [[nodiscard]] bool rests_at_once() const noexcept { return version_ >= 2; }
  // Makes the events of rule set `version`, a known one. Only a replay asks for an old one.
  void set_rule_set(std::uint32_t version) noexcept {
    HG_ASSERT(is_known_rule_set(version), version);
    version_ = event_layout(version);
  }

  [[nodiscard]] std::uint64_t feed_sequence() const noexcept { return feed_sequence_; }
  // Only for loading a snapshot.
  void set_feed_sequence(std::uint64_t value) noexcept { feed_sequence_ = value; }

 private:
  EventHeader& mutable_header(std::uint32_t index) noexcept {
    return *reinterpret_cast<EventHeader*>(events_[index].bytes.data());
  }

  template <class Body>
  Body& add(InstrumentId id, std::uint64_t feed_sequence,
            std::uint32_t instrument_sequence) noexcept {
    static_assert(sizeof(Body) == event_bytes(Body::kKind));
    HG_ASSERT(count_ < kMaxEventsPerApply, count_);
    std::byte* memory = events_[count_].bytes.data();
    zero_lines<sizeof(Body)>(memory);
    auto& body = *reinterpret_cast<Body*>(memory);
    body.header = {.command_sequence = sequence_,
                   .time = time_,
                   .feed_sequence = feed_sequence,
                   .event_number = count_,
                   .instrument = id,
                   .instrument_sequence = instrument_sequence,
                   .kind = Body::kKind,
                   .version = version_,
                   .last_in_command = 0,
                   .reserved = 0};
    ++count_;
    return body;
  }

  FixedArray<Event> events_;
  std::uint32_t count_ = 0;
  std::uint8_t version_ = kEventLayoutVersion;
  std::uint64_t feed_sequence_ = 0;
  SequenceNumber sequence_;
  Timestamp time_;
};

}  // namespace hourglass::engine

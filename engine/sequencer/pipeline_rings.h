// The rings and watermarks between the doors, the matching thread, the journal and the consumers.
#pragma once

#include <cstdint>

#include "engine/base/limits.h"
#include "engine/base/types.h"
#include "engine/order/command.h"
#include "engine/order/event.h"
#include "engine/ring/broadcast_ring.h"
#include "engine/ring/cursor.h"
#include "engine/ring/mpsc_ring.h"

namespace hourglass::engine {

// Slots of each ring, powers of two.
struct RingSizes {
  std::uint32_t ingress = kIngressRingSlots;
  std::uint32_t commands = kCommandRingSlots;
  std::uint32_t events = kEventRingSlots;
};

// Doors push to `ingress`; the sequencer writes `commands` for the journal and `events` for
// everybody. A consumer may show an event to the outside only when its command is durable.
struct PipelineRings {
  explicit PipelineRings(const RingSizes& sizes, SequenceNumber first)
      : ingress(sizes.ingress), commands(sizes.commands), events(sizes.events) {
    applied.set(first.value());
    durable.set(first.value());
  }

  MpscRing<Command> ingress;
  BroadcastRing<Command, SlowReaders::kForbidden> commands;
  BroadcastRing<Event> events;
  // Both count: the first sequence that is *not* yet applied, durable.
  Cursor applied;  // writer: sequencer; all events of lower sequences are published
  Cursor durable;  // writer: journal agent, or the sequencer in volatile mode
  // 1 once the journal has failed for good: the market stops, nothing is acknowledged any more.
  Cursor journal_failed;  // writer: journal agent
  // 1 while the disk has no room for the next frame, which is tried again: nothing is lost, nothing
  // acknowledged.
  Cursor journal_full;  // writer: journal agent
};

}  // namespace hourglass::engine

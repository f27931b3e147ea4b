// What a journal directory leads to when every command is executed again from the first.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "engine/exchange/replica.h"
#include "engine/journal/journal_device.h"
#include "engine/sequencer/replayer.h"

namespace hourglass::engine::test {

// Keeps the bytes of the events of a replay.
class EventCollector final : public ReplayObserver {
 public:
  void on_events(const Command&, std::span<const Event> events) override {
    for (const Event& event : events) {
      const auto used = std::span(event.bytes).first(event_bytes(event.header().kind));
      bytes.insert(bytes.end(), used.begin(), used.end());
    }
  }
  std::vector<std::byte> bytes;
};

struct Reexecuted {
  std::vector<std::byte> events;  // as the event store holds them
  // Of these, those of commands that the last digest named covers.
  std::vector<std::byte> vouched_events;
  std::vector<std::byte> state;  // as a snapshot would
};

// Re-executes with an empty replica. Any failure aborts: the directory is a test's own.
Reexecuted reexecute(JournalDevice& device, std::unique_ptr<Replica> fresh);

// The events in the directory's event store; empty where there is none. Failures abort.
std::vector<std::byte> stored_events(JournalDevice& device);

}  // namespace hourglass::engine::test

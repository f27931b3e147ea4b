// start_shadow: where a second exchange takes up a journal that is being written.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "engine/exchange/limits.h"
#include "engine/exchange/replica.h"
#include "engine/journal/event_digest.h"
#include "engine/journal/event_store.h"
#include "engine/journal/journal_device.h"
#include "engine/journal/journal_reader.h"

namespace hourglass::engine {

// Makes an empty exchange as the venue composed it.
struct ReplicaMaker {
  std::unique_ptr<Replica> (*make)(const ExchangeLimits&);
  ExchangeLimits limits;

  [[nodiscard]] std::unique_ptr<Replica> operator()() const { return make(limits); }
};

struct ShadowStart {
  std::unique_ptr<JournalReader> reader;  // follows; at the frame that holds point.through
  std::unique_ptr<EventStore> store;      // holds the events of commands up to point.through
  std::unique_ptr<Replica> replica;       // stands at `point`
  DigestPoint point;
  SequenceNumber newest_snapshot{0};  // that is whole, whether it was used or not; 0: none
};

// Finds the newest whole snapshot at or before `trusted`, and not ahead of `announced`, up to which
// the event store has every event, else the first command. The store is opened, or begun, and cut
// back to there. Errors: kFailedPrecondition where the journal's first command is not here, from
// which alone a lost event store can be made again; the reader's and the device's; kCancelled where
// `give_up`, asked before each MiB of the event store and each snapshot, said so: then no whole
// command's events were cut off. One snapshot's reading and loading is not cut short. Thread: any;
// the journal may be being written. Cost: reads the event store once, and again what is cut off,
// snapshots until one will do, and headers; one exchange.
absl::StatusOr<ShadowStart> start_shadow(JournalDevice& device, SequenceNumber announced,
                                         SequenceNumber trusted, const ReplicaMaker& make,
                                         EventStore::GiveUp give_up);

}  // namespace hourglass::engine

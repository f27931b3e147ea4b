// The history of a venue, from its first command on, for who must remember what the exchange does
// not: a door's order ids, what its orders executed and at which prices.
#pragma once

#include <span>

#include "absl/status/status.h"
#include "engine/journal/event_digest.h"
#include "engine/journal/format.h"
#include "engine/journal/journal_device.h"
#include "engine/order/command.h"
#include "engine/order/event.h"

namespace hourglass::engine {

// Thread: the starting one.
class HistoryFollower {
 public:
  virtual ~HistoryFollower() = default;
  // Forget everything: the first command comes next. Also where it came before, when a start began
  // from a snapshot that turned out not to be good.
  virtual void on_beginning() = 0;
  // The next command as the journal holds it, and what it did.
  virtual void on_command(const Command& command, std::span<const Event> events) = 0;
};

// Tells `follower` the commands of the journal in `device`'s directory up to `end`, from the
// beginning, with their events out of the event store, which are held to the digests that the
// journal's frames name and to `end`'s. Errors: kNotFound where there is no event store; kDataLoss
// where it holds other events or does not reach so far; those of reading; `follower` was then told
// a part. Cost: reads both files, hashes the events.
absl::Status follow_history(JournalDevice& device, const JournalUuid& uuid, const DigestPoint& end,
                            HistoryFollower& follower);

}  // namespace hourglass::engine

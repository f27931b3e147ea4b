// From "the events of commands 501 to 620 differ" to the one event that does.
//
// The journal holds only a digest of its events. Where the derived event store is at hand, it says
// what the events were; whether it is right about that, the journal's digest says.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/journal/event_digest.h"
#include "engine/journal/format.h"
#include "engine/journal/journal_device.h"
#include "engine/order/event.h"

namespace hourglass::engine {

// The first event that is not the same in the store and in the re-execution.
struct EventDifference {
  SequenceNumber command;
  std::uint32_t event_number = 0;   // within the command
  std::optional<Event> stored;      // nothing: the store has no such event
  std::optional<Event> reexecuted;  // nothing: re-execution made no such event
  // Whether the stored events are those the journal's digest covers; else the store is damaged, and
  // what it says is no evidence.
  bool journal_vouches_for_stored = false;

  // Where the two differ, in bytes from the event's start; nothing when one is missing.
  [[nodiscard]] std::optional<std::uint32_t> first_differing_byte() const noexcept;
};

// The events re-executed since the last agreement, so that a difference can be looked into.
// Re-execution may be ahead of agreement, so they are kept by command.
// Thread: the replayer's. Cost: a copy, and moving what is left when half has agreed; up to twice
// kMaxBytes, no allocation once it has its size.
class KeptEvents {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{256} << 20;

  // Commands come in rising order.
  void add(SequenceNumber command, std::span<const Event> events);
  // All events of commands up to `through` agreed.
  void drop_through(SequenceNumber through);

  // Those of commands up to `through`.
  [[nodiscard]] std::span<const std::byte> bytes_through(SequenceNumber through) const noexcept;
  // Whether some of the commands after `from` are missing, because more came than kMaxBytes.
  [[nodiscard]] bool overflowed(SequenceNumber from) const noexcept {
    return overflowed_ || from < missing_through_;
  }

 private:
  struct End {
    SequenceNumber command;
    std::size_t bytes;  // in bytes_, up to the end of this command's events
  };
  [[nodiscard]] std::size_t ends_through(SequenceNumber through) const noexcept;

  std::vector<std::byte> bytes_;
  std::vector<End> ends_;        // of each command with events
  std::size_t first_bytes_ = 0;  // of bytes_; what is before is dropped
  std::size_t first_end_ = 0;    // of ends_; likewise
  SequenceNumber last_offered_{0};
  SequenceNumber missing_through_{0};  // some events up to here are missing
  bool overflowed_ = false;            // and all from the one that did not fit on
};

// A range of commands whose events differ: beyond `from`, where all was well.
struct DifferingRange {
  DigestPoint from;
  SequenceNumber through;
  Digest journal;  // the journal's digest at `through`
};

// Finds the difference with the help of the event store of journal `uuid`. Errors, all in words for
// a person: kNotFound without a store; kFailedPrecondition where it is another journal's, ends too
// early or holds what re-execution finds; kDataLoss where it is damaged; the device's.
// Thread: any. Cost: reads the store once.
absl::StatusOr<EventDifference> find_event_difference(JournalDevice& device,
                                                      const JournalUuid& uuid,
                                                      const DifferingRange& range,
                                                      const KeptEvents& reexecuted);

}  // namespace hourglass::engine

// verify: everything that can be checked about a journal without executing it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "engine/journal/journal_device.h"
#include "engine/journal/journal_fault.h"
#include "engine/journal/journal_reader.h"

namespace hourglass::engine {

struct JournalVerification {
  std::uint64_t segments = 0;
  std::uint64_t frames = 0;
  std::uint64_t commands = 0;
  std::uint64_t frame_bytes = 0;  // of whole blocks, without segment headers
  SequenceNumber first_sequence{0};
  SequenceNumber next_sequence{0};
  Digest chain{};  // after the last good frame
  SequenceNumber digest_through{0};
  Digest event_digest{};
  JournalTail tail;
  // The commit indexes: derived, so that damage here loses nothing, but it is damage.
  std::uint64_t index_listed = 0;
  std::uint64_t index_missing = 0;  // frames without a record; a crash leaves some
  std::uint64_t index_damaged = 0;  // records that are not whole or contradict their frame
  std::optional<JournalFault> fault;

  // Whether no byte was found wrong.
  [[nodiscard]] bool intact() const noexcept { return !fault && index_damaged == 0; }
};

// Reads the whole journal: every sector, frame, command, chain and index record. A fault is part of
// the result. Errors: kNotFound where there is no journal, the device's. Thread: any; not on a
// journal that is being written. Cost: one read of every byte, about 1 ns each.
absl::StatusOr<JournalVerification> verify_journal(JournalDevice& device);

// The verification in a few lines for a person.
[[nodiscard]] std::string to_string(const JournalVerification& result);

}  // namespace hourglass::engine

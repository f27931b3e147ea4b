// verify_directory: everything about a journal directory that can be checked without executing it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/journal/journal_device.h"
#include "engine/journal/verify.h"

namespace hourglass::engine {

struct SnapshotFileCheck {
  std::string file;
  std::string fault;  // empty: whole, and of this journal
};

struct VerifyReport {
  JournalVerification journal;
  std::vector<SnapshotFileCheck> snapshots;  // oldest first
  std::uint64_t elapsed_ns = 0;

  [[nodiscard]] std::uint64_t damaged_snapshots() const noexcept;
  // Whether no byte was found wrong. A torn tail is not wrong: nobody was told of it.
  [[nodiscard]] bool intact() const noexcept {
    return journal.intact() && damaged_snapshots() == 0;
  }
};

// Verifies the journal (verify.h) and every snapshot file beside it. Damage is part of the result.
// Errors: kNotFound where there is no journal; the device's. Thread: any; not on a journal that is
// being written. Cost: reads and hashes every byte once; holds one snapshot at a time.
absl::StatusOr<VerifyReport> verify_directory(JournalDevice& device);

// The report in a few lines for a person, the verdict last.
[[nodiscard]] std::string to_text(const VerifyReport& report);
// The same facts as one JSON line.
[[nodiscard]] std::string to_json(const VerifyReport& report);

}  // namespace hourglass::engine

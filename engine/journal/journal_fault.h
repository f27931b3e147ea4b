// Where in a journal something is, and what is wrong there.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace hourglass::engine {

struct JournalPlace {
  std::string file;
  std::uint64_t offset = 0;         // bytes from the file's start
  std::uint32_t segment = 0;        // ordinal
  std::uint32_t frame = 0;          // number in the segment; 0: the segment header
  std::uint64_t next_sequence = 0;  // the first sequence not yet read when this was met

  bool operator==(const JournalPlace&) const = default;
};

struct JournalFault {
  JournalPlace place;
  std::string what;

  bool operator==(const JournalFault&) const = default;
};

// "seg-...hgj byte 8704: segment 1, frame 2, sequence 17: what".
[[nodiscard]] std::string to_string(const JournalFault& fault);
// The same as kDataLoss.
[[nodiscard]] absl::Status to_status(const JournalFault& fault);

}  // namespace hourglass::engine

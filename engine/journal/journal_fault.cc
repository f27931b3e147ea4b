#include "engine/journal/journal_fault.h"

#include <fmt/format.h>

namespace hourglass::engine {

std::string to_string(const JournalFault& fault) {
  return fmt::format("{} byte {}: segment {}, frame {}, sequence {}: {}", fault.place.file,
                     fault.place.offset, fault.place.segment, fault.place.frame,
                     fault.place.next_sequence, fault.what);
}

absl::Status to_status(const JournalFault& fault) {
  return absl::DataLossError(to_string(fault));
}

}  // namespace hourglass::engine

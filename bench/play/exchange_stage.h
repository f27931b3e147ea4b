// Stage "exchange": books, checks, clearing seam and events, without rings and journal.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "bench/play/stage.h"

namespace hourglass::bench {

// Errors: ResourceExhausted when the stream is larger than the venue's limits.
absl::StatusOr<std::unique_ptr<Stage>> make_exchange_stage(const StageOptions& options,
                                                           const StreamHeader& header);

}  // namespace hourglass::bench

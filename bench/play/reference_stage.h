// The stage of the plain reference book.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "bench/play/stage.h"

namespace hourglass::bench {

// Errors: none. Thread: any.
absl::StatusOr<std::unique_ptr<Stage>> make_reference_stage(const StageOptions& options,
                                                            const StreamHeader& header);

}  // namespace hourglass::bench

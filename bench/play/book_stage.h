// Stage "book": the production order books and nothing else.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "bench/play/stage.h"

namespace hourglass::bench {

// Errors: ResourceExhausted when the stream's books do not fit the price directories.
absl::StatusOr<std::unique_ptr<Stage>> make_book_stage(const StageOptions& options,
                                                       const StreamHeader& header);

}  // namespace hourglass::bench

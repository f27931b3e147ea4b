// Stage "pipeline": the whole venue inside the doors: rings, sequencer, exchange, journal, and a
// consumer that sees an event only when its command is durable.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "bench/play/stage.h"

namespace hourglass::bench {

// The journal goes to a directory of its own under options.journal_dir and is removed at the end,
// unless options.keep_journal. A run whose journal fails, or stands still for 10 s because its disk
// is full, ends early and has empty results, which no stream expects. Errors: ResourceExhausted
// when the stream is larger than the venue's limits; the journal's.
absl::StatusOr<std::unique_ptr<Stage>> make_pipeline_stage(const StageOptions& options,
                                                           const StreamHeader& header);

}  // namespace hourglass::bench

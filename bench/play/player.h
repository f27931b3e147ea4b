// Playing a stream through a stage, for time and for results.
#pragma once

#include <array>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/play/latency_histogram.h"
#include "bench/play/stage.h"
#include "bench/play/tsc_clock.h"
#include "bench/streams/stream.h"

namespace hourglass::bench {

struct TimedRun {
  std::uint64_t op_count = 0;  // timed records: the stream without its preload
  double seconds = 0;
  // How much of it the calling thread had a processor; clearly below 1, and others disturbed the
  // run (or the stage slept).
  double cpu_share = 0;
  StreamResults results;

  [[nodiscard]] double ns_per_op() const noexcept {
    return seconds * 1e9 / static_cast<double>(op_count);
  }
  [[nodiscard]] double ops_per_second() const noexcept {
    return static_cast<double>(op_count) / seconds;
  }
};

struct LatencyRun {
  std::array<LatencyHistogram, kOpKinds.size()> ticks_by_kind;  // in the order of kOpKinds
  StreamResults results;
};

// Plays the whole stream through a fresh stage and times all but the preload, as one call.
// Errors: make_stage's; InvalidArgument when nothing is to be timed. Wrong results are no error
// here: check_results says so. Thread: any.
absl::StatusOr<TimedRun> play_for_throughput(const Stream& stream, const StageOptions& options);

// The same one record at a time, each timed by itself. Errors: as above.
absl::StatusOr<LatencyRun> play_for_latency(const Stream& stream, const StageOptions& options);

// Whether a run left behind what its stream expects. Errors: DataLoss naming each field that
// differs, with both values.
absl::Status check_results(const StreamResults& played, const StreamResults& expected);

}  // namespace hourglass::bench

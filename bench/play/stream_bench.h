// `hourglass bench streams`: a stage beside the reference book on the generated streams.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/play/stage.h"
#include "bench/streams/generator.h"

namespace hourglass::bench {

// One stream in several rounds. In each round both play it, one directly after the other and in
// alternating order, because a shared machine's speed drifts: a round's ratio is comparable, its
// times by themselves are not.
struct Comparison {
  StreamKind kind{};
  std::uint32_t seed = 0;
  std::uint64_t op_count = 0;               // timed, a round
  std::vector<double> reference_ns_per_op;  // by round
  std::vector<double> stage_ns_per_op;
  double cpu_share_min = 1;  // of all runs, as in TimedRun

  // Reference time over stage time, by round.
  [[nodiscard]] std::vector<double> ratios() const;
};

// Plays `stream` for `round_count` rounds. Errors: make_stage's, DataLoss when either side's
// results differ from the stream's. Thread: any.
absl::StatusOr<Comparison> compare(const Stream& stream, StreamKind kind,
                                   const StageOptions& options, std::int64_t round_count);

// The middle value, the lower one of two. `values` must not be empty.
double median(std::vector<double> values);

// The subcommand after `hourglass bench`. Exit code as for play_main; a goal that is missed is
// printed, not an error.
int stream_bench_main(std::span<const std::string_view> args);

}  // namespace hourglass::bench

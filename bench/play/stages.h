// The table of stages that `hourglass play` and `hourglass bench streams` know.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "bench/play/stage.h"
#include "bench/streams/generator.h"

namespace hourglass::bench {

// The speed against the reference book that a stage must reach on each stream; 0: no goal.
struct GoalRatios {
  double ecmix = 0;
  double itch = 0;
  double itch1k = 0;
  double deep = 0;
  double sweep = 0;

  [[nodiscard]] constexpr double of(StreamKind kind) const noexcept {
    switch (kind) {
      case StreamKind::kEcmix: return ecmix;
      case StreamKind::kItch: return itch;
      case StreamKind::kItch1k: return itch1k;
      case StreamKind::kDeep: return deep;
      case StreamKind::kSweep: return sweep;
    }
    return 0;
  }
};

struct StageEntry {
  std::string_view name;
  std::string_view summary;   // what it is, one line
  std::string_view left_out;  // what of a real exchange its figures do not include
  bool takes_journal = false;
  GoalRatios goals = {};
  absl::StatusOr<std::unique_ptr<Stage>> (*make)(const StageOptions&,
                                                 const StreamHeader&) = nullptr;
};

// All of them, the baseline first.
std::span<const StageEntry> stages();

// The entry called `name`. Errors: NotFound with the known names.
absl::StatusOr<const StageEntry*> find_stage(std::string_view name);

// A fresh stage for one run over the stream of `header`. Errors: NotFound for the name;
// InvalidArgument for a journal or a rate the stage has no use for, or for keeping a journal where
// none is written; the stage's own. Thread: any.
absl::StatusOr<std::unique_ptr<Stage>> make_stage(const StageOptions& options,
                                                  const StreamHeader& header);

}  // namespace hourglass::bench

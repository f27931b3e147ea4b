// The table of stages that `hourglass play` and `hourglass bench streams` know.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "bench/play/stage.h"

namespace hourglass::bench {

struct StageEntry {
  std::string_view name;
  std::string_view summary;   // what it is, one line
  std::string_view left_out;  // what of a real exchange its figures do not include
  bool takes_journal = false;
  absl::StatusOr<std::unique_ptr<Stage>> (*make)(const StageOptions&,
                                                 const StreamHeader&) = nullptr;
};

// All of them, the baseline first.
std::span<const StageEntry> stages();

// The entry called `name`. Errors: NotFound with the known names.
absl::StatusOr<const StageEntry*> find_stage(std::string_view name);

// A fresh stage for one run over the stream of `header`. Errors: NotFound for the name,
// InvalidArgument for a journal the stage has no use for, or the stage's own. Thread: any.
absl::StatusOr<std::unique_ptr<Stage>> make_stage(const StageOptions& options,
                                                  const StreamHeader& header);

}  // namespace hourglass::bench

// PlayReport: one run of `hourglass play`, for a person or for a program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bench/play/player.h"
#include "bench/play/stage.h"

namespace hourglass::bench {

struct PlayReport {
  std::string_view stream;
  std::uint32_t seed = 0;
  StageOptions options;
  std::string_view left_out;  // by the stage
  TimedRun run;
  std::optional<LatencyRun> latency;
  std::optional<TscClock> clock;  // set with latency
  bool as_expected = false;
};

// One line of JSON without a newline. Units: as the field names say, latencies in ns.
std::string play_json(const PlayReport& report);

// A few lines of text.
std::string play_text(const PlayReport& report);

}  // namespace hourglass::bench

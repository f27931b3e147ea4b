#include "bench/streams/generator.h"

#include <utility>

#include "bench/streams/recipes.h"
#include "fmt/format.h"

namespace hourglass::bench {
namespace {

struct Recipe {
  void (*write)(StreamRecorder&, std::uint64_t timed_count);
  std::uint64_t full_timed_count;
  std::uint32_t symbol_count;
  // Most records its preload may have; the real numbers are below, by chance of the seed.
  std::uint64_t max_preload_count;
};

constexpr Recipe recipe(StreamKind kind) noexcept {
  switch (kind) {
    case StreamKind::kEcmix: return {write_ecmix, 3'000'000, 1, 100'000};
    case StreamKind::kItch: return {write_itch, 5'000'000, 1, 100'000};
    case StreamKind::kItch1k: return {write_itch1k, 5'000'000, kItch1kSymbolCount, 1'000'000};
    case StreamKind::kDeep: return {write_deep, 3'000'000, 1, 1'000'000};
    case StreamKind::kSweep: return {write_sweep, 3'000'000, 1, 2'000};
  }
  return {};
}

}  // namespace

absl::StatusOr<Stream> generate_stream(StreamKind kind, std::uint32_t seed,
                                       std::uint32_t scale_percent) {
  if (scale_percent == 0 || scale_percent > kMaxScalePercent) {
    return absl::InvalidArgumentError(
        fmt::format("scale {} is not in 1..{} percent", scale_percent, kMaxScalePercent));
  }
  const Recipe chosen = recipe(kind);
  const std::uint64_t timed_count = chosen.full_timed_count * scale_percent / kFullScalePercent;
  absl::StatusOr<StreamRecorder> recorder =
      StreamRecorder::open({.name = name(kind),
                            .seed = seed,
                            .symbol_count = chosen.symbol_count,
                            .max_records = chosen.max_preload_count + timed_count});
  if (!recorder.ok()) return recorder.status();
  chosen.write(*recorder, timed_count);
  return std::move(*recorder).finish();
}

}  // namespace hourglass::bench

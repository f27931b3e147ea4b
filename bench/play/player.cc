#include "bench/play/player.h"

#include <malloc.h>
#include <time.h>

#include <chrono>
#include <memory>
#include <string>

#include "bench/play/stages.h"
#include "fmt/format.h"

namespace hourglass::bench {
namespace {

// A stage that has played the preload.
absl::StatusOr<std::unique_ptr<Stage>> preloaded_stage(const Stream& stream,
                                                       const StageOptions& options) {
  if (stream.timed().empty()) {
    return absl::InvalidArgumentError("the stream is all preload: nothing to time");
  }
  // Every run starts from an empty heap. Otherwise a book of many small nodes would be built from
  // what earlier runs left scattered, and be slower than in a process of its own.
  ::malloc_trim(0);
  absl::StatusOr<std::unique_ptr<Stage>> stage = make_stage(options, stream.header);
  if (stage.ok()) (*stage)->play(stream.preload());
  return stage;
}

double thread_cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::size_t index_of(OpKind kind) noexcept {
  switch (kind) {
    case OpKind::kNew: return 0;
    case OpKind::kIoc: return 1;
    case OpKind::kCancel: return 2;
    case OpKind::kReduce: return 3;
    case OpKind::kRequeue: return 4;
  }
  __builtin_unreachable();  // the reader accepts no other
}
static_assert(kOpKinds[0] == OpKind::kNew && kOpKinds[4] == OpKind::kRequeue);

}  // namespace

absl::StatusOr<TimedRun> play_for_throughput(const Stream& stream, const StageOptions& options) {
  const absl::StatusOr<std::unique_ptr<Stage>> stage = preloaded_stage(stream, options);
  if (!stage.ok()) return stage.status();
  const double cpu_start = thread_cpu_seconds();
  const auto start = std::chrono::steady_clock::now();
  (*stage)->play(stream.timed());
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  const double cpu_seconds = thread_cpu_seconds() - cpu_start;
  return TimedRun{.op_count = stream.timed().size(),
                  .seconds = elapsed.count(),
                  .cpu_share = cpu_seconds / elapsed.count(),
                  .results = (*stage)->results()};
}

absl::StatusOr<LatencyRun> play_for_latency(const Stream& stream, const StageOptions& options) {
  const absl::StatusOr<std::unique_ptr<Stage>> stage = preloaded_stage(stream, options);
  if (!stage.ok()) return stage.status();
  LatencyRun run;
  for (const StreamOp& op : stream.timed()) {
    LatencyHistogram& histogram = run.ticks_by_kind[index_of(op.kind)];
    const std::uint64_t begin = TscClock::begin_ticks();
    (*stage)->play({&op, 1});
    histogram.record(TscClock::end_ticks() - begin);
  }
  run.results = (*stage)->results();
  return run;
}

absl::Status check_results(const StreamResults& played, const StreamResults& expected) {
  std::string differences;
  const auto compare = [&](const char* field, auto value, auto wanted) {
    if (value == wanted) return;
    differences += fmt::format("{}{} is {}, the stream expects {}", differences.empty() ? "" : "; ",
                               field, value, wanted);
  };
  const auto hex = [](std::uint64_t hash) { return fmt::format("{:016x}", hash); };
  compare("trades", played.trades, expected.trades);
  compare("traded_qty", played.traded_qty_lots, expected.traded_qty_lots);
  compare("notional", played.notional, expected.notional);
  compare("trade_hash", hex(played.trade_hash), hex(expected.trade_hash));
  compare("end_orders", played.end_orders, expected.end_orders);
  compare("end_qty", played.end_qty_lots, expected.end_qty_lots);
  return differences.empty() ? absl::OkStatus() : absl::DataLossError(differences);
}

}  // namespace hourglass::bench

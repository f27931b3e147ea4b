#include "bench/play/play_main.h"

#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "bench/play/play_report.h"
#include "bench/play/player.h"
#include "bench/play/stages.h"
#include "bench/streams/generator.h"
#include "bench/streams/stream_reader.h"
#include "engine/base/command_line.h"
#include "fmt/format.h"

namespace hourglass::bench {
namespace {

constexpr std::int32_t kExitFailed = 1;

struct PlayOptions {
  std::string_view stream;
  StageOptions stage;
  std::int64_t seed = 1;
  std::int64_t scale_percent = kFullScalePercent;
  std::int64_t repeat = 1;
  bool latency = false;
  bool json = false;
};

absl::StatusOr<Stream> open_stream(const PlayOptions& options) {
  if (const std::optional<StreamKind> kind = stream_kind(options.stream)) {
    return generate_stream(*kind, static_cast<std::uint32_t>(options.seed),
                           static_cast<std::uint32_t>(options.scale_percent));
  }
  return read_stream(std::string(options.stream));
}

// One run: timed as a whole and, if asked for, once more one operation at a time.
absl::StatusOr<PlayReport> play_once(const Stream& stream, const PlayOptions& options,
                                     const std::optional<TscClock>& clock) {
  const absl::StatusOr<const StageEntry*> entry = find_stage(options.stage.stage);
  if (!entry.ok()) return entry.status();
  absl::StatusOr<TimedRun> run = play_for_throughput(stream, options.stage);
  if (!run.ok()) return run.status();
  PlayReport report{.stream = stream.name(),
                    .seed = stream.header.seed,
                    .options = options.stage,
                    .left_out = (*entry)->left_out,
                    .run = *run,
                    .latency = {},
                    .clock = clock};
  if (clock) {
    absl::StatusOr<LatencyRun> latency = play_for_latency(stream, options.stage);
    if (!latency.ok()) return latency.status();
    report.latency = std::move(*latency);
  }
  return report;
}

absl::Status check_report(const PlayReport& report, const StreamResults& expected) {
  if (absl::Status status = check_results(report.run.results, expected); !status.ok()) {
    return status;
  }
  return report.latency ? check_results(report.latency->results, expected) : absl::OkStatus();
}

absl::Status play_all(const PlayOptions& options) {
  const absl::StatusOr<Stream> stream = open_stream(options);
  if (!stream.ok()) return stream.status();
  std::optional<TscClock> clock;
  if (options.latency) {
    const absl::StatusOr<TscClock> calibrated = TscClock::calibrate();
    if (!calibrated.ok()) return calibrated.status();
    clock = *calibrated;
  }
  absl::Status outcome;
  for (std::int64_t i = 0; i < options.repeat; ++i) {
    absl::StatusOr<PlayReport> report = play_once(*stream, options, clock);
    if (!report.ok()) return report.status();
    const absl::Status status = check_report(*report, stream->header.expected);
    report->as_expected = status.ok();
    if (outcome.ok()) outcome = status;
    fmt::print("{}", options.json ? play_json(*report) + "\n" : play_text(*report));
    std::fflush(stdout);
  }
  return outcome;
}

}  // namespace

int play_main(std::span<const std::string_view> args) {
  PlayOptions options;
  std::string_view journal = name(options.stage.journal);
  engine::CommandLine line(
      "play",
      "Plays an order stream with known results through a stage of the exchange, times it and "
      "checks that exactly the expected trades come out.");
  line.argument("STREAM", options.stream,
                "a file in the HGOS1 format (bench/streams/README.md), or one of ecmix, itch, "
                "itch1k, deep and sweep, which are generated");
  line.text("stage", options.stage.stage, "NAME",
            "what plays it; reference is the plain book all ratios stand on");
  line.choice("journal", journal, {"none", "volatile", "durable"},
              "where commands are logged, for stages that have a journal; volatile loses "
              "everything in a crash");
  line.text("journal-dir", options.stage.journal_dir, "DIR",
            "where the journal stands during the run: a disk, not a tmpfs");
  line.flag("keep-journal", options.stage.keep_journal,
            "leave the journal there for `hourglass audit replay --clearing permissive`; for "
            "stages that have one, with --journal durable or volatile");
  line.number("rate", options.stage.rate, {.min = 0, .max = 1'000'000'000},
              "operations a second that are offered to a stage with doors; 0: as many as it "
              "takes; not with --latency");
  line.flag("latency", options.latency,
            "also measure each operation by itself, in a second pass over the stream; not with "
            "--rate");
  line.number("repeat", options.repeat, {.min = 1, .max = 1000}, "how many runs to make");
  line.number("seed", options.seed, {.min = 0, .max = 0xFFFFFFFF}, "of a generated stream");
  line.number("scale", options.scale_percent, {.min = 1, .max = kMaxScalePercent},
              "length of a generated stream in percent of its full one");
  line.flag("json", options.json, "print one JSON line a run");
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;
  options.stage.journal = journal_mode(journal).value_or(JournalMode::kNone);
  if (options.latency && options.stage.rate != 0) {
    fmt::print(stderr,
               "hourglass play: --rate cannot be had with --latency, which offers the next "
               "operation when the last one is over\n");
    return engine::CommandLine::kExitUsage;
  }

  const absl::Status outcome = play_all(options);
  if (outcome.ok()) return engine::CommandLine::kExitOk;
  fmt::print(stderr, "hourglass play: {}\n", std::string(outcome.message()));
  return kExitFailed;
}

}  // namespace hourglass::bench

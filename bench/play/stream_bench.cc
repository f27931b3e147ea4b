#include "bench/play/stream_bench.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>

#include "bench/play/json_object.h"
#include "bench/play/machine.h"
#include "bench/play/player.h"
#include "bench/play/stages.h"
#include "engine/base/assert.h"
#include "engine/base/command_line.h"
#include "fmt/format.h"

namespace hourglass::bench {
namespace {

constexpr std::int32_t kExitFailed = 1;
constexpr std::size_t kMaxSeeds = 64;

struct BenchOptions {
  StageOptions stage;
  std::vector<StreamKind> kinds;
  std::vector<std::uint32_t> seeds;
  std::int64_t scale_percent = kFullScalePercent;
  std::int64_t round_count = 5;
  bool json = false;
};

absl::StatusOr<TimedRun> checked_run(const Stream& stream, const StageOptions& options) {
  absl::StatusOr<TimedRun> run = play_for_throughput(stream, options);
  if (!run.ok()) return run.status();
  const absl::Status status = check_results(run->results, stream.header.expected);
  if (!status.ok()) {
    return absl::DataLossError(fmt::format("{} through {}: {}", stream.name(), options.stage,
                                           std::string(status.message())));
  }
  return run;
}

std::vector<std::string_view> split_at_commas(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t comma = text.find(',');
    parts.push_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

absl::StatusOr<std::vector<std::uint32_t>> parse_seeds(std::string_view text) {
  std::vector<std::uint32_t> seeds;
  for (const std::string_view part : split_at_commas(text)) {
    std::uint32_t seed = 0;
    const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), seed);
    if (error != std::errc() || stop != part.data() + part.size() || seeds.size() == kMaxSeeds) {
      return absl::InvalidArgumentError(
          fmt::format("--seeds wants up to {} numbers with commas, not \"{}\"", kMaxSeeds, text));
    }
    seeds.push_back(seed);
  }
  return seeds;
}

absl::StatusOr<std::vector<StreamKind>> parse_kinds(std::string_view text) {
  std::vector<StreamKind> kinds;
  for (const std::string_view part : split_at_commas(text)) {
    const std::optional<StreamKind> kind = stream_kind(part);
    if (!kind) {
      return absl::InvalidArgumentError(fmt::format("no stream is called \"{}\"", part));
    }
    kinds.push_back(*kind);
  }
  return kinds;
}

std::string comparison_json(const Comparison& row, const BenchOptions& options,
                            const StageEntry& stage) {
  const std::vector<double> ratios = row.ratios();
  JsonObject json;
  json.text("stream", name(row.kind))
      .number("seed", row.seed)
      .number("scale_percent", options.scale_percent)
      .text("stage", options.stage.stage)
      .text("journal", name(options.stage.journal))
      .number("ops", row.op_count)
      .number("rounds", ratios.size())
      .number("reference_ns_per_op", median(row.reference_ns_per_op), 2)
      .number("ns_per_op", median(row.stage_ns_per_op), 2)
      .number("ratio_min", *std::min_element(ratios.begin(), ratios.end()), 2)
      .number("ratio_median", median(ratios), 2)
      .number("goal", stage.goals.of(row.kind), 1)
      .number("cpu_share_min", row.cpu_share_min, 2);
  add_machine(json);
  return json.text("left_out", stage.left_out).line();
}

std::string comparison_text(const Comparison& row, const StageEntry& stage) {
  const double goal = stage.goals.of(row.kind);
  const bool met = median(row.ratios()) >= goal;
  const std::vector<double> ratios = row.ratios();
  return fmt::format(
      "{:<7} {:>5} {:>9} {:>12.1f} {:>12.2f} {:>9.2f} {:>8.2f} {:>6.1f} {:>5.2f}  {}\n",
      name(row.kind), row.seed, row.op_count, median(row.reference_ns_per_op),
      median(row.stage_ns_per_op), *std::min_element(ratios.begin(), ratios.end()), median(ratios),
      goal, row.cpu_share_min,
      goal == 0 ? "no goal"
      : met     ? "met"
                : "missed");
}

void print_heading(const BenchOptions& options, const StageEntry& stage) {
  fmt::print(
      "stage {}, journal {}: {}\n"
      "on {}\n"
      "{}\n"
      "{} rounds a stream, both books in each; times are medians in ns, a ratio is one round's.\n"
      "cpu: least share of a run in which it had a processor; well below 1, it was disturbed.\n"
      "Left out: generating, preload; of the stage: {}.\n\n",
      options.stage.stage, name(options.stage.journal), stage.summary, machine_text(), build_text(),
      options.round_count, stage.left_out);
  fmt::print("{:<7} {:>5} {:>9} {:>12} {:>12} {:>9} {:>8} {:>6} {:>5}\n", "stream", "seed", "ops",
             "reference", options.stage.stage, "ratio min", "median", "goal", "cpu");
}

absl::Status run_all(const BenchOptions& options) {
  const absl::StatusOr<const StageEntry*> stage = find_stage(options.stage.stage);
  if (!stage.ok()) return stage.status();
  if (!options.json) print_heading(options, **stage);
  for (const StreamKind kind : options.kinds) {
    for (const std::uint32_t seed : options.seeds) {
      const absl::StatusOr<Stream> stream =
          generate_stream(kind, seed, static_cast<std::uint32_t>(options.scale_percent));
      if (!stream.ok()) return stream.status();
      const absl::StatusOr<Comparison> row =
          compare(*stream, kind, options.stage, options.round_count);
      if (!row.ok()) return row.status();
      fmt::print("{}", options.json ? comparison_json(*row, options, **stage) + "\n"
                                    : comparison_text(*row, **stage));
      std::fflush(stdout);
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<double> Comparison::ratios() const {
  HG_ASSERT(reference_ns_per_op.size() == stage_ns_per_op.size());
  std::vector<double> ratios;
  for (std::size_t round = 0; round < stage_ns_per_op.size(); ++round) {
    ratios.push_back(reference_ns_per_op[round] / stage_ns_per_op[round]);
  }
  return ratios;
}

absl::StatusOr<Comparison> compare(const Stream& stream, StreamKind kind,
                                   const StageOptions& options, std::int64_t round_count) {
  Comparison row{.kind = kind,
                 .seed = stream.header.seed,
                 .op_count = stream.timed().size(),
                 .reference_ns_per_op = {},
                 .stage_ns_per_op = {}};
  const StageOptions reference{.stage = "reference"};
  for (std::int64_t round = 0; round < round_count; ++round) {
    // Whoever plays second finds a warmer or a more throttled machine: take turns.
    for (const bool plays_reference : {round % 2 == 0, round % 2 != 0}) {
      const absl::StatusOr<TimedRun> run =
          checked_run(stream, plays_reference ? reference : options);
      if (!run.ok()) return run.status();
      (plays_reference ? row.reference_ns_per_op : row.stage_ns_per_op).push_back(run->ns_per_op());
      row.cpu_share_min = std::min(row.cpu_share_min, run->cpu_share);
    }
  }
  return row;
}

double median(std::vector<double> values) {
  HG_ASSERT(!values.empty());
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

int stream_bench_main(std::span<const std::string_view> args) {
  BenchOptions options;
  std::string_view journal = "none";
  std::string_view seeds = "1,2,3";
  std::string_view kinds = "ecmix,itch,itch1k,deep,sweep";
  engine::CommandLine line(
      "bench streams",
      "Generates order streams, plays each through a stage and through the plain reference book "
      "in the same run, and prints how many times faster the stage is, beside the goal.");
  line.text("stage", options.stage.stage, "NAME", "what is measured");
  line.choice("journal", journal, {"none", "volatile", "durable"},
              "for stages that have a journal");
  line.text("streams", kinds, "LIST", "which streams");
  line.text("seeds", seeds, "LIST", "a stream for each: a figure of one seed only does not hold");
  line.number("scale", options.scale_percent, {.min = 1, .max = kMaxScalePercent},
              "length of the streams in percent of the full one");
  line.number("rounds", options.round_count, {.min = 1, .max = 1000}, "rounds a stream");
  line.flag("json", options.json, "print one JSON line a stream");
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;

  const absl::StatusOr<std::vector<std::uint32_t>> parsed_seeds = parse_seeds(seeds);
  const absl::StatusOr<std::vector<StreamKind>> parsed_kinds = parse_kinds(kinds);
  if (!parsed_seeds.ok() || !parsed_kinds.ok()) {
    const absl::Status& status = parsed_seeds.ok() ? parsed_kinds.status() : parsed_seeds.status();
    fmt::print(stderr, "hourglass bench streams: {}\n", std::string(status.message()));
    return engine::CommandLine::kExitUsage;
  }
  options.seeds = *parsed_seeds;
  options.kinds = *parsed_kinds;
  options.stage.journal = journal_mode(journal).value_or(JournalMode::kNone);

  const absl::Status outcome = run_all(options);
  if (outcome.ok()) return engine::CommandLine::kExitOk;
  fmt::print(stderr, "hourglass bench streams: {}\n", std::string(outcome.message()));
  return kExitFailed;
}

}  // namespace hourglass::bench

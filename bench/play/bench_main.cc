#include "bench/play/bench_main.h"

#include <array>
#include <cstdio>
#include <optional>
#include <string>

#include "bench/fix/fix_bench.h"
#include "bench/play/stream_bench.h"
#include "bench/streams/generator.h"
#include "bench/streams/stream_reader.h"
#include "engine/base/command_line.h"
#include "fmt/format.h"

namespace hourglass::bench {
namespace {

using engine::CommandLine;

constexpr std::int32_t kExitFailed = 1;

constexpr std::string_view kUsage =
    "usage: hourglass bench streams [options]       compare a stage with the reference book\n"
    "       hourglass bench fix [options]           load the FIX door beside QuickFIX\n"
    "       hourglass bench generate DIR [options]  write the streams to files\n"
    "\n"
    "Each explains itself with --help.\n";

absl::Status generate_all(const std::string& directory, std::uint32_t seed,
                          std::uint32_t scale_percent) {
  for (const StreamKind kind : kStreamKinds) {
    const absl::StatusOr<Stream> stream = generate_stream(kind, seed, scale_percent);
    if (!stream.ok()) return stream.status();
    const std::string path = fmt::format("{}/{}.bin", directory, name(kind));
    const absl::Status written = write_stream(*stream, path);
    if (!written.ok()) return written;
    const StreamHeader& header = stream->header;
    fmt::print("{}: {} records, {} of them preload, {} trades, tape {:016x}\n", path, header.n_ops,
               header.n_preload, header.expected.trades, header.expected.trade_hash);
    std::fflush(stdout);
  }
  return absl::OkStatus();
}

int generate_main(std::span<const std::string_view> args) {
  std::string_view directory;
  std::int64_t seed = 1;
  std::int64_t scale_percent = kFullScalePercent;
  CommandLine line("bench generate",
                   "Writes the five order streams to files, about 470 MB at full scale, for use "
                   "with `hourglass play` or another engine.");
  line.argument("DIR", directory, "an existing directory");
  line.number("seed", seed, {.min = 0, .max = 0xFFFFFFFF}, "the same seed gives the same bytes");
  line.number("scale", scale_percent, {.min = 1, .max = kMaxScalePercent},
              "length of the streams in percent of the full one");
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;
  const absl::Status outcome =
      generate_all(std::string(directory), static_cast<std::uint32_t>(seed),
                   static_cast<std::uint32_t>(scale_percent));
  if (outcome.ok()) return CommandLine::kExitOk;
  fmt::print(stderr, "hourglass bench generate: {}\n", std::string(outcome.message()));
  return kExitFailed;
}

}  // namespace

int bench_main(std::span<const std::string_view> args) {
  const std::string_view what = args.empty() ? "" : args.front();
  if (what == "streams") return stream_bench_main(args.subspan(1));
  if (what == "fix") return fix_bench_main(args.subspan(1));
  if (what == "generate") return generate_main(args.subspan(1));
  const bool asked = what == "--help" || what == "-h";
  fmt::print(asked ? stdout : stderr, "{}", kUsage);
  return asked ? CommandLine::kExitOk : CommandLine::kExitUsage;
}

}  // namespace hourglass::bench

#include "bench/play/play_report.h"

#include "bench/play/json_object.h"
#include "bench/play/machine.h"
#include "fmt/format.h"

namespace hourglass::bench {
namespace {

constexpr std::string_view kAlwaysLeftOut = "preload and reading the stream";

constexpr std::string_view name(Quantile quantile) noexcept {
  switch (quantile) {
    case Quantile::kP50: return "p50";
    case Quantile::kP99: return "p99";
    case Quantile::kP999: return "p99.9";
    case Quantile::kP9999: return "p99.99";
  }
  return "unknown";
}

std::string left_out_text(const PlayReport& report) {
  return fmt::format("{}; {}", kAlwaysLeftOut, report.left_out);
}

JsonObject latency_json(const PlayReport& report) {
  JsonObject by_kind;
  for (std::size_t i = 0; i < kOpKinds.size(); ++i) {
    const LatencyHistogram& histogram = report.latency->ticks_by_kind[i];
    if (histogram.count() == 0) continue;
    JsonObject figures;
    figures.number("count", histogram.count());
    for (const Quantile quantile : kQuantiles) {
      figures.number(name(quantile), report.clock->ns(histogram.at(quantile)), 0);
    }
    figures.number("max", report.clock->ns(histogram.max()), 0);
    const char kind = static_cast<char>(kOpKinds[i]);
    by_kind.object({&kind, 1}, figures);
  }
  return by_kind;
}

std::string latency_text(const PlayReport& report) {
  std::string text = fmt::format("  {:<2} {:>10}", "ns", "count");
  for (const Quantile quantile : kQuantiles) text += fmt::format(" {:>8}", name(quantile));
  text += fmt::format(" {:>10}\n", "max");
  for (std::size_t i = 0; i < kOpKinds.size(); ++i) {
    const LatencyHistogram& histogram = report.latency->ticks_by_kind[i];
    if (histogram.count() == 0) continue;
    text += fmt::format("  {:<2} {:>10}", static_cast<char>(kOpKinds[i]), histogram.count());
    for (const Quantile quantile : kQuantiles) {
      text += fmt::format(" {:>8.0f}", report.clock->ns(histogram.at(quantile)));
    }
    text += fmt::format(" {:>10.0f}\n", report.clock->ns(histogram.max()));
  }
  text += fmt::format(
      "  one operation at a time between fenced readings of the time stamp counter;\n"
      "  an empty interval measures {:.0f} ns, which is contained\n",
      report.clock->overhead_ns());
  return text;
}

}  // namespace

std::string play_json(const PlayReport& report) {
  const TimedRun& run = report.run;
  JsonObject json;
  json.text("stream", report.stream)
      .number("seed", report.seed)
      .text("stage", report.options.stage)
      .text("journal", name(report.options.journal))
      .number("ops", run.op_count)
      .number("seconds", run.seconds, 6)
      .number("ns_per_op", run.ns_per_op(), 2)
      .number("ops_per_s", run.ops_per_second(), 0)
      .number("cpu_share", run.cpu_share, 2)
      .number("trades", run.results.trades)
      .number("traded_qty", run.results.traded_qty_lots)
      .number("notional", run.results.notional)
      .text("trade_hash", fmt::format("{:016x}", run.results.trade_hash))
      .number("end_orders", run.results.end_orders)
      .number("end_qty", run.results.end_qty_lots)
      .boolean("as_expected", report.as_expected);
  if (report.latency) {
    json.object("latency_ns", latency_json(report))
        .number("latency_clock_ns", report.clock->overhead_ns(), 1);
  }
  add_machine(json);
  return json.text("left_out", left_out_text(report)).line();
}

std::string play_text(const PlayReport& report) {
  const TimedRun& run = report.run;
  std::string text = fmt::format(
      "{} (seed {}) through {}, journal {}: {} operations in {:.3f} s, {:.2f} ns each, "
      "{:.2f} M/s, processor {:.0f} % of the time\n"
      "  {} trades, {} lots, tape {:016x}, {} orders rest: {}\n",
      report.stream, report.seed, report.options.stage, name(report.options.journal), run.op_count,
      run.seconds, run.ns_per_op(), run.ops_per_second() / 1e6, run.cpu_share * 100,
      run.results.trades, run.results.traded_qty_lots, run.results.trade_hash,
      run.results.end_orders, report.as_expected ? "as expected" : "NOT AS EXPECTED");
  if (report.latency) text += latency_text(report);
  return text + fmt::format("  on {}\n  {}\n  left out: {}\n", machine_text(), build_text(),
                            left_out_text(report));
}

}  // namespace hourglass::bench

#include "bench/fix/fix_report.h"

#include <string_view>

#include "bench/fix/load_client.h"
#include "bench/play/json_object.h"
#include "bench/play/machine.h"
#include "bench/play/stream_bench.h"
#include "fmt/format.h"

namespace hourglass::bench {
namespace {

constexpr std::string_view kFlow =
    "sessions in pairs, one buys what the other sells, 1 lot an order, limit, DAY, one price: half "
    "the orders rest until the other half meets them, all are filled";
constexpr std::string_view kLeftOut =
    "logons, the first tenth of each load, the network (both ends share the processors), TLS, the "
    "venue's event store and snapshots (--no-shadow). The stock acceptor keeps messages in memory, "
    "validates against the same dictionary, remembers ClOrdIDs and sends each order back once or "
    "twice; "
    "the venue sends a report of the order and one of its trade, and keeps both in files";

double us(const TscClock& clock, std::uint64_t ticks) {
  return clock.ns(ticks) / 1000;
}

// The stock acceptor's processor time with one echo over this server's, the median of the rounds.
double cpu_ratio(const FixBenchReport& report, ServerKind kind) {
  std::vector<double> ratios;
  const std::vector<double>& stock = report.of(ServerKind::kStock).cpu_us_per_order;
  const std::vector<double>& own = report.of(kind).cpu_us_per_order;
  for (std::size_t round = 0; round < own.size(); ++round) {
    ratios.push_back(stock[round] / own[round]);
  }
  return median(ratios);
}

// By how much the median durable order takes longer than the median commit.
double above_us(const FixBenchReport& report, const LatencyHistogram& commits,
                const TscClock& clock) {
  const LatencyHistogram& orders = report.of(ServerKind::kDurable).light_ticks;
  return us(clock, orders.at(Quantile::kP50)) - us(clock, commits.at(Quantile::kP50));
}

JsonObject quantiles_json(const LatencyHistogram& ticks, const TscClock& clock) {
  JsonObject json;
  json.number("count", ticks.count())
      .number("p50", us(clock, ticks.at(Quantile::kP50)), 1)
      .number("p99", us(clock, ticks.at(Quantile::kP99)), 1)
      .number("p99.9", us(clock, ticks.at(Quantile::kP999)), 1)
      .number("max", us(clock, ticks.max()), 1);
  return json;
}

std::string quantiles_text(std::string_view what, const LatencyHistogram& ticks,
                           const TscClock& clock) {
  return fmt::format("{:<18} {:>8} {:>8.1f} {:>8.1f} {:>8.1f} {:>9.1f}\n", what, ticks.count(),
                     us(clock, ticks.at(Quantile::kP50)), us(clock, ticks.at(Quantile::kP99)),
                     us(clock, ticks.at(Quantile::kP999)), us(clock, ticks.max()));
}

JsonObject server_json(const FixBenchReport& report, ServerKind kind, const TscClock& clock) {
  const ServerFigures& figures = report.of(kind);
  JsonObject json;
  json.text("server", name(kind))
      .number("cpu_us_per_order", median(figures.cpu_us_per_order), 2)
      .number("kernel_share", median(figures.kernel_share), 2)
      .number("cpu_ratio_to_stock", cpu_ratio(report, kind), 2)
      .number("orders_per_s", median(figures.orders_per_s), 0)
      .number("messages_per_order", median(figures.messages_per_order), 2)
      .number("client_cpu_us_per_order", median(figures.client_cpu_us_per_order), 2)
      .object("light_load_us", quantiles_json(figures.light_ticks, clock));
  return json;
}

std::string idle_text(const IdleFigures& idle) {
  return fmt::format(
      "\n{} idle sessions, HeartBtInt 30, on the durable venue for {:.1f} s: {:.2f} % of a "
      "processor,\nwhere it took {:.2f} % for {} s before with nobody logged on\n"
      "  {} heartbeats to it, {} from it; {:.2f} s to log them on, one behind the other, signed\n",
      idle.sessions, idle.seconds, idle.cpu_share * 100, idle.empty_cpu_share * 100, kEmptySeconds,
      idle.heartbeats_sent, idle.heartbeats_received, idle.logon_seconds);
}

}  // namespace

std::string fix_bench_heading(const FixBenchReport& report) {
  return fmt::format(
      "FIX 4.4 over the loopback device, {} rounds of four servers in turn, each in a process of "
      "its own\n"
      "load: {} orders over {} sessions, at most {} unanswered a session; {}\n"
      "light load: {} orders that rest, one session, each sent when the one before is answered\n"
      "on {}; directory {}\n"
      "{}\n"
      "left out: {}.\n\n",
      report.round_count, report.order_count, report.session_count, kWindow, kFlow,
      report.light_order_count, machine_text(), report.directory, build_text(), kLeftOut);
}

std::string fix_bench_text(const FixBenchReport& report, const TscClock& clock) {
  std::string text =
      fmt::format("{:<18} {:>12} {:>8} {:>8} {:>10} {:>11} {:>12}\n", "load", "CPU us/order",
                  "kernel %", "QF/this", "orders/s", "msgs/order", "client us");
  for (const ServerKind kind : kServersInOrder) {
    const ServerFigures& figures = report.of(kind);
    text += fmt::format("{:<18} {:>12.2f} {:>8.0f} {:>8.2f} {:>10.0f} {:>11.2f} {:>12.2f}\n",
                        describe(kind), median(figures.cpu_us_per_order),
                        median(figures.kernel_share) * 100, cpu_ratio(report, kind),
                        median(figures.orders_per_s), median(figures.messages_per_order),
                        median(figures.client_cpu_us_per_order));
  }
  text += fmt::format("\n{:<18} {:>8} {:>8} {:>8} {:>8} {:>9}\n", "light load, us", "count", "p50",
                      "p99", "p99.9", "max");
  for (const ServerKind kind : kServersInOrder) {
    text += quantiles_text(describe(kind), report.of(kind).light_ticks, clock);
  }
  text += quantiles_text("commits, spaced", report.spaced_commit_ticks, clock);
  text += quantiles_text("commits in a row", report.commit_ticks, clock);
  text += fmt::format(
      "durable order above the 4 KiB commit, p50: {:.1f} us (commits spaced as the orders are), "
      "{:.1f} us (commits in a row)\n",
      above_us(report, report.spaced_commit_ticks, clock),
      above_us(report, report.commit_ticks, clock));
  return report.idle ? text + idle_text(*report.idle) : text;
}

std::string fix_bench_json(const FixBenchReport& report, const TscClock& clock) {
  std::vector<JsonObject> servers;
  for (const ServerKind kind : kServersInOrder) servers.push_back(server_json(report, kind, clock));
  JsonObject json;
  json.number("rounds", report.round_count)
      .number("orders", report.order_count)
      .number("sessions", report.session_count)
      .number("window", kWindow)
      .text("flow", kFlow)
      .list("servers", servers)
      .object("commit_us", quantiles_json(report.commit_ticks, clock))
      .number("durable_above_commit_us", above_us(report, report.commit_ticks, clock), 1)
      .object("spaced_commit_us", quantiles_json(report.spaced_commit_ticks, clock))
      .number("durable_above_spaced_commit_us", above_us(report, report.spaced_commit_ticks, clock),
              1);
  if (report.idle) {
    JsonObject idle;
    idle.number("sessions", report.idle->sessions)
        .number("seconds", report.idle->seconds, 1)
        .number("cpu_percent", report.idle->cpu_share * 100, 2)
        .number("empty_cpu_percent", report.idle->empty_cpu_share * 100, 2)
        .number("heartbeats_sent", report.idle->heartbeats_sent)
        .number("heartbeats_received", report.idle->heartbeats_received)
        .number("logon_seconds", report.idle->logon_seconds, 2);
    json.object("idle", idle);
  }
  json.text("directory", report.directory);
  add_machine(json);
  return json.text("left_out", kLeftOut).line();
}

}  // namespace hourglass::bench

// What `hourglass bench fix` found, and how it is printed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/fix/idle_sessions.h"
#include "bench/fix/server_process.h"
#include "bench/play/latency_histogram.h"
#include "bench/play/tsc_clock.h"

namespace hourglass::bench {

// One server in all rounds; the vectors by round.
struct ServerFigures {
  std::vector<double> cpu_us_per_order{};  // of the server's process
  std::vector<double> kernel_share{};      // the kernel's part of it
  std::vector<double> orders_per_s{};
  std::vector<double> messages_per_order{};
  std::vector<double> client_cpu_us_per_order{};
  LatencyHistogram light_ticks{};  // of all rounds
};

struct FixBenchReport {
  std::int64_t round_count = 0;
  std::int64_t order_count = 0;  // timed, a round, of all sessions
  std::int64_t session_count = 0;
  std::int64_t light_order_count = 0;  // a round
  std::string directory;
  std::array<ServerFigures, kServerKinds> servers{};  // by ServerKind
  LatencyHistogram commit_ticks{};                    // of all rounds, one behind the other
  LatencyHistogram spaced_commit_ticks{};             // at the pace of the durable venue's orders
  std::optional<IdleFigures> idle{};

  [[nodiscard]] ServerFigures& of(ServerKind kind) {
    return servers[static_cast<std::size_t>(kind)];
  }
  [[nodiscard]] const ServerFigures& of(ServerKind kind) const {
    return servers[static_cast<std::size_t>(kind)];
  }
};

inline constexpr std::array kServersInOrder{ServerKind::kVolatile, ServerKind::kDurable,
                                            ServerKind::kStockTwice, ServerKind::kStock};

// Workload, machine and build, what is left out; printed before anything is measured.
[[nodiscard]] std::string fix_bench_heading(const FixBenchReport& report);
// The figures: medians of the rounds, and quantiles of the orders of all rounds.
[[nodiscard]] std::string fix_bench_text(const FixBenchReport& report, const TscClock& clock);
// All of it on one line.
[[nodiscard]] std::string fix_bench_json(const FixBenchReport& report, const TscClock& clock);

}  // namespace hourglass::bench

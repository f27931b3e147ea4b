#include "bench/fix/fix_bench.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "bench/fix/commit_probe.h"
#include "bench/fix/fix_report.h"
#include "bench/fix/load_client.h"
#include "bench/fix/server_process.h"
#include "bench/play/tsc_clock.h"
#include "engine/base/command_line.h"
#include "fmt/format.h"
#include "gateway/fix/members/authentication.h"

namespace hourglass::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int32_t kExitFailed = 1;
constexpr std::int64_t kMaxOrders = 10'000'000;
constexpr std::int64_t kWarmUpPart = 10;
constexpr std::uint64_t kLightTurns = 20;
// A new venue writes its journal's next segment ahead, which no light load would meet again soon.
constexpr std::chrono::seconds kSettles{2};

std::uint64_t own_cpu_ns() {
  timespec time{};
  static_cast<void>(::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time));
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(time.tv_nsec);
}

// The load on one server that serves, and what it took.
absl::Status run_load(const FixBenchReport& report, ServerKind kind, const ServerProcess& server,
                      LoadClient& client, ServerFigures& figures) {
  const std::uint64_t fills_an_order = echoes_of(kind) != 0 ? 0 : 1;
  const auto each = static_cast<std::uint64_t>(report.order_count / report.session_count);
  if (absl::Status status = client.run(each / kWarmUpPart, fills_an_order); !status.ok()) {
    return status;
  }
  const std::uint64_t messages_before = client.message_count();
  const std::uint64_t kernel_before_ns = server.kernel_ns();
  const std::uint64_t client_before_ns = own_cpu_ns();
  const std::uint64_t cpu_before_ns = server.cpu_ns();
  const Clock::time_point begin = Clock::now();
  if (absl::Status status = client.run(each, fills_an_order); !status.ok()) return status;
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const auto cpu_ns = static_cast<double>(server.cpu_ns() - cpu_before_ns);
  const auto client_ns = static_cast<double>(own_cpu_ns() - client_before_ns);
  const auto kernel_ns = static_cast<double>(server.kernel_ns() - kernel_before_ns);
  const auto messages = static_cast<double>(client.message_count() - messages_before);
  const auto orders = static_cast<double>(each) * static_cast<double>(report.session_count);
  figures.cpu_us_per_order.push_back(cpu_ns / 1000 / orders);
  figures.kernel_share.push_back(kernel_ns / cpu_ns);
  figures.orders_per_s.push_back(orders / seconds);
  figures.messages_per_order.push_back(messages / orders);
  figures.client_cpu_us_per_order.push_back(client_ns / 1000 / orders);
  return absl::OkStatus();
}

// Orders and commits take turns, so that what else disturbs the disk meets both.
absl::Status measure_light(FixBenchReport& report, ServerKind kind, const std::string& directory,
                           LoadClient& client, ServerFigures& figures) {
  const std::uint64_t in_turn = static_cast<std::uint64_t>(report.light_order_count) / kLightTurns;
  std::unique_ptr<CommitProbe> probe;
  if (kind == ServerKind::kDurable) {
    auto made = CommitProbe::make(directory + "/probe");
    if (!made.ok()) return made.status();
    probe = *std::move(made);
    std::this_thread::sleep_for(kSettles);
  }
  for (std::uint64_t turn = 0; turn < kLightTurns; ++turn) {
    if (absl::Status status = client.measure(in_turn, figures.light_ticks); !status.ok()) {
      return status;
    }
    if (probe == nullptr) continue;
    const std::uint64_t every_ticks = figures.light_ticks.at(Quantile::kP50);
    absl::Status status = probe->run(in_turn, every_ticks, report.spaced_commit_ticks);
    if (status.ok()) status = probe->run(in_turn, 0, report.commit_ticks);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status play_server(FixBenchReport& report, ServerKind kind) {
  const auto sessions = static_cast<std::uint32_t>(report.session_count);
  const gateway::fix::KeyPair keys = gateway::fix::make_key_pair();
  const auto scratch = ScratchDirectory::make(report.directory);
  if (!scratch.ok()) return scratch.status();
  const auto server = ServerProcess::start({.kind = kind,
                                            .directory = (*scratch)->path(),
                                            .members = load_members(sessions),
                                            .public_key = keys.public_key});
  if (!server.ok()) return server.status();
  const auto client = LoadClient::log_on((*server)->port(), sessions, keys.secret_key,
                                         std::max(echoes_of(kind), 1U));
  if (!client.ok()) return client.status();
  ServerFigures& figures = report.of(kind);
  const absl::Status status = measure_light(report, kind, (*scratch)->path(), **client, figures);
  if (!status.ok()) return status;
  return run_load(report, kind, **server, **client, figures);
}

absl::Status play_all(FixBenchReport& report, bool with_idle) {
  if (absl::Status status = gateway::fix::start_cryptography(); !status.ok()) return status;
  for (std::int64_t round = 0; round < report.round_count; ++round) {
    for (std::size_t turn = 0; turn < kServersInOrder.size(); ++turn) {
      // Whoever plays last finds a warmer or a more throttled machine: take turns.
      const std::size_t place = (turn + static_cast<std::size_t>(round)) % kServersInOrder.size();
      const ServerKind kind = kServersInOrder[place];
      if (const absl::Status status = play_server(report, kind); !status.ok()) {
        return absl::Status(status.code(),
                            fmt::format("{}: {}", describe(kind), std::string(status.message())));
      }
    }
  }
  if (!with_idle) return absl::OkStatus();
  const auto idle = measure_idle_sessions(report.directory);
  if (!idle.ok()) return idle.status();
  report.idle = *idle;
  return absl::OkStatus();
}

}  // namespace

int fix_bench_main(std::span<const std::string_view> args) {
  FixBenchReport report{.round_count = 3,
                        .order_count = 200'000,
                        .session_count = 8,
                        .light_order_count = 2'000,
                        .directory = {}};
  std::string_view directory = "/var/tmp";
  bool skip_idle = false;
  bool json = false;
  engine::CommandLine line(
      "bench fix",
      "Puts the same FIX load on the venue without a journal, on the venue as it serves, and on "
      "QuickFIX's own acceptor, which answers as many messages and which answers one, and prints "
      "processor time an order, orders a second, the time from "
      "order to report beside the disk's own commit, and what 1,000 idle sessions cost.");
  line.number("rounds", report.round_count, {.min = 1, .max = 1000}, "of all servers in turn");
  line.number("orders", report.order_count, {.min = 1'000, .max = kMaxOrders},
              "a server and round, of all sessions; a tenth more goes before them, not timed");
  line.number("sessions", report.session_count, {.min = 2, .max = kMaxLoadSessions},
              "that trade with each other in pairs: an even number");
  line.flag("skip-idle", skip_idle, "leave the idle sessions out, which take 45 s");
  line.text("dir", directory, "DIR", "where the venue's directories stand: a disk, not a tmpfs");
  line.flag("json", json, "print one JSON line");
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;
  if (report.session_count % 2 != 0) {
    fmt::print(stderr, "hourglass bench fix: --sessions wants an even number\n");
    return engine::CommandLine::kExitUsage;
  }
  report.order_count -= report.order_count % report.session_count;
  report.directory = std::string(directory);
  const absl::StatusOr<TscClock> clock = TscClock::calibrate();
  absl::Status outcome = clock.status();
  if (outcome.ok()) {
    if (!json) fmt::print("{}", fix_bench_heading(report));
    std::fflush(stdout);
    outcome = play_all(report, !skip_idle);
  }
  if (outcome.ok()) {
    fmt::print("{}", json ? fix_bench_json(report, *clock) + "\n" : fix_bench_text(report, *clock));
    return engine::CommandLine::kExitOk;
  }
  fmt::print(stderr, "hourglass bench fix: {}\n", std::string(outcome.message()));
  return kExitFailed;
}

}  // namespace hourglass::bench

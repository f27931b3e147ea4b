// The program's front: its table of subcommands, and nothing else. A new subcommand is one row.
#include <array>
#include <string_view>
#include <vector>

#include "bench/play/bench_main.h"
#include "bench/play/play_main.h"
#include "engine/audit/audit_main.h"
#include "gateway/cli/dispatch.h"
#include "gateway/cli/replica_factory.h"
#include "gateway/cli/version.h"
#include "gateway/daemon/run_main.h"
#include "gateway/fix/client/fix_main.h"
#include "gateway/fix/members/member_main.h"
#include "marketdata/console/feed_main.h"

namespace {

using hourglass::gateway::Subcommand;

int run_audit(std::span<const std::string_view> args) {
  return hourglass::engine::audit_main(args,
                                       {.funded = hourglass::gateway::make_funded_replica,
                                        .permissive = hourglass::gateway::make_permissive_replica});
}

constexpr std::array kSubcommands{
    Subcommand{.name = "run",
               .summary = "start the exchange: orders by FIX and as lines of text",
               .run = hourglass::gateway::run_main},
    Subcommand{.name = "fix",
               .summary = "trade by FIX from the command line, certify a member's client",
               .run = hourglass::gateway::fix::fix_main},
    Subcommand{.name = "feed",
               .summary = "follow the market data: trades, books, messages as JSON",
               .run = hourglass::marketdata::feed_main},
    Subcommand{.name = "member",
               .summary = "say who may log on by FIX",
               .run = hourglass::gateway::fix::member_main},
    Subcommand{.name = "play",
               .summary = "run an order stream with known results, time it and check it",
               .run = hourglass::bench::play_main},
    Subcommand{.name = "bench",
               .summary = "measure the exchange beside a plain reference book",
               .run = hourglass::bench::bench_main},
    Subcommand{.name = "audit",
               .summary = "verify a journal, re-execute it, cut a snapshot of it",
               .run = run_audit},
    Subcommand{.name = "version",
               .summary = "print what was built, and the versions of layout and rule set",
               .run = hourglass::gateway::run_version},
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> args(argv + 1, argv + argc);
  return hourglass::gateway::dispatch(kSubcommands, args);
}

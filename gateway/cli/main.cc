// The program's front: its table of subcommands, and nothing else. A new subcommand is one row.
#include <array>
#include <string_view>
#include <vector>

#include "bench/play/bench_main.h"
#include "bench/play/play_main.h"
#include "gateway/cli/dispatch.h"
#include "gateway/cli/version.h"
#include "gateway/daemon/run_main.h"

namespace {

using hourglass::gateway::Subcommand;

constexpr std::array kSubcommands{
    Subcommand{.name = "run",
               .summary = "start the exchange and take orders as lines of text",
               .run = hourglass::gateway::run_main},
    Subcommand{.name = "play",
               .summary = "run an order stream with known results, time it and check it",
               .run = hourglass::bench::play_main},
    Subcommand{.name = "bench",
               .summary = "measure the exchange beside a plain reference book",
               .run = hourglass::bench::bench_main},
    Subcommand{.name = "version",
               .summary = "print what was built, and the versions of layout and rule set",
               .run = hourglass::gateway::run_version},
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> args(argv + 1, argv + argc);
  return hourglass::gateway::dispatch(kSubcommands, args);
}

#include "marketdata/console/feed_main.h"

#include <signal.h>

#include <cstdio>
#include <string>

#include "engine/base/command_line.h"
#include "fmt/format.h"
#include "marketdata/console/feed_console.h"

namespace hourglass::marketdata {
namespace {

constexpr std::int32_t kExitFailed = 1;
constexpr std::int64_t kMaxPort = 65'535;
constexpr std::int64_t kMaxLines = 1'000'000'000'000;
constexpr std::int64_t kMaxLevels = 100;
constexpr std::int32_t kRoundMs = 5;

volatile sig_atomic_t stop_asked = 0;
void ask_to_stop(int) {
  stop_asked = 1;
}

void note_signals() {
  struct sigaction action {};
  action.sa_handler = ask_to_stop;
  sigemptyset(&action.sa_mask);
  static_cast<void>(::sigaction(SIGINT, &action, nullptr));
  static_cast<void>(::sigaction(SIGTERM, &action, nullptr));
}

int watch(FeedConsole& console, std::uint64_t count) {
  note_signals();
  bool goes_on = true;
  while (goes_on && stop_asked == 0) {  // ends: by a signal, the session's end or the count
    goes_on = console.round(kRoundMs);
    const std::string text = console.take_output();
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) break;
    if (std::fflush(stdout) != 0) break;
    if (count != 0 && console.lines() >= count) break;
  }
  fmt::print(stderr, "hourglass feed: {}\n", console.summary());
  return engine::CommandLine::kExitOk;
}

}  // namespace

int feed_main(std::span<const std::string_view> args) {
  bool json = false;
  bool ladder = false;
  std::string_view group_a = kDefaultGroupA;
  std::string_view group_b = kDefaultGroupB;
  std::int64_t port = kDefaultBasePort;
  std::string_view interface = "127.0.0.1";
  std::string_view symbol;
  std::string_view retransmission;
  std::int64_t levels = 5;
  std::int64_t count = 0;
  engine::CommandLine line("feed",
                           "Joins the market data of a running exchange on lines A and B, builds "
                           "every book, and prints trades and what is known until the session "
                           "ends or SIGINT comes.");
  line.flag("ladder", ladder, "print the best levels of each book that changed, too");
  line.flag("json", json, "print every message of the order channel instead, a line of JSON each");
  line.text("symbol", symbol, "SYMBOL", "this contract alone");
  line.number("levels", levels, {.min = 1, .max = kMaxLevels}, "levels of a ladder");
  line.number("count", count, {.min = 0, .max = kMaxLines},
              "end when so many lines were printed; 0: do not");
  line.text("group-a", group_a, "IP", "the multicast group of line A");
  line.text("group-b", group_b, "IP", "the multicast group of line B");
  line.number("port", port, {.min = 1, .max = kMaxPort - kStreamCount}, "the first of its ports");
  line.text("interface", interface, "IP", "the address of the interface to join on");
  line.text("retransmission", retransmission, "IP:PORT",
            "where to ask for what both lines lost (run prints it); without, snapshots mend it");
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;
  if (json && ladder) {
    fmt::print(stderr, "hourglass feed: --json and --ladder exclude each other\n");
    return engine::CommandLine::kExitUsage;
  }
  FeedConsole console({.view = json     ? ConsoleView::kJson
                               : ladder ? ConsoleView::kLadder
                                        : ConsoleView::kTape,
                       .groups = {std::string(group_a), std::string(group_b)},
                       .base_port = static_cast<std::uint16_t>(port),
                       .interface = std::string(interface),
                       .partition = 0,
                       .symbol = std::string(symbol),
                       .levels = static_cast<std::uint32_t>(levels),
                       .retransmission = std::string(retransmission)});
  if (!console.error().empty()) {
    fmt::print(stderr, "hourglass feed: {}\n", console.error());
    return kExitFailed;
  }
  return watch(console, static_cast<std::uint64_t>(count));
}

}  // namespace hourglass::marketdata

#include "gateway/daemon/run_main.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "engine/base/command_line.h"
#include "fmt/format.h"
#include "gateway/daemon/text_door.h"

namespace hourglass::gateway {
namespace {

constexpr int kExitFailed = 1;
constexpr std::size_t kMaxLineBytes = 4096;
constexpr std::int64_t kMaxSnapshotEvery = 1'000'000'000'000;

volatile sig_atomic_t stop_asked = 0;
void ask_to_stop(int) {
  stop_asked = 1;
}

// SIGINT and SIGTERM end the reading of the next line, not the work in hand.
void install_signals() {
  struct sigaction action {};
  action.sa_handler = ask_to_stop;
  sigemptyset(&action.sa_mask);
  static_cast<void>(::sigaction(SIGINT, &action, nullptr));
  static_cast<void>(::sigaction(SIGTERM, &action, nullptr));
}

std::string default_data_dir() {
  const char* home = std::getenv("HOME");
  return fmt::format("{}/.hourglass", home != nullptr ? home : ".");
}

// Lines of standard input; empty at its end or when asked to stop.
class Lines {
 public:
  // The next line without its end, or nothing. A line over kMaxLineBytes is cut there.
  std::optional<std::string> next() {
    for (;;) {  // ends: with a line, the input or a signal
      if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
        std::string line = buffer_.substr(0, std::min(end, kMaxLineBytes));
        buffer_.erase(0, end + 1);
        return line;
      }
      if (stop_asked != 0) return std::nullopt;
      char chunk[kMaxLineBytes];
      const ssize_t got = ::read(STDIN_FILENO, chunk, sizeof(chunk));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return std::nullopt;
      buffer_.append(chunk, static_cast<std::size_t>(got));
      if (buffer_.size() > 2 * kMaxLineBytes && buffer_.find('\n') == std::string::npos) {
        buffer_.clear();
        return std::string("(line too long)");
      }
    }
  }

 private:
  std::string buffer_;
};

void tell_alarm(Venue& venue) {
  if (const auto alarm = venue.alarm()) fmt::print(stderr, "hourglass run: {}\n", *alarm);
}

absl::Status serve(Venue& venue, bool interactive) {
  TextDoor door(venue);
  Lines lines;
  for (;;) {  // ends: with the input, a signal, quit or a failed journal
    if (interactive) fmt::print("> ");
    std::fflush(stdout);
    const auto line = lines.next();
    if (!line) return absl::OkStatus();
    const auto answer = door.answer(*line);
    tell_alarm(venue);
    if (answer.ok()) {
      fmt::print("{}", *answer);
    } else if (absl::IsCancelled(answer.status())) {
      return absl::OkStatus();
    } else if (absl::IsInvalidArgument(answer.status())) {
      fmt::print("? {}\n", std::string(answer.status().message()));
    } else {
      return answer.status();
    }
  }
}

}  // namespace

int run_main(std::span<const std::string_view> args) {
  VenueSettings settings{.data_dir = default_data_dir()};
  std::string_view data_dir = settings.data_dir;
  engine::CommandLine line(
      "run",
      "Starts the exchange on a data directory and takes orders as lines on standard input. Every "
      "answer is printed once it is durable: kill it at any moment, start it again, and what was "
      "answered is still there.");
  bool no_shadow = false;
  std::int64_t snapshot_every = static_cast<std::int64_t>(settings.shadow->snapshot_every_commands);
  line.text("data-dir", data_dir, "DIR", "where the journal stands; made if it is missing");
  line.number("snapshot-every", snapshot_every, {.min = 1, .max = kMaxSnapshotEvery},
              "commands between two snapshots of the whole state; a start begins with the newest");
  line.flag("no-shadow", no_shadow,
            "keep no event store and take no snapshots; saves the memory of a second exchange");
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;
  settings.data_dir = std::string(data_dir);
  settings.shadow->snapshot_every_commands = static_cast<std::uint64_t>(snapshot_every);
  if (no_shadow) settings.shadow.reset();
  install_signals();
  const auto venue = Venue::open(settings);
  if (!venue.ok()) {
    fmt::print(stderr, "hourglass run: {}\n", std::string(venue.status().message()));
    return kExitFailed;
  }
  const bool interactive = ::isatty(STDIN_FILENO) == 1;
  fmt::print("hourglass: {}\n", (*venue)->summary());
  if (interactive) fmt::print("{}", TextDoor::help());
  absl::Status status = serve(**venue, interactive);
  const absl::Status closed = (*venue)->close();
  tell_alarm(**venue);
  if (status.ok()) status = closed;
  if (!status.ok()) {
    fmt::print(stderr, "hourglass run: {}\n", std::string(status.message()));
    return kExitFailed;
  }
  fmt::print("hourglass: stopped in order at command {}\n", (*venue)->market().sequence.value());
  return engine::CommandLine::kExitOk;
}

}  // namespace hourglass::gateway

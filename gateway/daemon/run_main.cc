#include "gateway/daemon/run_main.h"

#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "engine/base/command_line.h"
#include "fmt/format.h"
#include "gateway/daemon/data_dir.h"
#include "gateway/daemon/feed_options.h"
#include "gateway/daemon/fix_options.h"
#include "gateway/daemon/input_lines.h"
#include "gateway/daemon/output_lines.h"
#include "gateway/daemon/starter_members.h"
#include "gateway/daemon/text_door.h"
#include "gateway/fix/transport/tls_certificate.h"

namespace hourglass::gateway {
namespace {

constexpr int kExitFailed = 1;
constexpr std::int64_t kMaxSnapshotEvery = 1'000'000'000'000;

// Looks without work, each giving the processor away, before the thread sleeps.
constexpr std::uint32_t kYields = 20;
// While the disk is at it, its answer comes sooner than a sleeper wakes; a slow one is not waited
// for so.
constexpr std::uint32_t kYieldsForDisk = 200;
// A busy thread looks for alarms only now and then.
constexpr std::uint64_t kRoundsBetweenAlarms = 4096;
constexpr std::uint64_t kSleepNs = 100'000'000;
// While output waits for its reader, of whom no socket tells.
constexpr std::uint64_t kSleepWithOutputNs = 10'000'000;
// What was said last waits so long for its reader.
constexpr std::uint64_t kLastOutputNs = 1'000'000'000;

// Standard output and error of a running venue.
struct Outputs {
  OutputLines out{STDOUT_FILENO};
  OutputLines err{STDERR_FILENO};

  bool flush() {
    const bool said = out.flush();
    return err.flush() || said;
  }
  [[nodiscard]] bool empty() const noexcept { return out.empty() && err.empty(); }
  void finish() {
    out.finish(kLastOutputNs);
    err.finish(kLastOutputNs);
  }
};

volatile sig_atomic_t stop_asked = 0;
volatile sig_atomic_t reload_asked = 0;
Venue* signalled_venue = nullptr;  // whose thread a signal wakes

void ask_to_stop(int) {
  stop_asked = 1;
  if (signalled_venue != nullptr) signalled_venue->wake();
}
void ask_to_reload(int) {
  reload_asked = 1;
  if (signalled_venue != nullptr) signalled_venue->wake();
}

// SIGINT and SIGTERM end the reading of the next line, not the work in hand.
void install_signals() {
  struct sigaction action {};
  action.sa_handler = ask_to_stop;
  sigemptyset(&action.sa_mask);
  static_cast<void>(::sigaction(SIGINT, &action, nullptr));
  static_cast<void>(::sigaction(SIGTERM, &action, nullptr));
  action.sa_handler = ask_to_reload;
  static_cast<void>(::sigaction(SIGHUP, &action, nullptr));
  // A peer that went away is told by the write that failed.
  static_cast<void>(::signal(SIGPIPE, SIG_IGN));
}

void tell_alarm(Venue& venue, OutputLines& err) {
  if (const auto alarm = venue.alarm()) err.put(fmt::format("hourglass run: {}\n", *alarm));
  if (venue.fix() == nullptr) return;
  while (const auto alarm = venue.fix()->door().alarm()) {  // ends: each is told once
    err.put(fmt::format("hourglass run: {}\n", *alarm));
  }
}

// Each connection is a descriptor, and the usual limit is 1,024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

void tell_fix_door(Venue& venue, const VenueSettings& settings, OutputLines& out) {
  const fix::FixDoor& door = venue.fix()->door();
  out.put(
      fmt::format("hourglass: FIX 4.4 and 5.0 SP2 on {}:{}\n", settings.fix->address, door.port()));
  const auto fingerprint = fix::certificate_sha256(door.tls()->certificate());
  out.put(fmt::format("hourglass: the same by TLS 1.3 on {}:{}\n", settings.fix->tls->address,
                      door.tls()->port()));
  out.put(fmt::format("hourglass: certificate {}, SHA-256 {}\n", door.tls()->certificate(),
                      fingerprint.ok() ? *fingerprint : "unknown"));
  const std::string credentials = fmt::format("{}/fix/{}", settings.data_dir, kStarterCredentials);
  if (::access(credentials.c_str(), R_OK) == 0) {
    out.put(fmt::format("hourglass: who may log on at first stands in {}\n", credentials));
  }
}

void tell_feed(const FeedAgent& feed, const FeedSettings& settings, OutputLines& out) {
  for (std::size_t line = 0; line < settings.lines.size(); ++line) {
    const marketdata::LineSettings& to = settings.lines[line];
    out.put(fmt::format("hourglass: market data line {} to {}, ports from {}, sent from {}\n",
                        line == 0 ? 'A' : 'B', to.group, to.base_port, feed.lines().source(line)));
  }
  out.put(fmt::format("hourglass: market data sent again on request to UDP {}:{}\n",
                      settings.retransmission.address, feed.retransmission_port()));
}

// Carries out one line of a person's. False: to end. Errors: why the venue cannot go on.
absl::StatusOr<bool> carry_out(TextDoor& door, const std::string& line, OutputLines& out) {
  if (line.size() > kMaxLineBytes) {
    out.put(fmt::format("? a line has at most {} bytes; this one was not carried out\n",
                        kMaxLineBytes));
    return true;
  }
  const auto answer = door.answer(line);
  if (answer.ok()) {
    out.put(*answer);
  } else if (absl::IsCancelled(answer.status())) {
    return false;
  } else if (absl::IsInvalidArgument(answer.status())) {
    out.put(fmt::format("? {}\n", std::string(answer.status().message())));
  } else {
    return answer.status();
  }
  return true;
}

// Takes a changed list of members, and a new certificate, without a restart.
void reload_members(Venue& venue, const std::string& data_dir, OutputLines& err) {
  if (fix::TlsDoor* const tls = venue.fix()->door().tls(); tls != nullptr) {
    if (const absl::Status read = tls->reload_certificate(); !read.ok()) {
      err.put(fmt::format("hourglass run: the certificate stays as it is: {}\n",
                          std::string(read.message())));
    }
  }
  const std::string path = fmt::format("{}/fix/members.json", data_dir);
  const auto members = fix::MemberList::load(path);
  absl::Status status = members.status();
  if (members.ok()) status = venue.fix()->set_members(*members);
  if (status.ok()) {
    err.put(fmt::format("hourglass run: members read again from {}\n", path));
  } else {
    err.put(fmt::format("hourglass run: members stay as they are: {}\n",
                        std::string(status.message())));
  }
}

// Without a FIX door a person's lines are all there is, and their end is the venue's.
// The next line is read once the answer to the last one has been: nothing of it is ever left out.
absl::Status serve_lines(Venue& venue, InputLines& lines, bool interactive, Outputs& outputs) {
  TextDoor door(venue);
  bool prompted = false;
  std::uint32_t idle_rounds = 0;
  std::uint64_t rounds = 0;
  for (;;) {  // ends: with a signal, quit, a failed journal, or the input where it is the only door
    if (!prompted && interactive) outputs.out.put("> ");
    prompted = true;
    if (stop_asked != 0) return absl::OkStatus();
    if (reload_asked != 0 && venue.fix() != nullptr) {
      reload_asked = 0;
      reload_members(venue, venue.data_dir(), outputs.err);
    }
    std::uint32_t done = venue.do_work();
    if (const absl::Status status = venue.trouble(); !status.ok()) return status;
    if (outputs.flush()) ++done;
    if (!outputs.out.empty()) {
      // Whoever reads it comes first.
    } else if (const auto line = lines.next()) {
      const auto goes_on = carry_out(door, *line, outputs.out);
      if (!goes_on.ok()) return goes_on.status();
      if (!*goes_on) return absl::OkStatus();
      prompted = false;
      ++done;
    } else if (venue.fix() == nullptr && lines.ended()) {
      return absl::OkStatus();
    }
    idle_rounds = done != 0 ? 0 : idle_rounds + 1;
    if (idle_rounds == 1 || ++rounds % kRoundsBetweenAlarms == 0) tell_alarm(venue, outputs.err);
    if (venue.fix() == nullptr) {
      if (done != 0) continue;
      if (!outputs.out.empty()) {
        outputs.out.wait(kSleepWithOutputNs);
      } else {
        lines.wait(outputs.empty() ? kSleepNs : kSleepWithOutputNs);
      }
    } else if (idle_rounds > (venue.waits_for_disk() ? kYieldsForDisk : kYields)) {
      tell_alarm(venue, outputs.err);
      outputs.flush();
      venue.wait(outputs.empty() ? kSleepNs : kSleepWithOutputNs);
    } else if (done == 0) {
      ::sched_yield();
    }
  }
}

// From the greeting to the last words. Returns the exit code.
int serve(Venue& venue, const VenueSettings& settings) {
  const bool interactive = ::isatty(STDIN_FILENO) == 1;
  Outputs outputs;
  outputs.out.put(fmt::format("hourglass: {}\n", venue.summary()));
  if (settings.fix) tell_fix_door(venue, settings, outputs.out);
  if (settings.feed) tell_feed(*venue.feed(), *settings.feed, outputs.out);
  if (interactive) outputs.out.put(TextDoor::help());
  signalled_venue = &venue;
  InputLines lines([&venue] {
    if (stop_asked == 0) venue.wake();
  });
  absl::Status status = serve_lines(venue, lines, interactive, outputs);
  signalled_venue = nullptr;
  const absl::Status closed = venue.close();
  tell_alarm(venue, outputs.err);
  if (status.ok()) status = closed;
  if (status.ok()) {
    outputs.out.put(fmt::format("hourglass: stopped in order at command {}\n",
                                venue.market().sequence.value()));
  } else {
    outputs.err.put(fmt::format("hourglass run: {}\n", std::string(status.message())));
  }
  outputs.finish();
  return status.ok() ? engine::CommandLine::kExitOk : kExitFailed;
}

}  // namespace

int run_main(std::span<const std::string_view> args) {
  VenueSettings settings{.data_dir = default_data_dir()};
  std::string_view data_dir = settings.data_dir;
  engine::CommandLine line(
      "run",
      "Starts the exchange on a data directory and takes orders by FIX and as lines on standard "
      "input. Every answer leaves once it is durable: kill it at any moment, start it again, and "
      "what was answered is still there. Ends on SIGINT, SIGTERM or quit; reads the members and "
      "the "
      "certificate again on SIGHUP.");
  bool no_fix = false;
  FixOptions fix_options;
  FeedOptions feed_options;
  bool no_shadow = false;
  std::int64_t snapshot_every = static_cast<std::int64_t>(settings.shadow->snapshot_every_commands);
  line.text("data-dir", data_dir, "DIR", "where the journal stands; made if it is missing");
  line.number("snapshot-every", snapshot_every, {.min = 1, .max = kMaxSnapshotEvery},
              "commands between two snapshots of the whole state; a start begins with the newest");
  fix_options.declare(line);
  line.flag("no-fix", no_fix, "open no FIX door; the venue ends with its standard input");
  feed_options.declare(line);
  line.flag(
      "volatile", settings.is_volatile,
      "keep NO journal, for measuring only: whatever happens is lost at the end; FIX sessions "
      "begin at number 1 with each such run (their files: fix/volatile)");
  line.flag("no-shadow", no_shadow,
            "keep no event store and take no snapshots; saves the memory of a second exchange");
  if (const std::optional<int> exit_code = line.parse_or_explain(args)) return *exit_code;
  settings.data_dir = std::string(data_dir);
  settings.shadow->snapshot_every_commands = static_cast<std::uint64_t>(snapshot_every);
  if (no_shadow) settings.shadow.reset();
  if (!no_fix) {
    const auto fix_settings = fix_options.settings(line);
    if (!fix_settings.ok()) {
      fmt::print(stderr, "hourglass run: {}\n", std::string(fix_settings.status().message()));
      return engine::CommandLine::kExitUsage;
    }
    settings.fix = *fix_settings;
    raise_descriptor_limit();
  }
  const auto feed_settings = feed_options.settings();
  if (!feed_settings.ok()) {
    fmt::print(stderr, "hourglass run: {}\n", std::string(feed_settings.status().message()));
    return engine::CommandLine::kExitUsage;
  }
  settings.feed = *feed_settings;
  install_signals();
  const auto venue = Venue::open(settings);
  if (!venue.ok()) {
    fmt::print(stderr, "hourglass run: {}\n", std::string(venue.status().message()));
    return kExitFailed;
  }
  return serve(**venue, settings);
}

}  // namespace hourglass::gateway

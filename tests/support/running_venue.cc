#include "tests/support/running_venue.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "engine/base/assert.h"

namespace hourglass::engine::test {
namespace {

struct Pipe {
  int read_end = -1;
  int write_end = -1;
};

// Ends that no program inherits unless it is given them.
Pipe make_pipe() {
  std::array<int, 2> ends{};
  const int made = ::pipe2(ends.data(), O_CLOEXEC);
  HG_ASSERT(made == 0, errno);
  return {ends[0], ends[1]};
}

// Becomes the program; in a child, so it never returns.
[[noreturn]] void become(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

std::int32_t exit_code_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

RunningVenue::RunningVenue(const VenueStart& start) : errors_(std::tmpfile()) {
  HG_ASSERT(errors_ != nullptr, errno);
  // A program that ended early is met as a failed write, not as a signal.
  ::signal(SIGPIPE, SIG_IGN);
  const Pipe in = make_pipe();
  const Pipe out = make_pipe();
  child_ = ::fork();
  HG_ASSERT(child_ >= 0, errno);
  if (child_ == 0) {
    ::dup2(in.read_end, STDIN_FILENO);
    ::dup2(out.write_end, STDOUT_FILENO);
    ::dup2(::fileno(errors_), STDERR_FILENO);
    std::vector<std::string> words{start.program,      "run",
                                   "--data-dir",       start.data_dir,
                                   "--snapshot-every", std::to_string(start.snapshot_every)};
    if (start.with_fix) {
      words.insert(words.end(), {"--fix-port", "0"});
    } else {
      words.emplace_back("--no-fix");
    }
    words.insert(words.end(), start.options.begin(), start.options.end());
    // Many run at a time, and who looks at the feed says where it goes.
    const bool says_where = std::ranges::any_of(
        start.options, [](const std::string& option) { return option.starts_with("--feed"); });
    if (!says_where) words.emplace_back("--no-feed");
    become(words);
  }
  ::close(in.read_end);
  ::close(out.write_end);
  to_ = in.write_end;
  from_ = ::fdopen(out.read_end, "r");
  HG_ASSERT(from_ != nullptr, errno);
}

RunningVenue::~RunningVenue() {
  kill();
  static_cast<void>(std::fclose(from_));
  static_cast<void>(std::fclose(errors_));
  if (to_ >= 0) ::close(to_);
}

bool RunningVenue::say(const std::string& line) {
  const std::string text = line + "\n";
  return ::write(to_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::optional<std::string> RunningVenue::hear() {
  std::array<char, 512> line{};
  if (std::fgets(line.data(), line.size(), from_) == nullptr) return std::nullopt;
  return std::string(line.data());
}

std::vector<std::string> RunningVenue::hear_through(const std::string& last) {
  std::vector<std::string> lines;
  while (auto line = hear()) {
    lines.push_back(*line);
    if (line->starts_with(last)) return lines;
  }
  return {};
}

// `list` ends the answer, since a book's length is not known.
std::set<std::uint64_t> RunningVenue::working_orders(const std::string& symbol) {
  say("book " + symbol);
  say("list");
  std::set<std::uint64_t> orders;
  for (const std::string& line : hear_through("GPUX")) {
    if (const auto id = number_after(line, "  order ")) orders.insert(*id);
  }
  return orders;
}

std::uint16_t RunningVenue::fix_port() {
  return port_in_line("hourglass: FIX");
}

std::uint16_t RunningVenue::fix_tls_port() {
  return port_in_line("hourglass: the same by TLS");
}

std::uint16_t RunningVenue::port_in_line(const std::string& start) {
  while (const auto line = hear()) {
    if (!line->starts_with(start)) continue;
    const std::size_t colon = line->rfind(':');
    return static_cast<std::uint16_t>(std::strtoul(line->c_str() + colon + 1, nullptr, 10));
  }
  return 0;
}

void RunningVenue::signal(std::int32_t number) {
  HG_ASSERT(child_ > 0, child_);
  ::kill(child_, number);
}

void RunningVenue::kill() {
  if (child_ <= 0) return;
  ::kill(child_, SIGKILL);
  static_cast<void>(exit_code_of(child_));
  child_ = -1;
}

std::int32_t RunningVenue::wait() {
  HG_ASSERT(child_ > 0, child_);
  if (to_ >= 0) ::close(to_);
  to_ = -1;
  while (hear()) continue;  // a program with a full pipe before it would wait for us
  const std::int32_t exit_code = exit_code_of(child_);
  child_ = -1;
  return exit_code;
}

std::string RunningVenue::errors() const {
  std::string text;
  std::array<char, 4096> chunk{};
  for (off_t at = 0;;) {  // ends: with the file
    const ssize_t got = ::pread(::fileno(errors_), chunk.data(), chunk.size(), at);
    if (got <= 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(got));
    at += got;
  }
}

std::optional<std::uint64_t> number_after(const std::string& line, const std::string& word) {
  const std::size_t at = line.find(word);
  if (at == std::string::npos) return std::nullopt;
  return std::strtoull(line.c_str() + at + word.size(), nullptr, 10);
}

Ended run_program(const std::vector<std::string>& words) {
  const Pipe out = make_pipe();
  const pid_t child = ::fork();
  HG_ASSERT(child >= 0, errno);
  if (child == 0) {
    ::dup2(out.write_end, STDOUT_FILENO);
    ::dup2(out.write_end, STDERR_FILENO);
    become(words);
  }
  ::close(out.write_end);
  Ended ended{};
  std::array<char, 4096> chunk{};
  for (;;) {  // ends: with the program
    const ssize_t got = ::read(out.read_end, chunk.data(), chunk.size());
    if (got <= 0) break;
    ended.output.append(chunk.data(), static_cast<std::size_t>(got));
  }
  ::close(out.read_end);
  ended.exit_code = exit_code_of(child);
  return ended;
}

}  // namespace hourglass::engine::test

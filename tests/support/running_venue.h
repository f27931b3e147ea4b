// RunningVenue: the real program, run as a person runs it, with its input and output on pipes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hourglass::engine::test {

struct VenueStart {
  std::string program;
  std::string data_dir;
  std::uint64_t snapshot_every;
  bool with_fix = false;  // on any free port: fix_port()
  std::vector<std::string> options{};
};

// Thread: one. Ends the program by kill -9 if it still runs when this goes.
class RunningVenue {
 public:
  explicit RunningVenue(const VenueStart& start);
  ~RunningVenue();
  RunningVenue(const RunningVenue&) = delete;
  RunningVenue& operator=(const RunningVenue&) = delete;

  // False when the program has ended.
  bool say(const std::string& line);
  // The next line of output; nothing when the program has ended.
  std::optional<std::string> hear();
  // Lines up to and with the first that begins with `last`; empty when the program ended before.
  std::vector<std::string> hear_through(const std::string& last);
  // The working orders of `symbol` by their ids.
  std::set<std::uint64_t> working_orders(const std::string& symbol);

  // Where FIX sessions connect; to be asked behind the first hear(), which is the greeting. 0 where
  // the program has ended.
  std::uint16_t fix_port();
  // The same by TLS; behind fix_port().
  std::uint16_t fix_tls_port();

  [[nodiscard]] pid_t pid() const noexcept { return child_; }
  void signal(std::int32_t number);
  void kill();
  // Ends its input and waits for it to end by itself. Returns its exit code, -1 where a signal
  // ended it. Once, and not after kill().
  std::int32_t wait();
  // What it has said on standard error so far.
  [[nodiscard]] std::string errors() const;

 private:
  // Behind the colon of the next line that begins so; 0 where the program has ended.
  std::uint16_t port_in_line(const std::string& start);

  pid_t child_ = -1;
  std::int32_t to_ = -1;
  FILE* from_ = nullptr;
  FILE* errors_ = nullptr;
};

// The number after `word` in `line`, if it has one.
std::optional<std::uint64_t> number_after(const std::string& line, const std::string& word);

struct Ended {
  std::int32_t exit_code;  // -1 where a signal ended it
  std::string output;      // with what it said on standard error
};
// Runs a program to its end without a shell.
Ended run_program(const std::vector<std::string>& words);

}  // namespace hourglass::engine::test

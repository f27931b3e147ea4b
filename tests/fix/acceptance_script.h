// Scripts of messages sent to a FIX acceptor and messages expected back: the language of QuickFIX's
// acceptance suite, which names the FIX session test cases.
//
//   iCONNECT, i2,CONNECT        opens connection 1, connection 2
//   iDISCONNECT, eDISCONNECT    closes it; waits until the acceptor has closed it
//   I8=..., I2,8=...            sends a message on connection 1, connection 2
//   E8=..., E2,8=...            waits for a message on it and compares
//   # ...                       a comment; empty lines mean nothing
//
// Fields end with SOH. <TIME>, <TIME+n> and <TIME-n> stand for the time of the step in UTC, n
// seconds off. 9= and 10= are computed where a line that begins with 8= has none. Expected fields
// must come in the same order with the same values. Of tags 10, 42, 52, 60 and 122 only the form is
// compared. <ANY> as an expected value, which the suite does not use, stands for any value.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hourglass::gateway::fix::test {

enum class StepKind : std::uint8_t { kConnect, kDisconnect, kAwaitDisconnect, kSend, kExpect };

struct Step {
  StepKind kind;
  std::uint32_t line;        // from 1
  std::uint32_t connection;  // 0 to 9; 1 where the line names none
  std::string text;          // of kSend and kExpect, as written

  bool operator==(const Step&) const = default;
};

struct Script {
  std::string name;
  std::vector<Step> steps;
};

// Reads a script. Errors: kInvalidArgument naming script and line.
absl::StatusOr<Script> parse_script(std::string name, std::string_view text);

// `text` as it goes to the wire: times of `unix_seconds` put in, then 9= and 10= where absent.
std::string complete_message(std::string_view text, std::int64_t unix_seconds);

// What is wrong with `received`, a whole message; empty: nothing.
std::string difference(std::string_view expected, std::string_view received);

// Plays `script` against the acceptor at `host` (an IPv4 address). Waits up to 20 s for each
// message and each disconnection, and at the end until the acceptor has closed what is still open,
// so that it is done with the session before the next script. Errors: kFailedPrecondition with
// script, line, what was expected and what came.
absl::Status run_script(const Script& script, const std::string& host, std::uint16_t port);

struct ScriptResult {
  std::string script;   // the file's name
  std::string failure;  // of the last run; empty: all as expected
  std::int32_t runs;
};

// Plays every .def file of `directory`, in the order of their names, on several acceptors at once:
// each plays one script after another, and most of a script's time is waiting. A script
// that fails is played again up to `runs_max` times in all: an acceptor that a loaded machine holds
// up for a second sends a heartbeat where the script has a test request. Errors: kNotFound where
// there is no script, and those of parse_script.
absl::StatusOr<std::vector<ScriptResult>> run_suite(const std::string& directory,
                                                    const std::string& host,
                                                    const std::vector<std::uint16_t>& ports,
                                                    std::int32_t runs_max = 1);

}  // namespace hourglass::gateway::fix::test

// SIGINT and SIGTERM of a client a person runs: a wish to end, looked at between steps.
#pragma once

namespace hourglass::gateway::fix {

// From here on the signals are noted and end nothing by themselves.
void note_stop_signals();
// Whether one has come. Thread: any.
[[nodiscard]] bool is_stop_asked();

}  // namespace hourglass::gateway::fix

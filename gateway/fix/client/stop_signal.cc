#include "gateway/fix/client/stop_signal.h"

#include <signal.h>

namespace hourglass::gateway::fix {
namespace {

volatile sig_atomic_t stop_asked = 0;

void ask_to_stop(int) {
  stop_asked = 1;
}

}  // namespace

void note_stop_signals() {
  struct sigaction action {};
  action.sa_handler = ask_to_stop;
  sigemptyset(&action.sa_mask);
  static_cast<void>(::sigaction(SIGINT, &action, nullptr));
  static_cast<void>(::sigaction(SIGTERM, &action, nullptr));
}

bool is_stop_asked() {
  return stop_asked != 0;
}

}  // namespace hourglass::gateway::fix

// AgentRunner: one thread that drives one or several agents in turn.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "engine/ring/agent.h"
#include "engine/ring/idle.h"
#include "engine/ring/wake_signal.h"

namespace hourglass::engine {

struct AgentThread {
  std::string name;                      // as ps and top show it: the first 15 characters
  std::optional<std::uint32_t> pin_cpu;  // run on this processor only
  IdleSettings idle;
};

class AgentRunner {
 public:
  // The agents, driven in this order, must outlive the runner.
  AgentRunner(AgentThread thread, std::vector<Agent*> agents);
  // Stops and joins.
  ~AgentRunner();
  AgentRunner(const AgentRunner&) = delete;
  AgentRunner& operator=(const AgentRunner&) = delete;

  // Starts the thread. Errors: FailedPrecondition when started before; InvalidArgument when the
  // processor to pin to is not among the process's (nothing was started). Thread: the owner's.
  [[nodiscard]] absl::Status start();

  // Asks the thread to end after its current round, tells the agents, who may cut that round short,
  // and waits. Does not empty the agents' rings: close those and wait for them first. May be
  // repeated. Thread: the owner's.
  void stop();

  // What those who bring work to this thread notify(). Thread: any.
  [[nodiscard]] WakeSignal& wake() noexcept { return wake_; }

  // One round over all agents, for a thread of the caller's own; not after start(). Returns the
  // items done.
  std::uint32_t run_once() noexcept;

 private:
  void run() noexcept;

  AgentThread settings_;
  std::vector<Agent*> agents_;
  WakeSignal wake_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace hourglass::engine

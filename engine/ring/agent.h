// Agent: a piece of the pipeline that does a bounded amount of work when asked.
#pragma once

#include <cstdint>
#include <string_view>

namespace hourglass::engine {

// Which agents share a thread is a setting of the composition, not of the agent; so an agent never
// waits, and between two calls another agent may run on the same thread. The call is virtual: one
// in a round of many items.
class Agent {
 public:
  virtual ~Agent() = default;

  // Does what is there to do, up to a bound of its own, and returns how many items that was; 0 lets
  // the thread idle. Thread: the runner's.
  virtual std::uint32_t do_work() noexcept = 0;

  // Called on the runner's thread before its first and after its last do_work().
  virtual void on_start() noexcept {}
  virtual void on_stop() noexcept {}

  // The runner is to end and its owner waits: work that takes long may be given up. Comes whatever
  // the agent is doing, do_work() included. Thread: the owner's.
  virtual void on_stop_asked() noexcept {}

  // For logs and counters.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
};

}  // namespace hourglass::engine

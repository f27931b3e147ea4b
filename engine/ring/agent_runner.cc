#include "engine/ring/agent_runner.h"

#include <pthread.h>
#include <sched.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/assert.h"

namespace hourglass::engine {
namespace {

bool may_run_on(std::uint32_t cpu) noexcept {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  return cpu < CPU_SETSIZE && ::sched_getaffinity(0, sizeof(cpus), &cpus) == 0 &&
         CPU_ISSET(cpu, &cpus);
}

}  // namespace

AgentRunner::AgentRunner(AgentThread thread, std::vector<Agent*> agents)
    : settings_(std::move(thread)), agents_(std::move(agents)) {
  HG_ASSERT(!agents_.empty());
}

AgentRunner::~AgentRunner() {
  stop();
}

absl::Status AgentRunner::start() {
  if (thread_.joinable()) {
    return absl::FailedPreconditionError(absl::StrCat(settings_.name, ": already started"));
  }
  if (settings_.pin_cpu.has_value() && !may_run_on(*settings_.pin_cpu)) {
    return absl::InvalidArgumentError(absl::StrCat(settings_.name, ": cannot be pinned to cpu ",
                                                   *settings_.pin_cpu,
                                                   ", which this process may not use"));
  }
  // relaxed: starting the thread orders it.
  stop_.store(false, std::memory_order_relaxed);
  thread_ = std::thread([this] { run(); });
  return absl::OkStatus();
}

void AgentRunner::stop() {
  if (!thread_.joinable()) return;
  // relaxed: nothing is read behind the flag, and join() orders what the thread did.
  stop_.store(true, std::memory_order_relaxed);
  // After the flag: an agent that gives up its work on hearing this is not called again.
  for (Agent* agent : agents_) agent->on_stop_asked();
  wake_.notify();
  thread_.join();
}

std::uint32_t AgentRunner::run_once() noexcept {
  std::uint32_t work_count = 0;
  for (Agent* agent : agents_) work_count += agent->do_work();
  return work_count;
}

void AgentRunner::run() noexcept {
  const std::string name = settings_.name.substr(0, 15);
  static_cast<void>(::pthread_setname_np(::pthread_self(), name.c_str()));
  if (settings_.pin_cpu.has_value()) {
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(*settings_.pin_cpu, &cpus);
    const auto result = ::pthread_setaffinity_np(::pthread_self(), sizeof(cpus), &cpus);
    HG_ASSERT(result == 0, result, *settings_.pin_cpu);
  }
  for (Agent* agent : agents_) agent->on_start();
  IdleStrategy strategy(settings_.idle, wake_);
  // An agent thread's endless loop: it ends by stop().
  // relaxed, partner stop(): see there.
  while (!stop_.load(std::memory_order_relaxed)) strategy.idle(run_once());
  for (Agent* agent : agents_) agent->on_stop();
}

}  // namespace hourglass::engine

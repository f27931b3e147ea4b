// Agents, idling and wake-ups across threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/ring/agent_runner.h"
#include "engine/ring/mpsc_ring.h"

namespace hourglass::engine {
namespace {

using ::testing::ElementsAre;

// Drains a ring and keeps a sum and its own diary.
class Summing final : public Agent {
 public:
  explicit Summing(MpscRing<std::uint64_t>& ring) : ring_(&ring) {}
  std::uint32_t do_work() noexcept override {
    return ring_->drain(16, [this](std::uint64_t item) { sum += item; });
  }
  void on_start() noexcept override {
    std::array<char, 16> text{};
    ::pthread_getname_np(::pthread_self(), text.data(), text.size());
    thread_name = text.data();
    cpu_set_t cpus;
    ::sched_getaffinity(0, sizeof(cpus), &cpus);
    cpu_count = CPU_COUNT(&cpus);
    diary.push_back("start");
  }
  void on_stop() noexcept override { diary.push_back("stop"); }
  std::string_view name() const noexcept override { return "summing"; }

  std::uint64_t sum = 0;
  std::string thread_name;
  std::int32_t cpu_count = 0;
  std::vector<std::string> diary;

 private:
  MpscRing<std::uint64_t>* ring_;
};

std::uint32_t first_cpu() {
  cpu_set_t cpus;
  ::sched_getaffinity(0, sizeof(cpus), &cpus);
  std::uint32_t cpu = 0;
  while (!CPU_ISSET(cpu, &cpus)) ++cpu;
  return cpu;
}

class EveryIdleMode : public ::testing::TestWithParam<IdleMode> {};

TEST_P(EveryIdleMode, DeliversEverythingToARunnersAgents) {
  MpscRing<std::uint64_t> ring(8);
  Summing agent(ring);
  IdleSettings idle{.mode = GetParam(), .spins = 3, .yields = 3};
  // A busy spin may share the only processor with the producer; that is slow, but must be right.
  AgentRunner runner({.name = "hg-summing-agent-of-long-name", .pin_cpu = {}, .idle = idle},
                     {&agent});
  ASSERT_TRUE(runner.start().ok());
  EXPECT_EQ(runner.start().code(), absl::StatusCode::kFailedPrecondition);
  constexpr std::uint64_t kItems = 2'000;
  for (std::uint64_t item = 1; item <= kItems; ++item) {
    while (ring.try_push(item) != PushResult::kPushed) ::sched_yield();
    runner.wake().notify();
  }
  ring.close();
  while (agent.do_work_is_over(ring)) ::sched_yield();
  runner.stop();
  EXPECT_EQ(agent.sum, kItems * (kItems + 1) / 2);
  EXPECT_EQ(agent.thread_name, "hg-summing-agen");
  EXPECT_THAT(agent.diary, ElementsAre("start", "stop"));
}

INSTANTIATE_TEST_SUITE_P(Idle, EveryIdleMode,
                         ::testing::Values(IdleMode::kSpin, IdleMode::kYield, IdleMode::kSleep));

}  // namespace
}  // namespace hourglass::engine

// Agents, idling and wake-ups across threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <array>
#include <cstdint>
#include <optional>
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
    const std::uint32_t count = ring_->drain(16, [this](std::uint64_t item) { sum += item; });
    received.set(received.get_value_only() + count);
    return count;
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

  Cursor received;
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

// By its configuration word, so that the test's name says which.
class EveryIdleMode : public ::testing::TestWithParam<std::string_view> {};

TEST_P(EveryIdleMode, DeliversEverythingToARunnersAgents) {
  MpscRing<std::uint64_t> ring(8);
  Summing agent(ring);
  const std::optional<IdleMode> mode = idle_mode_from(GetParam());
  ASSERT_TRUE(mode.has_value());
  const IdleSettings idle{.mode = *mode, .spins = 3, .yields = 3};
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
  while (agent.received.get() != kItems) ::sched_yield();
  runner.stop();
  EXPECT_EQ(agent.sum, kItems * (kItems + 1) / 2);
  EXPECT_EQ(agent.thread_name, "hg-summing-agen");
  EXPECT_THAT(agent.diary, ElementsAre("start", "stop"));
}

TEST(AgentRunner, PinsItsThreadToOneProcessor) {
  MpscRing<std::uint64_t> ring(2);
  Summing agent(ring);
  AgentRunner runner({.name = "pinned", .pin_cpu = first_cpu(), .idle = {}}, {&agent});
  ASSERT_TRUE(runner.start().ok());
  runner.stop();
  EXPECT_EQ(agent.cpu_count, 1);
}

TEST(AgentRunner, RefusesAProcessorItMayNotUse) {
  MpscRing<std::uint64_t> ring(2);
  Summing agent(ring);
  AgentRunner runner({.name = "nowhere", .pin_cpu = 100'000, .idle = {}}, {&agent});
  EXPECT_EQ(runner.start().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(agent.diary, ElementsAre());
}

TEST(AgentRunner, DrivesItsAgentsInTurnOnTheCallersThreadToo) {
  MpscRing<std::uint64_t> first_ring(4);
  MpscRing<std::uint64_t> second_ring(4);
  Summing first(first_ring);
  Summing second(second_ring);
  AgentRunner runner({.name = "fused", .pin_cpu = {}, .idle = {}}, {&first, &second});
  ASSERT_EQ(first_ring.try_push(1), PushResult::kPushed);
  ASSERT_EQ(second_ring.try_push(2), PushResult::kPushed);
  ASSERT_EQ(second_ring.try_push(3), PushResult::kPushed);
  EXPECT_EQ(runner.run_once(), 3U);
  EXPECT_EQ(runner.run_once(), 0U);
  EXPECT_EQ(first.sum, 1U);
  EXPECT_EQ(second.sum, 5U);
}

// One round that goes on until it hears that the runner is to end.
class Tireless final : public Agent {
 public:
  std::uint32_t do_work() noexcept override {
    rounds.set(rounds.get_value_only() + 1);
    for (std::uint32_t i = 0; i < kPausesMax && asked_.get() == 0; ++i) ::sched_yield();
    heard = asked_.get() != 0;
    return 1;
  }
  void on_stop_asked() noexcept override { asked_.set(1); }
  std::string_view name() const noexcept override { return "tireless"; }

  Cursor rounds;
  bool heard = false;

 private:
  // Far beyond what a stop takes: only an agent that is never told comes here.
  static constexpr std::uint32_t kPausesMax = 20'000'000;
  Cursor asked_;  // writer: the runner's owner
};

TEST(AgentRunner, TellsAnAgentInTheMiddleOfItsWorkThatItIsToEnd) {
  Tireless agent;
  AgentRunner runner({.name = "tireless", .pin_cpu = {}, .idle = {}}, {&agent});
  ASSERT_TRUE(runner.start().ok());
  while (agent.rounds.get() == 0) ::sched_yield();
  runner.stop();
  EXPECT_TRUE(agent.heard);
  EXPECT_EQ(agent.rounds.get(), 1U) << "called again after it was told";
}

TEST(WakeSignal, MissesNoWakeUp) {
  // Each side sleeps whenever it can and is woken by the other's push, a ball to and fro. A missed
  // wake-up shows as a sleep that ran out although the ball was there.
  constexpr std::uint64_t kBalls = 5'000;
  constexpr std::uint64_t kLongNs = 2'000'000'000;
  struct Side {
    MpscRing<std::uint64_t> ring{2};
    WakeSignal wake;
    std::uint64_t missed = 0;
    std::uint64_t slept = 0;

    void await_ball() {
      const auto take = [](std::uint64_t) {};
      for (;;) {  // ends: the other side pushes
        if (ring.drain(1, take) == 1) return;
        wake.announce();
        if (ring.drain(1, take) == 1) return wake.cancel();
        ++slept;
        const bool woken = wake.sleep(kLongNs);
        if (!woken && ring.backlog() != 0) ++missed;
      }
    }
    void send_ball() {
      ASSERT_EQ(ring.try_push(1), PushResult::kPushed);
      wake.notify();
    }
  };
  Side left;
  Side right;
  std::thread thread([&] {
    for (std::uint64_t ball = 0; ball < kBalls; ++ball) {
      right.await_ball();
      left.send_ball();
    }
  });
  for (std::uint64_t ball = 0; ball < kBalls; ++ball) {
    right.send_ball();
    left.await_ball();
  }
  thread.join();
  EXPECT_EQ(left.missed + right.missed, 0U);
  EXPECT_GT(left.slept + right.slept, 0U);
}

INSTANTIATE_TEST_SUITE_P(Idle, EveryIdleMode, ::testing::Values("spin", "yield", "sleep"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace hourglass::engine

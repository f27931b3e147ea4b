#include "engine/ring/idle.h"

#include <immintrin.h>
#include <sched.h>

#include <algorithm>

namespace hourglass::engine {
namespace {

// About 2 us of pauses: longer than a hand-over between two cores (0.5 us), shorter than the
// wake-up it may save.
constexpr std::uint32_t kSpinsWithOwnCore = 100;

}  // namespace

std::uint32_t online_cpu_count() noexcept {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  // The affinity and not the machine's count: under taskset or a container that is what we get.
  if (::sched_getaffinity(0, sizeof(cpus), &cpus) != 0) return 1;
  return static_cast<std::uint32_t>(std::max(1, CPU_COUNT(&cpus)));
}

IdleSettings settings_for(std::uint32_t cpu_count, std::uint32_t polling_threads,
                          std::optional<IdleMode> wish) noexcept {
  const bool core_each = cpu_count > 1 && cpu_count >= polling_threads;
  const bool core_to_spare = cpu_count > polling_threads && cpu_count > 1;
  IdleSettings settings{.mode = wish.value_or(IdleMode::kSleep),
                        .spins = core_each ? kSpinsWithOwnCore : 0};
  if (settings.mode == IdleMode::kSpin && !core_to_spare) settings.mode = IdleMode::kYield;
  return settings;
}

std::optional<IdleMode> idle_mode_from(std::string_view word) noexcept {
  if (word == "spin") return IdleMode::kSpin;
  if (word == "yield") return IdleMode::kYield;
  if (word == "sleep") return IdleMode::kSleep;
  return std::nullopt;
}

void IdleStrategy::wait() noexcept {
  const std::uint32_t rounds_before_sleep = settings_.spins + settings_.yields;
  const std::uint32_t round = idle_rounds_;
  if (idle_rounds_ < rounds_before_sleep) ++idle_rounds_;
  if (settings_.mode == IdleMode::kSpin || round < settings_.spins) {
    _mm_pause();
  } else if (settings_.mode == IdleMode::kYield || round < rounds_before_sleep) {
    ::sched_yield();
  } else if (!announced_) {
    announced_ = true;
    wake_->announce();
  } else {
    static_cast<void>(wake_->sleep(settings_.sleep_ns_max));
    announced_ = false;  // the next idle round announces again: no yields between two sleeps
    ++sleep_count_;
  }
}

void IdleStrategy::reset() noexcept {
  idle_rounds_ = 0;
  if (announced_) wake_->cancel();
  announced_ = false;
}

}  // namespace hourglass::engine

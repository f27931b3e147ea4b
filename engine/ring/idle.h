// What a thread does when it has nothing to do, as a setting.
//
// The choice matters more than the rings do: two threads that spin on one core hand over once in a
// scheduler tick, 8 ms, instead of 3 us with a yield. So nobody chooses a spin blindly:
// settings_for() knows how many threads want to poll and how many processors there are.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/ring/wake_signal.h"

namespace hourglass::engine {

enum class IdleMode : std::uint8_t {
  kSpin,   // pause instructions only: a core for each polling thread, and one to spare
  kYield,  // spin a little, then give the core away between looks
  kSleep,  // spin, yield, then sleep until woken: the default
};

struct IdleSettings {
  IdleMode mode = IdleMode::kSleep;
  std::uint32_t spins = 0;     // idle rounds with a pause, before the first yield
  std::uint32_t yields = 100;  // idle rounds with a yield, before the first sleep
  // A sleep's end without a wake-up: bounds what a missed one costs, see WakeSignal.
  std::uint64_t sleep_ns_max = 1'000'000;

  bool operator==(const IdleSettings&) const noexcept = default;
};

// The processors this process may run on now; at least 1. Cost: a system call.
[[nodiscard]] std::uint32_t online_cpu_count() noexcept;

// The settings to use on `cpu_count` processors when `polling_threads` threads of the process wait
// by polling. A wish for kSpin without a processor for each of them and one over becomes kYield.
// Without a wish: kSleep, which spins first only where every polling thread has a processor.
[[nodiscard]] IdleSettings settings_for(std::uint32_t cpu_count, std::uint32_t polling_threads,
                                        std::optional<IdleMode> wish = std::nullopt) noexcept;

// The mode of a configuration word: "spin", "yield" or "sleep"; nothing for another word.
[[nodiscard]] std::optional<IdleMode> idle_mode_from(std::string_view word) noexcept;

// One thread's idling. Not shared between threads.
class IdleStrategy {
 public:
  // `wake` is the signal that ends a sleep; it must outlive the strategy.
  IdleStrategy(const IdleSettings& settings, WakeSignal& wake) noexcept
      : settings_(settings), wake_(&wake) {}

  // To be called after each round of work with what the round did: nothing makes it wait, a little
  // longer each time; anything starts over. Before the first sleep it comes back once more without
  // waiting, so that the thread looks for work after it has announced its sleep.
  // Cost: a compare when there was work.
  void idle(std::uint32_t work_count) noexcept {
    if (work_count == 0) {
      wait();
    } else if (idle_rounds_ != 0 || announced_) {
      reset();
    }
  }

  // Sleeps that really happened; a figure for the operator.
  [[nodiscard]] std::uint64_t sleep_count() const noexcept { return sleep_count_; }

 private:
  void wait() noexcept;
  void reset() noexcept;

  IdleSettings settings_;
  WakeSignal* wake_;
  std::uint32_t idle_rounds_ = 0;
  bool announced_ = false;
  std::uint64_t sleep_count_ = 0;
};

}  // namespace hourglass::engine

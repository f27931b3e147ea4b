// WakeSignal: how a thread that sleeps for want of work is woken by those who bring it.
//
// The waker pays one load of a line nobody writes while the sleeper is awake: no fence, no system
// call. What makes this safe is an asymmetric fence: the sleeper, who has time, orders the memory
// of all the process's threads (membarrier) between saying that it will sleep and looking for work
// a last time. Where the kernel has no membarrier a wake-up can be missed; every sleep has an end.
#pragma once

#include <atomic>
#include <cstdint>

#include "engine/ring/cache_line.h"

namespace hourglass::engine {

// One for each thread that may sleep. The order of a sleep: announce(); look for work once more;
// then sleep() if there is none, else cancel(). Not for more than one sleeping thread.
class alignas(kFalseSharingBytes) WakeSignal {
 public:
  WakeSignal() noexcept;
  WakeSignal(const WakeSignal&) = delete;
  WakeSignal& operator=(const WakeSignal&) = delete;

  // Wakes the sleeper, if it sleeps. To be called after publishing, once for a batch. Thread: any.
  // Cost: one load; a system call if somebody sleeps.
  void notify() noexcept {
    // Keeps the compiler from moving the load above the caller's publishing store; the processor is
    // kept from it by the membarrier in announce().
    std::atomic_signal_fence(std::memory_order_seq_cst);
    // relaxed, partner announce(): either this load sees the announcement or the sleeper's last
    // look sees what was published before.
    if (announced_.load(std::memory_order_relaxed) != 0) [[unlikely]]
      wake();
  }

  // Also writes to `descriptor` (an eventfd) at each wake-up, for a sleeper that waits for sockets
  // as well and therefore sleeps there: between announce() and cancel(), never in sleep().
  // Thread: the owner's, before there are wakers.
  void also_write_to(std::int32_t descriptor) noexcept { descriptor_ = descriptor; }

  // Says that the caller is about to sleep. Thread: the sleeper. Cost: a system call, microseconds.
  void announce() noexcept;
  // Takes it back. Thread: the sleeper.
  void cancel() noexcept;
  // Sleeps until a notify() since announce(), `timeout_ns` at most; false when the time ran out.
  // Thread: the sleeper.
  bool sleep(std::uint64_t timeout_ns) noexcept;

 private:
  void wake() noexcept;

  std::atomic<std::uint32_t> announced_{0};  // 1 from announce() to the wake-up
  std::atomic<std::uint32_t> wakes_{0};      // the futex word: wake-ups so far
  std::uint32_t wakes_at_announce_ = 0;      // sleeper's own
  std::int32_t descriptor_ = -1;
};

}  // namespace hourglass::engine

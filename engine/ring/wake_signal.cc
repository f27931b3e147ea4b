#include "engine/ring/wake_signal.h"

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

namespace hourglass::engine {
namespace {

constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t), "a futex is 32 bits");

void membarrier(int command) noexcept {
  // A refusal (an old kernel, a sandbox) costs a late wake-up, not a lost one: see the header.
  static_cast<void>(::syscall(SYS_membarrier, command, 0, 0));
}

}  // namespace

WakeSignal::WakeSignal() noexcept {
  membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
}

void WakeSignal::announce() noexcept {
  // relaxed: a wake-up counted after this makes sleep() return at once, one before is old news.
  wakes_at_announce_ = wakes_.load(std::memory_order_relaxed);
  // seq_cst, partner notify(): the store must not pass the membarrier, nor the membarrier the look
  // for work that follows.
  announced_.store(1, std::memory_order_seq_cst);
  membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

void WakeSignal::cancel() noexcept {
  // relaxed: a waker that still sees 1 makes one system call for nothing.
  announced_.store(0, std::memory_order_relaxed);
}

bool WakeSignal::sleep(std::uint64_t timeout_ns) noexcept {
  const timespec timeout{.tv_sec = static_cast<time_t>(timeout_ns / kNsPerSecond),
                         .tv_nsec = static_cast<std::int64_t>(timeout_ns % kNsPerSecond)};
  // The kernel compares the word and goes to sleep in one step, so a wake-up in between is seen.
  // After any return, also an interruption, the caller looks for work.
  const auto result =
      ::syscall(SYS_futex, &wakes_, FUTEX_WAIT_PRIVATE, wakes_at_announce_, &timeout, nullptr, 0);
  const bool timed_out = result != 0 && errno == ETIMEDOUT;
  cancel();
  return !timed_out;
}

void WakeSignal::wake() noexcept {
  // relaxed: of several wakers one takes the announcement and makes the system call.
  if (announced_.exchange(0, std::memory_order_relaxed) == 0) return;
  // relaxed: the futex calls order the word themselves; work is ordered by the rings.
  wakes_.fetch_add(1, std::memory_order_relaxed);
  if (descriptor_ >= 0) {
    constexpr std::uint64_t kOne = 1;
    // A full counter wakes as well.
    static_cast<void>(!::write(descriptor_, &kOne, sizeof(kOne)));
    return;
  }
  static_cast<void>(::syscall(SYS_futex, &wakes_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0));
}

}  // namespace hourglass::engine

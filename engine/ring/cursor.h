// Cursor: a 64-bit sequence with one writer, alone on its line. A ring's progress, a consumer's
// place and the journal's durable watermark are cursors.
#pragma once

#include <cstdint>

#include "engine/ring/atomics.h"
#include "engine/ring/cache_line.h"

namespace hourglass::engine {

// A cursor's value is a count: the first sequence that is *not* yet published, consumed, durable.
// 2^64 is never reached: at 10^9 a second it takes 584 years. Not for more than one writing thread.
template <class Atomics = RealAtomics>
class alignas(kFalseSharingBytes) BasicCursor {
 public:
  BasicCursor() noexcept = default;
  explicit BasicCursor(std::uint64_t value) noexcept : value_(value) {}

  // What the writer last stored, and with it all the writer did before. Thread: any.
  [[nodiscard]] std::uint64_t get() const noexcept {
    // acquire, partner set(): what the cursor counts is visible to who saw the count.
    return value_.load(std::memory_order_acquire);
  }

  // The value alone: for the writer itself, and for a check that reads nothing behind it.
  [[nodiscard]] std::uint64_t get_value_only() const noexcept {
    // relaxed: the writer knows its own stores; anybody else wants the number only.
    return value_.load(std::memory_order_relaxed);
  }

  // Moves the cursor to `value`. Thread: the one writer. Cost: one plain store on x86-64.
  void set(std::uint64_t value) noexcept {
    // release, partner get(): work counted by `value` is visible before the count.
    value_.store(value, std::memory_order_release);
  }

  // Moves the cursor without showing anything else. Thread: the one writer.
  void set_value_only(std::uint64_t value) noexcept {
    // relaxed: whoever must see it in order is led there by another operation, named at the caller.
    value_.store(value, std::memory_order_relaxed);
  }

 private:
  typename Atomics::template Atomic<std::uint64_t> value_{0};
};

using Cursor = BasicCursor<>;
static_assert(sizeof(Cursor) == kFalseSharingBytes);

}  // namespace hourglass::engine

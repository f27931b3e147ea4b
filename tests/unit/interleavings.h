// Runs a few small threads through every order of their steps.
//
// The threads are fibers of one real thread. A step is one atomic operation or one word of a
// payload; before each, the fiber hands over to the scheduler, which continues one of them. A run
// is repeated from the start with another sequence of choices until all have been made. Memory is
// sequentially consistent here: what weaker orders may do is argued at each operation and looked at
// by the thread sanitizer under tests/stress.
#pragma once

#include <ucontext.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "engine/ring/atomics.h"

namespace hourglass::engine {

class Interleavings {
 public:
  using Body = std::function<void()>;

  // Calls `set_up` for the threads of a run, runs them, calls `check`; for every schedule in which
  // at most `preemptions_max` times a thread is interrupted that could have gone on. Returns the
  // number of schedules. Stops early when `check` answers false.
  static std::uint64_t run_all(std::uint32_t preemptions_max,
                               const std::function<std::vector<Body>()>& set_up,
                               const std::function<bool()>& check) {
    Interleavings scheduler;
    std::uint64_t schedules = 0;
    do {
      scheduler.run(set_up(), preemptions_max);
      ++schedules;
    } while (check() && scheduler.next_schedule());
    return schedules;
  }

  // A place where another thread may come in between. Outside a run: nothing.
  static void step() {
    if (active_ == nullptr) return;
    Interleavings& self = *active_;
    ::swapcontext(&self.fibers_[self.current_]->context, &self.main_);
  }

 private:
  struct Fiber {
    ucontext_t context{};
    std::array<std::byte, 128 * 1024> stack;
    Body body;
    bool finished = false;
  };
  struct Choice {
    std::uint32_t taken;
    std::uint32_t options;
  };

  static void enter() {
    Interleavings& self = *active_;
    Fiber& fiber = *self.fibers_[self.current_];
    fiber.body();
    fiber.finished = true;
    ::swapcontext(&fiber.context, &self.main_);  // never continued
  }

  void run(std::vector<Body> bodies, std::uint32_t preemptions_max) {
    while (fibers_.size() < bodies.size()) fibers_.push_back(std::make_unique<Fiber>());
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      Fiber& fiber = *fibers_[i];
      fiber.body = std::move(bodies[i]);
      fiber.finished = false;
      ::getcontext(&fiber.context);
      fiber.context.uc_stack.ss_sp = fiber.stack.data();
      fiber.context.uc_stack.ss_size = fiber.stack.size();
      ::makecontext(&fiber.context, &Interleavings::enter, 0);
    }
    depth_ = 0;
    std::uint32_t preemptions = 0;
    bool started = false;
    for (;;) {  // ends: every body does
      std::vector<std::uint32_t> runnable;
      const bool goes_on = started && !fibers_[current_]->finished;
      if (goes_on) runnable.push_back(current_);
      if (!goes_on || preemptions < preemptions_max) {
        for (std::uint32_t i = 0; i < bodies.size(); ++i) {
          if (!fibers_[i]->finished && !(goes_on && i == current_)) runnable.push_back(i);
        }
      }
      if (runnable.empty()) return;
      const std::uint32_t taken = choose(static_cast<std::uint32_t>(runnable.size()));
      if (goes_on && taken != 0) ++preemptions;
      current_ = runnable[taken];
      started = true;
      active_ = this;
      ::swapcontext(&main_, &fibers_[current_]->context);
      active_ = nullptr;
    }
  }

  std::uint32_t choose(std::uint32_t options) {
    if (depth_ == choices_.size()) choices_.push_back({0, options});
    return choices_[depth_++].taken;
  }

  // The next sequence of choices in lexical order; false after the last.
  bool next_schedule() {
    while (!choices_.empty() && choices_.back().taken + 1 == choices_.back().options) {
      choices_.pop_back();
    }
    if (choices_.empty()) return false;
    ++choices_.back().taken;
    return true;
  }

  static inline Interleavings* active_ = nullptr;

  ucontext_t main_{};
  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::uint32_t current_ = 0;
  std::vector<Choice> choices_;
  std::size_t depth_ = 0;
};

// Stands in for RealAtomics: each operation is a step.
struct SteppedAtomics {
  template <class V>
  class Atomic {
   public:
    Atomic() = default;
    explicit Atomic(V value) : value_(value) {}
    V load(std::memory_order) const {
      Interleavings::step();
      return value_;
    }
    void store(V value, std::memory_order) {
      Interleavings::step();
      value_ = value;
    }
    V fetch_or(V bits, std::memory_order) {
      Interleavings::step();
      const V old = value_;
      value_ |= bits;
      return old;
    }
    bool compare_exchange_weak(V& expected, V desired, std::memory_order, std::memory_order) {
      Interleavings::step();
      if (value_ == expected) {
        value_ = desired;
        return true;
      }
      expected = value_;
      return false;
    }

   private:
    V value_{};
  };

  static void store_word(PayloadWord* word, std::uint64_t value) {
    Interleavings::step();
    *word = value;
  }
  static std::uint64_t load_word(const PayloadWord* word) {
    Interleavings::step();
    return *word;
  }
};

}  // namespace hourglass::engine

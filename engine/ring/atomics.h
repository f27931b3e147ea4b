// RealAtomics: the atomic operations the rings are built from.
//
// The rings take them as a template parameter for one reason: tests/unit/ring_interleaving_test.cc
// puts a scheduler in their place and runs the rings' own code through every order of its steps.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace hourglass::engine {

// Eight bytes of a payload of any type: may_alias, since the bytes belong to some T.
using PayloadWord [[gnu::may_alias]] = std::uint64_t;

struct RealAtomics {
  template <class V>
  using Atomic = std::atomic<V>;

  // Payload words that a slow reader may read while they are overwritten. Compiler builtins rather
  // than std::atomic_ref, because atomic_ref forbids the plain reads that gating consumers make of
  // the same word at the same time. On x86-64 both are one plain mov.
  static void store_word(PayloadWord* word, std::uint64_t value) noexcept {
    // release, partner load_word: a reader that sees this word also sees the claim made before it.
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
  }
  static std::uint64_t load_word(const PayloadWord* word) noexcept {
    // acquire, partner store_word: the reader's second look at the claim is not older than the
    // word.
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
  }
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace hourglass::engine

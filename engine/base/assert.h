// HG_ASSERT: claims about our own code that stay on in release.
//
// An assertion states what the programmer knows; a counterparty's input is never asserted on but
// refused with a RejectReason. On failure the process prints the claim, the command sequence being
// applied on this thread and up to four values, then aborts: the journal restarts it from what was
// acknowledged, so stopping is always safer than going on with a broken book.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>

namespace hourglass::engine {

// The sequence of the command this thread is applying; printed by a failed assertion. Zero outside
// Exchange::apply.
inline thread_local std::uint64_t current_sequence_for_assert = 0;

// Prints the failed claim with `values` and aborts. Thread: any. Cost: never returns.
[[noreturn]] void assertion_failed(const char* claim, const char* file, std::int32_t line,
                                   std::initializer_list<std::int64_t> values) noexcept;

// Brings any integer, enum or strong integer to the printed form.
template <class T>
constexpr std::int64_t assert_value(const T& value) noexcept {
  if constexpr (requires { value.value(); }) {
    return static_cast<std::int64_t>(value.value());
  } else {
    return static_cast<std::int64_t>(value);
  }
}

template <class... Values>
[[noreturn]] [[gnu::cold]] [[gnu::noinline]] void fail_assertion(const char* claim,
                                                                 const char* file,
                                                                 std::int32_t line,
                                                                 const Values&... values) noexcept {
  assertion_failed(claim, file, line, {assert_value(values)...});
}

}  // namespace hourglass::engine

// HG_ASSERT(claim, values...): aborts unless `claim`. Always on, except in the build that measures
// what the assertions cost (HOURGLASS_NO_ASSERTS).
#ifdef HOURGLASS_NO_ASSERTS
#define HG_ASSERT(claim, ...) static_cast<void>(sizeof((claim) ? 1 : 0))
#else
#define HG_ASSERT(claim, ...)                                  \
  (__builtin_expect(static_cast<bool>(claim), 1)               \
       ? static_cast<void>(0)                                  \
       : ::hourglass::engine::fail_assertion(#claim, __FILE__, \
                                             __LINE__ __VA_OPT__(, ) __VA_ARGS__))
#endif

// HG_ASSERT_SLOW(claim, values...): whole-book audits; on in tests, replay and sanitizer builds.
#ifdef HOURGLASS_SLOW_CHECKS
#define HG_ASSERT_SLOW(claim, ...) HG_ASSERT(claim __VA_OPT__(, ) __VA_ARGS__)
#else
#define HG_ASSERT_SLOW(claim, ...) static_cast<void>(sizeof((claim) ? 1 : 0))
#endif

// Copying a payload word by word, so that a slow reader may read a slot while it is overwritten:
// what it gets may be a mixture of two items, but never undefined, and it is told so afterwards.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "engine/base/assert.h"
#include "engine/ring/atomics.h"

namespace hourglass::engine {

// What a broadcast ring can carry.
template <class T>
concept Payload = std::is_trivially_copyable_v<T> && sizeof(T) % sizeof(PayloadWord) == 0 &&
                  alignof(T) >= alignof(PayloadWord);

// Copies the first `bytes` (a positive multiple of 8, at most sizeof(T)) of `value` into a slot.
// Thread: producer. Cost: bytes / 8 plain loads and stores on x86-64.
template <class Atomics, Payload T>
void store_payload(T& slot, const T& value, std::uint32_t bytes) noexcept {
  HG_ASSERT(bytes % sizeof(PayloadWord) == 0 && bytes <= sizeof(T), bytes, sizeof(T));
  auto* to = reinterpret_cast<PayloadWord*>(&slot);
  const auto* from = reinterpret_cast<const PayloadWord*>(&value);
  const auto* const end = from + bytes / sizeof(PayloadWord);
  while (from != end) Atomics::store_word(to++, *from++);
}

// Copies a slot out, possibly while the producer writes it. Thread: slow reader.
template <class Atomics, Payload T>
void load_payload(T& value, const T& slot) noexcept {
  auto* to = reinterpret_cast<PayloadWord*>(&value);
  const auto* from = reinterpret_cast<const PayloadWord*>(&slot);
  const auto* const end = from + sizeof(T) / sizeof(PayloadWord);
  while (from != end) *to++ = Atomics::load_word(from++);
}

}  // namespace hourglass::engine

// Throttle: how fast a session may send, as a token bucket.
#pragma once

#include <algorithm>
#include <cstdint>

namespace hourglass::gateway::fix {

// A bucket holds one second's worth, so that a burst of that size passes; it fills evenly. Who goes
// on beyond it is refused, and who is refused half a second's worth before the bucket is full again
// is sending at 1.5 times the rate or more, and is to be logged out (CME: reject, then logout).
class Throttle {
 public:
  enum class Answer : std::uint8_t { kPass, kRefuse, kLogOut };

  explicit Throttle(std::uint32_t per_second) noexcept
      : per_second_(per_second), tokens_ns_(kSecondNs) {}

  // One more message at `now_ns`. Cost: a division.
  Answer take(std::uint64_t now_ns) noexcept {
    if (per_second_ == 0) return Answer::kPass;  // no limit
    if (now_ns < last_ns_) last_ns_ = now_ns;    // the clock was set back
    if (now_ns > last_ns_) {
      tokens_ns_ = std::min(kSecondNs, tokens_ns_ + (now_ns - last_ns_));
      last_ns_ = now_ns;
    }
    if (tokens_ns_ == kSecondNs) refused_ = 0;
    const std::uint64_t price_ns = kSecondNs / per_second_;
    if (tokens_ns_ >= price_ns) {
      tokens_ns_ -= price_ns;
      return Answer::kPass;
    }
    return ++refused_ > per_second_ / 2 ? Answer::kLogOut : Answer::kRefuse;
  }

 private:
  static constexpr std::uint64_t kSecondNs = 1'000'000'000;
  std::uint32_t per_second_;
  std::uint64_t tokens_ns_;  // time's worth of messages that may pass now
  std::uint64_t last_ns_ = 0;
  std::uint32_t refused_ = 0;
};

}  // namespace hourglass::gateway::fix

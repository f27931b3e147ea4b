// StatisticsRounds: the day's figures of what changed, at most once a second each, and of
// everything in a cycle.
#pragma once

#include <algorithm>
#include <cstdint>

#include "marketdata/publish/feed_state.h"
#include "marketdata/publish/packet_stream.h"

namespace hourglass::marketdata {

// Thread: the publisher's. The state outlives it.
class StatisticsRounds {
 public:
  // Units: ns between the beginnings of two cycles.
  StatisticsRounds(std::uint64_t cycle_ns, FeedState& state)
      : cycle_ns_(cycle_ns), state_(&state) {}

  // Tells what is due. Cost: of kPerPart instruments; all listed where a cycle begins.
  void pump(PacketStream& stream, std::uint64_t now_ns) noexcept {
    ChangedSet& changed = state_->changed_figures();
    if (now_ns >= cycle_began_ns_ + cycle_ns_) {
      cycle_began_ns_ = now_ns;
      for (const std::uint32_t id : state_->listed()) changed.add(id);
    }
    if (left_ == 0) {
      if (now_ns < round_began_ns_ + kRoundNs || changed.empty()) return;
      round_began_ns_ = now_ns;
      left_ = changed.count();
    } else if (now_ns < told_ns_ + kPartNs) {
      return;
    }
    told_ns_ = now_ns;
    const std::uint32_t part = std::min(left_, kPerPart);
    for (std::uint32_t told = 0; told < part; ++told) {
      stream.add_message(state_->last_sequence(), now_ns, state_->statistics(changed.take()));
    }
    left_ -= part;
    stream.flush(now_ns);
  }

  static constexpr std::uint64_t kRoundNs = 1'000'000'000;
  static constexpr std::uint32_t kPerPart = 128;
  static constexpr std::uint64_t kPartNs = 5'000'000;  // 16,384 instruments take 0.7 s

 private:
  std::uint64_t cycle_ns_;
  FeedState* state_;
  std::uint64_t cycle_began_ns_ = 0;
  std::uint64_t round_began_ns_ = 0;
  std::uint64_t told_ns_ = 0;
  std::uint32_t left_ = 0;  // of the round
};

}  // namespace hourglass::marketdata

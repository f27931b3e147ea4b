#include "marketdata/publish/snapshot_loop.h"

#include <algorithm>

namespace hourglass::marketdata {

SnapshotLoop::SnapshotLoop(const StreamTerms& terms, std::uint32_t max_orders,
                           const SnapshotPace& pace, const FeedState& state, PacketSink& sink)
    : terms_(terms),
      pace_(pace),
      state_(&state),
      sink_(&sink),
      picture_(terms, max_orders),
      cycle_ends_(terms, sink) {}

void SnapshotLoop::pump(std::uint64_t now_ns) {
  if (!in_cycle_) {
    const bool rests = cycle_ns_ != 0 && now_ns < began_ns_ + cycle_ns_;
    if (rests || state_->listed().empty()) return;
    begin_cycle(now_ns);
  }
  const std::uint64_t last = std::min(sent_ + pace_.packets_per_call, due(now_ns));
  while (in_cycle_ && sent_ < last) send_next(now_ns);
}

void SnapshotLoop::begin_cycle(std::uint64_t now_ns) noexcept {
  in_cycle_ = true;
  began_ns_ = now_ns;
  instrument_count_ = static_cast<std::uint32_t>(state_->listed().size());
  planned_ = 1;
  for (const std::uint32_t id : state_->listed()) planned_ += picture_.packets_of(*state_, id);
  cycle_ns_ = std::clamp(planned_ * 1'000'000'000 / pace_.packets_per_second, pace_.cycle_ns_min,
                         pace_.cycle_ns_max);
  sent_ = 0;
  next_instrument_ = 0;
}

// Packets that should be out by now; all there are where the cycle's time is over, since books may
// have grown since it began.
std::uint64_t SnapshotLoop::due(std::uint64_t now_ns) const noexcept {
  const std::uint64_t elapsed_us = (std::max(now_ns, began_ns_) - began_ns_) / 1000;
  const std::uint64_t cycle_us = cycle_ns_ / 1000;
  return elapsed_us >= cycle_us ? UINT64_MAX : 1 + planned_ * elapsed_us / cycle_us;
}

void SnapshotLoop::send_next(std::uint64_t now_ns) {
  if (next_packet_ == picture_.packet_count()) {
    if (next_instrument_ == instrument_count_) return end_cycle(now_ns);
    picture_.write(*state_, state_->listed()[next_instrument_++]);
    last_cut_ = state_->last_sequence();
    next_packet_ = 0;
  }
  sink_->send(terms_.to, picture_.packet(next_packet_++, now_ns));
  ++sent_;
}

void SnapshotLoop::end_cycle(std::uint64_t now_ns) noexcept {
  cycle_ends_.add_message(
      last_cut_, now_ns,
      CycleEnd{.instrument_count = instrument_count_, .last_seq_num = last_cut_});
  cycle_ends_.flush(now_ns);
  in_cycle_ = false;
  ++cycle_count_;
}

}  // namespace hourglass::marketdata

// SnapshotLoop: pictures of all books, one instrument after the other, over and over.
//
// An instrument's picture is written at once, between two events; its packets then go out as the
// pace allows, while events go on.
#pragma once

#include <cstdint>

#include "marketdata/publish/feed_state.h"
#include "marketdata/publish/packet_sink.h"
#include "marketdata/publish/packet_stream.h"
#include "marketdata/publish/snapshot_picture.h"

namespace hourglass::marketdata {

struct SnapshotPace {
  // A cycle takes as long as its packets at this rate, but no shorter or longer than this.
  std::uint64_t packets_per_second = 5'000;
  std::uint64_t cycle_ns_min = 1'000'000'000;
  std::uint64_t cycle_ns_max = 4'500'000'000;
  std::uint32_t packets_per_call = 16;
};

// Thread: the publisher's. The state and the sink outlive it. Memory: its picture's.
class SnapshotLoop {
 public:
  // `terms` name the channel, kOrders or kLevels, and its snapshot stream.
  SnapshotLoop(const StreamTerms& terms, std::uint32_t max_orders, const SnapshotPace& pace,
               const FeedState& state, PacketSink& sink);

  // Sends what is due by now, at most packets_per_call. To be called between events. Units: ns
  // since 1970, UTC. Cost: where an instrument's turn comes, all its orders.
  void pump(std::uint64_t now_ns);

  // Cycles told to the end.
  [[nodiscard]] std::uint64_t cycle_count() const noexcept { return cycle_count_; }

 private:
  void begin_cycle(std::uint64_t now_ns) noexcept;
  [[nodiscard]] std::uint64_t due(std::uint64_t now_ns) const noexcept;
  void send_next(std::uint64_t now_ns);
  void end_cycle(std::uint64_t now_ns) noexcept;

  StreamTerms terms_;
  SnapshotPace pace_;
  const FeedState* state_;
  PacketSink* sink_;
  SnapshotPicture picture_;
  PacketStream cycle_ends_;
  std::uint64_t next_packet_ = 0;  // of the picture

  bool in_cycle_ = false;
  std::uint64_t began_ns_ = 0;
  std::uint64_t cycle_ns_ = 0;
  std::uint64_t planned_ = 0;  // packets, as the books stood when it began
  std::uint64_t sent_ = 0;     // packets
  std::uint32_t instrument_count_ = 0;
  std::uint32_t next_instrument_ = 0;  // place among the listed
  std::uint64_t last_cut_ = 0;
  std::uint64_t cycle_count_ = 0;
};

}  // namespace hourglass::marketdata

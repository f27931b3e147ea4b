// Publisher: public events in, packets out. The pure part: no socket, no thread and no clock.
//
//   while (running) {                       the agent around it, once a round
//     while (a whole command's events are there) publisher.publish(events, now);
//     publisher.flush(now);                 nothing whole waits: send
//     publisher.tick(now);                  what time alone makes due
//   }
#pragma once

#include <cstdint>
#include <span>

#include "engine/order/event.h"
#include "marketdata/publish/definition_cycle.h"
#include "marketdata/publish/feed_state.h"
#include "marketdata/publish/packet_sink.h"
#include "marketdata/publish/packet_stream.h"
#include "marketdata/publish/retransmission.h"
#include "marketdata/publish/snapshot_loop.h"
#include "marketdata/publish/statistics_rounds.h"

namespace hourglass::marketdata {

struct PublisherSettings {
  VenueTerms venue;
  FeedLimits limits;
  SnapshotPace order_snapshots;
  SnapshotPace level_snapshots;
  std::uint64_t definition_cycle_ns = 5'000'000'000;  // consumers are promised 10 s
  std::uint64_t statistics_cycle_ns = 10'000'000'000;
};

// Thread: one, its own: never the matching thread. Times are ns since 1970 UTC and never decrease.
// Allocates when made, and where books grow. The sink outlives it.
class Publisher {
 public:
  Publisher(const PublisherSettings& settings, PacketSink& sink);

  // Takes in an event without sending anything: the history before a start. Cost: FeedState's.
  void restore(std::span<const engine::Event> events);

  // Takes in an event, all public events of one command, and lays its messages into packets. What
  // does not fit behind what already waits has that sent first.
  void publish(std::span<const engine::Event> events, std::uint64_t now_ns);

  // Sends what waits, and the best prices and states that changed since the last time.
  void flush(std::uint64_t now_ns) noexcept;

  // Flushes, and does what is due by time: definitions, figures, snapshots, signs of life. To be
  // called every few milliseconds or more often. Cost: bounded by a book's snapshot.
  void tick(std::uint64_t now_ns);

  // Flushes and says on all channels that nothing comes any more; to be said more than
  // once.
  void end_of_session(std::uint64_t now_ns) noexcept;

  [[nodiscard]] const FeedState& state() const noexcept { return state_; }
  [[nodiscard]] Retransmission& retransmission() noexcept { return retransmission_; }

 private:
  void append(PacketStream& stream, const MessageLog& log, std::uint64_t first,
              std::uint64_t now_ns) noexcept;
  template <class Each>
  void for_each_stream(Each each) noexcept {
    for (PacketStream* stream : {&orders_, &levels_, &top_, &definitions_, &statistics_, &indices_})
      each(*stream);
  }

  FeedState state_;
  PacketStream orders_;
  PacketStream levels_;
  PacketStream top_;
  PacketStream definitions_;
  PacketStream statistics_;
  PacketStream indices_;
  DefinitionCycle definition_cycle_;
  StatisticsRounds statistics_rounds_;
  SnapshotLoop order_snapshots_;
  SnapshotLoop level_snapshots_;
  Retransmission retransmission_;
};

}  // namespace hourglass::marketdata

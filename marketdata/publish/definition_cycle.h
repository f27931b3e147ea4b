// DefinitionCycle: whose feed this is and what it lists, over and over.
#pragma once

#include <array>
#include <cstdint>

#include "marketdata/publish/feed_state.h"
#include "marketdata/publish/packet_sink.h"
#include "marketdata/publish/packet_stream.h"

namespace hourglass::marketdata {

struct VenueTerms {
  std::array<std::uint8_t, 16> journal_uuid{};
  std::uint16_t partition = 0;
  std::uint16_t epoch = 0;
  std::uint64_t first_available_seq = 1;  // the oldest message that a replay has
};

// VenueIdentity, every listed instrument's definition with its present status and behind it its
// price limits where there are any, CycleEnd. Thread: the publisher's. The state outlives it.
class DefinitionCycle {
 public:
  // Units: ns between the beginnings of two cycles.
  DefinitionCycle(const VenueTerms& venue, std::uint64_t interval_ns, const FeedState& state)
      : venue_(venue), interval_ns_(interval_ns), state_(&state) {}

  // Tells the next part of a cycle where one is due. Cost: of kPerPart instruments.
  void pump(PacketStream& stream, std::uint64_t now_ns);

  // Pause between parts, so that no receiver's buffer overflows: 16,384 instruments take 1.3 s.
  static constexpr std::uint32_t kPerPart = 128;
  static constexpr std::uint64_t kPartNs = 10'000'000;

 private:
  VenueTerms venue_;
  std::uint64_t interval_ns_;
  const FeedState* state_;
  bool in_cycle_ = false;
  std::uint64_t began_ns_ = 0;
  std::uint64_t told_ns_ = 0;  // when its last part was
  std::uint32_t count_ = 0;    // instruments of the cycle
  std::uint32_t next_ = 0;     // place among the listed
};

}  // namespace hourglass::marketdata

// SnapshotPicture: one instrument's book as snapshot packets, all of one moment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/base/fixed_array.h"
#include "marketdata/publish/feed_state.h"
#include "marketdata/publish/packet_stream.h"
#include "marketdata/wire/packet_writer.h"

namespace hourglass::marketdata {

// Thread: the publisher's. Memory: 25 bytes for each of `max_orders`, touched as used.
class SnapshotPicture {
 public:
  // Of the order book where the terms' channel is kOrders, of its levels where it is kLevels.
  SnapshotPicture(const StreamTerms& terms, std::uint32_t max_orders);

  // Writes the book of a listed instrument as it stands behind the last event taken in, over what
  // was written before. Cost: all its orders, 5 ns each.
  void write(const FeedState& state, std::uint32_t id);

  [[nodiscard]] std::uint64_t packet_count() const noexcept { return packet_count_; }
  // The packet with the time it is sent at. Units: ns since 1970, UTC.
  [[nodiscard]] std::span<const std::byte> packet(std::uint64_t index,
                                                  std::uint64_t now_ns) noexcept;
  // About how many packets the instrument's picture has now; at least one. Cost: constant.
  [[nodiscard]] std::uint64_t packets_of(const FeedState& state, std::uint32_t id) const noexcept;

 private:
  // Where each packet lies.
  static constexpr std::uint64_t kPacketStride = kMaxPacketBytes;

  template <class Message, class Entry>
  class Group;

  void begin_packet() noexcept;
  void end_packet() noexcept;
  template <class Body>
  void add(const Body& body) noexcept;

  StreamTerms terms_;
  engine::FixedArray<std::byte> packets_;
  engine::FixedArray<std::uint16_t> packet_bytes_;
  PacketWriter writer_;
  std::uint64_t packet_count_ = 0;
  std::uint64_t cut_ = 0;
};

}  // namespace hourglass::marketdata

// PacketWriter: messages into one packet's bytes, in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "marketdata/wire/frame.h"
#include "marketdata/wire/messages.h"
#include "marketdata/wire/packet.h"

namespace hourglass::marketdata {

// Thread: one. Allocates nothing. The buffer outlives the writer.
class PacketWriter {
 public:
  // Over `buffer`, of at least a PacketHeader; only its first kMaxPacketBytes are used. begin() is
  // to follow.
  explicit PacketWriter(std::span<std::byte> buffer) noexcept
      : bytes_(buffer.data()),
        capacity_(buffer.size() < kMaxPacketBytes ? buffer.size() : kMaxPacketBytes) {}

  // Starts an empty packet with this header; msg_count and sending_time are set by finish().
  void begin(const PacketHeader& header) noexcept {
    std::memcpy(bytes_, &header, sizeof(header));
    size_ = sizeof(PacketHeader);
    msg_count_ = 0;
  }

  // Adds a message of this block. False, and nothing changed, where the packet has no room for it.
  // Cost: a copy of the block.
  template <class Body>
  bool add(const Body& body) noexcept {
    if (size_ + kFrameBytes < Body >> capacity_) return false;
    size_ += write_frame(bytes_ + size_, body);
    ++msg_count_;
    return true;
  }

  // The same with a group behind the block.
  template <class Body, class Entry>
  bool add(const Body& body, std::span<const Entry> entries) noexcept {
    const std::size_t end =
        sizeof(FrameHeader) + sizeof(Body) + sizeof(GroupSize) + entries.size_bytes();
    if (size_ + padded(end) > capacity_) return false;
    std::byte* frame = bytes_ + size_;
    const FrameHeader header = frame_header<Body>(padded(end));
    std::memcpy(frame, &header, sizeof(header));
    std::memcpy(frame + sizeof(FrameHeader), &body, sizeof(Body));
    const GroupSize group{.block_length = sizeof(Entry),
                          .num_in_group = static_cast<std::uint16_t>(entries.size())};
    std::byte* at = frame + sizeof(FrameHeader) + sizeof(Body);
    std::memcpy(at, &group, sizeof(group));
    if (!entries.empty()) {
      std::memcpy(at + sizeof(group), entries.data(), entries.size_bytes());
    }
    std::memset(frame + end, 0, padded(end) - end);
    size_ += padded(end);
    ++msg_count_;
    return true;
  }

  // Adds a frame made elsewhere, with its padding. False, and nothing changed, where it has no
  // room.
  bool add_frame(std::span<const std::byte> frame) noexcept {
    if (size_ + frame.size() > capacity_) return false;
    std::memcpy(bytes_ + size_, frame.data(), frame.size());
    size_ += frame.size();
    ++msg_count_;
    return true;
  }

  [[nodiscard]] std::uint16_t msg_count() const noexcept { return msg_count_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t room() const noexcept { return capacity_ - size_; }

  // The packet, complete: with its count and the time it is sent at. Units: ns since 1970 UTC.
  std::span<const std::byte> finish(std::uint64_t sending_time) noexcept {
    return finish(sending_time, msg_count_);
  }
  // The same with a count that stands for no message (kEndOfSession).
  std::span<const std::byte> finish(std::uint64_t sending_time, std::uint16_t msg_count) noexcept {
    std::memcpy(bytes_ + offsetof(PacketHeader, sending_time), &sending_time, sizeof(sending_time));
    std::memcpy(bytes_ + offsetof(PacketHeader, msg_count), &msg_count, sizeof(msg_count));
    return {bytes_, size_};
  }

 private:
  std::byte* bytes_;
  std::size_t capacity_;
  std::size_t size_ = sizeof(PacketHeader);
  std::uint16_t msg_count_ = 0;
};

}  // namespace hourglass::marketdata

// MessageLog: the newest messages of a numbered channel, kept to be sent again.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "engine/base/assert.h"
#include "engine/base/fixed_array.h"
#include "engine/base/limits.h"
#include "marketdata/publish/frame_bytes.h"
#include "marketdata/wire/packet.h"

namespace hourglass::marketdata {

// Messages are written straight into a ring of bytes, one after the other, none across its end; a
// second ring says where each begins. Thread: the publisher's. Allocates when made; memory is
// touched as it is used.
class MessageLog {
 public:
  // Keeps the newest `messages`, a power of two and enough for an event, whatever their length.
  // Memory: 136 bytes a message.
  explicit MessageLog(std::uint64_t messages)
      : positions_(messages),
        bytes_(messages * kMaxFrameBytes),
        messages_mask_(messages - 1),
        bytes_mask_(messages * kMaxFrameBytes - 1) {
    HG_ASSERT(std::has_single_bit(messages), messages);
    HG_ASSERT(messages >= engine::kMaxEventsPerApply, messages);
  }

  // Where the next message is to be written: kMaxFrameBytes are free there.
  [[nodiscard]] std::byte* room() noexcept {
    const std::uint64_t left = bytes_.size() - (end_ & bytes_mask_);
    if (left < kMaxFrameBytes) end_ += left;
    return bytes_.data() + (end_ & bytes_mask_);
  }
  // What was written to room(), of `frame_bytes`, is message `sequence`: one behind the last, or
  // the first of all.
  std::span<const std::byte> commit(std::uint64_t sequence, std::size_t frame_bytes) noexcept {
    if (next_ == 0) first_written_ = next_ = sequence;
    HG_ASSERT(sequence == next_, sequence, next_);
    HG_ASSERT(frame_bytes <= kMaxFrameBytes, frame_bytes);
    positions_[next_ & messages_mask_] = end_;
    const std::span<const std::byte> frame{bytes_.data() + (end_ & bytes_mask_), frame_bytes};
    end_ += frame_bytes;
    ++next_;
    return frame;
  }

  // The number of the message that comes next; 0 where none was written.
  [[nodiscard]] std::uint64_t next_sequence() const noexcept { return next_; }

  // The oldest message still here; next_sequence() where none is. Cost: a binary search.
  [[nodiscard]] std::uint64_t first_available() const noexcept {
    std::uint64_t low =
        next_ - first_written_ > messages_mask_ ? next_ - messages_mask_ - 1 : first_written_;
    std::uint64_t high = next_;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (is_overwritten(middle)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  // Message `sequence`, which is from first_available() up to next_sequence().
  [[nodiscard]] std::span<const std::byte> frame(std::uint64_t sequence) const noexcept {
    const std::byte* const at =
        bytes_.data() + (positions_[sequence & messages_mask_] & bytes_mask_);
    FrameHeader header;
    std::memcpy(&header, at, sizeof(header));
    return {at, header.frame_length};
  }

 private:
  // By a message, or by what was left free at the ring's end.
  [[nodiscard]] bool is_overwritten(std::uint64_t sequence) const noexcept {
    return positions_[sequence & messages_mask_] + bytes_.size() < end_;
  }

  engine::FixedArray<std::uint64_t> positions_;  // in a ring without an end
  engine::FixedArray<std::byte> bytes_;
  std::uint64_t messages_mask_;
  std::uint64_t bytes_mask_;
  std::uint64_t end_ = 0;
  std::uint64_t first_written_ = 0;
  std::uint64_t next_ = 0;
};

}  // namespace hourglass::marketdata

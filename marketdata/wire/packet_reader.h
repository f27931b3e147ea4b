// PacketReader: the messages of one packet's bytes, whatever the bytes are.
//
// Nothing is read beyond the bytes given, and every length is checked before it is believed. A
// message of a newer schema is read as far as this one knows it: unknown templates are passed over
// by their frame's length, longer blocks are cut, and of shorter ones the missing end is null.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "marketdata/wire/messages.h"
#include "marketdata/wire/packet.h"

namespace hourglass::marketdata {

// Why bytes are no packet of this feed; kNone: they are.
enum class PacketFault : std::uint8_t {
  kNone = 0,
  kShortHeader,     // fewer bytes than a packet header
  kHeaderVersion,   // of a layout this reader does not know
  kTooLong,         // more bytes than a packet may have
  kShortFrame,      // ends inside a frame, or a frame inside its own header or block
  kFrameAlignment,  // a frame's length is no multiple of 8
  kEncoding,        // not SBE 1.0, little-endian
  kSchema,          // of another schema
  kCount,           // bytes behind the last message, or messages announced and not there
};

// One message: its block, what follows the block (groups and padding), and the frame whole.
struct Frame {
  std::uint16_t template_id;
  std::uint16_t version;
  std::span<const std::byte> block;
  std::span<const std::byte> rest;
  std::span<const std::byte> bytes;

  // The block as this template's fields. nullopt: it is another template. Cost: a copy.
  template <class Body>
  [[nodiscard]] std::optional<Body> as() const noexcept {
    if (template_id != Body::kTemplateId) return std::nullopt;
    Body body;
    if (block.size() >= sizeof(Body)) {
      std::memcpy(&body, block.data(), sizeof(Body));
    } else {
      // Appended since: all ones is every unsigned field's null.
      std::memset(&body, 0xFF, sizeof(Body));
      std::memcpy(&body, block.data(), block.size());
    }
    return body;
  }
};

// The entries of a group that stands first behind a block.
template <class Entry>
class GroupView {
 public:
  // nullopt: the bytes end before the group does, or its entries are shorter than version 1's.
  static std::optional<GroupView> in(std::span<const std::byte> rest) noexcept {
    GroupSize size;
    if (rest.size() < sizeof(size)) return std::nullopt;
    std::memcpy(&size, rest.data(), sizeof(size));
    const std::size_t bytes = std::size_t{size.block_length} * size.num_in_group;
    if (size.block_length < sizeof(Entry) || bytes > rest.size() - sizeof(size)) {
      return std::nullopt;
    }
    return GroupView(rest.data() + sizeof(size), size);
  }

  [[nodiscard]] std::uint16_t size() const noexcept { return size_.num_in_group; }
  // `index` is below size().
  [[nodiscard]] Entry operator[](std::size_t index) const noexcept {
    Entry entry;
    std::memcpy(&entry, first_ + index * size_.block_length, sizeof(entry));
    return entry;
  }

 private:
  GroupView(const std::byte* first, GroupSize size) noexcept : first_(first), size_(size) {}

  const std::byte* first_;
  GroupSize size_;
};

// Thread: one. Allocates nothing. The bytes outlive the reader and its frames.
class PacketReader {
 public:
  // Checks the header alone; fault() says what is wrong. Bytes may hold more than the packet where
  // `stream` is true (TCP): then the packet ends where its last frame does.
  explicit PacketReader(std::span<const std::byte> bytes, bool stream = false) noexcept
      : bytes_(bytes), stream_(stream) {
    if (bytes.size() < sizeof(header_)) {
      fault_ = PacketFault::kShortHeader;
      return;
    }
    std::memcpy(&header_, bytes.data(), sizeof(header_));
    at_ = sizeof(header_);
    left_ = header_.msg_count == kEndOfSession ? std::uint16_t{0} : header_.msg_count;
    if (header_.header_version != kPacketHeaderVersion) {
      fault_ = PacketFault::kHeaderVersion;
    } else if (!stream && bytes.size() > kMaxPacketBytes) {
      fault_ = PacketFault::kTooLong;
    } else {
      check_end();
    }
  }

  [[nodiscard]] PacketFault fault() const noexcept { return fault_; }
  [[nodiscard]] const PacketHeader& header() const noexcept { return header_; }

  // The next message, or nothing behind the last or at the first fault: ask fault() then. Frames
  // given before a fault were whole. Cost: no allocation, one frame header read.
  std::optional<Frame> next() noexcept {
    if (fault_ != PacketFault::kNone || left_ == 0) return std::nullopt;
    const std::span<const std::byte> rest = bytes_.subspan(at_);
    FrameHeader header;
    if (rest.size() < sizeof(header)) return stop(PacketFault::kShortFrame);
    std::memcpy(&header, rest.data(), sizeof(header));
    if (header.encoding_type != kSbeLittleEndian) return stop(PacketFault::kEncoding);
    if (header.schema_id != kSchemaId) return stop(PacketFault::kSchema);
    if (header.frame_length % kFrameAlignment != 0) return stop(PacketFault::kFrameAlignment);
    if (header.frame_length > rest.size() ||
        std::size_t{header.block_length} + sizeof(header) > header.frame_length) {
      return stop(PacketFault::kShortFrame);
    }
    const std::span<const std::byte> bytes = rest.first(header.frame_length);
    at_ += header.frame_length;
    --left_;
    check_end();
    return Frame{.template_id = header.template_id,
                 .version = header.version,
                 .block = bytes.subspan(sizeof(header), header.block_length),
                 .rest = bytes.subspan(sizeof(header) + header.block_length),
                 .bytes = bytes};
  }

  // Bytes read so far: behind the last message, the packet's.
  [[nodiscard]] std::size_t consumed() const noexcept { return at_; }

 private:
  std::nullopt_t stop(PacketFault fault) noexcept {
    fault_ = fault;
    return std::nullopt;
  }
  void check_end() noexcept {
    if (left_ == 0 && !stream_ && at_ != bytes_.size()) fault_ = PacketFault::kCount;
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  PacketHeader header_{};
  std::uint16_t left_ = 0;
  PacketFault fault_ = PacketFault::kNone;
  bool stream_;
};

}  // namespace hourglass::marketdata

// What every packet and every message of the feed begins with.
//
// A packet is a PacketHeader and msg_count frames; a frame is a FrameHeader, the message's block as
// the schema (marketdata/schema/hourglass-md.xml) lays it out, its groups, and zeros up to the next
// multiple of 8. All integers are little-endian. The same bytes go over UDP and, one packet after
// the other, over TCP: a frame names its length, so that a packet ends where its last frame does.
//
// Source: binary-protocols reference 5.1; message numbers, heartbeat and end of session are
// MoldUDP64's, the frame's encoding type is SOFH's 0xEB50 (SBE 1.0, little-endian).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace hourglass::marketdata {

static_assert(std::endian::native == std::endian::little,
              "structs are the wire: a big-endian machine would have to swap");

inline constexpr std::uint16_t kSchemaId = 18503;  // "GH"
inline constexpr std::uint16_t kSchemaVersion = 1;
inline constexpr std::uint8_t kPacketHeaderVersion = 1;
inline constexpr std::uint16_t kSbeLittleEndian = 0xEB50;
// Payload of one datagram: fits an Ethernet frame of 1,500 with room for IP options and a tunnel.
inline constexpr std::size_t kMaxPacketBytes = 1400;
inline constexpr std::size_t kFrameAlignment = 8;

// What a channel carries; a channel's id is partition * 16 + its kind.
enum class ChannelKind : std::uint8_t {
  kOrders = 1,       // every public event, order by order (MBO)
  kLevels = 2,       // every public event, by price level (MBP)
  kTop = 3,          // best bid and offer, and each trade's summary: conflated
  kDefinitions = 4,  // who this venue is and what it lists, in a cycle
  kStatistics = 5,   // the day's figures, settlement, open interest: conflated, and in a cycle
  kIndices = 6,      // index and fund values
};
inline constexpr std::uint16_t kChannelsPerPartition = 16;

constexpr std::uint16_t channel_id(std::uint16_t partition, ChannelKind kind) noexcept {
  return static_cast<std::uint16_t>(partition * kChannelsPerPartition +
                                    static_cast<std::uint16_t>(kind));
}

// PacketHeader::flags.
enum PacketFlag : std::uint8_t {
  kIncremental = 1,  // numbered without a gap: what is missing is a loss
  kSnapshot = 2,     // seq_num is the last incremental message the picture holds
  kRetransmitted = 4,
  kDefinitionCycle = 8,  // as kSnapshot
  kConflated = 16,       // seq_num grows and has gaps: each message stands for itself
};

// msg_count of a packet without frames: 0 is a sign of life, and seq_num the next message's number.
inline constexpr std::uint16_t kEndOfSession = 0xFFFF;

struct [[gnu::packed]] PacketHeader {
  std::uint64_t seq_num;       // of the first message; on kOrders and kLevels the feed sequence
  std::uint64_t sending_time;  // ns since 1970, UTC
  std::uint16_t channel_id;
  std::uint16_t epoch;  // of the venue's journal: another one is another venue, or a declared reset
  std::uint16_t msg_count;
  std::uint8_t flags;
  std::uint8_t header_version;
};
static_assert(sizeof(PacketHeader) == 24);

// The frame's four bytes and SBE 1.0's eight.
struct [[gnu::packed]] FrameHeader {
  std::uint16_t frame_length;  // this header, block, groups and padding
  std::uint16_t encoding_type;
  std::uint16_t block_length;  // what the sender's version of the block has: may be more than ours
  std::uint16_t template_id;
  std::uint16_t schema_id;
  std::uint16_t version;
};
static_assert(sizeof(FrameHeader) == 12);

// Before a group's entries.
struct [[gnu::packed]] GroupSize {
  std::uint16_t block_length;  // bytes of one entry
  std::uint16_t num_in_group;
};
static_assert(sizeof(GroupSize) == 4);

constexpr std::size_t padded(std::size_t bytes) noexcept {
  return (bytes + kFrameAlignment - 1) / kFrameAlignment * kFrameAlignment;
}

// MBO and MBP messages' event_flags. An event is all that one command did in public.
enum EventFlag : std::uint8_t {
  kEndOfEvent = 1,        // books are whole again behind this message
  kLastInInstrument = 2,  // of this instrument's messages in the event
  kStartOfEvent = 4,
};

// What a field without a value holds (SBE 1.0: the type's greatest, for signed its least).
inline constexpr std::int64_t kNullPrice = INT64_MIN;
inline constexpr std::uint8_t kNullUint8 = UINT8_MAX;
inline constexpr std::uint16_t kNullUint16 = UINT16_MAX;
inline constexpr std::uint32_t kNullUint32 = UINT32_MAX;
inline constexpr std::uint64_t kNullUint64 = UINT64_MAX;

}  // namespace hourglass::marketdata

// PacketStream: the packets of one stream of one channel, filled event by event.
//
// An event is never spread over packets unless it is larger than one, and never waits for a packet
// to fill: whoever has no whole event left calls flush().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "engine/base/assert.h"
#include "marketdata/publish/packet_sink.h"
#include "marketdata/wire/packet.h"
#include "marketdata/wire/packet_writer.h"

namespace hourglass::marketdata {

inline constexpr std::uint64_t kHeartbeatNs = 1'000'000'000;

struct StreamTerms {
  Stream to{};
  std::uint16_t partition = 0;
  std::uint16_t epoch = 0;
  std::uint8_t flags = 0;  // PacketFlag
};

// Thread: the publisher's. Allocates nothing. The sink outlives it.
class PacketStream {
 public:
  PacketStream(const StreamTerms& terms, PacketSink& sink) noexcept
      : writer_(buffer_), terms_(terms), sink_(&sink) {}
  PacketStream(const PacketStream&) = delete;
  PacketStream& operator=(const PacketStream&) = delete;

  // Says that frames of so many bytes follow which belong together. What waits is sent first where
  // they do not fit behind it.
  void keep_together(std::size_t bytes, std::uint64_t now_ns) noexcept {
    if (writer_.msg_count() != 0 && bytes > writer_.room()) flush(now_ns);
  }

  // Adds message `sequence` of a numbered channel, one behind the last added.
  void add(std::span<const std::byte> frame, std::uint64_t sequence,
           std::uint64_t now_ns) noexcept {
    if (writer_.msg_count() != 0 && writer_.add_frame(frame)) return;
    flush(now_ns);
    begin(sequence);
    const bool fits = writer_.add_frame(frame);
    HG_ASSERT(fits, frame.size());
  }

  // Adds a message of a channel that is not numbered. `sequence`: the last event it takes in, which
  // becomes its packet's.
  template <class Body>
  void add_message(std::uint64_t sequence, std::uint64_t now_ns, const Body& body) noexcept {
    if (writer_.msg_count() != 0 && writer_.add(body)) {
      std::memcpy(buffer_.data() + offsetof(PacketHeader, seq_num), &sequence, sizeof(sequence));
      return;
    }
    flush(now_ns);
    begin(sequence);
    const bool fits = writer_.add(body);
    HG_ASSERT(fits, sequence);
  }

  // Sends what waits. Units: ns since 1970, UTC.
  void flush(std::uint64_t now_ns) noexcept {
    if (writer_.msg_count() == 0) return;
    send(writer_.finish(now_ns), now_ns);
  }

  // A sign of life where nothing was sent for kHeartbeatNs. `next_sequence`: of what comes next.
  void heartbeat(std::uint64_t next_sequence, std::uint64_t now_ns) noexcept {
    if (now_ns < sent_at_ns_ + kHeartbeatNs) return;
    HG_ASSERT(writer_.msg_count() == 0, next_sequence);
    begin(next_sequence);
    send(writer_.finish(now_ns), now_ns);
  }

  // Says that nothing comes any more; to be said more than once.
  void end_of_session(std::uint64_t next_sequence, std::uint64_t now_ns) noexcept {
    flush(now_ns);
    begin(next_sequence);
    send(writer_.finish(now_ns, kEndOfSession), now_ns);
  }

 private:
  void begin(std::uint64_t sequence) noexcept {
    writer_.begin({.seq_num = sequence,
                   .sending_time = 0,
                   .channel_id = channel_id(terms_.partition, channel_of(terms_.to)),
                   .epoch = terms_.epoch,
                   .msg_count = 0,
                   .flags = terms_.flags,
                   .header_version = kPacketHeaderVersion});
  }
  void send(std::span<const std::byte> packet, std::uint64_t now_ns) noexcept {
    sink_->send(terms_.to, packet);
    sent_at_ns_ = now_ns;
    begin(0);  // leaves it empty
  }

  alignas(8) std::array<std::byte, kMaxPacketBytes> buffer_{};
  PacketWriter writer_;
  StreamTerms terms_;
  PacketSink* sink_;
  std::uint64_t sent_at_ns_ = 0;
};

}  // namespace hourglass::marketdata

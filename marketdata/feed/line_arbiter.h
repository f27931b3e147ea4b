// LineArbiter: one numbered channel's packets from lines A and B, and those asked for again, into
// its messages: each once, in order.
//
// With `next` the number awaited: a packet that begins beyond it shows a gap and is held for the
// other line to fill it; after a while the gap is given out to ask for; a packet that ends before
// it is a copy; of one that begins before it and ends behind, the messages from it on are new. A
// heartbeat's number shows a loss behind which nothing came. What can not be mended is given up by
// the caller, who then needs snapshots.
//
// Source: binary-protocols reference 5.1.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "marketdata/wire/packet.h"
#include "marketdata/wire/packet_reader.h"

namespace hourglass::marketdata {

// How long the other line may take before a gap is asked for.
inline constexpr std::uint64_t kGapWaitNs = 1'000'000;

// What became of a packet. Refusals change nothing.
enum class PacketOutcome : std::uint8_t {
  kDelivered = 0,  // at least one message was new, and given out
  kHeld,           // behind a gap
  kCopy,           // nothing new in it
  kAlive,          // a heartbeat
  kEndOfSession,   // the session ends with the message before seq_num
  kNotNumbered,    // a snapshot, a cycle or conflated: not for this class
  kBadPacket,      // its bytes are not a packet of this feed (PacketReader::fault)
  kOtherChannel,   // a packet that strayed
  kOtherEpoch,     // another venue, or this one after a declared reset: see foreign_epoch()
  kImpossible,     // numbers beyond 2^64 or from 0
  kOverflow,       // no room to hold it: give_up() and take snapshots
};
inline constexpr std::size_t kPacketOutcomes = 11;

struct ArbiterOptions {
  std::uint16_t channel_id = 0;
  // The number to begin with; nothing: whatever comes first.
  std::optional<std::uint64_t> first_seq;
  // Nothing: the first packet's.
  std::optional<std::uint16_t> epoch;
  std::uint64_t gap_wait_ns = kGapWaitNs;
  std::size_t held_packets_max = 4096;
  std::size_t held_bytes_max = std::size_t{4096} * kMaxPacketBytes;
};

// Messages [begin, begin + count).
struct MessageRange {
  std::uint64_t begin;
  std::uint64_t count;
  bool operator==(const MessageRange&) const = default;
};

// Thread: one. Has no clock: times are arguments, of any clock that only goes forward, in ns.
// Cost: two passes over a packet's frames; allocates where a packet is held.
class LineArbiter {
 public:
  explicit LineArbiter(const ArbiterOptions& options)
      : options_(options), epoch_(options.epoch), next_(options.first_seq) {}

  // Takes a packet of whichever line; calls `deliver(seq_num, frame)` for each message that is next
  // now, this packet's and those held. Nothing of a packet is given out unless all of it is whole.
  template <class Deliver>
  PacketOutcome on_packet(std::span<const std::byte> bytes, std::uint64_t now_ns,
                          Deliver&& deliver) {
    const PacketOutcome outcome = take(bytes, now_ns, deliver);
    ++counts_[static_cast<std::size_t>(outcome)];
    return outcome;
  }

  // The first gap, once it has been open for gap_wait_ns: what to ask for. Asked for again and
  // again, it is given again and again; how often to ask is the caller's.
  [[nodiscard]] std::optional<MessageRange> gap(std::uint64_t now_ns) const noexcept {
    if (!gap_since_ || now_ns - *gap_since_ < options_.gap_wait_ns) return std::nullopt;
    return open_gap();
  }
  // The same without waiting.
  [[nodiscard]] std::optional<MessageRange> open_gap() const noexcept {
    if (!gap_since_) return std::nullopt;
    const std::uint64_t end = held_.empty() ? end_ : held_.begin()->first;
    return MessageRange{*next_, end - *next_};
  }

  // The first gap will not be mended: goes on behind it with what is held. Returns what is lost;
  // count 0: there was no gap.
  template <class Deliver>
  MessageRange give_up(std::uint64_t now_ns, Deliver&& deliver) {
    const std::optional<MessageRange> lost = open_gap();
    if (!lost) return {next_.value_or(0), 0};
    lost_messages_ += lost->count;
    next_ = lost->begin + lost->count;
    release(now_ns, deliver);
    return *lost;
  }

  // The number awaited; nothing before the first packet.
  [[nodiscard]] std::optional<std::uint64_t> next_seq() const noexcept { return next_; }
  [[nodiscard]] std::uint64_t count(PacketOutcome outcome) const noexcept {
    return counts_[static_cast<std::size_t>(outcome)];
  }
  [[nodiscard]] std::uint64_t lost_messages() const noexcept { return lost_messages_; }
  [[nodiscard]] std::optional<std::uint16_t> epoch() const noexcept { return epoch_; }
  // The epoch of the last packet refused for it. Whether that is a stranger or a reset is not to be
  // seen here: the definitions' cycle (VenueIdentity) says which epoch the venue's journal has, and
  // after a reset a client begins anew.
  [[nodiscard]] std::optional<std::uint16_t> foreign_epoch() const noexcept {
    return foreign_epoch_;
  }
  // All messages of the session are here.
  [[nodiscard]] bool has_ended() const noexcept {
    return session_end_ && next_ && *next_ >= *session_end_;
  }

 private:
  struct Held {
    std::uint16_t msg_count;
    std::vector<std::byte> bytes;
  };

  template <class Deliver>
  PacketOutcome take(std::span<const std::byte> bytes, std::uint64_t now_ns, Deliver& deliver) {
    const PacketReader packet(bytes);
    if (packet.fault() != PacketFault::kNone) return PacketOutcome::kBadPacket;
    const PacketHeader header = packet.header();
    if (const auto refusal = refuse(header)) return *refusal;
    if (!is_whole(packet)) return PacketOutcome::kBadPacket;
    const bool has_messages = header.msg_count != 0 && header.msg_count != kEndOfSession;
    const std::uint64_t count = has_messages ? header.msg_count : 0;
    if (header.seq_num == 0 || header.seq_num > UINT64_MAX - count) {
      return PacketOutcome::kImpossible;
    }
    epoch_ = header.epoch;
    if (!next_) next_ = header.seq_num;
    if (!has_messages) return take_sign(header, now_ns);
    if (header.seq_num + count <= *next_) return PacketOutcome::kCopy;
    if (header.seq_num > *next_) return hold(header, bytes, now_ns);
    deliver_new(packet, deliver);
    release(now_ns, deliver);
    return PacketOutcome::kDelivered;
  }

  std::optional<PacketOutcome> refuse(const PacketHeader& header) noexcept {
    if (header.channel_id != options_.channel_id) return PacketOutcome::kOtherChannel;
    if (epoch_ && header.epoch != *epoch_) {
      foreign_epoch_ = header.epoch;
      return PacketOutcome::kOtherEpoch;
    }
    constexpr std::uint8_t kPictures = kSnapshot | kDefinitionCycle | kConflated;
    if ((header.flags & kPictures) != 0) return PacketOutcome::kNotNumbered;
    return std::nullopt;
  }

  static bool is_whole(PacketReader packet) noexcept {
    while (packet.next()) {
    }
    return packet.fault() == PacketFault::kNone;
  }

  // Of a packet without messages: seq_num is the next to come, so all before it has been sent.
  PacketOutcome take_sign(const PacketHeader& header, std::uint64_t now_ns) noexcept {
    if (header.msg_count == kEndOfSession) {
      // Of a session that others have followed.
      if (header.seq_num < *next_) return PacketOutcome::kCopy;
      session_end_ = header.seq_num;
    }
    end_ = std::max(end_, header.seq_num);
    note_gap(now_ns);
    return header.msg_count == kEndOfSession ? PacketOutcome::kEndOfSession : PacketOutcome::kAlive;
  }

  PacketOutcome hold(const PacketHeader& header, std::span<const std::byte> bytes,
                     std::uint64_t now_ns) {
    const auto at = held_.find(header.seq_num);
    if (at != held_.end() && at->second.msg_count >= header.msg_count) return PacketOutcome::kCopy;
    const std::size_t old_bytes = at == held_.end() ? 0 : at->second.bytes.size();
    if ((at == held_.end() && held_.size() >= options_.held_packets_max) ||
        held_bytes_ - old_bytes + bytes.size() > options_.held_bytes_max) {
      end_ = std::max(end_, header.seq_num + header.msg_count);
      note_gap(now_ns);
      return PacketOutcome::kOverflow;
    }
    held_bytes_ += bytes.size() - old_bytes;
    held_.insert_or_assign(header.seq_num,
                           Held{header.msg_count, std::vector(bytes.begin(), bytes.end())});
    end_ = std::max(end_, header.seq_num + header.msg_count);
    note_gap(now_ns);
    return PacketOutcome::kHeld;
  }

  // Gives out the messages of `packet` from next_ on; it begins at or before next_.
  template <class Deliver>
  void deliver_new(PacketReader packet, Deliver& deliver) {
    std::uint64_t seq = packet.header().seq_num;
    while (const std::optional<Frame> frame = packet.next()) {
      if (seq == *next_) {
        next_ = seq + 1;
        // The venue was started again.
        if (session_end_ && *next_ > *session_end_) session_end_.reset();
        deliver(seq, *frame);
      }
      ++seq;
    }
  }

  // Gives out what is held and next now.
  template <class Deliver>
  void release(std::uint64_t now_ns, Deliver& deliver) {
    while (!held_.empty() && held_.begin()->first <= *next_) {
      const Held held = std::move(held_.begin()->second);
      held_.erase(held_.begin());
      held_bytes_ -= held.bytes.size();
      deliver_new(PacketReader(held.bytes), deliver);
    }
    end_ = std::max(end_, *next_);
    note_gap(now_ns);
  }

  // A gap that gets narrower is the same one; what is open behind its end begins to wait now.
  void note_gap(std::uint64_t now_ns) noexcept {
    if (gap_since_ && *next_ >= gap_end_) gap_since_.reset();
    if (gap_since_ || end_ <= *next_) return;
    gap_since_ = now_ns;
    gap_end_ = held_.empty() ? end_ : held_.begin()->first;
  }

  ArbiterOptions options_;
  std::optional<std::uint16_t> epoch_;
  std::optional<std::uint16_t> foreign_epoch_;
  std::optional<std::uint64_t> next_;
  std::uint64_t end_ = 0;  // behind the greatest number known to have been sent
  std::optional<std::uint64_t> session_end_;
  std::optional<std::uint64_t> gap_since_;  // there is a gap from next_ on, known since then
  std::uint64_t gap_end_ = 0;               // behind that gap, when it was seen first
  std::map<std::uint64_t, Held> held_;      // by first message; all begin behind next_
  std::size_t held_bytes_ = 0;
  std::array<std::uint64_t, kPacketOutcomes> counts_{};
  std::uint64_t lost_messages_ = 0;
};

}  // namespace hourglass::marketdata

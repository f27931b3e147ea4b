// Retransmission: answers to those who miss messages, from the numbered channels' logs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "marketdata/publish/feed_state.h"
#include "marketdata/publish/packet_stream.h"
#include "marketdata/wire/messages.h"
#include "marketdata/wire/packet_writer.h"

namespace hourglass::marketdata {

// Thread: the publisher's. Allocates nothing. The state outlives it.
class Retransmission {
 public:
  // What follows a kNotYet: what was asked for may be on its way.
  static constexpr std::uint64_t kNotYetRetryNs = 1'000'000;

  Retransmission(std::uint16_t partition, std::uint16_t epoch, const FeedState& state) noexcept
      : writer_(buffer_), partition_(partition), epoch_(epoch), state_(&state) {}

  // One packet: the messages from begin_seq on, as many as were asked for, are there and fit; or
  // the refusal. `delay_ns`: of the client's RequestLimiter, 0 where it may be answered. Valid
  // until the next call. Cost: a packet's copying.
  [[nodiscard]] std::span<const std::byte> answer(const RetransmitRequest& request,
                                                  std::uint64_t delay_ns,
                                                  std::uint64_t now_ns) noexcept {
    if (delay_ns != 0) return refuse(request, RetransmitRefusal::kRateLimited, delay_ns, now_ns);
    if (request.channel_id / kChannelsPerPartition != partition_) {
      return refuse(request, RetransmitRefusal::kUnknownChannel, 0, now_ns);
    }
    const MessageLog* const log = log_of(request.channel_id);
    if (log == nullptr) {
      const bool is_channel = request.channel_id > channel_id(partition_, ChannelKind::kLevels) &&
                              request.channel_id <= channel_id(partition_, ChannelKind::kIndices);
      return refuse(
          request,
          is_channel ? RetransmitRefusal::kNotNumbered : RetransmitRefusal::kUnknownChannel, 0,
          now_ns);
    }
    if (request.begin_seq == 0 || request.count == 0) {
      return refuse(request, RetransmitRefusal::kMalformed, 0, now_ns);
    }
    if (request.begin_seq >= log->next_sequence()) {
      return refuse(request, RetransmitRefusal::kNotYet, kNotYetRetryNs, now_ns);
    }
    if (request.begin_seq < log->first_available()) {
      return refuse(request, RetransmitRefusal::kTooOld, 0, now_ns);
    }
    return fill(request, *log, now_ns);
  }

 private:
  [[nodiscard]] const MessageLog* log_of(std::uint16_t channel) const noexcept {
    if (channel == channel_id(partition_, ChannelKind::kOrders)) return &state_->orders();
    if (channel == channel_id(partition_, ChannelKind::kLevels)) return &state_->levels();
    return nullptr;
  }

  std::span<const std::byte> fill(const RetransmitRequest& request, const MessageLog& log,
                                  std::uint64_t now_ns) noexcept {
    begin(request.channel_id, request.begin_seq, kIncremental | kRetransmitted);
    std::uint64_t sequence = request.begin_seq;
    while (writer_.msg_count() < request.count && sequence < log.next_sequence() &&
           writer_.add_frame(log.frame(sequence))) {
      ++sequence;
    }
    return writer_.finish(now_ns);
  }

  std::span<const std::byte> refuse(const RetransmitRequest& request, RetransmitRefusal reason,
                                    std::uint64_t retry_delay_ns, std::uint64_t now_ns) noexcept {
    const MessageLog* const log = log_of(request.channel_id);
    begin(request.channel_id, 0, 0);
    writer_.add(RetransmitReject{.request_id = request.request_id,
                                 .first_available_seq = log == nullptr ? 0 : log->first_available(),
                                 .retry_delay_ns = retry_delay_ns,
                                 .channel_id = request.channel_id,
                                 .reason = reason,
                                 .padding = 0});
    return writer_.finish(now_ns);
  }

  void begin(std::uint16_t channel, std::uint64_t sequence, std::uint8_t flags) noexcept {
    writer_.begin({.seq_num = sequence,
                   .sending_time = 0,
                   .channel_id = channel,
                   .epoch = epoch_,
                   .msg_count = 0,
                   .flags = flags,
                   .header_version = kPacketHeaderVersion});
  }

  alignas(8) std::array<std::byte, kMaxPacketBytes> buffer_{};
  PacketWriter writer_;
  std::uint16_t partition_;
  std::uint16_t epoch_;
  const FeedState* state_;
};

}  // namespace hourglass::marketdata

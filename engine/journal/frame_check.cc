#include "engine/journal/frame_check.h"

#include <fmt/format.h>

#include <cstring>

#include "engine/order/command.h"

namespace hourglass::engine {
namespace {

std::optional<std::string> commands_fault(const FrameHeader& header,
                                          std::span<const std::byte> payload) {
  std::uint64_t sequence = header.first_sequence.value();
  std::uint32_t count = 0;
  while (!payload.empty()) {  // each turn consumes 64 bytes or more
    CommandHeader command;
    if (payload.size() < sizeof(command)) return "the last command is cut off";
    std::memcpy(&command, payload.data(), sizeof(command));
    const std::uint32_t bytes = command_bytes(command.kind);
    if (bytes == 0) {
      return fmt::format("command {} has the unknown kind {}", count,
                         static_cast<unsigned>(command.kind));
    }
    if (bytes > payload.size()) return "the last command is cut off";
    if (command.sequence.value() != sequence) {
      return fmt::format("command {} has sequence {}, the one before it asks for {}", count,
                         command.sequence.value(), sequence);
    }
    payload = payload.subspan(bytes);
    ++sequence;
    ++count;
  }
  if (count != header.command_count) {
    return fmt::format("{} commands where the frame says {}", count, header.command_count);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> header_fault(const FrameHeader& header, const FrameExpectation& expected,
                                        std::uint64_t room_blocks) {
  if (header.magic != kFrameMagic) return "the frame's magic is wrong";
  if (header.header_bytes != sizeof(FrameHeader)) return "the frame header's size is not known";
  if ((header.flags & ~kKnownFrameFlags) != 0) return "the frame has unknown flags";
  if (!all_zero(header.reserved)) return "reserved bytes of the frame header are not zero";
  if (header.payload_bytes > kMaxPayloadBytes) return "the payload is longer than any frame's";
  if (header.blocks != frame_blocks(header.payload_bytes)) {
    return fmt::format("{} blocks for a payload of {} bytes", header.blocks, header.payload_bytes);
  }
  if (header.blocks > room_blocks) return "the frame reaches beyond the segment";
  if (header.rule_set_version != expected.rule_set_version) {
    return fmt::format("rule set {} where the segment's is {}", header.rule_set_version,
                       expected.rule_set_version);
  }
  if (header.first_sequence != expected.first_sequence) {
    return fmt::format("the frame begins at sequence {}, the one before it asks for {}",
                       header.first_sequence.value(), expected.first_sequence.value());
  }
  // Also refuses a sequence that would pass 2^64.
  if (header.last_sequence.value() - header.first_sequence.value() + 1 != header.command_count ||
      (header.command_count != 0 && header.last_sequence < header.first_sequence)) {
    return "the frame's last sequence contradicts its first and its count";
  }
  if (header.digest_through > header.last_sequence) {
    return "the event digest covers commands that are not yet in the journal";
  }
  if (expected.digest_through && header.digest_through < *expected.digest_through) {
    return "the event digest covers less than the frame before";
  }
  if (expected.digest_through && header.digest_through == *expected.digest_through &&
      header.event_digest != expected.event_digest) {
    return "the event digest differs from the frame before, which covers the same commands";
  }
  if (expected.prev_blocks && header.prev_blocks != *expected.prev_blocks) {
    return fmt::format("the frame before has {} blocks, not {}", *expected.prev_blocks,
                       header.prev_blocks);
  }
  if (expected.prev_chain && header.prev_chain != *expected.prev_chain) {
    return "the frame does not continue the chain";
  }
  return std::nullopt;
}

std::optional<std::string> content_fault(const FrameHeader& header, std::span<const std::byte> data,
                                         Sha256& sha) {
  const auto payload = data.subspan(sizeof(FrameHeader), header.payload_bytes);
  if (!all_zero(data.subspan(sizeof(FrameHeader) + header.payload_bytes))) {
    return "bytes after the payload are not zero";
  }
  if (frame_chain(header, payload, sha) != header.chain) {
    return "the frame's content does not hash to its chain";
  }
  return commands_fault(header, payload);
}

Digest frame_chain(const FrameHeader& header, std::span<const std::byte> payload,
                   Sha256& sha) noexcept {
  FrameHeader hashed = header;
  hashed.chain = {};
  sha.start();
  sha.update(bytes_of(hashed));
  sha.update(payload);
  return sha.finish();
}

}  // namespace hourglass::engine

// Whether a frame whose sectors are all whole also says what a frame must say.
//
// A whole sector holds what the writer meant, so whatever fails here was never a torn write: it is
// a program's error or somebody's edit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "engine/journal/format.h"

namespace hourglass::engine {

// What the frames before it demand. Empty: not known, because reading began in the middle.
struct FrameExpectation {
  std::uint32_t rule_set_version = 0;
  SequenceNumber first_sequence{1};
  std::optional<Digest> prev_chain;
  std::optional<std::uint32_t> prev_blocks;
  std::optional<SequenceNumber> digest_through;
  Digest event_digest{};  // known when digest_through is
};

// What is wrong with the header's own fields, if anything; afterwards its lengths can be relied on.
// `room_blocks`: blocks from the frame's first to the segment's end. Cost: a few comparisons.
[[nodiscard]] std::optional<std::string> header_fault(const FrameHeader& header,
                                                      const FrameExpectation& expected,
                                                      std::uint64_t room_blocks);

// What is wrong with the rest, if anything: padding, chain, commands. `data` is the frame's data
// bytes, its header first. Cost: hashes the payload and looks at each command's header.
[[nodiscard]] std::optional<std::string> content_fault(const FrameHeader& header,
                                                       std::span<const std::byte> data,
                                                       Sha256& sha);

// The chain of a frame: SHA-256 of its header with `chain` zero, then the payload.
[[nodiscard]] Digest frame_chain(const FrameHeader& header, std::span<const std::byte> payload,
                                 Sha256& sha) noexcept;

}  // namespace hourglass::engine

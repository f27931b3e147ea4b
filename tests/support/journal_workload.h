// What journal tests write and how they check that it is still there.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "engine/journal/journal_reader.h"
#include "engine/journal/journal_writer.h"
#include "engine/order/command.h"

namespace hourglass::engine {

// The seed of this run: HOURGLASS_SEED, else `fallback`.
inline std::uint64_t journal_test_seed(std::uint64_t fallback) {
  const char* text = std::getenv("HOURGLASS_SEED");
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

inline constexpr JournalUuid kTestUuid = {
    {std::byte{0x9a}, std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}, std::byte{5},
     std::byte{6}, std::byte{7}, std::byte{8}, std::byte{9}, std::byte{10}, std::byte{11},
     std::byte{12}, std::byte{13}, std::byte{14}, std::byte{15}}};

// Segments of `blocks` 4 KiB blocks, header included.
JournalSettings small_segments(std::uint64_t blocks);

// The command with this sequence: its bytes, 64 or 128, are a function of the sequence alone, so
// that any reader can tell what must stand in the journal.
std::vector<std::byte> test_command(std::uint64_t sequence);

// A stamp that is a function of the sequence reached.
FrameStamp test_stamp(const JournalWriter& writer, bool seal = false);

// Appends `count` commands and commits them as one frame.
absl::Status write_frame(JournalWriter& writer, std::uint64_t count);

// A writer on a new journal in `device`.
std::unique_ptr<JournalWriter> create_journal(JournalDevice& device,
                                              const JournalSettings& settings);

// Reads everything; empty text if the commands are test_command(first), first + 1, ... without a
// gap and reading ends without a fault, else what is wrong. `*last` gets the last sequence.
std::string check_contents(JournalDevice& device, std::uint64_t* last);

// Whether the last segment is full, so that a seal had no room. The journal is sound (asserted).
bool ends_without_room(JournalDevice& device);

}  // namespace hourglass::engine

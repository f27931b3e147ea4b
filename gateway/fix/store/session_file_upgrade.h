// Making a session file of version 1 one of today's.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "gateway/fix/store/session_file_layout.h"

namespace hourglass::gateway::fix {

inline constexpr std::uint32_t kSessionFileVersion1 = 1;

// Stood at the beginning of its page; all else of version 1 is as today.
struct HeaderCopyV1 {
  std::uint32_t crc = 0;
  std::uint32_t life = 1;
  std::uint64_t generation = 0;
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  std::uint64_t life_start = 0;
  std::uint64_t epoch_applied = 0;
  std::uint64_t epoch_time_ns = 0;
  std::uint32_t next_sender = 1;
  std::uint32_t next_target = 1;
  std::uint32_t safe_target = 1;
  std::uint32_t last_report = 0;
  std::uint32_t closed_in_order = 0;
  std::uint32_t is_after_power_loss = 0;
  std::uint32_t epoch_life = 1;
  std::array<char, kBootIdBytes> boot_id{};
};

static_assert(sizeof(HeaderCopyV1) == 128);
static_assert(sizeof(HeaderCopyV1) <= kHeaderOffset - kHeaderPages, "a copy of each has room");
static_assert(std::has_unique_object_representations_v<HeaderCopyV1>);

[[nodiscard]] constexpr std::uint64_t header_offset_v1(std::uint64_t generation) {
  return kHeaderPages + generation % 2 * kSessionPageBytes;
}

// Writes today's header copies beside those of version 1, each from the one in its page and damaged
// where that is, and with both on the disk the new version into `identity`. Whatever ends it
// before, the file is still one of version 1. Nobody was logged out and nothing dealt with, as far
// as it tells. `descriptor` is locked. Errors: kDataLoss where both copies are damaged, nothing
// changed; the system's; all with the path. Cost: waits for the disk.
[[nodiscard]] absl::Status upgrade_session_file(int descriptor, const std::string& path,
                                                FileIdentity identity);

}  // namespace hourglass::gateway::fix

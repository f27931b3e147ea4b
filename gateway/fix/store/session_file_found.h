// What a session file says when it is opened, and what is made of it in this boot of the machine.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "absl/status/statusor.h"
#include "gateway/fix/store/mapped_session.h"
#include "gateway/fix/store/session_file.h"
#include "gateway/fix/store/session_file_layout.h"

namespace hourglass::gateway::fix {

// No message has it, so that the number after the last one is a number.
inline constexpr std::uint32_t kSenderNumberMax = std::numeric_limits<std::uint32_t>::max();

// The end of a block of reserved numbers that begins at `number`.
[[nodiscard]] constexpr std::uint32_t block_end(std::uint32_t number) {
  return number > kSenderNumberMax - kReservedBlock ? kSenderNumberMax : number + kReservedBlock;
}

// What a file is gone on with.
struct SessionFound {
  HeaderCopy header;
  ReservationRecord reserved;  // for the header's life, not written yet
  SessionFileFinding finding;
};

// Reads the state out of `file` and takes it on to this boot; changes nothing in it. Errors:
// kDataLoss where both copies of the header are damaged or say what cannot be, or the reserved
// numbers are needed and damaged. Thread: any, one at a time.
absl::StatusOr<SessionFound> examine(const MappedSession& file,
                                     const std::array<char, kBootIdBytes>& boot_id);

}  // namespace hourglass::gateway::fix

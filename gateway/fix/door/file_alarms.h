// What the operator is told of a session file that was damaged or is gone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "gateway/fix/store/session_file.h"

namespace hourglass::gateway::fix {

// Where the numbers of a session go on whose file is gone. No session came so far before a reset,
// and half of the numbers a FIX engine may keep in 32 signed bits are left.
inline constexpr std::uint32_t kNextSenderBehindLostFile = 1'000'000'000;

// What was found wrong as `file` was opened; nothing where it is whole, or as a kill leaves it.
// Thread: the file's. Cost: the ranges lost.
[[nodiscard]] std::optional<std::string> alarm_of_found(const SessionFile& file);

// The session of `comp_id` is closed until the next start, since its file is damaged as `why` says,
// with the file's path.
[[nodiscard]] std::string alarm_of_closed(std::string_view comp_id, const absl::Status& why);

// A resend passed over messages `first` to `last`, which are damaged.
[[nodiscard]] std::string alarm_of_resend(const SessionFile& file, std::uint32_t first,
                                          std::uint32_t last);

// Before the first report of history is recorded in `file`: where no message was ever sent by it
// the file that told the report is gone. Takes the numbers on to kNextSenderBehindLostFile, and
// says so. Cost: waits for the disk then.
[[nodiscard]] std::optional<std::string> go_on_behind_lost_file(SessionFile& file);

}  // namespace hourglass::gateway::fix

// A password from standard input, or a fresh one.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/fix/members/secret_text.h"

namespace hourglass::gateway::fix {

inline constexpr std::uint32_t kMinPasswordBytes = 8;  // of one a person chooses

// Whether `text` may be a member's next password. Errors: kInvalidArgument for fewer than
// kMinPasswordBytes or more than kMaxPasswordBytes characters or one that is no printable ASCII.
// Thread: any, pure.
[[nodiscard]] absl::Status check_new_password(std::string_view text);

// Reads one line from `descriptor`; where that is a terminal, asks on stderr and shows nothing of
// what is typed. Errors: check_new_password's, the system's.
[[nodiscard]] absl::StatusOr<SecretText> read_password(int descriptor);

// 24 characters of A-Z a-z 0-9 - _ with 144 random bits. start_cryptography() was called.
[[nodiscard]] SecretText make_password();

}  // namespace hourglass::gateway::fix

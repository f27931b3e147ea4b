// BusinessMessageReject (35=j): the answer to a request that has none of its own.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/fix/wire/fields.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix {

// 380 BusinessRejectReason.
inline constexpr std::int32_t kBusinessOther = 0;
inline constexpr std::int32_t kBusinessUnknownId = 1;
inline constexpr std::int32_t kBusinessNotAvailable = 4;
inline constexpr std::int32_t kBusinessFieldMissing = 5;
inline constexpr std::int32_t kBusinessNotAuthorized = 6;

struct BusinessReject {
  std::int32_t reason = kBusinessOther;
  std::string_view text;   // 58
  std::uint32_t code = 0;  // 25001; 0: none
};

// Begins `writer` with 35=j about this request: its number, its type, and in 379 the id that
// requests of its type have, where it is there. Thread: any. Cost: the writing.
// Source: FIX 4.4 vol. 2, Business Message Reject; neither version has RefTagID (371) in it.
void write_business_reject(const Fields& request, const BusinessReject& reject,
                           MessageWriter& writer);

}  // namespace hourglass::gateway::fix

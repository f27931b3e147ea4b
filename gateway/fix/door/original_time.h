// What a message said to be sent again (PossDupFlag 43=Y) must say: when it was first sent.
#pragma once

#include <cstdint>

#include "gateway/fix/wire/fields.h"
#include "gateway/fix/wire/message_writer.h"

namespace hourglass::gateway::fix {

enum class OriginalTime : std::uint8_t { kGood, kMissing, kAfterSending };

// What is wrong, if anything, with OrigSendingTime (122) of a message that is no SequenceReset and
// no Logon; kGood without 43=Y, and where a time is none, which the dictionary tells. Thread: any,
// pure. Source: FIX session protocol, test cases 2f and 2t of its acceptance tests.
[[nodiscard]] OriginalTime check_original_time(const Fields& fields);

// The session's Reject (35=3) of that message; `fault` is not kGood.
void write_original_time_reject(const Fields& fields, OriginalTime fault, MessageWriter& writer);

}  // namespace hourglass::gateway::fix

// A venue's message in words.
#pragma once

#include <string>

#include "gateway/fix/client/fix_client.h"

namespace hourglass::gateway::fix {

// One line a report, each with its end; a security list has a line a contract. Orders go by their
// ClOrdID: "fill 7-1: 4 @ 2.35, executed 4, leaves 6, average 2.35". Types not known come as
// "35=h|336=..". Thread: any, pure.
[[nodiscard]] std::string report_text(const Message& message);

// Whether it is a drop copy of another session's report.
[[nodiscard]] bool is_copy(const Message& message);

// Whether the message says no to a request: a refused order, change or query, or a reject.
[[nodiscard]] bool is_refusal(const Message& message);

}  // namespace hourglass::gateway::fix

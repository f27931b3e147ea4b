// What requests about the time after the trade have in common, and how their answers write things.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/checked.h"
#include "engine/base/types.h"
#include "gateway/fix/door/door_session.h"

namespace hourglass::gateway::fix {

// The accounts a request is about: the one it names (1), else all of the session's. Nothing where
// it names one that is not the session's.
[[nodiscard]] std::optional<std::vector<engine::AccountId>> accounts_of(const DoorSession& session,
                                                                        const Fields& fields);
// Whether the account is one of the session's.
[[nodiscard]] bool has_account(const DoorSession& session, engine::AccountId account);

// "-12.5": exact, without zeros at the end. Units: micro-USD in, USD out.
[[nodiscard]] std::string usd_text(engine::Int128 micro_usd);
// "YYYYMMDD". Units: ns UTC.
[[nodiscard]] std::string utc_date_text(std::uint64_t time_ns);

}  // namespace hourglass::gateway::fix

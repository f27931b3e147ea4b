// How large an exchange is built. Defaults are the venue's (engine/base/limits.h); tests shrink
// them to reach each bound. max_steps and max_scan are part of the rules: they decide where work
// is cut, so a journal replays only with the values it was made with.
#pragma once

#include <cstdint>

#include "engine/base/limits.h"

namespace hourglass::engine {

struct ExchangeLimits {
  std::uint32_t max_orders = kMaxOrders - 1;
  std::uint32_t max_level_pages = kMaxLevelPages - 1;
  std::uint32_t max_instruments = kMaxInstruments;
  std::uint32_t max_sessions = kMaxSessions;
  std::uint32_t max_accounts = kMaxAccounts;
  std::uint32_t max_client_key_pages = kMaxClientKeyPages;
  std::uint32_t max_steps_per_apply = kMaxStepsPerApply;
  std::uint32_t max_scan_per_apply = kMaxScanPerApply;
  // Orders and client keys whose memory is in place from the start; what lies beyond costs a page
  // fault when it is first used.
  std::uint32_t prefault_orders = 0;
  std::uint32_t prefault_client_keys = 0;
};

}  // namespace hourglass::engine
